package outbox

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"time"

	"countersign/clients/onfile"
	"countersign/internal/kv"
	"countersign/policy"
)

const (
	// together is how many times the budget of one origin all of them have. One
	// that had nothing yet gets one all the same.
	together = 3
	// longest is how long a notice waits for caps; then it goes out over them. By
	// then a question has expired.
	longest = 7 * 24 * time.Hour
	// atMailbox begins the window of a mailbox, whoever has it.
	atMailbox = "hour/at/"
)

// budget bounds the notices of one origin in a window of time. What each origin
// took of a window stands under one key.
type budget struct {
	cap    policy.Limit
	what   string
	window time.Duration
	most   int
}

// budgets are those that a notice has to find room in. Contacts who share a
// mailbox get no more mail there than one alone.
func (b *Outbox) budgets(o Outgoing) (out []budget) {
	for _, limit := range o.Kind.Terms().Limits {
		switch limit {
		case policy.PerTicketDay:
			out = append(out, budget{limit, "day/" + o.Ticket, 24 * time.Hour, b.Limits().PerDay})
		case policy.PerContactHour:
			out = append(out, budget{limit, "hour/" + o.Contact, time.Hour, b.Limits().PerHour})
			out = append(out, budget{limit, atMailbox + onfile.Mailbox(o.To), time.Hour, b.Limits().PerHour}) //rule:6.10 mailbox-has-one-budget tickets.TestSharedCap
		}
	}
	return out
}

// since reports whether a notice was queued before there was the window, which
// then keeps it no longer.
func (w budget) since(o Outgoing) bool {
	return strings.HasPrefix(w.what, atMailbox) && len(o.Places) > 0 && !slices.ContainsFunc(o.Places, func(key string) bool { return strings.Contains(key, "/"+atMailbox) })
}

// key is that of the window in which at lies.
func (w budget) key(at time.Time) string {
	return capKey(at, w.window, w.what)
}

// use is how much of a window is taken, as it counts for one origin.
type use struct {
	taken, most int
	full        bool // the origin may have no more of it
}

// used says how much of the window of at is taken.
func (w budget) used(r kv.Reader, at time.Time, origin string) (use, error) {
	taken, _, err := kv.Load[map[string]int](r, w.key(at))
	all := 0
	for who, n := range taken {
		if !apart(who) {
			all += n
		}
	}
	n := taken[origin]
	if n > 0 && n < w.most && !apart(origin) && all >= together*w.most {
		return use{all, together * w.most, true}, err
	}
	return use{n, w.most, n >= w.most}, err
}

// Full gives the cap that keeps the notice from going out at that time, "" if none.
func (b *Outbox) Full(r kv.Reader, o Outgoing, at time.Time) (policy.Limit, error) {
	for _, w := range b.budgets(o) {
		if u, err := w.used(r, at, o.Origin); err != nil || u.full {
			return w.cap, err
		}
	}
	return "", nil
}

// Placed reports whether the notice has its places in the windows of that time.
func (b *Outbox) Placed(o Outgoing, at time.Time) bool {
	for _, w := range b.budgets(o) {
		if !slices.Contains(o.Places, w.key(at)) && !w.since(o) {
			return false
		}
	}
	return true
}

// reserve takes places for a notice at the first hour from now on that has room
// under every cap, and sets when it is due. The hours are tried one by one, then
// in steps that double and are halved again, since thousands may wait.
func (b *Outbox) reserve(tx kv.Tx, o *Outgoing, now time.Time) error {
	at := func(k int) time.Time {
		if k == 0 {
			return now
		}
		return now.Truncate(time.Hour).Add(time.Duration(k) * time.Hour)
	}
	last := int(max(0, o.Queued.Add(longest).Sub(now))/time.Hour) + 1
	var failed error
	budgets, known := b.budgets(*o), map[string]use{} // many hours are of one day
	full := func(k int) bool {
		if k >= last {
			return false
		}
		for _, w := range budgets {
			u, ok := known[w.key(at(k))]
			if !ok {
				if u, failed = w.used(tx, at(k), o.Origin); failed != nil {
					return false
				}
				known[w.key(at(k))] = u
			}
			if u.full {
				o.Cap = cmp.Or(o.Cap, string(w.cap)) // the one that holds it now
				return true
			}
		}
		return false
	}
	o.Cap, o.Places, o.Paced = "", nil, false
	before, k := -1, 0
	for failed == nil && full(k) {
		before = k
		k = min(last, max(k+1, k*2-2))
	}
	k = before + 1 + sort.Search(k-before-1, func(i int) bool { return !full(before + 1 + i) })
	if failed != nil {
		return failed
	}
	o.Next, o.Paced = at(k), k > 0
	if k >= last {
		o.Next = o.Queued.Add(longest)
		if o.Paced = o.Next.After(now); !o.Paced {
			o.Next = now
		}
		return nil
	}
	for _, w := range budgets {
		o.Places = append(o.Places, w.key(o.Next))
	}
	if k == 0 && o.Queued.Before(now) { // among what is due the oldest goes first
		o.Next = o.Queued
	}
	return take(tx, o.Places, o.Origin, 1)
}

// take changes what an origin has taken of each window.
func take(tx kv.Tx, places []string, origin string, by int) error {
	for _, key := range places {
		taken, _, err := kv.Load[map[string]int](tx, key)
		if err != nil {
			return err
		}
		if taken == nil {
			taken = map[string]int{}
		}
		if taken[origin] += by; taken[origin] <= 0 {
			delete(taken, origin)
		}
		if err := kv.Save(tx, key, taken); err != nil {
			return err
		}
	}
	return nil
}

// freePlaces gives the places of a notice to others, where no attempt was made:
// otherwise the contact may have it.
func (b *Outbox) freePlaces(tx kv.Tx, o *Outgoing) error {
	places := o.Places
	o.Places = nil
	if o.Tries > 0 {
		return nil
	}
	now := capPrefix + kv.Due(b.set.Now())
	places = slices.DeleteFunc(slices.Clone(places), func(key string) bool { return key <= now })
	return take(tx, places, o.Origin, -1)
}

// Admit lets a notice that is due go out, if it has its places in the windows
// of now: it may have waited for the server past those it had. Otherwise it
// waits for the next that are free.
func (b *Outbox) Admit(tx kv.Tx, id string, now time.Time) (admitted bool, err error) {
	err = Change(tx, id, func(o *Outgoing) (bool, error) {
		if o.State != Queued {
			return o.State == Sending, nil
		}
		if err := b.moveTo(tx, o, now); err != nil {
			return false, err
		}
		admitted = !o.Paced
		return true, nil
	})
	return admitted, err
}

// moveTo gives the places of a notice to others and takes new ones from now on.
func (b *Outbox) moveTo(tx kv.Tx, o *Outgoing, now time.Time) error {
	if err := b.freePlaces(tx, o); err != nil {
		return err
	}
	return b.reserve(tx, o, now)
}

// Hurry makes, in a Change, a queued or failed notice due as soon as the caps let
// it go. One that failed takes places under them anew.
func (b *Outbox) Hurry(tx kv.Tx, o *Outgoing) error {
	now := b.set.Now()
	switch {
	case o.State == Queued && b.Placed(*o, now):
		o.Next = now
		return nil
	case o.State == Failed:
		o.State, o.Queued, o.Places = Queued, now, nil //rule:6.10 retry-keeps-the-caps tickets.TestRetryKeepsCaps
	}
	if err := b.moveTo(tx, o, now); err != nil {
		return err
	}
	if !o.Queued.Before(now) {
		o.First = o.Next
	}
	return nil
}
