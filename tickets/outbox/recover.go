package outbox

import (
	"errors"
	"strings"

	"countersign/internal/kv"
)

// Unfinished is what a program that was stopped has left.
type Unfinished struct {
	Sending []string // what was being sent
	Waiting []string // what has places by other caps, if the caps changed since
	Unlaned []string // what was queued before there were lanes
	Caps    bool     // they changed
}

// Unfinished gives what is to be finished at the start. What can't be read is told
// in the error, beside the rest.
func (b *Outbox) Unfinished(v kv.View) (u Unfinished, err error) {
	var errs []error
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
			u.Waiting = append(u.Waiting, o.ID)
		}
		return nil
	}
	return u, errors.Join(append(errs, v.Scan(queuePrefix, "", look), v.Scan(unlanedPrefix, "", look))...)
}

// caps are those by which notices have their places.
func (b *Outbox) caps() [2]int { return [2]int{b.set.PerHour, b.set.PerDay} }

// capsChanged reports whether the caps are others than at the last start.
func (b *Outbox) capsChanged(r kv.Reader) (bool, error) {
	old, ok, err := kv.Load[[2]int](r, limitsKey)
	return !ok || old != b.caps(), err
}

// KeepCaps notes that all notices have their places by the caps as they are.
func (b *Outbox) KeepCaps(tx kv.Tx) error { return kv.Save(tx, limitsKey, b.caps()) }
