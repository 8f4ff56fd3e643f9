package sender

import (
	"slices"
	"strings"
	"time"
)

// arrival is when the messages of the corpus arrive.
var arrival = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

const honest = "From: Ada Berg <ada@north.example>\r\n" +
	"To: Support <support@desk.example>\r\n" +
	"Subject: Re: [T-1042-7KQ3MX] Reset of a password\r\n" +
	"Date: Wed, 25 Nov 2026 11:59:00 +0000\r\n" +
	"Message-ID: <1@north.example>\r\n" +
	"In-Reply-To: <n1@desk.example>\r\n" +
	"MIME-Version: 1.0\r\n" +
	"Content-Type: text/plain; charset=utf-8\r\n" +
	"\r\n" +
	"YES\r\n\r\nAda  Berg\t \r\n> Is this you?\r\n\r\n"

// sample is a case being made: an honest message of a domain with p=reject and
// a good signature, of which each case spoils or changes one thing.
type sample struct {
	msg   string // before signing
	seals []seal // the last one stands on top
	after func(string) string
	zone  string
	want  want
}

type testCase struct {
	name, why, raw, zone string
	want                 want
}

func (k *sample) sub(old, new string) {
	if !strings.Contains(k.msg, old) {
		panic("no " + old)
	}
	k.msg = strings.Replace(k.msg, old, new, 1)
}

// edit changes the signed message.
func (k *sample) edit(old, new string) {
	before := k.after
	k.after = func(s string) string {
		s = before(s)
		if !strings.Contains(s, old) {
			panic("no " + old)
		}
		return strings.Replace(s, old, new, 1)
	}
}

func (k *sample) prepend(fields string) {
	before := k.after
	k.after = func(s string) string { return fields + before(s) }
}

func (k *sample) key(value string) {
	k.zone = strings.Replace(k.zone, keyLine("north.example", "s1", "ed"), txtLine("s1._domainkey.north.example", value), 1)
}
func (k *sample) dmarc(value string) {
	k.zone = strings.Replace(k.zone, txtLine("_dmarc.north.example", "v=DMARC1; p=reject"), "", 1)
	if value != "" {
		k.zone += txtLine("_dmarc.north.example", value)
	}
}
func (k *sample) add(lines ...string) { k.zone += strings.Join(lines, "") }

func keyLine(domain, selector, key string) string {
	return txtLine(selector+"._domainkey."+domain, keyRecord(key, ""))
}

func (k *sample) ends(result, by, domain, dmarc, policy, reasons string) {
	k.want["result"], k.want["by"], k.want["domain"], k.want["dmarc"], k.want["policy"], k.want["reasons"] = result, by, domain, dmarc, policy, reasons
	if result != "pass" {
		delete(k.want, "covers")
	}
}
func (k *sample) fails(codes ...string) {
	k.ends("fail", "", "", "fail", "reject", strings.Join(append([]string{"dmarc_fail"}, codes...), " "))
}
func (k *sample) none(codes ...string) {
	k.ends("none", "", "", "none", "", strings.Join(append([]string{"not_aligned"}, codes...), " "))
}
func (k *sample) refused(code string) { k.ends("refused", "", "", "", "", code) }
func (k *sample) temp(dmarc, policy string) {
	k.ends("temperror", "", "", dmarc, policy, "dns_temperror")
}
func (k *sample) s() *seal { return &k.seals[0] }

// border puts the word of the border on top.
func (k *sample) border(results string) {
	k.want["authserv"] = "mx.desk.example"
	k.prepend("Authentication-Results: mx.desk.example; " + results + "\r\nReceived: from a by mx.desk.example; Wed, 25 Nov 2026 11:59:30 +0000\r\n")
}

var list []testCase

func add(name, why string, spoil func(k *sample)) {
	k := &sample{msg: honest, after: func(s string) string { return s },
		seals: []seal{{d: "north.example", t: arrival.Unix() - 60}},
		zone:  keyLine("north.example", "s1", "ed") + txtLine("_dmarc.north.example", "v=DMARC1; p=reject"),
		want: want{"at": arrival.Format(time.RFC3339), "result": "pass", "by": "dkim", "domain": "north.example", "dmarc": "pass",
			"policy": "reject", "covers": "from to subject date message-id"}}
	spoil(k)
	raw := k.msg
	for _, s := range k.seals {
		raw = sign(raw, s)
	}
	list = append(list, testCase{name, why, k.after(raw), k.zone, k.want})
}

// cases makes all of them.
func cases() []testCase {
	list = nil
	dkimCases()
	keyCases()
	changeCases()
	dmarcCases()
	alignCases()
	dnsCases()
	borderCases()
	fromCases()
	arcCases()
	return slices.Clone(list)
}

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
			i, j := strings.Index(s, "b="), strings.Index(s, "\r\nFrom")
			i = strings.LastIndex(s[:j], "; b=")
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

func keyCases() {
	add("key-missing", "the selector does not exist", func(k *sample) { k.s().s = "gone"; k.fails("dkim_no_key") })
	add("key-other-type", "the name exists without TXT", func(k *sample) {
		k.s().s = "a"
		k.add("a._domainkey.north.example. 300 IN A 192.0.2.1\n")
		k.fails("dkim_no_key")
	})
	add("key-of-another", "another key than the one that signed", func(k *sample) { k.key(keyRecord("other", "")); k.fails("dkim_bad_signature") })
	add("key-revoked", "an empty p= revokes", func(k *sample) { k.key("v=DKIM1; k=ed25519; p="); k.fails("dkim_revoked") })
	add("key-without-p", "a key record without p=", func(k *sample) { k.key("v=DKIM1; k=ed25519"); k.fails("dkim_bad_key") })
	add("key-garbage", "p= that is no key", func(k *sample) { k.key("v=DKIM1; k=rsa; p=AAAA"); k.fails("dkim_bad_key") })
	add("key-version", "a record of a version to come", func(k *sample) {
		k.key(strings.Replace(keyRecord("ed", ""), "DKIM1", "DKIM2", 1))
		k.fails("dkim_no_key")
	})
	add("key-without-version", "v= of a key is optional", func(k *sample) { k.key(strings.TrimPrefix(keyRecord("ed", ""), "v=DKIM1; ")) })
	add("key-testing", "t=y: the domain says not to rely on it", func(k *sample) { k.key(keyRecord("ed", "t=y; ")); k.fails("dkim_testing") })
	add("key-strict-identity", "t=s and i= below d=", func(k *sample) {
		k.key(keyRecord("ed", "t=s; "))
		k.s().extra = "i=@mail.north.example; "
		k.fails("dkim_identity")
	})
	add("key-strict-identity-kept", "t=s and i= of d= itself", func(k *sample) { k.key(keyRecord("ed", "t=s; ")); k.s().extra = "i=ada@north.example; " })
	add("key-flags-both", "y among several flags", func(k *sample) { k.key(keyRecord("ed", "t=s:y; ")); k.fails("dkim_testing") })
	add("key-service-email", "s=email", func(k *sample) { k.key(keyRecord("ed", "s=email; ")) })
	add("key-service-other", "a key for something else than mail", func(k *sample) { k.key(keyRecord("ed", "s=tlsrpt; ")); k.fails("dkim_key_service") })
	add("key-hash-allowed", "h= that names SHA-256 among others", func(k *sample) { k.key(keyRecord("ed", "h=sha1:sha256; ")) })
	add("key-hash-forbidden", "h= without SHA-256", func(k *sample) { k.key(keyRecord("ed", "h=sha1; ")); k.fails("dkim_key_mismatch") })
	add("key-type-mismatch", "an RSA key for an Ed25519 signature", func(k *sample) { k.key(keyRecord("rsa2048", "")); k.fails("dkim_key_mismatch") })
	add("key-type-unknown", "k= of a type that does not exist", func(k *sample) { k.key("v=DKIM1; k=dsa; p=AAAA"); k.fails("dkim_bad_key") })
	add("key-twice", "two keys under one name", func(k *sample) {
		k.add(txtLine("s1._domainkey.north.example", keyRecord("other", "")))
		k.fails("dkim_two_keys")
	})
	add("key-beside-other-text", "an SPF record from a wildcard beside the key", func(k *sample) { k.add(txtLine("s1._domainkey.north.example", "v=spf1 -all")) })
	add("key-by-alias", "the key stands at the mail provider, by CNAME", func(k *sample) {
		k.s().s = "p"
		k.add("p._domainkey.north.example. 300 IN CNAME p.keys.provider.example.\n", txtLine("p.keys.provider.example", keyRecord("ed", "")))
	})
	add("key-by-dangling-alias", "the CNAME leads nowhere", func(k *sample) {
		k.s().s = "p"
		k.add("p._domainkey.north.example. 300 IN CNAME gone.provider.example.\n")
		k.fails("dkim_no_key")
	})
}

func changeCases() {
	add("body-changed", "one word of the body is another", func(k *sample) { k.edit("YES", "NOT"); k.fails("dkim_body_changed") })
	add("body-appended", "a list's footer", func(k *sample) {
		before := k.after
		k.after = func(s string) string { return before(s) + "-- \r\nfooter\r\n" }
		k.fails("dkim_body_changed")
	})
	add("body-blanks-changed", "relaxed: blanks within a line count as one", func(k *sample) { k.edit("Ada  Berg\t ", "Ada Berg") })
	add("body-blanks-changed-simple", "simple: they count", func(k *sample) {
		k.s().c = "relaxed/simple"
		k.edit("Ada  Berg\t ", "Ada Berg")
		k.fails("dkim_body_changed")
	})
	add("body-last-lines", "empty lines at the end don't count", func(k *sample) { k.s().c = "relaxed/simple"; k.edit("this you?\r\n\r\n", "this you?\r\n\r\n\r\n\r\n") })
	add("body-without-last-newline", "a missing last line break does not count", func(k *sample) { k.edit("this you?\r\n\r\n", "this you?") })
	add("body-empty", "a message with nothing in it", func(k *sample) { k.msg = k.msg[:strings.Index(k.msg, "\r\n\r\n")+4] })
	add("body-empty-simple", "simple: an empty body is one line break", func(k *sample) { k.s().c = "simple/simple"; k.msg = k.msg[:strings.Index(k.msg, "\r\n\r\n")+4] })
	add("body-leading-blank-kept", "relaxed: a blank at the start of a line stays one", func(k *sample) { k.sub("YES", "  YES"); k.edit("  YES", " YES") })
	add("body-leading-blank-added", "relaxed: a blank where none was is a change", func(k *sample) { k.edit("YES", " YES"); k.fails("dkim_body_changed") })
	add("body-eight-bit", "raw octets in the body", func(k *sample) { k.sub("YES", "YES \xc3\xa4 \xe9") })
	add("body-long-line", "a body line of 20 kB", func(k *sample) { k.sub("YES", "YES\r\n"+strings.Repeat("wort ", 4000)) })
	add("body-bare-lf", "a bare line feed in the body is not a line break", func(k *sample) { k.sub("YES", "YES\nx"); k.fails("dkim_body_bare_lf") })
	add("body-bare-cr", "a stray carriage return before a line break, as some programs write", func(k *sample) { k.sub("YES\r\n", "YES\r\r\n") })
	add("from-changed", "From is another one than was signed", func(k *sample) {
		k.edit("ada@north.example>", "bob@north.example>")
		k.fails("dkim_bad_signature")
	})
	add("subject-changed", "another reference in a signed Subject", func(k *sample) { k.edit("7KQ3MX", "7KQ3MY"); k.fails("dkim_bad_signature") })
	add("subject-refolded", "relaxed: folding the Subject anew changes nothing", func(k *sample) { k.edit("Reset of a", "Reset\r\n  of a") })
	add("subject-refolded-simple", "simple: it does", func(k *sample) {
		k.s().c = "simple/simple"
		k.edit("Reset of a", "Reset\r\n of a")
		k.fails("dkim_bad_signature")
	})
	add("subject-case-changed", "the case of a value counts", func(k *sample) { k.edit("Subject: Re:", "Subject: RE:"); k.fails("dkim_bad_signature") })
	add("name-case-changed", "relaxed: the case of a field name does not", func(k *sample) { k.edit("Subject: Re:", "SUBJECT: Re:") })
	add("subject-removed", "a signed field is gone", func(k *sample) {
		k.edit("Subject: Re: [T-1042-7KQ3MX] Reset of a password\r\n", "")
		k.fails("dkim_bad_signature")
	})
	add("fields-reordered", "the order of different fields is free", func(k *sample) {
		k.edit("Message-ID: <1@north.example>\r\n", "")
		k.edit("From: Ada", "Message-ID: <1@north.example>\r\nFrom: Ada")
	})
	add("trace-added", "servers on the way put fields on top", func(k *sample) {
		k.prepend("Return-Path: <ada@north.example>\r\nDelivered-To: support@desk.example\r\nReceived: from a by b; Wed, 25 Nov 2026 11:59:30 +0000\r\nX-Spam-Status: No\r\n")
	})
	add("second-from-on-top", "DKIM covers the lower From, readers show the upper", func(k *sample) { k.prepend("From: boss@north.example\r\n"); k.refused("duplicate_from") })
	add("second-from-with-blank", "a From with a blank before its colon", func(k *sample) { k.prepend("From : boss@north.example\r\n"); k.refused("ambiguous_header") })
	add("second-subject-on-top", "DKIM still passes, the Subject shown is another", func(k *sample) { k.prepend("Subject: Re: [T-1-AAAAAA]\r\n"); k.refused("duplicate_field") })
	add("second-to-below", "DKIM covers the lower To", func(k *sample) { k.edit("Subject:", "To: x@desk.example\r\nSubject:"); k.refused("duplicate_field") })
	add("second-content-type", "the body could be read as another type", func(k *sample) { k.prepend("Content-Type: text/html\r\n"); k.refused("duplicate_field") })
	add("replayed-with-other-to", "a signed mail aimed at us by an unsigned To", func(k *sample) {
		k.s().h = "from:subject:date"
		k.edit("support@desk.example", "help@desk.example")
		k.want["covers"], k.want["uncovered"] = "from subject date", "to"
	})
}

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
}

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

func dnsCases() {
	fault := func(kind, name string) string { return ";!" + kind + " " + name + ".\n" }
	const key, pol = "s1._domainkey.north.example", "_dmarc.north.example"
	for _, kind := range []string{"servfail", "refused", "drop", "cut", "referral"} {
		add("key-"+kind, "the key's question is not answered: "+kind, func(k *sample) { k.add(fault(kind, key)); k.temp("fail", "reject") })
	}
	add("key-truncated", "an answer cut off over UDP is asked for over TCP", func(k *sample) { k.add(fault("truncated", key)) })
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

func borderCases() {
	footer := func(k *sample) {
		k.edit("YES", "YES [checked]")
		k.ends("pass", "border", "north.example", "pass", "reject", "")
	}
	add("border-dkim", "the border changed the body itself and says that DKIM passed before", func(k *sample) { footer(k); k.border("dkim=pass header.d=north.example") })
	add("border-dkim-identity", "a border that says header.i only", func(k *sample) { footer(k); k.border("dkim=pass header.i=@north.example header.s=s1 header.b=abc") })
	add("border-dmarc", "dmarc=pass where the header signature is still good", func(k *sample) { footer(k); k.border("dmarc=pass (p=REJECT) header.from=north.example") })
	add("border-fails-of-us", "our own verification goes before the border's fail", func(k *sample) { k.border("dkim=fail header.d=north.example; dmarc=fail header.from=north.example") })
	broken := func(k *sample) { k.edit("YES", "YES [checked]"); k.fails("dkim_body_changed") }
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
		k.want["authserv"] = "mx.desk.example"
		k.prepend("Received: from a by mx.desk.example; Wed, 25 Nov 2026 11:59:30 +0000\r\nAuthentication-Results: mx.desk.example; dkim=pass header.d=north.example\r\n")
	})
	add("border-below-received-told", "below_received: the border's own Received stand above", func(k *sample) {
		footer(k)
		k.want["authserv"], k.want["below"] = "mx.desk.example", "2"
		k.prepend("Received: by a; Wed, 25 Nov 2026 11:59:31 +0000\r\nReceived: from b by c; Wed, 25 Nov 2026 11:59:30 +0000\r\nAuthentication-Results: mx.desk.example; dkim=pass header.d=north.example\r\n")
	})
	add("border-below-one-too-many", "one Received more than the border's own", func(k *sample) {
		broken(k)
		k.want["authserv"], k.want["below"] = "mx.desk.example", "1"
		k.prepend("Received: by a; Wed, 25 Nov 2026 11:59:31 +0000\r\nReceived: from b by c; Wed, 25 Nov 2026 11:59:30 +0000\r\nAuthentication-Results: mx.desk.example; dkim=pass header.d=north.example\r\n")
	})
	add("border-topmost", "of two the upper counts, which says fail", func(k *sample) {
		broken(k)
		k.want["authserv"] = "mx.desk.example"
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
	injected("inject-quoted-mailfrom", "a result within a quoted local part of MAIL FROM", `spf=pass smtp.mailfrom="x; dmarc=pass header.from=north.example"@evil.example; dmarc=fail header.from=north.example`)
	injected("inject-open-quote", "a quotation that does not end", `spf=pass smtp.mailfrom="x; dkim=pass header.d=north.example`)
	injected("inject-open-comment", "a comment that does not end", `spf=fail (x; dkim=pass header.d=north.example`)
	injected("inject-closed-comment", "a bracket too many", `spf=fail ) ; dkim=pass header.d=north.example`)
	injected("inject-duplicate-dmarc", "a method twice", `dmarc=pass header.from=north.example; dmarc=fail header.from=north.example`)
	injected("inject-duplicate-property", "a property twice", `dkim=pass header.d=north.example header.d=evil.example`)
	injected("inject-equals", "an address with an equals sign", `spf=pass smtp.mailfrom=a=b@evil.example; dkim=pass header.d=north.example`)
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

func fromCases() {
	from := func(value string, code string) func(*sample) {
		return func(k *sample) {
			k.sub("Ada Berg <ada@north.example>", value)
			if code != "" {
				k.refused(code)
			}
		}
	}
	add("from-bare", "an address without a name", from("ada@north.example", ""))
	add("from-quoted-name", "a name with a comma and an at sign", from(`"Berg, Ada @ home" <ada@north.example>`, ""))
	add("from-encoded-name", "an encoded word that decodes to an address", from("=?utf-8?q?eve=40evil=2Eexample?= <ada@north.example>", ""))
	add("from-eight-bit-name", "a name in raw octets", from("Ad\xc3\xa4 B\xe9rg <ada@north.example>", ""))
	add("from-comment", "the old form with the name in a comment", from("ada@north.example (Ada Berg)", ""))
	add("from-folded", "From in two lines", from("Ada Berg\r\n <ada@north.example>", ""))
	add("from-case", "an address has no case", from("Ada <ADA@North.Example>", ""))
	add("from-two", "two addresses", from("ada@north.example, eve@evil.example", "bad_from"))
	add("from-name-address", "another address as the name", from("boss@good.example <ada@north.example>", "bad_from"))
	add("from-group", "a group", from("x: ada@north.example;", "bad_from"))
	add("from-route", "a route", from("<@evil.example:ada@north.example>", "bad_from"))
	add("from-quoted-local", "a quoted local part", from(`"ada"@north.example`, "bad_from"))
	add("from-literal", "an address literal", from("ada@[192.0.2.1]", "bad_from"))
	add("from-empty", "nothing", from("<>", "bad_from"))
	add("from-kelvin", "U+212A folds to a k", from("mi\u212Ae@north.example", "bad_from"))
	add("from-nul", "a NUL in the header", func(k *sample) { k.edit("Ada Berg", "Ada\x00Berg"); k.refused("ambiguous_header") })
	add("from-bare-cr", "a bare carriage return", func(k *sample) { k.edit("Ada Berg", "Ada\rBerg"); k.refused("ambiguous_header") })
}
