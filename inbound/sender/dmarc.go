package sender

import (
	"context"
	"errors"
	"slices"
	"strings"

	"countersign/inbound/sender/resolver"
	"countersign/policy"
)

// maxWalk bounds the names that are asked for one domain: RFC 9989 section 4.10.
const maxWalk = 8

// record is a DMARC policy record (RFC 9989 section 4.7).
type record struct {
	at                     string // the domain that has it
	policy, below, missing string // p=, sp=, np=; the last two empty if absent
	boundary               string // psd=: y, n or u
	strictDKIM, strictSPF  bool   // adkim=s, aspf=s
	testing                bool   // t=y
}

// parseRecord reads a record, and tells whether the string is one at all.
func parseRecord(txt string) (r record, ok bool) {
	if len(txt) > maxRecordText {
		return r, false
	}
	first, _, _ := strings.Cut(txt, ";")
	name, value, _ := strings.Cut(first, "=")
	if lower(strings.Trim(name, " \t")) != "v" || strings.Trim(value, " \t") != "DMARC1" {
		return r, false
	}
	tags := map[string]string{}
	for part := range strings.SplitSeq(txt, ";") {
		name, value, eq := strings.Cut(part, "=")
		name = lower(strings.Trim(name, " \t\r\n"))
		if _, twice := tags[name]; eq && !twice {
			tags[name] = strings.Trim(value, " \t\r\n")
		}
	}
	valid := func(tag string) string {
		switch v := lower(tags[tag]); v {
		case "none", "quarantine", "reject":
			return v
		}
		return ""
	}
	r = record{policy: valid("p"), below: valid("sp"), missing: valid("np"), boundary: lower(tags["psd"]),
		strictDKIM: lower(tags["adkim"]) == "s", strictSPF: lower(tags["aspf"]) == "s", testing: lower(tags["t"]) == "y"}
	if r.policy == "" {
		// RFC 9989 section 4.7: without a usable p= it says none where reports
		// are asked for, and nothing otherwise.
		if tags["rua"] == "" {
			return r, false
		}
		r.policy = "none"
	}
	return r, true
}

// recordAt asks for the record of one domain. Two are none (RFC 9989 section
// 4.10); nil without an error means that there is none.
func (c *check) recordAt(ctx context.Context, domain string) (*record, error) {
	a := c.dns.TXT(ctx, "_dmarc."+domain)
	if errors.Is(a.Err, resolver.ErrNotFound) {
		return nil, nil
	} else if a.Err != nil {
		return nil, a.Err
	}
	var found *record
	n := 0
	for _, txt := range a.TXT {
		if r, ok := parseRecord(txt); ok {
			r.at = domain
			found = &r
			n++
		}
	}
	if n != 1 {
		return nil, nil
	}
	return found, nil
}

// walk asks up the tree (RFC 9989 section 4.10) and gives the records found,
// that of domain first. It stops at a record which says where domains of one
// owner end.
func (c *check) walk(ctx context.Context, domain string) (out []*record, err error) {
	labels := strings.Split(domain, ".")
	for range maxWalk {
		r, err := c.recordAt(ctx, strings.Join(labels, "."))
		if err != nil {
			return out, err
		}
		if r != nil {
			out = append(out, r)
			if r.boundary == "y" || r.boundary == "n" {
				return out, nil
			}
		}
		if labels = labels[1:]; len(labels) > 7 {
			labels = labels[len(labels)-7:]
		}
		if len(labels) == 0 {
			break
		}
	}
	return out, nil
}

// organization is the domain whose subdomains have one owner: what records say
// with psd=, or else one label below the public suffix. "" for a public suffix.
func (c *check) organization(ctx context.Context, domain string) (string, error) {
	records, err := c.walk(ctx, domain)
	if err != nil {
		return "", err
	}
	for _, r := range records {
		switch {
		case r.boundary == "n":
			return r.at, nil
		case r.boundary == "y" && r.at != domain:
			below := strings.TrimSuffix(domain, "."+r.at)
			return below[strings.LastIndexByte(below, '.')+1:] + "." + r.at, nil
		}
	}
	return c.suffixes.organization(domain), nil
}

// dmarc is what the domain of the From address demands.
type dmarc struct {
	record *record // nil: no record
	policy string  // what holds for this domain: none, quarantine, reject; "" without a record
	err    error   // not answered
}

// demands finds the record that holds for the domain of the From address: its
// own, or else that of its organization or its registry (RFC 9989 section
// 4.10.1).
func (c *check) demands(ctx context.Context, domain string) dmarc {
	own, err := c.recordAt(ctx, domain)
	if err != nil {
		return dmarc{err: err}
	}
	if own != nil {
		return dmarc{record: own, policy: soften(own, own.policy)}
	}
	records, err := c.walk(ctx, domain)
	if err != nil {
		return dmarc{err: err}
	}
	if len(records) == 0 {
		return dmarc{}
	}
	// The last one is of the fewest labels, or ends the walk. A registry's
	// record holds where the organization below it has none.
	r := records[len(records)-1]
	if r.boundary == "y" && len(records) > 1 {
		r = records[len(records)-2]
	}
	p := r.policy
	if r.below != "" {
		p = r.below
	}
	if r.missing != "" && r.missing != p {
		a := c.dns.TXT(ctx, domain)
		switch {
		case errors.Is(a.Err, resolver.ErrNotFound):
			if a.NXDomain { // RFC 8020: nothing is below it, either
				p = r.missing
			}
		case a.Err != nil:
			return dmarc{record: r, err: a.Err}
		}
	}
	return dmarc{record: r, policy: soften(r, p)}
}

// soften: a domain that tests asks for one step less (RFC 9989 section 4.7, t=).
func soften(r *record, p string) string {
	if r.testing {
		return map[string]string{"reject": "quarantine", "quarantine": "none"}[p]
	}
	return p
}

// result is the DMARC result (RFC 8601 section 2.7) where aligned tells whether
// anything passed.
func (d dmarc) result(aligned bool) policy.Result {
	switch {
	case d.err != nil:
		return policy.ResultTempError
	case d.record == nil:
		return policy.ResultNone
	case aligned:
		return policy.ResultPass
	}
	return policy.ResultFail
}

// enforced tells whether mail that isn't aligned is to be refused.
func (d dmarc) enforced() bool { return d.policy == "quarantine" || d.policy == "reject" }

// alignment says how a domain that passed relates to that of the From address.
type alignment int

const (
	apart alignment = iota
	related
	same
)

// related compares by the public suffix list alone, asking nobody.
func (c *check) related(domain string) alignment {
	if domain == c.domain {
		return same
	}
	if c.tenant() {
		return apart
	}
	if org := c.suffixes.organization(c.domain); domain != "" && org != "" && org == c.suffixes.organization(domain) {
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
func (c *check) aligned(ctx context.Context, domain string, strict func(*record) bool) (bool, error) {
	switch c.related(domain) {
	case same:
		return true, nil
	case apart:
		return false, nil
	}
	if c.demand.record != nil && strict(c.demand.record) {
		return false, nil
	}
	ours, err := c.organization(ctx, c.domain)
	if err != nil || ours == "" {
		return false, err
	}
	theirs, err := c.organization(ctx, domain)
	return err == nil && ours == theirs, err
}

// vouches is aligned where a question without an answer is noted: it makes the
// result temperror unless something else vouches.
func (c *check) vouches(ctx context.Context, domain string, strict func(*record) bool) bool {
	ok, err := c.aligned(ctx, domain, strict)
	c.unanswered(err)
	return ok && err == nil
}

func strictDKIM(r *record) bool { return r.strictDKIM }
func strictSPF(r *record) bool  { return r.strictSPF }
