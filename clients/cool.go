package clients

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"countersign/internal/clean"
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
	next.Since, next.Gained, next.Held, next.First, next.Widened = nil, nil, nil, Turn{}, time.Time{}
	if first && !ok {
		return
	}
	next.Since = opt.since(*next, old)
	next.Gained, next.Held = opt.gained(*next, old) //rule:6.5 new-right-cools TestSet/primary
	if ok {
		next.First, next.Spoke, next.Left = opt.turn(*next, old), opt.spoke(*next, old), opt.left(*next, old)
		next.Led = opt.led(*next, old)
		next.Approver = opt.approver(*next, old) //rule:6.5 who-could-approve-is-remembered TestApprovedUntil
	}
	next.Writes = opt.writes(*next, old)
}

// writes gives by which writes came what is dated and may cool still.
func (opt ImportOptions) writes(next, old Contact) map[string]string {
	writes := map[string]string{}
	for _, dates := range []map[string]time.Time{next.Since, next.Gained, {"": next.First.At}} {
		for _, at := range dates {
			by := old.Writes[stamp(at)]
			if at.Equal(opt.Now) && by == "" {
				by = clean.Line(opt.By, maxBy)
			}
			if by != "" && opt.Now.Sub(at) < spokeLife {
				writes[stamp(at)] = by
			}
		}
	}
	return writes
}

// maxBy bounds what is said of a write, in characters.
const maxBy = 120

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// WrittenBy says by which write came what is dated so; "" where that is not known.
func (c Contact) WrittenBy(at time.Time) string { return c.Writes[stamp(at)] }

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

// since gives since when each address is the contact's.
func (opt ImportOptions) since(next, old Contact) map[string]time.Time {
	dates := map[string]time.Time{}
	for _, a := range next.Addresses {
		at := opt.Now
		if old.OnFile(a) || next.Status == Removed {
			at = old.Since[a]
		}
		if !at.IsZero() {
			dates[a] = at
		}
	}
	return dates
}

// maxHeld bounds the narrower rights that a contact is known to have had.
const maxHeld = 64

// gained gives since when the contact has each right, and which narrower ones are
// older than that.
func (opt ImportOptions) gained(next, old Contact) (gained, held map[string]time.Time) {
	gained, held = map[string]time.Time{}, map[string]time.Time{}
	had, has := old.since(opt.Now), next.reaches(opt.Now)
	for _, u := range has {
		at := opt.Now
		for v, since := range had {
			if v.covers(u) && since.Before(at) {
				at = since
			}
		}
		if !at.IsZero() {
			gained[u.String()] = at
		}
	}
	for v, since := range had {
		// whatever was widened that long ago cools no longer
		young := func(u reach) bool {
			return since.Before(gained[u.String()]) && opt.Now.Sub(gained[u.String()]) < spokeLife
		}
		covered := slices.DeleteFunc(slices.Clone(has), func(u reach) bool { return !u.covers(v) })
		if len(covered) > 0 && !slices.ContainsFunc(covered, func(u reach) bool { return !young(u) }) && len(held) < maxHeld {
			held[v.String()] = since
		}
	}
	return gained, held
}

// LeftLife is how long it is remembered which addresses left the file, and
// maxLeft of how many: so long may who reads them object to that.
const (
	LeftLife = 30 * 24 * time.Hour
	maxLeft  = 16
)

// left gives when addresses of the contact left the file.
func (opt ImportOptions) left(next, old Contact) map[string]time.Time {
	left := maps.Clone(old.Left)
	if left == nil {
		left = map[string]time.Time{}
	}
	for _, a := range old.Addresses {
		at := opt.Now
		if old.Status == Removed {
			at = old.Ended
		}
		left[a] = at
	}
	maps.DeleteFunc(left, func(a string, at time.Time) bool {
		return next.OnFile(a) || at.IsZero() || opt.Now.Sub(at) >= LeftLife
	})
	for len(left) > maxLeft {
		oldest := slices.MinFunc(slices.Collect(maps.Keys(left)), func(a, b string) int {
			return cmp.Or(left[a].Compare(left[b]), strings.Compare(a, b))
		})
		delete(left, oldest)
	}
	return left
}

// LeftLately reports whether an address that was the contact's left the file, and
// may still object to that.
func (c Contact) LeftLately(addr string, now time.Time) bool {
	return now.Before(c.ObjectsUntil(addr))
}

// ObjectsUntil says until when an address that left the file may object to that;
// zero where it did not.
func (c Contact) ObjectsUntil(addr string) time.Time {
	at := c.Left[addr]
	if c.Status == Removed && slices.Contains(c.Addresses, addr) {
		at = c.Ended
	}
	if c.OnFile(addr) || at.IsZero() {
		return time.Time{}
	}
	return at.Add(LeftLife)
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
