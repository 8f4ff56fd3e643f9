package sender

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"

	"countersign/inbound/sender/dkim"
	"countersign/inbound/sender/resolver"
	"countersign/internal/rawmail"
	"countersign/policy"
)

// border is what our own border servers say of the message.
type border struct {
	results []result
	found   bool
	broken  bool // a field can't be read in exactly one way, so none says anything
	below   bool // there are fields with a pinned id, but all where the outside can write
	twice   bool // a method is said twice with different results
}

// border finds the word of the border: every field with a pinned id, no lower
// than BelowReceived of the border's own Received fields. Below those stands
// what the outside wrote (RFC 8601 section 5). Each of the border's programs may
// have written one: OpenDMARC puts its own above that of OpenDKIM.
func (c *check) border() (b border) {
	received := 0
	for _, f := range c.Message.Fields {
		switch f.Key {
		case "received":
			received++
		case "authentication-results":
			id, results, err := parseResults(f.Value)
			if ours := err == nil && c.pinned(id) || err != nil && c.mayBeOurs(f.Value); !ours {
				continue
			}
			if received > c.Trust.BelowReceived { //rule:6.3 border-stands-on-top TestCorpus/border/203-border-below-received
				b.below = !b.found
				return b
			}
			b.found, b.broken = true, b.broken || err != nil
			b.results = append(b.results, in(len(b.results), results)...)
		}
	}
	return b.counted()
}

// in marks results as of one field, which is named by any number of its own.
func in(field int, results []result) []result {
	for i := range results {
		results[i].field = field
	}
	return results
}

// counted leaves out what counts for nothing: everything where a field can't be
// read, and a method that is said twice with different results. DKIM is said once
// for each signature, so there only what names none is of all of them.
func (b border) counted() border {
	if b.broken {
		b.results = nil
	}
	contradicted := map[string]bool{}
	for i, r := range b.results {
		for _, other := range b.results[:i] {
			if r.contradicts(other) {
				contradicted[r.method] = true //rule:6.3 said-twice-counts-for-nothing TestCorpus/border/338-fields-spf-contradict
			}
		}
	}
	b.twice = len(contradicted) > 0
	b.results = slices.DeleteFunc(b.results, func(r result) bool { return contradicted[r.method] })
	return b
}

// contradicts tells whether two results of one method can't both be so.
func (r result) contradicts(other result) bool {
	if r.method != other.method || r.value == other.value && r.mailFrom() == other.mailFrom() {
		return false
	}
	switch r.method {
	case "dkim": // the border that sees several signatures may name none of them
		return r.value != other.value && r.field != other.field && (!r.named() || !other.named())
	case "spf":
		return r.ofMailFrom() && other.ofMailFrom()
	}
	return r.value != other.value
}

// named tells whether a result says of which signature it is.
func (r result) named() bool { return r.properties["header.d"] != "" || r.properties["header.i"] != "" }

// ofMailFrom tells whether an SPF result is of MAIL FROM, and not of HELO alone
// (RFC 8601 section 2.7.2).
func (r result) ofMailFrom() bool {
	_, named := r.properties["smtp.mailfrom"]
	_, helo := r.properties["smtp.helo"]
	return r.method == "spf" && (named || !helo)
}

// mailFrom gives the domain of MAIL FROM, "" if there is none.
func (r result) mailFrom() string {
	from := rawmail.Lower(r.properties["smtp.mailfrom"])
	if from = from[strings.IndexByte(from, '@')+1:]; !resolver.IsDomain(from, false) {
		return ""
	}
	return from
}

func (c *check) pinned(id string) bool { //rule:6.3 border-is-pinned =true TestCorpus/border/200-border-not-ours
	return slices.ContainsFunc(c.Trust.AuthservIDs, func(ours string) bool { return ours != "" && rawmail.Lower(ours) == id })
}

// mayBeOurs tells whether an unreadable field claims to be of the border.
func (c *check) mayBeOurs(value string) bool {
	return slices.ContainsFunc(c.Trust.AuthservIDs, func(ours string) bool {
		return ours != "" && strings.Contains(rawmail.Lower(value), rawmail.Lower(ours))
	})
}

// dkim tells whether the border saw this very signature pass. Where several
// results could be of it, all of them have to be a pass. A dmarc=pass is not
// enough: it may rest on SPF, which vouches for no body. twice says that some are
// and some aren't.
func (b border) dkim(s *dkim.Signature) (passed, twice bool) {
	failed := false
	for _, r := range b.results {
		if r.method == "dkim" && r.isOf(s) {
			passed, failed = passed || r.value == "pass", failed || r.value != "pass"
		}
	}
	return passed && !failed, passed && failed
}

// isOf tells whether a result is of the signature: of its domain (header.d, or
// where a border says only header.i, as Google does, that), and of its selector
// and value where the border gives them (RFC 8601 section 2.7.1, RFC 6008).
func (r result) isOf(s *dkim.Signature) bool {
	if d, ok := r.properties["header.d"]; ok {
		if rawmail.Lower(d) != s.Domain {
			return false
		}
	} else if r.identity() != s.Identity {
		return false
	}
	if selector, ok := r.properties["header.s"]; ok && rawmail.Lower(selector) != s.Selector {
		return false
	}
	b, ok := r.properties["header.b"]
	return !ok || b != "" && strings.HasPrefix(base64.StdEncoding.EncodeToString(s.Value), b)
}

// identity gives the domain of header.i, "" if there is none.
func (r result) identity() string {
	i := rawmail.Lower(r.properties["header.i"])
	return i[strings.LastIndexByte(i, '@')+1:]
}

// spf gives the border's SPF result and the domain of MAIL FROM that it is for.
func (b border) spf() (policy.Result, string) {
	for _, r := range b.results {
		if r.ofMailFrom() {
			return known(r.value), r.mailFrom()
		}
	}
	return policy.ResultNone, ""
}

// known keeps foreign words out of our results.
func known(value string) policy.Result {
	switch r := policy.Result(value); r {
	case policy.ResultPass, policy.ResultFail, policy.ResultPolicy, policy.ResultNeutral, policy.ResultTempError, policy.ResultPermError:
		return r
	}
	switch value {
	case "softfail":
		return policy.ResultFail
	}
	return policy.ResultNone
}

// byBorder tries the word of the border: first for a signature whose body the
// border changed itself, then for SPF.
func (c *check) byBorder(ctx context.Context, s *policy.Sender, outcomes []outcome) bool {
	b := c.border()
	switch {
	case b.broken:
		c.note(policy.CodeBorderMalformed)
	case b.below:
		c.note(policy.CodeAuthresBelowReceived)
	}
	if b.twice {
		c.note(policy.CodeAuthresTwice)
	}
	var mailFrom string
	s.SPF, mailFrom = b.spf()
	for i := range outcomes {
		o := &outcomes[i]
		// The border's word for a body that it changed never covers a change
		// of the fields: their signature still has to be good.
		if !o.intact { //rule:6.3 border-rescues-no-field TestCorpus/border/207-border-rescues-no-subject
			continue
		}
		passed, twice := b.dkim(o.sig)
		if twice {
			c.note(policy.CodeAuthresTwice)
		}
		if passed && c.vouches(ctx, o.Domain, strictDKIM) {
			o.count(s, c.Request)
			o.alsoSigned(s, c.Request, outcomes)
			s.Result, s.By, s.Exclusive = policy.ResultPass, policy.ByBorder, c.Trust.Exclusive
			return true
		}
	}
	if s.SPF != policy.ResultPass || mailFrom == "" {
		return false
	}
	if c.vouches(ctx, mailFrom, strictSPF) {
		s.Result, s.By, s.Domain = policy.ResultPass, policy.BySPF, mailFrom
		return true
	}
	return false
}
