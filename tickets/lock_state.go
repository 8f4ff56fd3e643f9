package tickets

import (
	"slices"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/locks"
)

// locked reports whether a client is locked, be the lock open or not.
func locked(r kv.Reader, client string) (bool, error) {
	l, ok, err := locks.Of(r, client)
	return ok && l.Locks(), err
}

// bound reports whether a client is stopped or locked, which its people can't be moved
// out of.
func bound(r kv.Reader, client string) (bool, error) {
	is, err := stopped(r, client)
	if err != nil || is {
		return is, err
	}
	return locked(r, client)
}

// locksFor gives the locks that hold what is asked for this contact on a ticket of
// client, as stopsFor does of stops.
func (s *Store) locksFor(r kv.Reader, client string, c clients.Contact) (all []policy.Lock, err error) {
	with, err := heldWith(r, client, c)
	if err != nil {
		return nil, err
	}
	for _, id := range with {
		l, ok, err := locks.Of(r, id)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		p, err := s.lockNow(r, l)
		if err != nil {
			return nil, err
		}
		if !l.Locks() && p.Window.NoPending.IsZero() { //rule:6.8 a-waiting-no-locks-again part=2 TestUnlockForGood
			continue
		}
		all = append(all, p)
	}
	return all, nil
}

// lockNow is a lock with what its window rests on, as the directory is now.
func (s *Store) lockNow(r kv.Reader, l locks.Lock) (p policy.Lock, err error) {
	p = policy.Lock{Client: l.Client, Since: l.At, By: l.Agent}
	if p.By == "" {
		p.By = "contact " + l.Contact
	}
	o := l.Last
	if o == nil {
		return p, nil
	}
	if o.Ended.IsZero() && !o.From.IsZero() {
		p.Window.From, p.Window.Until, p.Window.Epoch = o.From, o.To, o.Epoch
		pending, err := heldBy(r, o.Ticket)
		if err != nil {
			return p, err
		}
		p.Window.NoPending = pending.Since
	}
	p.Window.Alone = o.Alone
	p.Window.Openers, err = s.openers(r, l.Client, o.Said)
	return p, err
}

// openers gives those who said yes, as the directory is now. Contacts who share a
// mailbox are one person.
func (s *Store) openers(r kv.Reader, client string, said []locks.Said) (all []policy.Opener, err error) {
	var people []clients.Contact
	for _, one := range said {
		o := policy.Opener{Agent: one.Agent, At: one.At}
		if one.Agent != "" {
			a, ok, err := staff.Get(r, one.Agent)
			if err != nil {
				return nil, err
			}
			o.Leads = ok && a.Has(staff.RoleLead, s.Now())
			all = append(all, o)
			continue
		}
		c, ok, err := clients.Get(r, one.Contact)
		if err != nil {
			return nil, err
		}
		o.Person = c.ID
		if i := slices.IndexFunc(people, func(other clients.Contact) bool { return onePerson(other, c) }); i >= 0 { //rule:6.5 one-mailbox-opens-once TestUnlockOneMailbox
			o.Person = people[i].ID
		}
		people = append(people, c)
		isStaff, err := s.desk().IsStaff(r, one.Address)
		if err != nil {
			return nil, err
		}
		may, cools, err := s.mayOpen(r, c, one.Address)
		if err != nil {
			return nil, err
		}
		o.Giver = policy.Giver{Active: ok && c.Status != clients.Removed, Client: c.Client, May: may, Cools: cools,
			OnFile: slices.Contains(c.Addresses, one.Address), Since: c.Since[one.Address], Staff: isStaff}
		all = append(all, o)
	}
	return all, nil
}

// mayOpen reports whether a contact is one of those who may open the lock of their
// client, the primary contact or another who may approve, and what cools of that right
// and of the address they answer from, to these questions.
func (s *Store) mayOpen(r kv.Reader, c clients.Contact, addr string, asked ...*policy.Notice) (may bool, cools []policy.Cooling, err error) {
	if c.Status == clients.Removed {
		return false, nil, nil
	}
	var rights []string
	if c.Role == clients.Primary {
		rights = append(rights, string(clients.Primary))
	}
	if c.May(clients.Approve, s.Now(), "") {
		rights = append(rights, string(clients.Approve))
	}
	for i, right := range rights {
		one, err := s.coolsFor(r, c, right, "", addr, asked...)
		if err != nil {
			return false, nil, err
		}
		if i == 0 || len(one) < len(cools) {
			cools = one
		}
	}
	return len(rights) > 0, cools, nil
}

// barring says why nothing that a ticket asks for is done for its client: a stop, or a
// lock that is not open.
func (s *Store) barring(r kv.Reader, t Ticket) (why []policy.Reason, err error) {
	if !t.Class.Privileged() || t.State.Over() {
		return nil, nil
	}
	c, _, err := clients.Get(r, t.Contact)
	if err != nil {
		return nil, err
	}
	return s.barringTo(r, t.Client, c)
}

// barringTo is barring of whatever a contact asks for on tickets of a client.
func (s *Store) barringTo(r kv.Reader, client string, c clients.Contact) (why []policy.Reason, err error) {
	halt, err := stopsFor(r, client, c)
	if err != nil {
		return nil, err
	}
	if halt {
		why = append(why, policy.Because(policy.CodeClientStopped))
	}
	all, err := s.locksFor(r, client, c)
	if err != nil {
		return nil, err
	}
	e, err := epochNow(r)
	for _, l := range all {
		why = append(why, l.Reasons(s.Now(), e.Number)...)
	}
	return why, err
}

// shutFor reports whether a lock keeps what is privileged of the ticket from being
// done, so that nobody is asked for it.
func (s *Store) shutFor(r kv.Reader, t Ticket) (bool, error) {
	c, _, err := clients.Get(r, t.Contact)
	if err != nil {
		return false, err
	}
	return s.shutTo(r, t, c)
}

// shutTo is shutFor where the ticket's contact is known.
func (s *Store) shutTo(r kv.Reader, t Ticket, c clients.Contact) (bool, error) {
	if !t.Class.Privileged() {
		return false, nil
	}
	all, err := s.locksFor(r, t.Client, c)
	if err != nil || len(all) == 0 {
		return false, err
	}
	e, err := epochNow(r)
	return slices.ContainsFunc(all, func(l policy.Lock) bool { return !l.Open(s.Now(), e.Number) }), err
}
