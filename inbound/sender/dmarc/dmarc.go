// Package dmarc reads what domains publish about mail in their name (RFC 9989):
// their policy records, and where in the tree of domains one owner ends.
//
// Tree.Demands gives what holds for a From domain, its own or inherited;
// Tree.SameOwner tells whether two domains have one owner, by the walk of section
// 4.10 and, where no record draws a boundary, by the list of public suffixes. A
// question that DNS did not answer is an error and never "no record".
//
// A record can say that a registry's domain is one owner's. Package sender does
// not believe that: it asks SameOwner only of domains which the list has together.
// A record of more than 4096 bytes is none, and a list without com or org is
// refused, since it would make strangers relatives. Nothing here reports.
//
// Which domain sent a message is found in package sender.
package dmarc

import (
	"context"
	"errors"

	"countersign/inbound/sender/resolver"
	"countersign/policy"
)

// Demand is what a domain demands of mail that says it is from there.
type Demand struct {
	Record *Record // nil: no record
	Policy string  // what holds for this domain: none, quarantine, reject; "" without a record
	Err    error   // not answered
}

// Demands finds the record that holds for the domain of a From address: its
// own, or else that of its organization or its registry (RFC 9989 section
// 4.10.1).
func (t Tree) Demands(ctx context.Context, domain string) Demand {
	own, err := t.recordAt(ctx, domain)
	if err != nil {
		return Demand{Err: err}
	}
	if own != nil {
		return Demand{Record: own, Policy: soften(own, own.Policy)}
	}
	records, err := t.walk(ctx, domain)
	if err != nil {
		return Demand{Err: err}
	}
	if len(records) == 0 {
		return Demand{}
	}
	// The last one is of the fewest labels, or ends the walk. A registry's
	// record holds where the organization below it has none.
	r := records[len(records)-1]
	if r.Boundary == "y" && len(records) > 1 {
		r = records[len(records)-2]
	}
	p := r.Policy
	if r.Below != "" {
		p = r.Below
	}
	if r.Missing != "" && r.Missing != p {
		a := t.DNS.TXT(ctx, domain)
		switch {
		case errors.Is(a.Err, resolver.ErrNotFound):
			if a.NXDomain { // RFC 8020: nothing is below it, either
				p = r.Missing
			}
		case a.Err != nil:
			return Demand{Record: r, Err: a.Err}
		}
	}
	return Demand{Record: r, Policy: soften(r, p)}
}

// soften: a domain that tests asks for one step less (RFC 9989 section 4.7, t=).
func soften(r *Record, p string) string {
	if r.Testing {
		return map[string]string{"reject": "quarantine", "quarantine": "none"}[p]
	}
	return p
}

// Result is the DMARC result (RFC 8601 section 2.7) where aligned tells whether
// anything passed that is aligned.
func (d Demand) Result(aligned bool) policy.Result {
	switch {
	case d.Err != nil:
		return policy.ResultTempError
	case d.Record == nil:
		return policy.ResultNone
	case aligned:
		return policy.ResultPass
	}
	return policy.ResultFail
}

// Enforced tells whether mail that isn't aligned is to be refused.
func (d Demand) Enforced() bool { return d.Policy == "quarantine" || d.Policy == "reject" }
