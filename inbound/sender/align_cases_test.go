package sender

func alignCases() {
	by := func(d string) func(*sample) {
		return func(k *sample) { k.s().d = d; k.add(keyLine(d, "s1", "ed")); k.want["domain"] = d }
	}
	add("stranger", "a good signature of a stranger", func(k *sample) { by("evil.example")(k); k.fails() })
	add("stranger-no-record", "a good signature of a stranger where no policy is", func(k *sample) { by("evil.example")(k); k.dmarc(""); k.none() })
	add("subdomain-relaxed", "a subdomain signs for its organization", func(k *sample) { by("mail.north.example")(k) })
	add("subdomain-strict", "adkim=s: it may not", func(k *sample) { by("mail.north.example")(k); k.dmarc("v=DMARC1; p=reject; adkim=s"); k.fails() })
	add("exact-strict", "adkim=s and the domain itself", func(k *sample) { k.dmarc("v=DMARC1; p=reject; adkim=s") })
	add("organization-signs-for-subdomain", "the organization signs for its subdomain", func(k *sample) { k.sub("ada@north", "ada@mail.north") })
	add("organization-signs-strict-inherited", "adkim=s of the organization holds below it", func(k *sample) {
		k.sub("ada@north", "ada@mail.north")
		k.dmarc("v=DMARC1; p=reject; adkim=s")
		k.fails()
	})
	add("siblings", "two subdomains of one organization", func(k *sample) { by("bounce.north.example")(k); k.sub("ada@north", "ada@mail.north") })
	add("relaxed-no-record", "relaxed needs no DMARC record", func(k *sample) {
		by("mail.north.example")(k)
		k.dmarc("")
		k.want["dmarc"], k.want["policy"] = "none", ""
	})
	add("suffix-trick", "a domain that only ends like the victim's", func(k *sample) { by("evilnorth.example")(k); k.fails() })
	add("prefix-trick", "the victim's name as labels of another", func(k *sample) { by("north.example.evil.test")(k); k.fails() })
	uk := func(d, f string) func(*sample) {
		return func(k *sample) { by(d)(k); k.sub("ada@north.example", "ada@"+f); k.dmarc(""); k.none() }
	}
	add("registry-neighbours", "two organizations below co.uk", uk("evil.co.uk", "north.co.uk"))
	add("private-suffix-neighbours", "two users of github.io", uk("evil.github.io", "north.github.io"))
	add("private-suffix-parent", "the host of a private suffix does not speak for its users", uk("github.io", "north.github.io"))
	add("wildcard-suffix", "a suffix by wildcard: *.ck", uk("evil.co.ck", "north.co.ck"))
	add("suffix-exception", "an exception to a wildcard: www.ck is an organization", func(k *sample) {
		by("mail.www.ck")(k)
		k.sub("ada@north.example", "ada@www.ck")
		k.want["dmarc"], k.want["policy"] = "none", ""
	})
	add("suffix-itself", "a public suffix that signs its own mail is itself", func(k *sample) {
		by("github.io")(k)
		k.sub("ada@north.example", "ada@github.io")
		k.want["dmarc"], k.want["policy"] = "none", ""
	})
	add("strict-domain", "tenants of a shared domain are strangers", func(k *sample) {
		by("evil.onmicrosoft.com")(k)
		k.sub("ada@north.example", "ada@north.onmicrosoft.com")
		k.want["strict"] = "onmicrosoft.com"
		k.none()
	})
	add("strict-domain-exact", "a tenant's own signature counts", func(k *sample) {
		by("north.onmicrosoft.com")(k)
		k.sub("ada@north.example", "ada@north.onmicrosoft.com")
		k.want["strict"], k.want["dmarc"], k.want["policy"] = "onmicrosoft.com", "none", ""
	})
	add("strict-domain-parent", "the host's own signature does not speak for a tenant", func(k *sample) {
		by("onmicrosoft.com")(k)
		k.sub("ada@north.example", "ada@north.onmicrosoft.com")
		k.want["strict"] = "onmicrosoft.com"
		k.none()
	})
	add("boundary-psd-n", "psd=n below: that part of the tree is another's", func(k *sample) {
		by("mail.north.example")(k)
		k.add(txtLine("_dmarc.mail.north.example", "v=DMARC1; p=none; psd=n"))
		k.fails()
	})
	add("boundary-psd-y", "psd=y: who is below are strangers", func(k *sample) {
		by("evil.hosting.example")(k)
		k.sub("ada@north.example", "ada@shop.hosting.example")
		k.add(txtLine("_dmarc.hosting.example", "v=DMARC1; p=reject; psd=y"))
		k.fails()
	})
	add("suffix-file", "a suffix that only the configured list has", func(k *sample) {
		by("evil.hosting.example")(k)
		k.sub("ada@north.example", "ada@shop.hosting.example")
		k.want["suffixes"] = "testdata/suffixes.dat"
		k.none()
	})
	add("idn", "an address with a U-label is compared as A-labels", func(k *sample) {
		k.sub("ada@north.example", "ada@n\u00f6rd.example")
		by("xn--nrd-sna.example")(k)
		k.want["dmarc"], k.want["policy"] = "none", ""
	})
	add("idn-look-alike", "a look-alike of the victim, signed by its owner, is itself and nobody else", func(k *sample) {
		k.sub("ada@north.example", "ada@n\u043erth.example")
		by("north.example")(k)
		k.none()
	})
	add("idn-d-in-utf8", "d= must be A-labels", func(k *sample) { k.s().d = "n\u00f6rd.example"; k.fails("dkim_malformed") })
	add("exact-before-relaxed", "the domain's own signature is counted before a related one", func(k *sample) {
		k.seals = append(k.seals, seal{d: "mail.north.example", t: arrival.Unix()})
		k.add(keyLine("mail.north.example", "s1", "ed"))
	})
	add("relaxed-where-exact-broken", "a related signature stands in for a broken one", func(k *sample) {
		k.seals = append([]seal{{d: "mail.north.example", t: arrival.Unix()}}, seal{d: "north.example", bh: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", t: arrival.Unix()})
		k.add(keyLine("mail.north.example", "s1", "ed"))
		k.want["domain"] = "mail.north.example"
	})
	add("result-of-another", "one signature passes, of a stranger; the domain's own fails: the two are never mixed", func(k *sample) {
		k.seals = append(k.seals, seal{d: "evil.example", t: arrival.Unix()})
		k.add(keyLine("evil.example", "s1", "ed"))
		k.key(keyRecord("other", ""))
		k.fails("dkim_bad_signature")
	})
}
