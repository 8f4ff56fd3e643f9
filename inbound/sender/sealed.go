package sender

import (
	"context"
	"slices"
	"time"

	"countersign/inbound/sender/arc"
	"countersign/inbound/sender/dkim"
	"countersign/internal/rawmail"
	"countersign/policy"
)

// maxAuthors bounds the signatures beside a chain by which a message is known
// again; honest mail has 1 to 4.
const maxAuthors = 16

// byARC tries the chain of an allow-listed sealer: it says that it saw a good
// aligned DKIM signature before it changed the message, and its own signature
// covers the message as it is now.
func (c *check) byARC(ctx context.Context, s *policy.Sender) bool {
	if len(c.Trust.ARCSealers) == 0 {
		return false
	}
	chain, found := arc.Read(c.Message)
	switch {
	case !found:
		return false
	case chain == nil:
		s.ARC = policy.ResultFail
		return false
	}
	last := chain[len(chain)-1]
	if !c.sealer(last.Seal.Domain) || !c.sealer(last.Message.Domain) { //rule:6.3 a-sealer-is-listed inbound/sender.TestCorpus/arc/253-arc-not-listed
		s.ARC = policy.ResultPolicy
		return false
	}
	if s.ARC = chain.Validate(ctx, c.dns, c.Message, c.body, c.Arrived); s.ARC != policy.ResultPass {
		if s.ARC == policy.ResultTempError {
			c.note(policy.CodeDNSTemperror)
		}
		return false
	}
	authors := c.authors()
	if !c.sealedPass(ctx, chain) || len(authors) > maxAuthors {
		return false
	}
	o := outcome{Signature: policy.Signature{Domain: last.Message.Domain}, sig: last.Message}
	o.count(s, c.Request)
	c.asWritten(s, authors)
	s.Result, s.By, s.Exclusive = policy.ResultPass, policy.ByARC, c.Trust.Exclusive
	return true
}

// asWritten takes when the message was made, and by what it is known again,
// from the author's side where that is still there: a forwarder seals an old
// message afresh whenever it is sent through it again. Which of the signatures
// the forwarder saw pass can't be told any more, and the seal doesn't cover them:
// it is known by all of them that could count, and by the sealer's own.
func (c *check) asWritten(s *policy.Sender, authors []*dkim.Signature) {
	earlier := func(t time.Time) {
		if !t.IsZero() && t.Before(s.SignedAt) {
			s.SignedAt = t
		}
	}
	earlier(rawmail.Date(c.Message.Get("date")))
	s.AlsoSigned = []string{s.SignatureID}
	for _, sig := range authors {
		earlier(sig.Signed)
		if sig.Domain == c.domain {
			s.SignatureID = signatureID(sig, c.From)
		}
		if c.related(sig.Domain) != apart {
			s.AlsoSigned = append(s.AlsoSigned, signatureID(sig, c.From))
		}
	}
	s.AlsoSigned = slices.DeleteFunc(s.AlsoSigned, func(id string) bool { return id == s.SignatureID })
}

// authors gives the DKIM signatures that can be read.
func (c *check) authors() (out []*dkim.Signature) {
	for _, f := range c.Message.Fields {
		if f.Key != "dkim-signature" {
			continue
		}
		if sig, err := dkim.Parse(f.Raw); err == nil {
			out = append(out, sig)
		}
	}
	return out
}

func (c *check) sealer(domain string) bool {
	return slices.ContainsFunc(c.Trust.ARCSealers, func(d string) bool { return rawmail.Lower(d) == domain })
}

// sealedPass looks through the chain from the newest, as long as their sealers
// are trusted, for one that saw an aligned DKIM pass. A dmarc=pass is not
// enough: it may rest on SPF.
func (c *check) sealedPass(ctx context.Context, chain arc.Chain) bool {
	for i := len(chain) - 1; i >= 0 && c.sealer(chain[i].Seal.Domain); i-- {
		_, results, err := parseResults(chain[i].Results)
		if err != nil {
			return false
		}
		for _, r := range results {
			if r.method != "dkim" || r.value != "pass" { //rule:6.3 a-sealer-saw-it-pass inbound/sender.TestCorpus/arc/254-arc-saw-fail
				continue
			}
			if c.vouches(ctx, c.signer(r), strictDKIM) {
				return true
			}
		}
	}
	return false
}

// signer gives the domain whose signature a dkim result is of: header.d or, where
// a sealer says only header.i, as Google does, the domain in that. It may lie
// below d=, so it is none where nothing but d= itself counts.
func (c *check) signer(r result) string {
	if d, ok := r.properties["header.d"]; ok {
		return rawmail.Lower(d)
	}
	if c.tenant() || c.demand.Record != nil && c.demand.Record.StrictDKIM {
		return ""
	}
	return r.identity()
}
