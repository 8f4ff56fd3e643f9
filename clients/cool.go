package clients

import (
	"maps"
	"slices"
	"time"

	"countersign/internal/kv"
)

// firstLife is how long after a client came on file its first contacts may come
// without cooling.
const firstLife = 24 * time.Hour

// spokeLife is how long it is remembered which language a contact had; no cooling
// is longer.
const spokeLife = 90 * 24 * time.Hour

// first reports whether this is the first import of the client, the one whose
// contacts need not cool: nobody was on file before it, nothing was asked for,
// and the client is new and is no other's double.
func (opt ImportOptions) first(r kv.Reader, c Client) (bool, error) {
	if !c.Filled.IsZero() && (c.FilledBy == "" || c.FilledBy != opt.Import) || !c.Alike.IsZero() || opt.Now.Sub(c.Imported) > firstLife { //rule:6.5 first-import-ends TestFirstImport/later
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
	return at.IsZero() || !at.Before(begun), err //rule:6.5 first-import-ends-with-a-ticket =true,err TestFirstImport/ticket-before
}

// date notes since when the contact has what they have: what is new has to cool,
// and what was there before does not, whatever came beside it. What was taken
// away and comes back is new.
func (opt ImportOptions) date(next *Contact, old Contact, ok, first bool) {
	next.Since, next.Gained, next.First, next.Widened = nil, nil, Turn{}, time.Time{}
	if first && !ok {
		return
	}
	next.Since = opt.dated(next.Addresses, old, func(a string) bool { return old.onFile(a) || next.Status == Removed })
	next.Gained = opt.dated(next.Rights(), old, old.holds) //rule:6.5 new-right-cools TestSet/primary
	if ok {
		next.First, next.Spoke = opt.turn(*next, old), opt.spoke(*next, old)
	}
}

// spoke gives the languages that were the contact's before. A language says which
// words are a yes, so who gives them another must not make one of their no.
func (opt ImportOptions) spoke(next, old Contact) map[string]time.Time {
	spoke := maps.Clone(old.Spoke)
	if next.Language != old.Language {
		if spoke == nil {
			spoke = map[string]time.Time{}
		}
		spoke[old.Language] = opt.Now
	}
	maps.DeleteFunc(spoke, func(_ string, until time.Time) bool { return opt.Now.Sub(until) > spokeLife })
	return spoke
}

// dated gives since when each of these is the contact's.
func (opt ImportOptions) dated(all []string, old Contact, had func(string) bool) map[string]time.Time {
	dates := map[string]time.Time{}
	for _, what := range all {
		at := opt.Now
		if had(what) {
			at = old.Got(what)
		}
		if !at.IsZero() {
			dates[what] = at
		}
	}
	return dates
}

// turn gives how the first address became it. It is new to it that it gets our
// questions, and to no other address.
func (opt ImportOptions) turn(next, old Contact) (t Turn) {
	switch {
	case len(next.Addresses) == 0 || len(old.Addresses) == 0:
	case next.Addresses[0] == old.Addresses[0]:
		t = old.First
	case next.Addresses[0] == old.First.Before && opt.Now.Sub(old.First.At) < undoLife:
		t.At = old.First.BeforeAt
	default:
		t = Turn{At: opt.Now, Before: old.Addresses[0], BeforeAt: old.First.At}
	}
	if !slices.Contains(next.Addresses, t.Before) { // should it come back, it is new
		t.Before, t.BeforeAt = "", time.Time{}
	}
	return t
}
