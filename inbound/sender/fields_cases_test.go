package sender

// borderFieldsCases: the programs of one border write a field each, OpenDMARC's
// on top of OpenDKIM's, all with one id, and in forms of their own.
func borderFieldsCases() {
	const received = "Received: from a by mx.desk.example; Wed, 25 Nov 2026 11:59:30 +0000\r\n"
	const results = "Authentication-Results: mx.desk.example; "
	fields := func(k *sample, above string, lines ...string) {
		k.want["authserv"] = "mx.desk.example"
		text := above
		for _, l := range lines {
			text += results + l + "\r\n"
		}
		k.prepend(text + received)
	}
	changed := func(k *sample) { k.edit("YES", "YES [checked]") }
	good := func(k *sample) { changed(k); k.ends("pass", "border", "north.example", "pass", "reject", "") }
	bad := func(k *sample, codes ...string) {
		changed(k)
		k.fails(append([]string{"dkim_body_changed"}, codes...)...)
	}
	const dkim, dmarc = "dkim=pass (2048-bit key; unprotected) header.d=north.example header.i=@north.example header.a=ed25519-sha256 header.s=s1; dkim-atps=neutral",
		"dmarc=pass (p=reject dis=none) header.from=north.example"
	add("fields-of-opendmarc-and-opendkim", "the field that counts is the second", func(k *sample) { good(k); fields(k, "", dmarc, dkim) })
	add("fields-below-lmtp", "they stand below the Received of LMTP", func(k *sample) {
		good(k)
		k.want["below"] = "1"
		fields(k, "Received: from mx by lmtp; Wed, 25 Nov 2026 11:59:31 +0000\r\n", dmarc, dkim)
	})
	add("fields-below-lmtp-not-told", "below_received leaves them out, and the reason is told", func(k *sample) {
		bad(k, "authres_below_received")
		fields(k, "Received: from mx by lmtp; Wed, 25 Nov 2026 11:59:31 +0000\r\n", dmarc, dkim)
	})
	add("fields-above-and-below", "one from below the border's Received is never read", func(k *sample) {
		bad(k)
		fields(k, results+dmarc+"\r\n"+received, dkim)
	})
	add("fields-of-two-ids", "dkim by one pinned id, dmarc by another", func(k *sample) {
		good(k)
		fields(k, "Authentication-Results: dmarc.desk.example; "+dmarc+"\r\n", dkim)
		k.want["authserv"] = "mx.desk.example dmarc.desk.example"
	})
	add("fields-contradict", "one signature passed and failed", func(k *sample) {
		bad(k, "authres_twice")
		fields(k, "", dkim, "dkim=fail header.d=north.example header.s=s1")
	})
	add("fields-contradict-the-other-way", "one signature failed and passed", func(k *sample) {
		bad(k, "authres_twice")
		fields(k, "", "dkim=fail header.d=north.example header.s=s1", dkim)
	})
	add("fields-contradict-without-a-name", "one says that nothing is signed", func(k *sample) { bad(k, "authres_twice"); fields(k, "", "dkim=none", dkim) })
	add("fields-agree", "two programs say the same of one signature", func(k *sample) { good(k); fields(k, "", dkim, dkim) })
	add("fields-dmarc-contradicts", "what isn't used of a method that is said twice doesn't spoil dkim", func(k *sample) {
		good(k)
		fields(k, "", dmarc, "dmarc=fail header.from=north.example", dkim)
	})
	add("fields-one-unreadable", "where one can't be read, nobody knows what it says", func(k *sample) {
		bad(k, "border_malformed")
		fields(k, "", dkim, `spf=pass smtp.mailfrom="x`)
	})
	add("fields-of-others-between", "a field of another id, however odd, is nothing", func(k *sample) {
		good(k)
		fields(k, "Authentication-Results: mx.other.example; dkim=fail header.d=north.example; ;;=\r\n", dkim)
	})
	add("field-iprev-twice", "a method that nobody uses stands twice", func(k *sample) {
		good(k)
		fields(k, "", dkim+"; iprev=pass policy.iprev=192.0.2.1 (a); iprev=fail policy.iprev=192.0.2.1; dnswl=pass dns.zone=a; dnswl=pass dns.zone=b policy.x=1 policy.x=2")
	})
	add("field-odd-of-an-unused-method", "and one is not written as it should be", func(k *sample) {
		good(k)
		fields(k, "", dkim+"; bimi=pass policy.authority-uri=https://a.example/?b=c; x-odd; y=")
	})
	add("field-odd-with-a-quotation", "but no quotation may be left open by it", func(k *sample) {
		bad(k, "border_malformed")
		fields(k, "", `x-odd "a" b; `+dkim)
	})
	add("field-quoted-local-part", "a quoted local part is valid, and concerns SPF alone", func(k *sample) {
		good(k)
		fields(k, "", `spf=pass smtp.mailfrom="ada berg; dkim=fail header.d=north.example"@north.example; `+dkim)
	})
	spf := func(k *sample) {
		k.seals = nil
		k.ends("pass", "spf", "north.example", "pass", "reject", "spf_only")
		delete(k.want, "covers")
	}
	add("field-spf-quoted-local-part", "its domain is read", func(k *sample) { spf(k); fields(k, "", `spf=pass smtp.mailfrom="a@evil.example"@north.example`) })
	add("field-spf-quoted-domain", "a quoted domain is none", func(k *sample) {
		k.seals = nil
		k.fails("border_malformed")
		fields(k, "", `spf=pass smtp.mailfrom="a"@"north.example"`)
	})
	add("fields-spf-by-two", "the address by one, the domain by the other", func(k *sample) {
		spf(k)
		fields(k, "", "spf=pass smtp.mailfrom=north.example", dmarc, "spf=pass smtp.mailfrom=ada@north.example")
	})
	add("fields-spf-contradict", "pass and fail by two fields is nothing", func(k *sample) {
		k.seals = nil
		k.fails("authres_twice")
		fields(k, "", "spf=fail smtp.mailfrom=ada@north.example", "spf=pass smtp.mailfrom=ada@north.example")
	})
	add("fields-spf-of-two-domains", "pass of two domains, and MAIL FROM has one", func(k *sample) {
		k.seals = nil
		k.fails("authres_twice")
		fields(k, "", "spf=pass smtp.mailfrom=ada@north.example", "spf=pass smtp.mailfrom=x@evil.example")
	})
	add("fields-spf-contradicts-beside-dkim", "dkim counts all the same", func(k *sample) {
		good(k)
		fields(k, "", "spf=fail smtp.mailfrom=x@evil.example", "spf=pass smtp.mailfrom=ada@north.example", dkim)
	})
	add("key-twice-equal", "the same key twice is one key", func(k *sample) { k.add(keyLine("north.example", "s1", "ed")) })
	add("key-twice-equal-but-for-flags", "the same key, once for testing, can be read in two ways", func(k *sample) {
		k.fails("dkim_two_keys")
		k.add(txtLine("s1._domainkey.north.example", keyRecord("ed", "t=y; ")))
	})
	add("field-spf-two-quotations", "nor is what stands in a second quotation", func(k *sample) {
		k.seals = nil
		k.fails("border_malformed")
		fields(k, "", `spf=pass smtp.mailfrom="a""@north.example"`)
	})
}
