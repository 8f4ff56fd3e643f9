package sender

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"countersign/inbound/sender/dkim"
	"countersign/policy"
)

// maxSignatures bounds how many signatures are tried.
const maxSignatures = 5 //rule:6.13 signatures-tried =50 TestCorpus/dkim/062-good-beyond-the-fifth

// signatures tries the signatures of the message: those of the From domain
// first, then of related ones. What is related to nobody is only named, and only
// where nothing else passed.
func (c *check) signatures(ctx context.Context) (out []outcome) {
	type candidate struct {
		field []byte
		near  alignment
	}
	var list []candidate
	for _, f := range c.Message.Fields {
		if f.Key == "dkim-signature" {
			s, _ := dkim.Parse(f.Raw)
			list = append(list, candidate{f.Raw, c.related(s.Domain)})
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return int(b.near) - int(a.near) })
	passed := false
	for _, l := range list[:min(len(list), maxSignatures)] {
		if passed && l.near == apart {
			break
		}
		o := c.verify(ctx, l.field, l.near)
		passed = passed || o.Result == policy.ResultPass && l.near != apart
		out = append(out, o)
	}
	return out
}

// outcome is what became of one signature, with everything that belongs to it
// in one value.
type outcome struct {
	policy.Signature
	sig *dkim.Signature
	// intact says that the fields were not changed, though the body may have been.
	intact bool
}

func (o *outcome) fail(r policy.Result, code policy.Code) outcome {
	o.Result, o.Reason = r, code
	return *o
}

// verify judges one signature over the message, of a domain that near to the
// From address.
func (c *check) verify(ctx context.Context, field []byte, near alignment) outcome {
	s, err := dkim.Parse(field)
	o := outcome{Signature: policy.Signature{Domain: s.Domain, Selector: s.Selector}, sig: s}
	if err != nil {
		return o.fail(policy.ResultPermError, policy.CodeDKIMMalformed)
	}
	if code := s.Acceptable(c.Message, c.Arrived); code != "" {
		return o.fail(policy.ResultPolicy, code)
	}
	if near == apart { // it can't count, and its key is only what a stranger wants us to ask for
		return o.fail(policy.ResultNeutral, policy.CodeDKIMNotAligned)
	}
	if result, code := s.Prove(c.dns.TXT(ctx, s.KeyName()), s.Sum(c.Message)); code != "" {
		return o.fail(result, code)
	}
	o.intact = true
	if code := s.CheckBody(c.body); code != "" {
		return o.fail(policy.ResultFail, code)
	}
	o.Result = policy.ResultPass
	return o
}

// count gives what a counted signature says of the message.
func (o *outcome) count(s *policy.Sender, r Request) {
	s.Domain = o.Domain
	s.Covered = o.sig.Covered(r.Message)
	s.SignatureID = signatureID(o.sig, r.From)
	s.SignedAt = o.sig.MadeAt(r.Message)
}

// alsoSigned notes the other signatures that could vouch for the message, or
// might had DNS answered. A copy without the counted one would count by one of
// them.
func (o *outcome) alsoSigned(s *policy.Sender, r Request, all []outcome) {
	for i := range all {
		if other := &all[i]; other != o && (other.intact || other.Result == policy.ResultTempError) {
			s.AlsoSigned = append(s.AlsoSigned, signatureID(other.sig, r.From))
		}
	}
}

// signatureID identifies a signature of a message of that From address, in whatever way
// its field is folded: SHA-256 over the address, d=, s= and b=. A field that
// somebody copies into a message of their own is another one.
func signatureID(s *dkim.Signature, from string) string {
	h := sha256.New()
	h.Write([]byte(from + "\n" + s.Domain + "\n" + s.Selector + "\n"))
	h.Write(s.Value)
	return hex.EncodeToString(h.Sum(nil))
}
