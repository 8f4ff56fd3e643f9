package sender

import (
	"crypto"
	"encoding/base64"
	"fmt"
	"strings"

	"countersign/inbound/sender/arc"
	"countersign/inbound/sender/dkim"
	"countersign/internal/rawmail"
)

// arcSeal puts a set of ARC fields on top of a message, as a forwarder does that
// received it with these results.
func arcSeal(raw, domain string, n int, cv, results, h string) string {
	return arcSealFor(raw, domain, domain, n, cv, results, h)
}

// arcSealFor puts the message signature of another domain below the seal.
func arcSealFor(raw, domain, signer string, n int, cv, results, h string) string {
	m, _ := rawmail.Scan([]byte(raw), rawmail.DefaultLimits())
	b := dkim.NewBody(m.Body)
	field := fmt.Sprintf("ARC-Message-Signature: i=%d; a=ed25519-sha256; c=relaxed/relaxed; d=%s; s=arc; t=%d; h=%s; bh=%s; b=",
		n, signer, arrival.Unix()-30, h, base64.StdEncoding.EncodeToString(b.Sum("relaxed")))
	s := &dkim.Signature{Field: []byte(field + "\r\n"), Header: "relaxed", Names: strings.Split(h, ":")}
	ams := field + edSign(s.Sum(m)) + "\r\n"
	aar := fmt.Sprintf("ARC-Authentication-Results: i=%d; %s; %s\r\n", n, domain, results)
	seal := fmt.Sprintf("ARC-Seal: i=%d; a=ed25519-sha256; cv=%s; d=%s; s=arc; t=%d; b=", n, cv, domain, arrival.Unix()-30)
	whole, _ := rawmail.Scan([]byte(seal+"\r\n"+ams+aar+raw), rawmail.DefaultLimits())
	var fields [][]byte
	for i := 1; i <= n; i++ {
		for _, name := range []string{"arc-authentication-results", "arc-message-signature", "arc-seal"} {
			for _, f := range whole.Fields {
				if number, _, _ := strings.Cut(f.Value, ";"); f.Key == name && number == fmt.Sprint("i=", i) {
					fields = append(fields, f.Raw)
				}
			}
		}
	}
	return seal + edSign(dkim.SealSum(fields...)) + "\r\n" + ams + aar + raw
}

func edSign(sum []byte) string {
	sig, err := testKeys()["other"].Sign(nil, sum, crypto.Hash(0))
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(sig)
}

const arcFields = "from:to:subject:date:message-id"

// sealed: a list changed the Subject, and sealed what it had seen.
func (k *sample) sealed(results string) {
	k.edit("Reset of", "[list] Reset of")
	k.add(keyLine("list.example", "arc", "other"))
	k.want["sealers"] = "list.example"
	before := k.after
	k.after = func(s string) string { return arcSeal(before(s), "list.example", 1, "none", results, arcFields) }
}

func arcCases() {
	sealed := func(k *sample, results string) {
		k.edit("YES", "YES [list]")
		k.sealed(results)
	}
	const seen = "dkim=pass header.d=north.example; dmarc=pass header.from=north.example"
	pass := func(k *sample) { k.ends("pass", "arc", "list.example", "pass", "reject", "") }
	add("arc", "an allow-listed list says what it saw before it changed the message", func(k *sample) { sealed(k, seen); pass(k) })
	add("arc-not-listed", "a sealer that nobody listed", func(k *sample) {
		sealed(k, seen)
		k.want["sealers"], k.want["arc"] = "other.example", "policy"
		k.fails("dkim_bad_signature")
	})
	add("arc-saw-fail", "the sealer saw DKIM fail", func(k *sample) { sealed(k, "dkim=fail header.d=north.example"); k.fails("dkim_bad_signature") })
	add("arc-saw-other", "the sealer saw another's signature", func(k *sample) { sealed(k, "dkim=pass header.d=evil.example"); k.fails("dkim_bad_signature") })
	add("arc-saw-spf", "the sealer saw only SPF, which proves a server", func(k *sample) {
		sealed(k, "spf=pass smtp.mailfrom=north.example; dmarc=pass header.from=north.example")
		k.fails("dkim_bad_signature")
	})
	broken := func(name, why string, after func(string) string) {
		add(name, why, func(k *sample) {
			sealed(k, seen)
			k.fails("dkim_bad_signature")
			before := k.after
			k.after = func(s string) string { return after(before(s)) }
		})
	}
	replace := func(old, new string) func(string) string {
		return func(s string) string {
			if !strings.Contains(s, old) {
				panic("no " + old)
			}
			return strings.Replace(s, old, new, 1)
		}
	}
	broken("arc-body-changed", "the body was changed after the seal", replace("[list]\r\n", "[evil]\r\n"))
	broken("arc-subject-changed", "the Subject was changed after the seal", replace("7KQ3MX", "AAAAAA"))
	broken("arc-results-changed", "what the sealer saw was changed: its seal is broken", replace("dmarc=pass", "dmarc=none"))
	broken("arc-cv", "the first seal must say none", replace("cv=none", "cv=pass"))
	broken("arc-number", "a chain begins with 1", func(s string) string { return strings.ReplaceAll(s, ": i=1;", ": i=2;") })
	broken("arc-half", "a set without its results", func(s string) string {
		i := strings.Index(s, "ARC-Authentication-Results")
		j := strings.Index(s[i:], "\r\n")
		return s[:i] + s[i+j+2:]
	})
	broken("arc-twice", "a field of the set twice", func(s string) string {
		return s[:strings.Index(s, "\r\n")+2] + s
	})
	add("arc-key-unanswered", "the sealer's key is not answered", func(k *sample) {
		sealed(k, seen)
		k.add(";!servfail arc._domainkey.list.example.\n")
		k.temp("fail", "reject")
		k.want["reasons"] = "dns_temperror dkim_bad_signature"
	})
	add("arc-from-changed", "the list put itself into From: what it saw was another's", func(k *sample) {
		k.edit("ada@north.example>", "ada@list.example>")
		sealed(k, seen)
		k.none()
	})
	chain := func(k *sample, sealers string) {
		sealed(k, seen)
		k.want["sealers"] = sealers
		k.add(keyLine("second.example", "arc", "other"))
		before := k.after
		k.after = func(s string) string {
			s = strings.Replace(before(s), "YES [list]", "YES [list] [second]", 1)
			return arcSeal(s, "second.example", 2, "pass", "arc=pass; dkim=fail header.d=north.example", arcFields)
		}
	}
	add("arc-chain", "two sealers in a row, both listed: the first saw it", func(k *sample) {
		chain(k, "list.example second.example")
		k.ends("pass", "arc", "second.example", "pass", "reject", "")
	})
	add("arc-chain-first-unlisted", "the first sealer, who claims to have seen it, is not listed", func(k *sample) {
		chain(k, "second.example")
		k.fails("dkim_bad_signature")
	})
	add("arc-chain-last-unlisted", "the last sealer is not listed", func(k *sample) {
		chain(k, "list.example")
		k.fails("dkim_bad_signature")
	})
	add("arc-from-unsigned", "the sealer's signature does not cover From", func(k *sample) {
		sealed(k, seen)
		before := k.after
		k.after = func(s string) string {
			s = before(s)
			s = s[strings.Index(s, "DKIM-Signature"):]
			return arcSeal(s, "list.example", 1, "none", seen, "to:subject")
		}
		k.fails("dkim_bad_signature")
	})
	// Sealed as the first set, by this function instead of an honest one.
	resealed := func(name, why, result string, change func(k *sample), seal func(raw string) string) {
		add(name, why, func(k *sample) {
			if change != nil {
				change(k)
			}
			sealed(k, seen)
			k.add(keyLine("second.example", "arc", "other"))
			before := k.after
			k.after = func(s string) string {
				s = before(s)
				return seal(s[strings.Index(s, "DKIM-Signature"):])
			}
			k.want["arc"] = result
			k.fails("dkim_bad_signature")
		})
	}
	resealed("arc-first-says-pass", "the first seal says that a chain before it was good, and there was none", "fail", nil, func(raw string) string {
		return arcSeal(raw, "list.example", 1, "pass", seen, arcFields)
	})
	resealed("arc-second-says-none", "the second seal says that nothing was sealed before", "fail", nil, func(raw string) string {
		return arcSeal(arcSeal(raw, "list.example", 1, "none", seen, arcFields), "list.example", 2, "none", seen, arcFields)
	})
	resealed("arc-says-fail", "a listed sealer says that the chain it got was broken", "fail", nil, func(raw string) string {
		return arcSeal(arcSeal(raw, "list.example", 1, "none", seen, arcFields), "list.example", 2, "fail", seen, arcFields)
	})
	resealed("arc-signature-of-another", "a listed domain seals what a domain that nobody listed signed", "policy", nil, func(raw string) string {
		return arcSealFor(raw, "list.example", "second.example", 1, "none", seen, arcFields)
	})
	resealed("arc-seal-of-another", "a domain that nobody listed seals what a listed one signed", "policy", nil, func(raw string) string {
		return arcSealFor(raw, "second.example", "list.example", 1, "none", seen, arcFields)
	})
	resealed("arc-bare-lf", "a sealed body with a bare line feed is read in two ways", "fail", func(k *sample) { k.edit("Ada  Berg", "Ada\nBerg") }, func(raw string) string {
		return arcSeal(raw, "list.example", 1, "none", seen, arcFields)
	})
	resealed("arc-too-long", "a chain of eleven seals", "fail", nil, func(raw string) string {
		for n := 1; n <= arc.MaxSets+1; n++ {
			cv := "pass"
			if n == 1 {
				cv = "none"
			}
			raw = arcSeal(raw, "list.example", n, cv, seen, arcFields)
		}
		return raw
	})
}

// sealedCases: what a seal says, and who may say it.
func sealedCases() {
	const seen = "dkim=pass header.d=north.example"
	add("arc-saw-dmarc-of-a-domain", "the sealer saw DMARC pass, which may rest on SPF, and names a domain", func(k *sample) {
		k.sealed("dmarc=pass header.d=north.example; spf=pass header.d=north.example")
		k.fails("dkim_bad_signature")
	})
	add("arc-nobody-listed", "where no sealer is listed, a chain isn't even looked at", func(k *sample) {
		k.sealed(seen)
		delete(k.want, "sealers")
		k.want["arc"] = "none"
		k.fails("dkim_bad_signature")
	})
	add("arc-results-twice", "a second list of results in a set that is sealed", func(k *sample) {
		k.sealed(seen)
		k.prepend("ARC-Authentication-Results: i=1; list.example; dkim=fail header.d=north.example\r\n")
		k.want["arc"] = "fail"
		k.fails("dkim_bad_signature")
	})
	add("arc-signature-twice", "a second message signature in a set that is sealed", func(k *sample) {
		k.sealed(seen)
		before := k.after
		k.after = func(s string) string {
			s = before(s)
			at := strings.Index(s, "ARC-Message-Signature")
			return s[at:at+strings.Index(s[at:], "\r\n")+2] + s
		}
		k.want["arc"] = "fail"
		k.fails("dkim_bad_signature")
	})
	add("record-too-long", "a DMARC record of more than 4096 bytes is none", func(k *sample) {
		k.seals = nil
		k.dmarc("v=DMARC1; p=reject; x=" + strings.Repeat("y", 4096))
		k.none()
	})
	add("record-p-twice", "of a tag that stands twice the first counts", func(k *sample) {
		k.seals = nil
		k.dmarc("v=DMARC1; p=reject; p=none")
		k.fails()
	})
	add("boundary-ends-the-walk", "psd=n says that the owner ends here: what stands above is another's", func(k *sample) {
		k.seals = nil
		k.sub("ada@north", "ada@mail.north")
		k.dmarc("v=DMARC1; p=none; psd=n")
		k.add(txtLine("_dmarc.example", "v=DMARC1; p=reject"))
		k.ends("none", "", "", "fail", "none", "not_aligned")
	})
}

// identityCases are of results that say header.i and not header.d.
func identityCases() {
	const seen = "dkim=pass header.i=@north.example header.s=s1 header.b=AbCdEfGh"
	add("arc-saw-identity", "the sealer names whom it saw by header.i, as Google does", func(k *sample) {
		k.sealed(seen)
		k.ends("pass", "arc", "list.example", "pass", "reject", "")
	})
	add("arc-saw-identity-strict", "the same where the domain demands d= itself, which header.i may lie below", func(k *sample) {
		k.sealed(seen)
		k.dmarc("v=DMARC1; p=reject; adkim=s")
		k.fails("dkim_bad_signature")
	})
	add("arc-saw-identity-tenant", "the same below a domain that strangers share", func(k *sample) {
		k.sealed(seen)
		k.want["strict"] = "north.example"
		k.fails("dkim_bad_signature")
	})
}

// relatedCases are of words about a related domain whose boundary DNS did not tell.
func relatedCases() {
	away := ";!servfail _dmarc.mail.north.example.\n"
	add("arc-boundary-servfail", "the sealer saw a related domain, and whether the tree ends between is not answered", func(k *sample) {
		k.sealed("dkim=pass header.d=mail.north.example")
		k.add(away)
		k.temp("fail", "reject")
		k.want["arc"], k.want["reasons"] = "pass", "dns_temperror dkim_bad_signature"
	})
	add("border-boundary-servfail", "the border saw a related domain before it changed the body, and whether the tree ends between is not answered", func(k *sample) {
		k.s().d = "mail.north.example"
		k.edit("YES", "YES [list]")
		k.add(keyLine("mail.north.example", "s1", "ed"), away)
		k.border("dkim=pass header.d=mail.north.example")
		k.temp("fail", "reject")
		k.want["reasons"] = "dns_temperror dkim_body_changed"
	})
	add("spf-boundary-servfail", "SPF passed for a related domain, and whether the tree ends between is not answered", func(k *sample) {
		k.seals = nil
		k.border("spf=pass smtp.mailfrom=ada@mail.north.example")
		k.add(away)
		k.temp("fail", "reject")
	})
	add("border-equals-in-mailfrom", "a local part with equals signs, as forwarders and bulk senders write it", func(k *sample) {
		k.edit("YES", "YES [list]")
		k.border("spf=pass smtp.mailfrom=SRS0=x=y=north.example=ada@evil.example; dkim=pass header.d=north.example")
		k.ends("pass", "border", "north.example", "pass", "reject", "")
	})
	add("border-equals-in-domain", "an equals sign behind the address", func(k *sample) {
		k.edit("YES", "YES [list]")
		k.border("spf=pass smtp.mailfrom=ada@north.example=x; dkim=pass header.d=north.example")
		k.fails("dkim_body_changed", "border_malformed")
	})
}
