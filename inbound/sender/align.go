package sender

import (
	"context"
	"slices"
	"strings"

	"countersign/inbound/sender/dmarc"
)

// alignment says how a domain that passed relates to that of the From address.
type alignment int

const (
	apart alignment = iota
	related
	same
)

// related compares by the public suffix list alone, asking nobody.
func (c *check) related(domain string) alignment { //rule:6.1 strangers-domain-vouches-for-nobody =same TestCorpus/align/151-suffix-trick
	if domain == c.domain {
		return same
	}
	if c.tenant() {
		return apart
	}
	if org := c.suffixes.Organization(c.domain); domain != "" && org != "" && org == c.suffixes.Organization(domain) {
		return related
	}
	return apart
}

// tenant tells whether the From domain is, or lies below, one whose subdomains
// belong to strangers.
func (c *check) tenant() bool {
	return slices.ContainsFunc(c.strict, func(s string) bool { return c.domain == s || strings.HasSuffix(c.domain, "."+s) })
}

// aligned tells whether a domain vouches for that of the From address
// (RFC 9989 section 4.10.2): the same one always does; a related one where
// neither a record nor a boundary between the two forbids it.
func (c *check) aligned(ctx context.Context, domain string, strict func(*dmarc.Record) bool) (bool, error) {
	switch c.related(domain) {
	case same:
		return true, nil
	case apart:
		return false, nil
	}
	if c.demand.Record != nil && strict(c.demand.Record) {
		return false, nil
	}
	return c.tree().SameOwner(ctx, c.domain, domain)
}

// vouches is aligned where a question without an answer is noted: it makes the
// result temperror unless something else vouches.
func (c *check) vouches(ctx context.Context, domain string, strict func(*dmarc.Record) bool) bool {
	ok, err := c.aligned(ctx, domain, strict)
	c.unanswered(err)
	return ok && err == nil
}

func strictDKIM(r *dmarc.Record) bool { return r.StrictDKIM }
func strictSPF(r *dmarc.Record) bool  { return r.StrictSPF }
