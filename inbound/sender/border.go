package sender

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"

	"countersign/policy"
)

// border is what our own border server says of the message.
type border struct {
	results []result
	found   bool
	broken  bool // its field can't be read in exactly one way, so it says nothing
}

// border finds the word of the border: the topmost field with a pinned id, no
// lower than BelowReceived of the border's own Received fields. Below those
// stands what the outside wrote (RFC 8601 section 5).
func (c *check) border() border {
	received := 0
	for _, f := range c.Message.Fields {
		switch f.Key {
		case "received":
			if received++; received > c.Trust.BelowReceived {
				return border{}
			}
		case "authentication-results":
			id, results, err := parseResults(f.Value)
			if err != nil {
				if c.mayBeOurs(f.Value) {
					return border{found: true, broken: true}
				}
				continue
			}
			if c.pinned(id) {
				return border{results: results, found: true}
			}
		}
	}
	return border{}
}

func (c *check) pinned(id string) bool {
	return slices.ContainsFunc(c.Trust.AuthservIDs, func(ours string) bool { return ours != "" && lower(ours) == id })
}

// mayBeOurs tells whether an unreadable field claims to be of the border.
func (c *check) mayBeOurs(value string) bool {
	return slices.ContainsFunc(c.Trust.AuthservIDs, func(ours string) bool { return ours != "" && strings.Contains(lower(value), lower(ours)) })
}

// dkim tells whether the border saw this very signature pass. Where several
// results could be of it, all of them have to be a pass. A dmarc=pass is not
// enough: it may rest on SPF, which vouches for no body.
func (b border) dkim(s *signature) (passed bool) {
	for _, r := range b.results {
		if r.method != "dkim" || !r.isOf(s) {
			continue
		}
		if r.value != "pass" {
			return false
		}
		passed = true
	}
	return passed
}

// isOf tells whether a result is of the signature: of its domain (header.d, or
// where a border says only header.i, as Google does, that), and of its selector
// and value where the border gives them (RFC 8601 section 2.7.1, RFC 6008).
func (r result) isOf(s *signature) bool {
	if d, ok := r.properties["header.d"]; ok {
		if lower(d) != s.domain {
			return false
		}
	} else if r.identity() != s.identity {
		return false
	}
	if selector, ok := r.properties["header.s"]; ok && lower(selector) != s.selector {
		return false
	}
	b, ok := r.properties["header.b"]
	return !ok || b != "" && strings.HasPrefix(base64.StdEncoding.EncodeToString(s.sig), b)
}

// identity gives the domain of header.i, "" if there is none.
func (r result) identity() string {
	i := lower(r.properties["header.i"])
	return i[strings.LastIndexByte(i, '@')+1:]
}

// spf gives the border's SPF result and the domain of MAIL FROM that it is for.
func (b border) spf() (policy.Result, string) {
	for _, r := range b.results {
		mailFrom, named := r.properties["smtp.mailfrom"]
		if _, helo := r.properties["smtp.helo"]; r.method != "spf" || helo && !named {
			continue
		}
		from := lower(mailFrom)
		from = from[strings.IndexByte(from, '@')+1:]
		if !isDomain(from, false) {
			from = ""
		}
		return known(r.value), from
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
	if b.broken {
		c.note("border_malformed")
	}
	var mailFrom string
	s.SPF, mailFrom = b.spf()
	for i := range outcomes {
		o := &outcomes[i]
		// The border's word for a body that it changed never covers a change
		// of the fields: their signature still has to be good.
		if !o.intact || !b.dkim(o.sig) {
			continue
		}
		if c.vouches(ctx, o.Domain, strictDKIM) {
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
