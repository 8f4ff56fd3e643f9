package dkim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"slices"
	"strings"

	"countersign/inbound/sender/resolver"
	"countersign/internal/rawmail"
	"countersign/policy"
)

// maxRecordText bounds the key records that are read, in bytes.
const maxRecordText = 4096

// A Key is what a key record says (RFC 6376 section 3.6.1). Lists that are absent
// are nil.
type Key struct {
	Kind     string           // k=: rsa or ed25519
	Hashes   []string         // h=, the only ones that may be used
	Services []string         // s=, likewise
	Flags    []string         // t=
	Public   crypto.PublicKey // nil: revoked
}

// ParseKey reads a key record. isKey tells whether the text, if it is none that
// can be used, was meant for one: other text may stand under the name, as a
// wildcard puts it there. internal/secondopinion compares it with another's.
func ParseKey(txt string) (r *Key, isKey bool, err error) {
	tags, err := ParseTags(txt)
	if err != nil || len(txt) > maxRecordText {
		return nil, strings.HasPrefix(txt, "v=DKIM1"), errMalformed
	}
	p, found := tags["p"]
	if v, ok := tags["v"]; ok {
		if v != "DKIM1" {
			return nil, false, errMalformed // of a version to come, or SPF
		}
		if name, _, _ := strings.Cut(txt, "="); strings.Trim(name, " \t") != "v" {
			return nil, true, errMalformed // it has to be the first
		}
		isKey = true
	}
	if !found {
		return nil, isKey, errMalformed
	}
	r = &Key{Kind: rawmail.Lower(tags["k"]), Hashes: colons(tags, "h"), Services: colons(tags, "s"), Flags: colons(tags, "t")}
	if r.Kind == "" {
		r.Kind = "rsa"
	}
	if p != "" {
		r.Public, err = publicKey(r.Kind, p)
	}
	return r, true, err
}

// same tells whether two records say the same in every respect.
func (r *Key) same(other *Key) bool {
	equal := func(a, b []string) bool { return (a == nil) == (b == nil) && slices.Equal(a, b) }
	if r.Kind != other.Kind || !equal(r.Hashes, other.Hashes) || !equal(r.Services, other.Services) || !equal(r.Flags, other.Flags) {
		return false
	}
	k, ok := r.Public.(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.Equal(other.Public) || r.Public == nil && other.Public == nil
}

// colons takes a list apart, in lower case; nil if there is none.
func colons(tags map[string]string, name string) (out []string) {
	list, ok := tags[name]
	if !ok {
		return nil
	}
	for e := range strings.SplitSeq(list, ":") {
		out = append(out, rawmail.Lower(strings.Trim(e, " \t")))
	}
	return out
}

// publicKey reads p=. An RSA key stands there as SubjectPublicKeyInfo (erratum
// 3017 of RFC 6376) or bare, as the RFC's own text has it; an Ed25519 key
// without any structure (RFC 8463 section 4.2).
func publicKey(kind, p string) (crypto.PublicKey, error) {
	b, err := unbase64(p)
	switch {
	case err != nil:
		return nil, err
	case kind == "ed25519" && len(b) == ed25519.PublicKeySize:
		return ed25519.PublicKey(b), nil
	case kind != "rsa":
		return nil, errMalformed
	}
	if key, err := x509.ParsePKCS1PublicKey(b); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKIXPublicKey(b)
	if _, ok := key.(*rsa.PublicKey); err == nil && !ok {
		err = errMalformed
	}
	return key, err
}

// allows tells whether a list of the record has the word, or restricts nothing.
func allows(list []string, word string) bool {
	return list == nil || slices.Contains(list, word)
}

// findKey finds the key record in what DNS answered (RFC 6376 section 3.6.2).
// Strings that are no key are left out, as a wildcard record puts them there; two
// keys are no key, but the same one twice is one.
func findKey(a resolver.Answer) (rec *Key, result policy.Result, code policy.Code) {
	switch {
	case errors.Is(a.Err, resolver.ErrNotFound):
		return nil, policy.ResultPermError, policy.CodeDKIMNoKey
	case errors.Is(a.Err, resolver.ErrTooMany):
		return nil, policy.ResultPermError, policy.CodeDNSLimit
	case a.Err != nil:
		return nil, policy.ResultTempError, policy.CodeDNSTemperror
	}
	bad := false
	for _, txt := range a.TXT {
		r, isKey, err := ParseKey(txt)
		switch {
		case err != nil:
			bad = bad || isKey
		case rec != nil && !rec.same(r): //rule:6.2 two-keys-are-none inbound/sender.TestCorpus/key/081-key-twice
			return nil, policy.ResultPermError, policy.CodeDKIMTwoKeys
		default:
			rec = r
		}
	}
	switch {
	case rec == nil && bad:
		return nil, policy.ResultPermError, policy.CodeDKIMBadKey
	case rec == nil:
		return nil, policy.ResultPermError, policy.CodeDKIMNoKey
	}
	return rec, "", ""
}

// keyAllows asks whether the record lets its key be used for this signature
// (RFC 6376 section 3.6.1).
func keyAllows(r *Key, s *Signature) (policy.Result, policy.Code) {
	switch {
	case r.Public == nil:
		return policy.ResultPermError, policy.CodeDKIMRevoked
	case r.Kind != s.Key || !allows(r.Hashes, s.Hash): //rule:6.1 a-key-names-its-hashes inbound/sender.TestCorpus/key/078-key-hash-forbidden
		return policy.ResultPermError, policy.CodeDKIMKeyMismatch
	case !allows(r.Services, "email") && !allows(r.Services, "*"): //rule:6.1 a-key-is-for-mail inbound/sender.TestCorpus/key/076-key-service-other
		return policy.ResultPermError, policy.CodeDKIMKeyService
	// its owner says not to rely on it
	case slices.Contains(r.Flags, "y"): //rule:6.2 testing-is-no-pass inbound/sender.TestCorpus/key/071-key-testing
		return policy.ResultPolicy, policy.CodeDKIMTesting
	case slices.Contains(r.Flags, "s") && s.Identity != s.Domain: //rule:6.1 a-key-of-the-domain-alone inbound/sender.TestCorpus/key/072-key-strict-identity
		return policy.ResultPermError, policy.CodeDKIMIdentity
	}
	return "", ""
}
