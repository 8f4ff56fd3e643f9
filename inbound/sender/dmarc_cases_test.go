package sender

func dmarcCases() {
	add("unsigned-quarantine", "p=quarantine is a refusal too", func(k *sample) {
		k.seals = nil
		k.dmarc("v=DMARC1; p=quarantine")
		k.ends("fail", "", "", "fail", "quarantine", "dmarc_fail")
	})
	add("unsigned-p-none", "p=none forbids nothing", func(k *sample) {
		k.seals = nil
		k.dmarc("v=DMARC1; p=none")
		k.ends("none", "", "", "fail", "none", "not_aligned")
	})
	add("unsigned-no-record", "no DMARC record", func(k *sample) { k.seals = nil; k.dmarc(""); k.none() })
	add("signed-no-record", "DKIM proves the sender of a domain without DMARC", func(k *sample) { k.dmarc(""); k.want["dmarc"], k.want["policy"] = "none", "" })
	add("broken-no-record", "a broken signature and no policy", func(k *sample) { k.dmarc(""); k.edit("YES", "NO"); k.none("dkim_body_changed") })
	add("two-records", "two DMARC records are none", func(k *sample) { k.seals = nil; k.add(txtLine("_dmarc.north.example", "v=DMARC1; p=none")); k.none() })
	add("record-beside-text", "other text beside the record", func(k *sample) { k.seals = nil; k.add(txtLine("_dmarc.north.example", "verification=abc")); k.fails() })
	add("record-lower-case-version", "v=dmarc1 is no record", func(k *sample) { k.seals = nil; k.dmarc("v=dmarc1; p=reject"); k.none() })
	add("record-version-later", "v= must come first", func(k *sample) { k.seals = nil; k.dmarc("p=reject; v=DMARC1"); k.none() })
	add("record-longer-version", "v=DMARC10 is another version", func(k *sample) { k.seals = nil; k.dmarc("v=DMARC10; p=reject"); k.none() })
	add("record-without-blanks", "blanks in a record don't matter", func(k *sample) { k.seals = nil; k.dmarc("v=DMARC1;p=reject;"); k.fails() })
	add("record-many-blanks", "nor do many of them", func(k *sample) { k.seals = nil; k.dmarc("v = DMARC1 ;\t p =  REJECT "); k.fails() })
	add("record-bad-p-with-rua", "an unknown p= with rua= means none", func(k *sample) {
		k.seals = nil
		k.dmarc("v=DMARC1; p=maybe; rua=mailto:x@north.example")
		k.ends("none", "", "", "fail", "none", "not_aligned")
	})
	add("record-bad-p", "an unknown p= without rua= is no record", func(k *sample) { k.seals = nil; k.dmarc("v=DMARC1; p=maybe"); k.none() })
	add("record-testing", "t=y asks for one step less", func(k *sample) {
		k.seals = nil
		k.dmarc("v=DMARC1; p=reject; t=y")
		k.ends("fail", "", "", "fail", "quarantine", "dmarc_fail")
	})
	add("record-testing-quarantine", "t=y below quarantine is none", func(k *sample) {
		k.seals = nil
		k.dmarc("v=DMARC1; p=quarantine; t=y")
		k.ends("none", "", "", "fail", "none", "not_aligned")
	})
	add("record-pct-zero", "pct= is history: RFC 9989 has none", func(k *sample) { k.seals = nil; k.dmarc("v=DMARC1; p=reject; pct=0"); k.fails() })
	sub := func(k *sample) {
		k.seals = nil
		k.sub("ada@north", "ada@mail.north")
		k.add("mail.north.example. 300 IN A 192.0.2.1\n")
	}
	add("subdomain-inherits", "the organization's p= holds below it", func(k *sample) { sub(k); k.fails() })
	add("subdomain-sp", "sp= holds below it", func(k *sample) { sub(k); k.dmarc("v=DMARC1; p=none; sp=reject"); k.fails() })
	add("subdomain-sp-none", "sp=none frees what is below", func(k *sample) {
		sub(k)
		k.dmarc("v=DMARC1; p=reject; sp=none")
		k.ends("none", "", "", "fail", "none", "not_aligned")
	})
	add("subdomain-own-record", "a record of its own goes before the organization's", func(k *sample) {
		sub(k)
		k.add(txtLine("_dmarc.mail.north.example", "v=DMARC1; p=none"))
		k.ends("none", "", "", "fail", "none", "not_aligned")
	})
	add("subdomain-missing-np", "np= holds for a name that does not exist", func(k *sample) {
		k.seals = nil
		k.sub("ada@north", "ada@gone.north")
		k.dmarc("v=DMARC1; p=none; np=reject")
		k.fails()
	})
	add("subdomain-present-np", "np= does not hold for one that does", func(k *sample) {
		sub(k)
		k.dmarc("v=DMARC1; p=none; np=reject")
		k.ends("none", "", "", "fail", "none", "not_aligned")
	})
	add("np-before-sp", "np= goes before sp= for a missing name", func(k *sample) {
		k.seals = nil
		k.sub("ada@north", "ada@gone.north")
		k.dmarc("v=DMARC1; p=none; sp=none; np=quarantine")
		k.ends("fail", "", "", "fail", "quarantine", "dmarc_fail")
	})
	add("deep-subdomain", "ten labels: the walk leaps to seven and finds the organization", func(k *sample) {
		k.seals = nil
		k.sub("ada@north", "ada@a.b.c.d.e.f.g.h.north")
		k.add("a.b.c.d.e.f.g.h.north.example. 300 IN A 192.0.2.1\n")
		k.fails()
	})
	add("deep-record-leapt-over", "a record that the walk leaps over does not count", func(k *sample) {
		k.seals = nil
		k.sub("ada@north", "ada@a.b.c.d.e.f.g.h.north")
		k.add(txtLine("_dmarc.c.d.e.f.g.h.north.example", "v=DMARC1; p=none"))
		k.fails()
	})
	add("registry-policy", "a registry's record holds for a domain below it without one", func(k *sample) {
		k.seals = nil
		k.sub("ada@north.example", "ada@shop.bank.example")
		k.add(txtLine("_dmarc.bank.example", "v=DMARC1; p=reject; psd=y"), "shop.bank.example. 300 IN A 192.0.2.1\n")
		k.fails()
	})
	add("registry-behind-organization", "the organization's record goes before its registry's", func(k *sample) {
		k.seals = nil
		k.sub("ada@north.example", "ada@a.shop.bank.example")
		k.add(txtLine("_dmarc.shop.bank.example", "v=DMARC1; p=reject"), txtLine("_dmarc.bank.example", "v=DMARC1; p=none; psd=y"), "a.shop.bank.example. 300 IN A 192.0.2.1\n")
		k.fails()
	})
}
