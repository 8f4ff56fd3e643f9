// Package arc reads the chain by which forwarders hand on what they saw of a
// message (RFC 8617), and checks that they did.
//
// A chain that passes says who sealed it and what the sealers wrote, and that the
// message is as the last of them signed it. It says nothing of their honesty: whom
// to believe is decided in package sender, before any key is asked for.
//
// It is stricter than the standard: at most 10 sets where 50 may be, each field
// once, numbers without a gap, every seal verified and not only the newest, and of
// the message's signature all that package dkim demands of one.
package arc

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/inbound/sender/dkim"
	"countersign/inbound/sender/resolver"
	"countersign/internal/rawmail"
	"countersign/policy"
)

// MaxSets bounds a chain: RFC 8617 lets it have 50 sets, honest mail has 1 to 4.
const MaxSets = 10

// Set is what one sealer added (RFC 8617 section 4.2).
type Set struct {
	Results       string // what it saw, in the form of Authentication-Results
	Message, Seal *dkim.Signature

	results []byte // the field
	cv      string // what the seal says of the chain below it
}

// Chain is the sets of a message, the oldest first.
type Chain []Set

// Read collects the sets of a message in order (RFC 8617 section 5.2, steps 1 to
// 3). It gives nil where there are some and they are no chain: a number missing or
// twice, or a seal that says that the chain was broken already.
func Read(m *rawmail.Message) (chain Chain, found bool) {
	byNumber := map[int]*Set{}
	for i := range m.Fields {
		f := &m.Fields[i]
		if f.Key != "arc-authentication-results" && f.Key != "arc-message-signature" && f.Key != "arc-seal" {
			continue
		}
		found = true
		n := instance(f)
		if n < 1 || n > MaxSets {
			return nil, true
		}
		set := byNumber[n]
		if set == nil {
			set = &Set{}
			byNumber[n] = set
		}
		if !set.put(f) {
			return nil, true
		}
	}
	for n := 1; n <= len(byNumber); n++ {
		set := byNumber[n]
		if set == nil || set.results == nil || set.Message == nil || set.Seal == nil {
			return nil, true
		}
		if want := map[bool]string{true: "none", false: "pass"}[n == 1]; set.cv != want { //rule:6.3 a-chain-says-it-is-whole inbound/sender.TestCorpus/arc/272-arc-says-fail
			return nil, true
		}
		chain = append(chain, *set)
	}
	return chain, found
}

// instance reads i=, which stands first in an ARC-Authentication-Results and
// anywhere in the others; 0 if it isn't there.
func instance(f *rawmail.Field) int {
	value, _, _ := strings.Cut(f.Value, ";")
	if f.Key != "arc-authentication-results" {
		tags, err := dkim.ParseTags(f.Value)
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
func (set *Set) put(f *rawmail.Field) bool {
	switch f.Key {
	case "arc-authentication-results":
		if set.results != nil {
			return false
		}
		set.results = f.Raw
		_, set.Results, _ = strings.Cut(f.Value, ";")
		return true
	case "arc-message-signature":
		s, err := dkim.ParseARC(f.Raw)
		if set.Message != nil || err != nil || slices.Contains(s.Names, "arc-seal") {
			return false
		}
		set.Message = s
		return true
	}
	s, cv, err := dkim.ParseSeal(f.Raw)
	if set.Seal != nil || err != nil {
		return false
	}
	set.Seal, set.cv = s, cv
	return true
}

// Validate checks the newest message signature and every seal (RFC 8617 section
// 5.2, steps 4 to 6), asking dns for their keys. The message is as of its arrival.
func (c Chain) Validate(ctx context.Context, dns *resolver.Inquiry, m *rawmail.Message, body *dkim.Body, arrived time.Time) policy.Result {
	last := c[len(c)-1].Message
	if last.Acceptable(m, arrived) != "" || last.CheckBody(body) != "" { //rule:6.3 a-chain-has-the-body inbound/sender.TestCorpus/arc/257-arc-body-changed
		return policy.ResultFail
	}
	if result, code := last.Prove(dns.TXT(ctx, last.KeyName()), last.Sum(m)); code != "" { //rule:6.3 a-chain-has-the-message inbound/sender.TestCorpus/arc/258-arc-subject-changed
		return failed(result)
	}
	for n := len(c); n >= 1; n-- {
		seal := c[n-1].Seal
		if result, code := seal.Prove(dns.TXT(ctx, seal.KeyName()), c[:n].sum()); code != "" { //rule:6.3 every-seal-is-verified inbound/sender.TestCorpus/arc/259-arc-results-changed
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

// sum is what the last seal of the chain signs: all of it in order, the seal's own
// field last and without its signature (RFC 8617 section 5.1.1).
func (c Chain) sum() []byte {
	var fields [][]byte
	for _, set := range c {
		fields = append(fields, set.results, set.Message.Field, set.Seal.Field)
	}
	return dkim.SealSum(fields...)
}
