// Package delegates keeps who may approve in the place of whom, from when until
// when, and by which ticket that was asked.
//
// It does not know who is who, nor what an answer counts for: a delegation is
// asked and ended by package tickets, and what one is worth when a delegate has
// answered is decided by package policy. All functions are over kv.Reader, kv.View
// and kv.Tx.
package delegates

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
)

// ErrNone reports that there is no such delegation.
var ErrNone = errors.New("no such delegation")

// State says where a delegation stands.
type State string

// The states of a delegation.
const (
	Asked State = "asked" // the one it is of has not answered
	Waits State = "waits" // it was confirmed, and counts later
	Live  State = "live"  // it counts
	Over  State = "over"  // its time is over
	Ended State = "ended" // before its time, by an agent, a no or silence
	Void  State = "void"  // it was confirmed before a restore
)

// Begins is from when on it counts, once it was confirmed: what newly widens who
// can approve cools.
func (d Delegation) Begins(cooling time.Duration) time.Time {
	if cools := d.Yes.Add(cooling); cools.After(d.From) { //rule:6.5 delegation-cools TestState/cools
		return cools
	}
	return d.From
}

// State gives where it stands at that time, in that epoch.
func (d Delegation) State(now time.Time, epoch int, cooling time.Duration) State {
	switch {
	case !d.Ended.IsZero():
		return Ended
	case !d.Yes.IsZero() && d.Epoch != epoch:
		return Void
	case !now.Before(d.Until):
		return Over
	case d.Yes.IsZero():
		return Asked
	case now.Before(d.Begins(cooling)):
		return Waits
	}
	return Live
}

// Terms is what package policy judges of it.
func (d Delegation) Terms(cooling time.Duration) policy.Delegation {
	if d.Yes.IsZero() {
		return policy.Delegation{}
	}
	return policy.Delegation{From: d.Begins(cooling), Until: d.Until, Ended: !d.Ended.IsZero(), Epoch: d.Epoch, Classes: d.Classes}
}

// Meets reports whether two delegations of one contact are for some of the same
// classes at some of the same time.
func (d Delegation) Meets(other Delegation) bool {
	shared := len(d.Classes) == 0 || len(other.Classes) == 0 ||
		slices.ContainsFunc(d.Classes, func(c policy.Class) bool { return slices.Contains(other.Classes, c) })
	return shared && d.From.Before(other.Until) && other.From.Before(d.Until)
}

// Add writes a new delegation.
func Add(tx kv.Tx, d Delegation) error {
	return errors.Join(Save(tx, d), tx.Put(kv.Numbered(ofPrefix+d.For+"/", d.Ticket), []byte{1}), tx.Put(kv.Numbered(forOthersPrefix+d.To+"/", d.Ticket), []byte{1}))
}

// Save writes one that is there.
func Save(tx kv.Tx, d Delegation) error {
	return kv.Save(tx, kv.Numbered(delegationPrefix, d.Ticket), d)
}

// Get gives the delegation of a ticket, whatever the case of its letter.
func Get(r kv.Reader, ticket string) (Delegation, error) {
	d, ok, err := kv.Load[Delegation](r, kv.Numbered(delegationPrefix, strings.ToUpper(ticket)))
	if err == nil && !ok {
		err = fmt.Errorf("%w: %s", ErrNone, ticket)
	}
	return d, err
}

// Of gives every delegation that a contact named, or was asked about, the oldest first.
func Of(v kv.View, contact string) ([]Delegation, error) { return under(v, ofPrefix+contact+"/") }

// To gives every delegation by which a contact is the delegate, the oldest first.
func To(v kv.View, contact string) ([]Delegation, error) {
	return under(v, forOthersPrefix+contact+"/")
}

func under(v kv.View, prefix string) (all []Delegation, err error) {
	err = v.Scan(prefix, "", func(key string, _ []byte) error {
		d, err := Get(v, strings.TrimPrefix(key, prefix))
		all = append(all, d)
		return err
	})
	slices.SortStableFunc(all, func(a, b Delegation) int { return cmp.Or(a.From.Compare(b.From), a.Asked.Compare(b.Asked)) })
	return all, err
}

// Each calls fn for every delegation, the oldest first.
func Each(s kv.Viewer, fn func(Delegation) error) error { return kv.Pages(s, delegationPrefix, fn) }
