// Package dkim verifies signatures of domains over messages (RFC 6376, with RFC
// 8301 and RFC 8463): it reads the signature and the key record, and compares
// what was signed with what came.
//
// It asks nobody. The message comes in as package rawmail read it, the key as
// package resolver's answer, and out comes a result of RFC 8601 section 2.7.1 with
// the code of its reason. A caller goes the way of RFC 6376 section 6.1: Parse and
// Acceptable, then Prove with the answer for KeyName, then CheckBody. Covered says
// which fields a signature that passed stands for.
//
// It is stricter than the standard, since a proof rests on it: no SHA-1; no l=; no
// key that is only being tested (t=y); RSA keys of 1024 to 8192 bits; From signed;
// made at most 7 days before the message arrived, and not after; no bare line feed
// in the body; base64 in one spelling; fields of 16 kB and key records of 4 kB at
// most; and of two keys under one name neither counts.
//
// Whether the domain has anything to do with the sender is for package sender to
// find; chains of forwarders are read by package arc.
package dkim

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"slices"
	"time"

	"countersign/inbound/sender/resolver"
	"countersign/internal/rawmail"
	"countersign/policy"
)

// KeyName is the name under which DNS has the key (RFC 6376 section 3.6.2.1).
func (s *Signature) KeyName() string { return s.Selector + "._domainkey." + s.Domain }

// maxModulus bounds the work of one verification, in bits.
const maxModulus = 8192

// Prove checks a signature against the hash of what it signs, with the key in what
// DNS answered for KeyName. Where it gives no code the fields are as they were
// signed, though the body may have been changed.
func (s *Signature) Prove(a resolver.Answer, sum []byte) (result policy.Result, code policy.Code) {
	rec, result, code := findKey(a)
	if code != "" {
		return result, code
	}
	if result, code := keyAllows(rec, s); code != "" {
		return result, code
	}
	ok := false
	switch k := rec.Public.(type) {
	case *rsa.PublicKey:
		// RFC 8301 section 3.2
		if k.N.BitLen() < 1024 || k.N.BitLen() > maxModulus { //rule:6.1 a-weak-key-signs-nothing inbound/sender.TestKeySize
			return policy.ResultPolicy, policy.CodeDKIMWeakKey
		}
		ok = rsa.VerifyPKCS1v15(k, crypto.SHA256, sum, s.Value) == nil
	case ed25519.PublicKey: // RFC 8463 section 3: it signs the hash
		ok = ed25519.Verify(k, sum, s.Value)
	}
	if !ok { //rule:6.1 a-signature-is-verified inbound/sender.TestCorpus/change/100-subject-changed
		return policy.ResultFail, policy.CodeDKIMBadSignature
	}
	return policy.ResultPass, ""
}

// CheckBody compares the body with the hash that was signed; it gives the code of
// what is wrong.
func (s *Signature) CheckBody(b *Body) policy.Code {
	switch {
	case b.bareLF(): //rule:6.1 bare-line-feed-in-a-body inbound/sender.TestCorpus/change/097-body-bare-lf
		return policy.CodeDKIMBodyBareLF
	case !bytes.Equal(b.Sum(s.Body), s.BodyHash): //rule:6.1 the-body-is-compared inbound/sender.TestCorpus/change/085-body-changed
		return policy.CodeDKIMBodyChanged
	}
	return ""
}

// skew is how far clocks may differ.
const skew = policy.Skew

// maxAge is how old a signature may be when its message arrives.
const maxAge = 7 * 24 * time.Hour

// Acceptable is what is demanded of a signature before its key is asked for;
// it gives the code of what is wrong.
func (s *Signature) Acceptable(m *rawmail.Message, arrived time.Time) policy.Code {
	_, cut := s.tags["l"]
	made := s.MadeAt(m)
	switch {
	case s.Hash == "sha1": // RFC 8301 section 3.1
		return policy.CodeDKIMSHA1
	case s.Hash != "sha256" || s.Key != "rsa" && s.Key != "ed25519":
		return policy.CodeDKIMAlgorithm
	case len(s.BodyHash) != 32:
		return policy.CodeDKIMMalformed
	// the rest of the body would be anyone's
	case cut: //rule:6.1 no-part-of-a-body inbound/sender.TestCorpus/dkim/020-length-tag
		return policy.CodeDKIMLengthTag
	// RFC 6376 section 5.4
	case !slices.Contains(s.Names, "from"): //rule:6.1 from-is-signed inbound/sender.TestCorpus/dkim/019-from-unsigned
		return policy.CodeDKIMFromUnsigned
	case !s.Expires.IsZero() && arrived.After(s.Expires.Add(skew)): //rule:6.1 expired-signs-nothing inbound/sender.TestCorpus/dkim/052-expired
		return policy.CodeDKIMExpired
	case made.After(arrived.Add(skew)): //rule:6.1 of-the-future-signs-nothing inbound/sender.TestCorpus/dkim/047-six-minutes-ahead
		return policy.CodeDKIMFuture
	case !made.IsZero() && made.Before(arrived.Add(-maxAge)): //rule:6.1 old-signs-nothing inbound/sender.TestCorpus/dkim/049-older-than-seven-days
		return policy.CodeDKIMOld
	}
	return ""
}

// MadeAt is t=, or else the Date that the signature covers.
func (s *Signature) MadeAt(m *rawmail.Message) time.Time {
	if !s.Signed.IsZero() || !slices.Contains(s.Names, "date") {
		return s.Signed
	}
	return rawmail.Date(m.Get("date"))
}

// Covered names the fields of the message that the signature covers, each in
// all its instances: h= counts them from the bottom (RFC 6376 section 5.4.2).
func (s *Signature) Covered(m *rawmail.Message) (out []string) {
	have, named := map[string]int{}, map[string]int{}
	for _, f := range m.Fields {
		have[f.Key]++
	}
	for _, n := range s.Names {
		named[n]++
	}
	for n, k := range named {
		if have[n] > 0 && k >= have[n] {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}
