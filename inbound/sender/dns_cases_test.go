package sender

func dnsCases() {
	fault := func(kind, name string) string { return ";!" + kind + " " + name + ".\n" }
	const key, pol = "s1._domainkey.north.example", "_dmarc.north.example"
	for _, kind := range []string{"servfail", "refused", "drop", "cut", "referral"} {
		add("key-"+kind, "the key's question is not answered: "+kind, func(k *sample) { k.add(fault(kind, key)); k.temp("fail", "reject") })
	}
	add("key-truncated", "an answer cut off over UDP is asked for over TCP", func(k *sample) { k.add(fault("truncated", key)) })
	add("key-without-edns", "a resolver that knows no EDNS", func(k *sample) { k.add(fault("old", key)) })
	add("policy-servfail-signed", "a good exact signature needs no policy", func(k *sample) {
		k.add(fault("servfail", pol))
		k.want["dmarc"], k.want["policy"] = "temperror", ""
	})
	add("policy-servfail-unsigned", "no policy known, nothing passed: neither none nor fail", func(k *sample) {
		k.seals = nil
		k.add(fault("servfail", pol))
		k.temp("temperror", "")
	})
	add("policy-servfail-relaxed", "adkim may be strict, so a related signature has to wait", func(k *sample) {
		k.s().d = "mail.north.example"
		k.add(keyLine("mail.north.example", "s1", "ed"), fault("servfail", pol))
		k.temp("temperror", "")
	})
	add("boundary-servfail", "whether the tree ends between the two is not answered", func(k *sample) {
		k.s().d = "mail.north.example"
		k.add(keyLine("mail.north.example", "s1", "ed"), fault("servfail", "_dmarc.mail.north.example"))
		k.temp("fail", "reject")
	})
	add("stranger-key-servfail", "a stranger's unanswered key delays nothing", func(k *sample) {
		k.seals = append(k.seals, seal{d: "evil.example", t: arrival.Unix()})
		k.add(fault("servfail", "s1._domainkey.evil.example"))
	})
	add("only-stranger-servfail", "a stranger's unanswered key can't save a forged mail from its fate", func(k *sample) {
		k.s().d = "evil.example"
		k.add(fault("servfail", "s1._domainkey.evil.example"))
		k.fails()
	})
	add("one-answered-one-not", "one signature unanswered, the other good", func(k *sample) {
		k.seals = append(k.seals, seal{d: "north.example", s: "s2", t: arrival.Unix()})
		k.add(fault("servfail", "s2._domainkey.north.example"))
	})
	add("np-servfail", "whether the name exists is not answered", func(k *sample) {
		k.seals = nil
		k.sub("ada@north", "ada@gone.north")
		k.dmarc("v=DMARC1; p=none; np=reject")
		k.add(fault("servfail", "gone.north.example"))
		k.temp("temperror", "")
	})
}
