package sender

import "strings"

func dkimCases() {
	add("honest", "the good case that every other one spoils", func(k *sample) {})
	add("rsa-2048", "what most providers sign with", func(k *sample) { k.s().key = "rsa2048"; k.key(keyRecord("rsa2048", "")) })
	add("rsa-1024", "the smallest key that RFC 8301 lets count", func(k *sample) { k.s().key = "rsa1024"; k.key(keyRecord("rsa1024", "")) })
	add("rsa-512", "a key that was factored in public", func(k *sample) { k.s().key = "rsa512"; k.key(keyRecord("rsa512", "")); k.fails("dkim_weak_key") })
	add("simple-simple", "the canonicalisation that changes nothing", func(k *sample) { k.s().c = "simple/simple" })
	add("simple-relaxed", "header as it is, body relaxed", func(k *sample) { k.s().c = "simple/relaxed" })
	add("relaxed-only", "c=relaxed means a simple body", func(k *sample) { k.s().c = "relaxed" })
	add("no-c", "without c= both are simple", func(k *sample) {
		k.s().c = "simple/simple"
		k.edit("c=simple/simple; ", "")
		k.fails("dkim_bad_signature")
	})
	add("folded-signature", "the signature's own field in several lines", func(k *sample) { k.s().fold = true })
	add("folded-signature-simple", "folds count in simple canonicalisation", func(k *sample) { k.s().fold = true; k.s().c = "simple/simple" })
	add("tags-behind-b", "b= need not be the last tag", func(k *sample) { k.s().last = "; zz=1" })
	add("trailing-semicolon", "a tag list may end with a semicolon", func(k *sample) { k.s().last = ";" })
	add("upper-case-names", "names in h= have no case", func(k *sample) { k.s().h = "FROM:To:SUBJECT:Date:Message-Id" })
	add("blanks-in-h", "blanks around the colons of h=", func(k *sample) { k.s().h = "from : to : subject : date:message-id" })
	add("oversigned", "h= names each field once more, so that none can be added", func(k *sample) { k.s().h = "from:from:to:to:subject:subject:date:message-id:cc:cc" })
	add("oversigned-from-added-cc", "a Cc that was signed as absent is added", func(k *sample) {
		k.s().h = "from:to:subject:date:message-id:cc"
		k.edit("To: Support", "Cc: eve@evil.example\r\nTo: Support")
		k.fails("dkim_bad_signature")
	})
	add("unsigned-cc-added", "a Cc that nobody signed is not said to be covered", func(k *sample) {
		k.edit("To: Support", "Cc: eve@evil.example\r\nTo: Support")
		k.want["uncovered"] = "cc in-reply-to"
	})
	add("only-from-signed", "a signature over From alone proves the sender and binds nothing", func(k *sample) {
		k.s().h = "from"
		k.want["covers"], k.want["uncovered"] = "from", "to subject date"
	})
	add("from-unsigned", "the standard demands From in h=", func(k *sample) { k.s().h = "to:subject:date:message-id"; k.fails("dkim_from_unsigned") })
	add("length-tag", "l= lets anyone add to the body", func(k *sample) { k.s().extra = "l=3; "; k.fails("dkim_length_tag") })
	add("length-tag-whole", "l= of the whole body is refused too: it still lets more follow", func(k *sample) { k.s().extra = "l=46; "; k.fails("dkim_length_tag") })
	add("sha1", "SHA-1 must not count, RFC 8301", func(k *sample) { k.s().a = "rsa-sha1"; k.fails("dkim_sha1") })
	add("unknown-algorithm", "an algorithm that does not exist", func(k *sample) { k.s().a = "rsa-sha512"; k.fails("dkim_algorithm") })
	add("algorithm-without-hash", "a= in one half", func(k *sample) { k.s().a = "rsa"; k.fails("dkim_malformed") })
	add("version-2", "v= must be 1", func(k *sample) { k.s().v = "2"; k.fails("dkim_malformed") })
	add("duplicate-tag", "d= twice: readers could take either", func(k *sample) { k.s().extra = "d=evil.example; "; k.fails("dkim_malformed") })
	add("unknown-tag", "unknown tags are ignored", func(k *sample) { k.s().extra = "q1=abc; " })
	add("no-b", "a signature without its value", func(k *sample) {
		k.after = func(s string) string {
			j := strings.Index(s, "\r\nFrom")
			i := strings.LastIndex(s[:j], "; b=")
			return s[:i+4] + s[j:]
		}
		k.fails("dkim_malformed")
	})
	add("bad-base64", "b= with characters that are none", func(k *sample) { k.edit("; b=", "; b=*"); k.fails("dkim_malformed") })
	add("short-body-hash", "bh= of another length than SHA-256 has", func(k *sample) { k.s().bh = "AAAA"; k.fails("dkim_malformed") })
	add("selector-with-dots", "selectors may have several labels", func(k *sample) {
		k.s().s = "2026.mail"
		k.add(keyLine("north.example", "2026.mail", "ed"))
	})
	add("selector-underscore", "selectors with underscores are in use", func(k *sample) { k.s().s = "a_b"; k.add(keyLine("north.example", "a_b", "ed")) })
	add("selector-hostile", "a selector that is no name makes no DNS question", func(k *sample) { k.s().s = "a/../b"; k.fails("dkim_malformed") })
	add("domain-upper-case", "d= has no case", func(k *sample) { k.s().d = "North.EXAMPLE" })
	add("domain-trailing-dot", "d= with a last dot is not in the grammar", func(k *sample) { k.s().d = "north.example."; k.fails("dkim_malformed") })
	add("top-level-domain", "d= of a whole top-level domain", func(k *sample) {
		k.s().d = "example"
		k.add(keyLine("example", "s1", "ed"))
		k.fails("dkim_malformed")
	})
	add("identity-below", "i= below d= is allowed", func(k *sample) { k.s().extra = "i=ada@mail.north.example; " })
	add("identity-elsewhere", "i= of another domain", func(k *sample) { k.s().extra = "i=ada@evil.example; "; k.fails("dkim_malformed") })
	add("identity-suffix-trick", "i= that only ends like d=", func(k *sample) { k.s().extra = "i=@evilnorth.example; "; k.fails("dkim_malformed") })
	add("query-method-unknown", "q= without dns/txt", func(k *sample) { k.s().extra = "q=http/get; "; k.fails("dkim_malformed") })
	add("query-method-known", "q=dns/txt said in words", func(k *sample) { k.s().extra = "q=dns/txt; " })
	add("no-time", "without t= the signed Date stands for it", func(k *sample) { k.s().t = 0 })
	add("no-time-old-date", "without t= an old signed Date counts", func(k *sample) { k.s().t = 0; k.sub("25 Nov 2026 11:59", "10 Nov 2026 11:59"); k.fails("dkim_old") })
	add("no-time-future-date", "without t= a signed Date of tomorrow counts", func(k *sample) { k.s().t = 0; k.sub("Wed, 25 Nov", "Thu, 26 Nov"); k.fails("dkim_future") })
	add("future-date-with-time", "a wrong clock of the writer matters nothing where t= is right", func(k *sample) { k.sub("Wed, 25 Nov 2026 11:59", "Wed, 25 Nov 2026 18:59") })
	add("five-minutes-ahead", "clocks may differ by 5 minutes", func(k *sample) { k.s().t = arrival.Unix() + 300 })
	add("six-minutes-ahead", "more than 5 minutes is the future", func(k *sample) { k.s().t = arrival.Unix() + 301; k.fails("dkim_future") })
	add("seven-days-old", "seven days on the way are allowed", func(k *sample) { k.s().t = arrival.Unix() - 7*86400 })
	add("older-than-seven-days", "an old signed mail that is sent again", func(k *sample) { k.s().t = arrival.Unix() - 7*86400 - 1; k.fails("dkim_old") })
	add("expires-later", "x= after the arrival, judged as of then and not as of today", func(k *sample) { k.s().x = arrival.Unix() + 3600 })
	add("expired-within-skew", "expired for less than clocks may differ", func(k *sample) { k.s().x = arrival.Unix() - 30 })
	add("expired", "x= before the arrival", func(k *sample) {
		k.s().t = arrival.Unix() - 7200
		k.s().x = arrival.Unix() - 3600
		k.fails("dkim_expired")
	})
	add("expires-before-signed", "x= not after t=", func(k *sample) { k.s().x = k.s().t; k.fails("dkim_malformed") })
	add("absurd-time", "t= of more than 12 digits, RFC 6376 section 3.5", func(k *sample) { k.s().t = 0; k.s().extra = "t=9999999999999; "; k.fails("dkim_malformed") })
	add("negative-time", "t= below zero", func(k *sample) { k.s().t = -5; k.fails("dkim_malformed") })
	add("unsigned", "no signature at all", func(k *sample) { k.seals = nil; k.fails() })
	add("signature-too-long", "a signature field of more than 16 kB", func(k *sample) {
		k.s().extra = "z=" + strings.Repeat(strings.Repeat("x", 900)+"\r\n ", 20) + "; "
		k.fails("dkim_malformed")
	})
	add("two-good", "RSA and Ed25519 side by side, RFC 8463", func(k *sample) {
		k.seals = append(k.seals, seal{d: "north.example", s: "s2", key: "rsa2048", t: arrival.Unix()})
		k.add(keyLine("north.example", "s2", "rsa2048"))
	})
	add("broken-and-good", "one broken signature does not hurt a good one", func(k *sample) {
		k.seals = append(k.seals, seal{d: "north.example", s: "s2", t: arrival.Unix(), bh: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="})
		k.add(keyLine("north.example", "s2", "ed"))
	})
	add("good-behind-strangers", "ten signatures of strangers on top don't keep ours from being tried", func(k *sample) {
		for range 10 {
			k.seals = append(k.seals, seal{d: "evil.example", key: "other", t: arrival.Unix()})
		}
		k.add(keyLine("evil.example", "s1", "other"))
	})
	add("better-coverage-counts", "of two good ones the one that covers more is counted", func(k *sample) {
		k.seals = append(k.seals, seal{d: "north.example", h: "from", t: arrival.Unix()})
	})
	add("good-beyond-the-fifth", "five broken ones of our own domain use up what is tried", func(k *sample) {
		for range 5 {
			k.seals = append(k.seals, seal{d: "north.example", s: "none", t: arrival.Unix()})
		}
		k.fails("dkim_no_key")
	})
}
