package tickets

import (
	"slices"
	"sort"
	"strings"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
)

// Origins of notices, beside "agent:ID" and "timers:ID", which are what time does
// to the tickets of an agent. Each has budgets of its own, so that no question
// waits behind what others make us send.
const (
	fromMail     = "mail" // what the contact's own mail makes us ask
	fromSecurity = "security"
	toStaff      = "staff:" // and who is told something
)

// origin says to whose account a notice goes. t.by is the agent at work.
func (t *Ticket) origin(kind policy.NoticeKind) string {
	switch account := kind.Terms().Account; {
	case account == policy.OfSecurity:
		return fromSecurity
	case account == policy.OfTimers:
		return "timers:" + t.OpenedBy
	case t.by != "":
		return "agent:" + t.by
	}
	return fromMail
}

const (
	// together is how many times the budget of one origin all of them have. One
	// that had nothing yet gets one all the same.
	together = 3
	// longest is how long a notice waits for caps; then it goes out over them. By
	// then a question has expired.
	longest = 7 * 24 * time.Hour
)

// budget bounds the notices of one origin in a window of time. What each origin
// took of a window stands under one key.
type budget struct {
	cap    policy.Limit
	what   string
	window time.Duration
	most   int
}

// budgets are those that a notice has to find room in.
func (s *Store) budgets(o Outgoing) (out []budget) {
	for _, limit := range o.Kind.Terms().Limits {
		switch limit {
		case policy.PerTicketDay:
			out = append(out, budget{limit, "day/" + o.Ticket, 24 * time.Hour, s.opt.PerDay})
		case policy.PerContactHour:
			out = append(out, budget{limit, "hour/" + o.Contact, time.Hour, s.opt.PerHour})
		}
	}
	return out
}

// key is that of the window in which at lies.
func (b budget) key(at time.Time) string {
	return capPrefix + kv.Due(at.Truncate(b.window).Add(b.window)) + "/" + b.what
}

// room reports whether the origin may have one more in the window of at.
func (b budget) room(r kv.Reader, at time.Time, origin string) (bool, error) {
	taken, _, err := kv.Load[map[string]int](r, b.key(at))
	all := 0
	for who, n := range taken {
		if who != fromSecurity {
			all += n
		}
	}
	n := taken[origin]
	return n < b.most && (n == 0 || origin == fromSecurity || all < together*b.most), err
}

// full gives the cap that keeps the notice from going out at that time, "" if none.
func (s *Store) full(r kv.Reader, o Outgoing, at time.Time) (policy.Limit, error) {
	for _, b := range s.budgets(o) {
		if room, err := b.room(r, at, o.Origin); err != nil || !room {
			return b.cap, err
		}
	}
	return "", nil
}

// placed reports whether the notice has its places in the windows of that time.
func (s *Store) placed(o Outgoing, at time.Time) bool {
	for _, b := range s.budgets(o) {
		if !slices.Contains(o.Places, b.key(at)) {
			return false
		}
	}
	return true
}

// reserve takes places for a notice at the first hour from now on that has room
// under every cap, and sets when it is due. The hours are tried one by one, then
// in steps that double and are halved again, since thousands may wait.
func (s *Store) reserve(tx kv.Tx, o *Outgoing, now time.Time) error {
	at := func(k int) time.Time {
		if k == 0 {
			return now
		}
		return now.Truncate(time.Hour).Add(time.Duration(k) * time.Hour)
	}
	last := int(max(0, o.Queued.Add(longest).Sub(now))/time.Hour) + 1
	var failed error
	full := func(k int) bool {
		if k >= last {
			return false
		}
		cap, err := s.full(tx, *o, at(k))
		if failed == nil {
			failed = err
		}
		if cap != "" && o.Cap == "" {
			o.Cap = string(cap) // the one that holds it now
		}
		return cap != "" && failed == nil
	}
	o.Cap, o.Places, o.Paced = "", nil, false
	before, k := -1, 0
	for full(k) {
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
	for _, b := range s.budgets(*o) {
		o.Places = append(o.Places, b.key(o.Next))
	}
	return s.take(tx, o.Places, o.Origin, 1)
}

// take changes what an origin has taken of each window.
func (s *Store) take(tx kv.Tx, places []string, origin string, by int) error {
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

// release gives the places of a notice to others, where no attempt was made:
// otherwise the contact may have it.
func (s *Store) release(tx kv.Tx, o *Outgoing) error {
	places := o.Places
	o.Places = nil
	if o.Tries > 0 {
		return nil
	}
	now := capPrefix + kv.Due(s.Now())
	places = slices.DeleteFunc(slices.Clone(places), func(key string) bool { return key <= now })
	return s.take(tx, places, o.Origin, -1)
}

// admit lets a notice that is due go out, if it has its places in the windows
// of now: it may have waited for the server past those it had. Otherwise it
// waits for the next that are free.
func (s *Store) admit(id string, now time.Time) (admitted bool, err error) {
	err = s.update(id, func(tx kv.Tx, o *Outgoing) (bool, error) {
		if o.State != Queued {
			admitted = false
			return o.State == Sending, nil
		}
		if err := s.release(tx, o); err != nil {
			return false, err
		}
		if err := s.reserve(tx, o, now); err != nil {
			return false, err
		}
		admitted = !o.Paced
		return true, nil
	})
	return admitted, err
}

// minuteKey counts what went out in the minute of now, of one lane or, with
// none, of all.
func minuteKey(now time.Time, lane string) string {
	return capPrefix + kv.Due(now.Truncate(time.Minute).Add(time.Minute)) + "/" + strings.TrimSuffix("minute/"+lane, "/")
}

// count counts an attempt.
func count(tx kv.Tx, key string) error {
	n, _, err := kv.Load[int](tx, key)
	if err != nil {
		return err
	}
	return kv.Save(tx, key, n+1)
}

// giveUp cancels a notice that is not sent, erases its bytes and gives its
// places under the caps to others.
func (s *Store) giveUp(tx kv.Tx, o *Outgoing) error {
	o.State, o.Cap = Canceled, ""
	if err := tx.Delete(sealedPrefix + o.ID); err != nil {
		return err
	}
	return s.release(tx, o)
}

// withdraw cancels a question that waits in the outbox and no longer stands.
func (s *Store) withdraw(tx kv.Tx, t *Ticket, n notice) error {
	if n.Out == "" || n.Lifts || !n.Void && !n.Spent || !n.Kind.Terms().Asks {
		return nil
	}
	o, ok, err := kv.Load[Outgoing](tx, kv.Numbered(outPrefix, n.Out))
	if err != nil || !ok || o.State != Queued {
		return err
	}
	if err := tx.Delete(o.queueKey()); err != nil {
		return err
	}
	o.Next = time.Time{}
	if err := s.giveUp(tx, &o); err != nil {
		return err
	}
	if err := kv.Save(tx, kv.Numbered(outPrefix, o.ID), o); err != nil {
		return err
	}
	return s.record(tx, t, Event{Event: "notice canceled", Text: "notice " + o.ID + " had not gone out yet; its question no longer stands"})
}
