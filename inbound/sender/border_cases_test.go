package sender

func borderCases() {
	footer := func(k *sample) {
		k.edit("YES", "YES [checked]")
		k.ends("pass", "border", "north.example", "pass", "reject", "")
	}
	add("border-dkim", "the border changed the body itself and says that DKIM passed before", func(k *sample) { footer(k); k.border("dkim=pass header.d=north.example") })
	add("border-dkim-identity", "a border that says header.i only", func(k *sample) { footer(k); k.border("dkim=pass header.i=@north.example header.s=s1") })
	add("border-fails-of-us", "our own verification goes before the border's fail", func(k *sample) { k.border("dkim=fail header.d=north.example; dmarc=fail header.from=north.example") })
	broken := func(k *sample) { k.edit("YES", "YES [checked]"); k.fails("dkim_body_changed") }
	add("border-dmarc", "dmarc=pass may rest on SPF, and vouches for no body", func(k *sample) { broken(k); k.border("dmarc=pass (p=REJECT) header.from=north.example") })
	add("border-dmarc-by-spf", "the body was forged on the way, SPF and dmarc pass", func(k *sample) {
		broken(k)
		k.border("dkim=fail header.d=north.example; dmarc=pass header.from=north.example")
	})
	add("border-dkim-other-selector", "another signature of the same domain passed", func(k *sample) {
		broken(k)
		k.border("dkim=fail header.d=north.example header.s=s1; dkim=pass header.d=north.example header.s=weak")
	})
	add("border-dkim-only-other-selector", "the only result is of another signature of the same domain", func(k *sample) {
		broken(k)
		k.border("dkim=pass header.d=north.example header.s=weak")
	})
	add("border-dkim-pass-and-fail", "two results, and nothing says which is of the signature", func(k *sample) {
		broken(k)
		k.want["reasons"] += " authres_twice"
		k.border("dkim=fail header.d=north.example; dkim=pass header.d=north.example")
	})
	add("border-dkim-other-value", "the result names another signature value", func(k *sample) {
		broken(k)
		k.border("dkim=pass header.d=north.example header.b=AAAAAAAA")
	})
	add("border-none", "the border says nothing", func(k *sample) { broken(k); k.border("none") })
	add("border-dkim-fail", "the border says fail", func(k *sample) { broken(k); k.border("dkim=fail header.d=north.example") })
	add("border-dkim-other", "the border speaks of another's signature", func(k *sample) { broken(k); k.border("dkim=pass header.d=evil.example") })
	add("border-dkim-no-domain", "dkim=pass of nobody", func(k *sample) { broken(k); k.border("dkim=pass") })
	add("border-dmarc-other", "dmarc=pass for another From", func(k *sample) { broken(k); k.border("dmarc=pass header.from=evil.example") })
	add("border-not-ours", "an id that nobody pinned", func(k *sample) {
		broken(k)
		k.border("dkim=pass header.d=north.example")
		k.want["authserv"] = "mx.other.example"
	})
	add("border-id-longer", "an id that begins like ours", func(k *sample) {
		broken(k)
		k.want["authserv"] = "mx.desk.example"
		k.prepend("Authentication-Results: mx.desk.example.evil.test; dkim=pass header.d=north.example\r\n")
	})
	add("border-id-case", "an id has no case", func(k *sample) {
		footer(k)
		k.want["authserv"] = "MX.desk.Example"
		k.prepend("Authentication-Results: mx.DESK.example; dkim=pass header.d=north.example\r\n")
	})
	add("border-below-received", "a field that stands below the border's Received is the outside's", func(k *sample) {
		broken(k)
		k.want["authserv"], k.want["reasons"] = "mx.desk.example", k.want["reasons"]+" authres_below_received"
		k.prepend("Received: from a by mx.desk.example; Wed, 25 Nov 2026 11:59:30 +0000\r\nAuthentication-Results: mx.desk.example; dkim=pass header.d=north.example\r\n")
	})
	add("border-below-received-told", "below_received: the border's own Received stand above", func(k *sample) {
		footer(k)
		k.want["authserv"], k.want["below"] = "mx.desk.example", "2"
		k.prepend("Received: by a; Wed, 25 Nov 2026 11:59:31 +0000\r\nReceived: from b by c; Wed, 25 Nov 2026 11:59:30 +0000\r\nAuthentication-Results: mx.desk.example; dkim=pass header.d=north.example\r\n")
	})
	add("border-below-one-too-many", "one Received more than the border's own", func(k *sample) {
		broken(k)
		k.want["authserv"], k.want["below"], k.want["reasons"] = "mx.desk.example", "1", k.want["reasons"]+" authres_below_received"
		k.prepend("Received: by a; Wed, 25 Nov 2026 11:59:31 +0000\r\nReceived: from b by c; Wed, 25 Nov 2026 11:59:30 +0000\r\nAuthentication-Results: mx.desk.example; dkim=pass header.d=north.example\r\n")
	})
	add("border-topmost", "of two that contradict each other none counts", func(k *sample) {
		broken(k)
		k.want["authserv"], k.want["reasons"] = "mx.desk.example", k.want["reasons"]+" authres_twice"
		k.prepend("Authentication-Results: mx.desk.example; dkim=fail header.d=north.example\r\nAuthentication-Results: mx.desk.example; dkim=pass header.d=north.example\r\n")
	})
	add("border-rescues-no-subject", "the Subject was changed too: the header signature is broken", func(k *sample) {
		k.edit("7KQ3MX", "AAAAAA")
		k.fails("dkim_bad_signature")
		k.border("dkim=pass header.d=north.example; dmarc=pass header.from=north.example")
		k.ends("fail", "", "", "fail", "reject", "dmarc_fail dkim_bad_signature")
	})
	add("border-rescues-no-weak-key", "what we refuse stays refused", func(k *sample) {
		k.s().extra = "l=3; "
		k.fails("dkim_length_tag")
		k.border("dkim=pass header.d=north.example")
	})
	injected := func(name, why, results string) {
		add(name, why, func(k *sample) { k.border(results); broken(k); k.want["reasons"] += " border_malformed" })
	}
	add("inject-quoted-mailfrom", "a result within a quoted local part of MAIL FROM", func(k *sample) {
		broken(k)
		k.border(`spf=pass smtp.mailfrom="x; dmarc=pass header.from=north.example"@evil.example; dmarc=fail header.from=north.example`)
	})
	injected("inject-open-quote", "a quotation that does not end", `spf=pass smtp.mailfrom="x; dkim=pass header.d=north.example`)
	injected("inject-open-comment", "a comment that does not end", `spf=fail (x; dkim=pass header.d=north.example`)
	injected("inject-closed-comment", "a bracket too many", `spf=fail ) ; dkim=pass header.d=north.example`)
	injected("inject-duplicate-dmarc", "a method twice", `dmarc=pass header.from=north.example; dmarc=fail header.from=north.example`)
	injected("inject-duplicate-property", "a property twice", `dkim=pass header.d=north.example header.d=evil.example`)
	injected("inject-equals", "a value that is missing, behind which the next pair stands", `spf=pass smtp.mailfrom= header.from=ada@north.example; dkim=pass header.d=north.example`)
	injected("inject-backslash", "a backslash outside quotation", `spf=pass smtp.mailfrom=a\;b; dkim=pass header.d=north.example`)
	add("inject-in-comment", "a result within a comment is nothing", func(k *sample) {
		broken(k)
		k.border(`spf=fail (bad; dkim=pass header.d=north.example) smtp.mailfrom=evil.example`)
	})
	add("inject-in-nested-comment", "nor is one behind a nested bracket", func(k *sample) {
		broken(k)
		k.border(`spf=fail (a (b) ; dkim=pass header.d=north.example) smtp.mailfrom=evil.example`)
	})
	add("inject-in-reason", "nor is one within a quoted reason", func(k *sample) {
		broken(k)
		k.border(`dkim=fail reason="x; dkim=pass header.d=north.example" header.d=north.example`)
	})
	add("border-without-id", "a field without an id is nobody's", func(k *sample) {
		broken(k)
		k.want["authserv"] = "mx.desk.example"
		k.prepend("Authentication-Results: ; dkim=pass header.d=north.example\r\n")
	})
	add("border-comments", "comments wherever they may stand", func(k *sample) {
		footer(k)
		k.want["authserv"] = "mx.desk.example"
		k.prepend("Authentication-Results: (a) mx.desk.example (b) 1 (c);\r\n\tdkim (d) = (e) pass (f) header.d (g) = north.example (h)\r\n")
	})
	add("border-dkim-several", "dkim may stand several times", func(k *sample) {
		footer(k)
		k.border("dkim=fail header.d=other.example; dkim=pass header.d=north.example; spf=pass smtp.mailfrom=x@other.example")
	})

	spf := func(k *sample) {
		k.seals = nil
		k.ends("pass", "spf", "north.example", "pass", "reject", "spf_only")
		delete(k.want, "covers")
	}
	add("spf", "SPF alone passes weakly", func(k *sample) { spf(k); k.border("spf=pass smtp.mailfrom=ada@north.example") })
	add("spf-bare-domain", "smtp.mailfrom may be a domain", func(k *sample) { spf(k); k.border("spf=pass smtp.mailfrom=north.example") })
	add("spf-relaxed", "a related domain of MAIL FROM", func(k *sample) {
		spf(k)
		k.want["domain"] = "bounce.north.example"
		k.border("spf=pass smtp.mailfrom=b@bounce.north.example")
	})
	add("spf-strict", "aspf=s: it is no other's", func(k *sample) {
		k.seals = nil
		k.fails()
		k.dmarc("v=DMARC1; p=reject; aspf=s")
		k.border("spf=pass smtp.mailfrom=b@bounce.north.example")
	})
	add("spf-other", "SPF of another domain", func(k *sample) { k.seals = nil; k.fails(); k.border("spf=pass smtp.mailfrom=x@evil.example") })
	add("spf-softfail", "softfail is not pass", func(k *sample) { k.seals = nil; k.fails(); k.border("spf=softfail smtp.mailfrom=ada@north.example") })
	add("spf-helo", "a pass for HELO says nothing of MAIL FROM", func(k *sample) { k.seals = nil; k.fails(); k.border("spf=pass smtp.helo=north.example") })
	add("spf-two-ats", "two at signs: `example.net(.example.com` and its kin", func(k *sample) {
		k.seals = nil
		k.fails()
		k.border("spf=pass smtp.mailfrom=x@evil.example@north.example")
	})
	add("spf-comment-domain", "a comment cuts a domain", func(k *sample) {
		k.seals = nil
		k.fails()
		k.border("spf=pass smtp.mailfrom=evil.example(.north.example)")
	})
	add("spf-received-spf", "a Received-SPF field of whoever is nothing", func(k *sample) {
		k.seals = nil
		k.fails()
		k.want["authserv"] = "mx.desk.example"
		k.prepend("Received-SPF: pass (mx.desk.example: ok) client-ip=192.0.2.1; envelope-from=ada@north.example\r\n")
	})
	add("spf-untrusted", "the border's word counts only where it is trusted", func(k *sample) {
		k.seals = nil
		k.fails()
		k.border("spf=pass smtp.mailfrom=ada@north.example")
		delete(k.want, "authserv")
	})
	add("spf-while-key-unanswered", "the better proof may still come", func(k *sample) {
		k.border("spf=pass smtp.mailfrom=ada@north.example")
		k.add(";!servfail s1._domainkey.north.example.\n")
		k.temp("fail", "reject")
	})
}

// identityResultCases: a border may give one method several results, of
// different identities.
func identityResultCases() {
	spf := func(k *sample) {
		k.seals = nil
		k.ends("pass", "spf", "north.example", "pass", "reject", "spf_only")
		delete(k.want, "covers")
	}
	bad := func(k *sample) {
		k.edit("YES", "YES [checked]")
		k.fails("dkim_body_changed", "border_malformed")
	}
	add("spf-helo-beside-mailfrom", "SPF of HELO and of MAIL FROM, as Stalwart and policyd-spf tell both", func(k *sample) {
		spf(k)
		k.border("spf=none smtp.helo=mail.north.example; spf=pass smtp.mailfrom=ada@north.example")
	})
	add("inject-second-mailfrom", "two results of MAIL FROM", func(k *sample) {
		bad(k)
		k.border("dkim=pass header.d=north.example; spf=pass smtp.mailfrom=ada@north.example; spf=fail smtp.mailfrom=x@evil.example smtp.helo=evil.example")
	})
	add("inject-second-spf-of-nobody", "a second SPF result that names nothing", func(k *sample) {
		bad(k)
		k.border("dkim=pass header.d=north.example; spf=pass smtp.mailfrom=ada@north.example; spf=fail")
	})
	add("border-method-of-two-identities", "a method of the border's own, of the header's and the envelope's domain, as Fastmail writes it", func(k *sample) {
		k.edit("YES", "YES [checked]")
		k.ends("pass", "border", "north.example", "pass", "reject", "")
		k.border("dkim=pass header.d=north.example; x-return-mx=pass header.domain=north.example policy.is_org=yes; x-return-mx=pass smtp.domain=north.example policy.is_org=yes")
	})
}
