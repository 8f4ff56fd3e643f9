package sender

import (
	"bytes"
	"context"
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/internal/rawmail"
	"countersign/policy"
)

// maxChain bounds a chain; RFC 8617 lets it have 50 links, honest mail has 1 to 4.
const maxChain = 10

// maxAuthors bounds the signatures beside a chain by which a message is known
// again; honest mail has 1 to 4.
const maxAuthors = 16

// arcSet is what one sealer added (RFC 8617 section 4.2).
type arcSet struct {
	results, message, seal *rawmail.Field
	ams, as                *signature
	cv                     string
}

// byARC tries the chain of an allow-listed sealer: it says that it saw a good
// aligned DKIM signature before it changed the message, and its own signature
// covers the message as it is now.
func (c *check) byARC(ctx context.Context, s *policy.Sender) bool {
	if len(c.Trust.ARCSealers) == 0 {
		return false
	}
	sets, found := c.arcSets()
	switch {
	case !found:
		return false
	case sets == nil:
		s.ARC = policy.ResultFail
		return false
	}
	last := sets[len(sets)-1]
	if !c.sealer(last.as.domain) || !c.sealer(last.ams.domain) {
		s.ARC = policy.ResultPolicy
		return false
	}
	if s.ARC = c.validate(ctx, sets); s.ARC != policy.ResultPass {
		if s.ARC == policy.ResultTempError {
			c.note("dns_temperror")
		}
		return false
	}
	authors := c.authors()
	if !c.sealedPass(ctx, sets) || len(authors) > maxAuthors {
		return false
	}
	o := outcome{Signature: policy.Signature{Domain: last.ams.domain}, sig: last.ams}
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
func (c *check) asWritten(s *policy.Sender, authors []*signature) {
	earlier := func(t time.Time) {
		if !t.IsZero() && t.Before(s.SignedAt) {
			s.SignedAt = t
		}
	}
	earlier(date(c.Message.Get("date")))
	s.AlsoSigned = []string{s.SignatureID}
	for _, sig := range authors {
		earlier(sig.signed)
		if sig.domain == c.domain {
			s.SignatureID = sig.id(c.From)
		}
		if c.related(sig.domain) != apart {
			s.AlsoSigned = append(s.AlsoSigned, sig.id(c.From))
		}
	}
	s.AlsoSigned = slices.DeleteFunc(s.AlsoSigned, func(id string) bool { return id == s.SignatureID })
}

// authors gives the DKIM signatures that can be read.
func (c *check) authors() (out []*signature) {
	for _, f := range c.Message.Fields {
		if f.Key != "dkim-signature" {
			continue
		}
		if sig, err := parseSignature(f.Raw); err == nil {
			out = append(out, sig)
		}
	}
	return out
}

func (c *check) sealer(domain string) bool {
	return slices.ContainsFunc(c.Trust.ARCSealers, func(d string) bool { return rawmail.Lower(d) == domain })
}

// sealedPass looks through the sets from the newest, as long as their sealers
// are trusted, for one that saw an aligned DKIM pass. A dmarc=pass is not
// enough: it may rest on SPF.
func (c *check) sealedPass(ctx context.Context, sets []arcSet) bool {
	for i := len(sets) - 1; i >= 0 && c.sealer(sets[i].as.domain); i-- {
		_, value, _ := strings.Cut(sets[i].results.Value, ";")
		_, results, err := parseResults(value)
		if err != nil {
			return false
		}
		for _, r := range results {
			if r.method != "dkim" || r.value != "pass" {
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

// arcSets collects the sets in order (RFC 8617 section 5.2, steps 1 to 3). It
// gives nil where they are no chain: a number missing or twice, or a seal that
// says that the chain was broken already.
func (c *check) arcSets() (sets []arcSet, found bool) {
	byNumber := map[int]*arcSet{}
	for i := range c.Message.Fields {
		f := &c.Message.Fields[i]
		if f.Key != "arc-authentication-results" && f.Key != "arc-message-signature" && f.Key != "arc-seal" {
			continue
		}
		found = true
		n := instance(f)
		if n < 1 || n > maxChain {
			return nil, true
		}
		set := byNumber[n]
		if set == nil {
			set = &arcSet{}
			byNumber[n] = set
		}
		if !set.put(f) {
			return nil, true
		}
	}
	for n := 1; n <= len(byNumber); n++ {
		set := byNumber[n]
		if set == nil || set.results == nil || set.message == nil || set.seal == nil {
			return nil, true
		}
		if want := map[bool]string{true: "none", false: "pass"}[n == 1]; set.cv != want {
			return nil, true
		}
		sets = append(sets, *set)
	}
	return sets, found
}

// instance reads i=, which stands first in an ARC-Authentication-Results and
// anywhere in the others; 0 if it isn't there.
func instance(f *rawmail.Field) int {
	value, _, _ := strings.Cut(f.Value, ";")
	if f.Key != "arc-authentication-results" {
		tags, err := parseTags(f.Value)
		if err != nil {
			return 0
		}
		value = "i=" + tags["i"]
	}
	name, number, _ := strings.Cut(value, "=")
	n, err := strconv.Atoi(strings.Trim(number, " \t"))
	if err != nil || strings.Trim(name, " \t") != "i" {
		return 0
	}
	return n
}

// put parses one field of the set. It fails where there is one already.
func (set *arcSet) put(f *rawmail.Field) bool {
	switch f.Key {
	case "arc-authentication-results":
		ok := set.results == nil
		set.results = f
		return ok
	case "arc-message-signature":
		s, err := parseARC(f.Raw)
		if set.message != nil || err != nil || s.rest() != nil || slices.Contains(s.names, "arc-seal") {
			return false
		}
		set.message, set.ams = f, s
		return true
	}
	s, err := parseARC(f.Raw)
	if set.seal != nil || err != nil {
		return false
	}
	set.cv = rawmail.Lower(s.tags["cv"])
	// A seal has no h= (RFC 8617 section 4.1.3), no body hash, and is relaxed.
	if _, h := s.tags["h"]; h {
		return false
	}
	var ok bool
	if s.key, s.hash, ok = strings.Cut(rawmail.Lower(s.tags["a"]), "-"); !ok || s.hash != "sha256" {
		return false
	}
	if s.sig, err = unbase64(s.tags["b"]); err != nil || len(s.sig) == 0 {
		return false
	}
	set.seal, set.as = f, s
	return true
}

// parseARC reads the tags that both kinds of signature share. Here i= is the
// number of the set and not an identity.
func parseARC(field []byte) (*signature, error) {
	s, err := tagged(field)
	if err != nil {
		return s, err
	}
	delete(s.tags, "i")
	return s, s.who()
}

// validate checks the newest message signature and every seal (RFC 8617 section
// 5.2, steps 4 to 6).
func (c *check) validate(ctx context.Context, sets []arcSet) policy.Result {
	ams := sets[len(sets)-1].ams
	if ams.acceptable(c.Message, c.Arrived) != "" || c.bodies.bareLF() ||
		!bytes.Equal(c.bodies.hash(ams.body), ams.bodyHash) {
		return policy.ResultFail
	}
	if result, code, ok := c.prove(ctx, ams, signedHash(c.Message, ams)); !ok || code != "" {
		return failed(result)
	}
	for n := len(sets); n >= 1; n-- {
		if result, code, ok := c.prove(ctx, sets[n-1].as, sealedHash(sets[:n])); !ok || code != "" {
			return failed(result)
		}
	}
	return policy.ResultPass
}

func failed(r policy.Result) policy.Result {
	if r == policy.ResultTempError {
		return r
	}
	return policy.ResultFail
}

// sealedHash is what the last seal of the sets signs: all of them in order, its
// own field last and without its signature (RFC 8617 section 5.1.1).
func sealedHash(sets []arcSet) []byte {
	h := sha256.New()
	for i, set := range sets {
		writeField(h, set.results.Raw, "relaxed")
		writeField(h, set.message.Raw, "relaxed")
		if i < len(sets)-1 {
			writeField(h, set.seal.Raw, "relaxed")
			continue
		}
		h.Write(bytes.TrimSuffix(canonicalField(unsigned(set.seal.Raw), "relaxed"), crlf))
	}
	return h.Sum(nil)
}
