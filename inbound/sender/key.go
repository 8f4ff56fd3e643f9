package sender

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"slices"

	"countersign/inbound/sender/resolver"
	"countersign/policy"
)

// maxModulus bounds the work of one verification, in bits.
const maxModulus = 8192

// outcome is what became of one signature, with everything that belongs to it
// in one value.
type outcome struct {
	policy.Signature
	sig *signature
	// intact says that the fields were not changed, though the body may have been.
	intact bool
}

func (o *outcome) fail(r policy.Result, code string) outcome {
	o.Result, o.Reason = r, code
	return *o
}

// verify judges one signature over the message, of a domain that near to the
// From address.
func (c *check) verify(ctx context.Context, field []byte, near alignment) outcome {
	s, err := parseSignature(field)
	o := outcome{Signature: policy.Signature{Domain: s.domain, Selector: s.selector}, sig: s}
	if err != nil {
		return o.fail(policy.ResultPermError, "dkim_malformed")
	}
	if code := s.acceptable(c.Message, c.Arrived); code != "" {
		return o.fail(policy.ResultPolicy, code)
	}
	if near == apart { // it can't count, and its key is only what a stranger wants us to ask for
		return o.fail(policy.ResultNeutral, "dkim_not_aligned")
	}
	result, code, intact := c.prove(ctx, s, signedHash(c.Message, s))
	if code != "" {
		return o.fail(result, code)
	}
	o.intact = intact
	if c.bodies.bareLF() {
		return o.fail(policy.ResultFail, "dkim_body_bare_lf")
	}
	if string(c.bodies.hash(s.body)) != string(s.bodyHash) {
		return o.fail(policy.ResultFail, "dkim_body_changed")
	}
	o.Result = policy.ResultPass
	return o
}

// prove asks for the key of a signature and checks it against the hash of what
// it signs.
func (c *check) prove(ctx context.Context, s *signature, sum []byte) (result policy.Result, code string, ok bool) {
	rec, result, code := c.key(ctx, s)
	if code != "" {
		return result, code, false
	}
	if result, code := keyAllows(rec, s); code != "" {
		return result, code, false
	}
	switch k := rec.key.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() < 1024 || k.N.BitLen() > maxModulus { // RFC 8301 section 3.2
			return policy.ResultPolicy, "dkim_weak_key", false
		}
		ok = rsa.VerifyPKCS1v15(k, crypto.SHA256, sum, s.sig) == nil
	case ed25519.PublicKey: // RFC 8463 section 3: it signs the hash
		ok = ed25519.Verify(k, sum, s.sig)
	}
	if !ok {
		return policy.ResultFail, "dkim_bad_signature", false
	}
	return policy.ResultPass, "", true
}

// key asks for the key record (RFC 6376 section 3.6.2). Strings that are no key
// are left out, as a wildcard record puts them there; two keys are no key, but the
// same one twice is one.
func (c *check) key(ctx context.Context, s *signature) (rec *domainKey, result policy.Result, code string) {
	a := c.dns.TXT(ctx, s.selector+"._domainkey."+s.domain)
	switch {
	case errors.Is(a.Err, resolver.ErrNotFound):
		return nil, policy.ResultPermError, "dkim_no_key"
	case errors.Is(a.Err, resolver.ErrTooMany):
		return nil, policy.ResultPermError, "dns_limit"
	case a.Err != nil:
		return nil, policy.ResultTempError, "dns_temperror"
	}
	bad := false
	for _, txt := range a.TXT {
		r, isKey, err := parseKey(txt)
		switch {
		case err != nil:
			bad = bad || isKey
		case rec != nil && !rec.same(r):
			return nil, policy.ResultPermError, "dkim_two_keys"
		default:
			rec = r
		}
	}
	switch {
	case rec == nil && bad:
		return nil, policy.ResultPermError, "dkim_bad_key"
	case rec == nil:
		return nil, policy.ResultPermError, "dkim_no_key"
	}
	return rec, "", ""
}

// keyAllows asks whether the record lets its key be used for this signature
// (RFC 6376 section 3.6.1).
func keyAllows(r *domainKey, s *signature) (policy.Result, string) {
	switch {
	case r.key == nil:
		return policy.ResultPermError, "dkim_revoked"
	case r.kind != s.key || !allows(r.hashes, s.hash):
		return policy.ResultPermError, "dkim_key_mismatch"
	case !allows(r.services, "email") && !allows(r.services, "*"):
		return policy.ResultPermError, "dkim_key_service"
	case slices.Contains(r.flags, "y"): // its owner says not to rely on it
		return policy.ResultPolicy, "dkim_testing"
	case slices.Contains(r.flags, "s") && s.identity != s.domain:
		return policy.ResultPermError, "dkim_identity"
	}
	return "", ""
}

// count gives what a counted signature says of the message.
func (o *outcome) count(s *policy.Sender, r Request) {
	s.Domain = o.Domain
	s.Covered = o.sig.covered(r.Message)
	s.SignatureID = o.sig.id(r.From)
	s.SignedAt = o.sig.madeAt(r.Message)
}

// alsoSigned notes the other signatures that could vouch for the message, or
// might had DNS answered. A copy without the counted one would count by one of
// them.
func (o *outcome) alsoSigned(s *policy.Sender, r Request, all []outcome) {
	for i := range all {
		if other := &all[i]; other != o && (other.intact || other.Result == policy.ResultTempError) {
			s.AlsoSigned = append(s.AlsoSigned, other.sig.id(r.From))
		}
	}
}
