package tickets

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/approvals"
	"countersign/tickets/locks"
)

// gathering is a notice of a client's lock that goes to those of its people who are
// the primary contact or may approve. Who that is, is a scan, so it is a to-do for Tick.
type gathering struct {
	Client string            `json:"client"`
	Ticket string            `json:"ticket"`
	Kind   policy.NoticeKind `json:"kind"`
	Says   string            `json:"says"`
	Reason string            `json:"reason,omitempty"`
}

func (g gathering) key() string { return gatherPrefix + g.Ticket + "/" + string(g.Kind) }

func (s *Store) gather(tx kv.Tx, g gathering) error { return kv.Save(tx, g.key(), g) }

// gatherPeople finds whom the notices of locks go to. What fails stays to be done, and
// keeps nothing else back.
func (s *Store) gatherPeople() error {
	type found struct {
		gathering
		to   []place
		look []string // approvals to be looked at, as they may be asked for now
	}
	var todo []found
	var errs []error
	err := s.kv.View(func(v kv.View) error {
		keys, err := kv.Keys(v, gatherPrefix, maxTellings)
		for _, key := range keys {
			g, ok, err := kv.Load[gathering](v, key)
			one := found{gathering: g}
			if err == nil && ok {
				one.to, err = s.gathered(v, g)
			}
			if err == nil && g.Kind == policy.NoticeUnlocked {
				one.look, err = soughtOf(v, g.Client)
			}
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", key, err))
				continue
			}
			todo = append(todo, one)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, one := range todo {
		for part := range slices.Chunk(one.look, 10) {
			errs = append(errs, s.group.Update(func(tx kv.Tx) error { return s.lookNow(tx, part) }))
		}
		errs = append(errs, s.group.Update(func(tx kv.Tx) error { return s.leaveToTell(tx, one.gathering, one.to) }))
	}
	return errors.Join(errs...)
}

// soughtOf gives the approvals of a client that are not decided. While it was locked
// nobody was asked for them.
func soughtOf(v kv.View, client string) (ids []string, err error) {
	all, err := approvals.Due(v, farOff, 1000)
	for _, id := range all {
		a, errGet := approvals.Get(v, id)
		if err = errors.Join(err, errGet); errGet == nil && a.Client == client {
			ids = append(ids, id)
		}
	}
	return ids, err
}

// farOff is after whatever is to be looked at.
var farOff = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// lookNow has approvals looked at in this Tick.
func (s *Store) lookNow(tx kv.Tx, ids []string) error {
	for _, id := range ids {
		a, err := approvals.Get(tx, id)
		if err != nil {
			return err
		}
		if a.State != approvals.Open || a.Lost {
			continue
		}
		a.Look = s.Now()
		if err := approvals.Save(tx, a); err != nil {
			return err
		}
	}
	return nil
}

// gathered gives the first address of each of them.
func (s *Store) gathered(v kv.View, g gathering) (to []place, err error) {
	people, err := s.unlockers(v, g.Client)
	if g.Kind != policy.NoticeUnlock { // who cools hears of it, too
		people, err = s.lockPeople(v, g.Client, func(c clients.Contact) (bool, error) {
			return c.Role == clients.Primary || c.May(clients.Approve, s.Now(), ""), nil
		})
	}
	for _, c := range people {
		to = append(to, place{c.ID, c.Addresses[0]})
	}
	return to, err
}

// leaveToTell leaves the notice to be written for each.
func (s *Store) leaveToTell(tx kv.Tx, g gathering, to []place) error {
	if _, ok, err := kv.Load[gathering](tx, g.key()); err != nil || !ok {
		return err
	}
	t, err := load(tx, g.Ticket)
	if err != nil {
		return err
	}
	if err := tx.Delete(g.key()); err != nil {
		return err
	}
	if len(to) == 0 {
		text := "There is nobody on file of client " + g.Client + " who could be told (" + string(g.Kind) + ")."
		if g.Kind == policy.NoticeUnlock {
			text = "No contact of client " + g.Client + " can be asked now: none is primary or may approve, or that is too new, or too lately gone. "
			l, _, err := locks.Of(tx, g.Client)
			if err != nil {
				return err
			}
			if l.Last != nil && l.Last.Alone {
				text += "Another lead has to agree (client unlock)."
			} else {
				text += "An administrator puts somebody on file who may; what is new cools first."
			}
		}
		return errors.Join(s.record(tx, &t, Event{Event: "nobody told", Text: text}), save(tx, t))
	}
	w := telling{Kind: g.Kind, Ticket: t.ID, Revision: t.Revision, To: to, Says: g.Says, Reason: g.Reason}
	return kv.Save(tx, w.key(s.Now()), w)
}

// tellLock tells or asks one of them. What is not asked any longer is not asked.
func (s *Store) tellLock(tx kv.Tx, t *Ticket, w telling, to addressee) error {
	if w.Kind == policy.NoticeUnlock {
		until, ok, err := s.asksToOpen(tx, *t)
		if err != nil || !ok {
			return err
		}
		to.until, to.life = until, until.Sub(s.Now())
	}
	return s.informAt(tx, t, w.Kind, to)
}

// asksToOpen says until when the question may be answered that a ticket asks; ok is
// false where nothing is asked there any longer.
func (s *Store) asksToOpen(r kv.Reader, t Ticket) (until time.Time, ok bool, err error) {
	l, ok, err := locks.Of(r, t.Client)
	if err != nil || !ok || !l.Locks() || l.Last == nil || l.Last.Ticket != t.ID {
		return until, false, err
	}
	e, err := epochNow(r)
	return l.Last.Until, l.Last.Asking(s.Now(), e.Number), err
}

// mayAgree reports whether a yes to the question of that ticket counts now: until two
// have agreed, and while it is open by that.
func (s *Store) mayAgree(r kv.Reader, t Ticket) (bool, error) {
	l, ok, err := locks.Of(r, t.Client)
	if err != nil || !ok || !l.Locks() || l.Last == nil || l.Last.Ticket != t.ID {
		return false, err
	}
	e, err := epochNow(r)
	return l.Last.Asking(s.Now(), e.Number) || l.Last.Opened(s.Now(), e.Number), err
}

// silenced reports whether a question of the ticket is not asked, as its client is
// locked, and notes that: it is asked when somebody wants to act on it while the lock
// is open.
func (s *Store) silenced(tx kv.Tx, t *Ticket, c clients.Contact, kind policy.NoticeKind) (bool, error) {
	if n := kind.Terms(); !n.Asks || n.To != policy.ToContact {
		return false, nil
	}
	shut, err := s.shutTo(tx, *t, c)
	if err != nil || !shut { //rule:8 locked-is-asked-nothing part=2 TestLockAsksNothing
		return false, err
	}
	t.Afresh, t.Reasked = policy.CodeClientLocked, false
	return true, s.record(tx, t, Event{Event: "not asked", Reason: policy.CodeClientLocked,
		Text: "The client is locked, so nobody was asked (" + string(kind) + "). While the lock is open, authorize asks."})
}
