package sender

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
}
