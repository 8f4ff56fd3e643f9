package clients

import (
	"slices"
	"time"

	"countersign/internal/kv"
)

// firstLife is how long after a client came on file its first contacts may come
// without cooling.
const firstLife = 24 * time.Hour

// first reports whether this is the first import of the client, the one whose
// contacts need not cool: nobody was on file before it, nothing was asked for,
// and the client is new and is no other's double.
func (opt ImportOptions) first(r kv.Reader, c Client) (bool, error) {
	if !c.Filled.IsZero() && (c.FilledBy == "" || c.FilledBy != opt.Import) || !c.Alike.IsZero() || opt.Now.Sub(c.Imported) > firstLife {
		return false, nil
	}
	if opt.Ticketed == nil {
		return true, nil
	}
	at, err := opt.Ticketed(r, c.ID)
	begun := opt.Begun
	if begun.IsZero() {
		begun = opt.Now
	}
	return at.IsZero() || !at.Before(begun), err
}

// date notes what is new and so must cool.
func (opt ImportOptions) date(next *Contact, old Contact, ok, first bool) {
	if first && !ok {
		return
	}
	for _, a := range next.Addresses {
		at := old.Since[a]
		if !slices.Contains(old.Addresses, a) || old.Status == Removed && next.Status != Removed {
			at = opt.Now
		}
		if !at.IsZero() {
			if next.Since == nil {
				next.Since = map[string]time.Time{}
			}
			next.Since[a] = at
		}
	}
	if !ok || wider(old, *next) || next.Addresses[0] != old.Addresses[0] {
		next.Widened = opt.Now
	}
}
