package sender

import "fmt"

// countedCases: which of several good signatures is the one that counts.
func countedCases() {
	two := func(k *sample, own, related string) {
		k.seals = []seal{{d: "north.example", t: arrival.Unix(), h: own}, {d: "mail.north.example", t: arrival.Unix(), h: related}}
		k.add(keyLine("mail.north.example", "s1", "ed"))
	}
	add("own-and-related-alike", "the domain's own and a related one cover the same: the own one counts", func(k *sample) {
		two(k, "from:to:subject:date:message-id", "from:to:subject:date:message-id")
	})
	add("related-covers-more", "a related one covers what binds and the own one doesn't: the reply is bound", func(k *sample) {
		two(k, "from:date", "from:to:subject:date:message-id")
		k.want["domain"] = "mail.north.example"
	})
	add("related-covers-more-strict", "the same where adkim=s lets only the own one count", func(k *sample) {
		two(k, "from:date", "from:to:subject:date:message-id")
		k.dmarc("v=DMARC1; p=reject; adkim=s")
		k.want["covers"], k.want["uncovered"] = "from date", "to subject"
	})
	add("covers-twice-named-once", "two fields of one name of which one is signed are not covered", func(k *sample) {
		k.msg = "X-Note: a\r\nX-Note: b\r\n" + k.msg
		k.s().h = "from:to:x-note:cc:cc"
		k.want["covers"], k.want["uncovered"] = "from to", "x-note cc"
	})
	add("covers-twice-named-twice", "where h= names both they are", func(k *sample) {
		k.msg = "X-Note: a\r\nX-Note: b\r\n" + k.msg
		k.s().h = "from:to:x-note:x-note"
		k.want["covers"] = "from to x-note"
	})
	add("relatives-without-end", "a relative that turns out to be none, and one for which there is no lookup left: not put off for that", func(k *sample) {
		k.sub("ada@north.example", "ada@a.b.c.d.e.f.north.example")
		k.dmarc("")
		k.seals = []seal{{d: "p.q.r.s.t.v.north.example", t: arrival.Unix()}, {d: "p.q.r.s.t.u.north.example", t: arrival.Unix()}}
		k.add(keyLine("p.q.r.s.t.u.north.example", "s1", "ed"), keyLine("p.q.r.s.t.v.north.example", "s1", "ed"),
			txtLine("_dmarc.u.north.example", "v=DMARC1; p=none; psd=n"))
		k.none("dns_limit")
	})
	add("border-dmarc-names-a-signer", "the border's dmarc=pass is none of its dkim results, whatever domain it names", func(k *sample) {
		k.edit("YES", "NO")
		k.border("dmarc=pass header.d=north.example header.s=s1")
		k.fails("dkim_body_changed")
	})
	add("border-dmarc-is-no-spf", "a dmarc=pass that names a MAIL FROM is no SPF result", func(k *sample) {
		k.seals = nil
		k.border("dmarc=pass smtp.mailfrom=north.example")
		k.fails()
	})
	add("spf-odd-domain", "a domain of MAIL FROM that is none, though it ends like the sender's", func(k *sample) {
		k.seals = nil
		k.border("spf=pass smtp.mailfrom=a@x..north.example")
		k.fails()
	})
	add("unknown-canonicalisation", "a canonicalisation of the header that does not exist", func(k *sample) { k.s().c = "nofws/relaxed"; k.fails("dkim_malformed") })
	add("unknown-body-canonicalisation", "nor one of the body", func(k *sample) { k.s().c = "relaxed/nofws"; k.fails("dkim_malformed") })
	add("key-among-many-texts", "a wildcard that puts thirty other texts beside the key", func(k *sample) {
		for i := range 30 {
			k.add(txtLine("s1._domainkey.north.example", fmt.Sprintf("site-verification=p%d; v=spf1 p=", i)))
		}
	})
	add("broken-keys-in-great-number", "many keys under one name of which none can be read", func(k *sample) {
		k.zone = txtLine("_dmarc.north.example", "v=DMARC1; p=reject")
		for i := range 5 {
			k.add(txtLine("s1._domainkey.north.example", fmt.Sprintf("v=DKIM1; k=rsa; n=%d; p=AAAA", i)))
		}
		k.fails("dkim_bad_key")
	})
	add("key-with-odd-characters", "a key record that holds a control character can be read in two ways", func(k *sample) {
		k.key(keyRecord("ed", "n=a\x07b; "))
		k.fails("dkim_bad_key")
	})
	add("key-of-16384-bits", "a key so large that nobody needs it is refused before it costs anything", func(k *sample) {
		k.key(bigKey(16384))
		k.s().key, k.s().a = "ed", "rsa-sha256"
		k.fails("dkim_weak_key")
	})
}
