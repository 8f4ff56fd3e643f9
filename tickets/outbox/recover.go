package outbox

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"countersign/internal/kv"
)

// Unfinished is what a program that was stopped has left.
type Unfinished struct {
	Sending []string // what was being sent
	Waiting []string // what has places by other caps, if the caps changed since; the oldest first
	Unlaned []string // what was queued before there were lanes
	Caps    bool     // they changed
}

// Unfinished gives what is to be finished at the start. What can't be read is told
// in the error, beside the rest.
func (b *Outbox) Unfinished(v kv.View) (u Unfinished, err error) {
	var errs []error
	var waiting []Outgoing
	u.Caps, err = b.capsChanged(v)
	errs = append(errs, err)
	look := func(key string, value []byte) error {
		o, ok, err := Load(v, string(value))
		switch {
		case err != nil:
			errs = append(errs, err)
		case !ok:
		case strings.HasPrefix(key, unlanedPrefix):
			u.Unlaned = append(u.Unlaned, o.ID)
		case o.State == Sending:
			u.Sending = append(u.Sending, o.ID)
		case u.Caps && o.Tries == 0:
			waiting = append(waiting, o)
		}
		return nil
	}
	err = errors.Join(append(errs, v.Scan(queuePrefix, "", look), v.Scan(unlanedPrefix, "", look))...)
	slices.SortFunc(waiting, func(a, b Outgoing) int {
		return cmp.Or(a.Queued.Compare(b.Queued), cmp.Compare(outKey(a.ID), outKey(b.ID)))
	}) //rule:6.10 oldest-first-under-new-limits tickets.TestSetLimits
	for _, o := range waiting {
		u.Waiting = append(u.Waiting, o.ID)
	}
	return u, err
}

// Unplace gives the places of waiting notices to others, at most 8 of them, so that
// who stands behind takes none of who stands before.
func (b *Outbox) Unplace(tx kv.Tx, ids []string) error {
	for _, id := range ids {
		err := Change(tx, id, func(o *Outgoing) (bool, error) {
			if o.State != Queued || o.Tries > 0 {
				return o.State == Queued || o.State == Sending, nil
			}
			return true, b.freePlaces(tx, o)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// caps are those by which notices have their places.
func (b *Outbox) caps() [2]int { return [2]int{b.Limits().PerHour, b.Limits().PerDay} }

// capsChanged reports whether the caps are others than at the last start.
func (b *Outbox) capsChanged(r kv.Reader) (bool, error) {
	old, ok, err := kv.Load[[2]int](r, limitsKey)
	return !ok || old != b.caps(), err
}

// KeepCaps notes that all notices have their places by the caps as they are.
func (b *Outbox) KeepCaps(tx kv.Tx) error { return kv.Save(tx, limitsKey, b.caps()) }
