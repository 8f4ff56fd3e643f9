package tickets

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/approvals"
)

// lostLife is how long after it was opened a ticket for a lost mailbox ends.
const lostLife = 30 * 24 * time.Hour

// maxLostTold is how many addresses are told that a mailbox is said to be lost, in each
// of the two rounds: when it is said, and when two leads agree.
const maxLostTold = 64

// lookSent is how often it is looked whether everybody's mail has left.
const lookSent = 5 * time.Minute

// seekLeads begins to seek the two leads who have to agree that a mailbox is lost.
func (s *Store) seekLeads(tx kv.Tx, t *Ticket) error {
	return s.seek(tx, t, approvals.Approval{Needs: approvals.Needs{Leads: 2}, Leads: 2, Lost: true, Until: t.Until})
}

// concerned is an address that has to know that a mailbox is said to be lost.
type concerned struct{ contact, address string }

// toTell gives every address on file of the ticket's contact, and the first ones of
// the primary contacts and of whoever manages contacts, in this order; where there is
// nobody but the contact, of whoever may approve.
func (s *Store) toTell(v kv.View, t Ticket) (all []concerned, err error) {
	primaries, err := clients.PrimariesOf(v, t.Client)
	if err != nil {
		return nil, err
	}
	var errs []error
	var approvers []concerned
	others := false
	err = clients.EachOf(v, t.Client, func(c clients.Contact, err error) {
		if errs = append(errs, err); err != nil || c.Client != t.Client || c.Status == clients.Removed || len(c.Addresses) == 0 {
			return
		}
		switch {
		case c.ID == t.Contact:
			for _, addr := range c.Addresses {
				all = append(all, concerned{c.ID, addr})
			}
		case slices.Contains(primaries, c.ID), c.May(clients.Manage, s.Now(), ""):
			all, others = append(all, concerned{c.ID, c.Addresses[0]}), true
		case c.MayApprove("", s.Now()):
			approvers = append(approvers, concerned{c.ID, c.Addresses[0]})
		}
	})
	if !others {
		all = append(all, approvers...)
	}
	rank := func(a concerned) int {
		switch {
		case a.contact == t.Contact:
			return 0
		case slices.Contains(primaries, a.contact):
			return 1
		}
		return 2
	}
	slices.SortStableFunc(all, func(a, b concerned) int { return rank(a) - rank(b) })
	return all[:min(len(all), maxLostTold)], errors.Join(append(errs, err)...)
}

// tellLost tells every address that has to know and was not told in this round.
func (s *Store) tellLost(a approvals.Approval) error {
	var all []concerned
	err := s.kv.View(func(v kv.View) error {
		t, err := load(v, a.Ticket)
		if err == nil {
			all, err = s.toTell(v, t)
		}
		return err
	})
	if err != nil {
		return err
	}
	for part := range slices.Chunk(all, 5) {
		if err := s.group.Update(func(tx kv.Tx) error { return s.tellOfLost(tx, a, part, false) }); err != nil {
			return err
		}
	}
	return s.group.Update(func(tx kv.Tx) error { return s.tellOfLost(tx, a, nil, true) })
}

// tellOfLost tells some of them; last says that there are no others. Where a lead
// has agreed meanwhile, everybody is told of that instead, at the next look.
func (s *Store) tellOfLost(tx kv.Tx, seen approvals.Approval, all []concerned, last bool) error {
	id := seen.ID
	a, t, _, err := s.stands(tx, id)
	if err != nil || a.State != seen.State {
		return err
	}
	if t.Approval != id || t.State.Over() || t.State == policy.StateDisputed {
		a.Look = time.Time{}
		return approvals.Save(tx, a)
	}
	agreed := a.State == approvals.Approved
	earliest := s.Now().Add(policy.LostWait)
	round, line := "1/", "Two of our team leads will look at it; if they agree, it is not done before"
	if agreed {
		round, line = "2/", "Two of our team leads have agreed. It is not done before"
	}
	for _, one := range all {
		c, ok, err := clients.Get(tx, one.contact)
		if err != nil {
			return err
		}
		key := round + one.address
		if !ok || slices.Contains(a.Told, key) || !slices.Contains(c.Addresses, one.address) {
			continue
		}
		a.Told = append(a.Told, key)
		if err := s.informAt(tx, &t, policy.NoticeLost, addressee{contact: c, address: one.address, life: lostLife, reason: line, until: earliest}); err != nil {
			return err
		}
	}
	if last && agreed {
		waits, err := s.lostWaits(tx, t)
		if err != nil {
			return err
		}
		if len(waits) > 0 {
			a.Look = s.Now().Add(lookSent)
			return errors.Join(approvals.Save(tx, a), save(tx, t))
		}
		a.ToldAt = s.Now()
	}
	if last {
		a.Look = time.Time{}
		if err := s.record(tx, &t, Event{Event: "told of it", Text: strconv.Itoa(count(a.Told, round)) + " addresses were told that this mailbox is said to be lost, and that a NO stops it."}); err != nil {
			return err
		}
		if !agreed {
			if err := s.alertLeads(tx, t, 2); err != nil {
				return err
			}
		}
	}
	return errors.Join(approvals.Save(tx, a), save(tx, t))
}

// lostWaits says why notices of a lost mailbox have not left, nothing if all have.
func (s *Store) lostWaits(r kv.Reader, t Ticket) (waits []policy.Reason, err error) {
	var ids []string
	for _, id := range t.Notices {
		n, _, err := kv.Load[notice](r, noticePrefix+id)
		if err != nil {
			return nil, err
		}
		if n.Kind == policy.NoticeLost {
			ids = append(ids, id)
		}
	}
	waits, _, err = s.leaving(r, ids)
	return waits, err
}

func count(keys []string, round string) (n int) {
	for _, k := range keys {
		if len(k) > len(round) && k[:len(round)] == round {
			n++
		}
	}
	return n
}
