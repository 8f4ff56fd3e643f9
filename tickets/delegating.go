package tickets

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"countersign/clients"
	"countersign/clients/delegates"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/approvals"
)

// delegation gives what a delegation to a contact is worth on a ticket now, and
// whose place it is; nothing where it is another's or of another client.
func (s *Store) delegation(r kv.Reader, t Ticket, id, to string) (out policy.Delegation, of string, err error) {
	d, err := delegates.Get(r, id)
	if err != nil || d.To != to || d.Client != t.Client {
		if errors.Is(err, delegates.ErrNone) {
			err = nil
		}
		return out, "", err
	}
	c, ok, err := clients.Get(r, d.For)
	if err != nil {
		return out, "", err
	}
	pending, err := heldBy(r, d.Ticket)
	if err != nil {
		return out, "", err
	}
	out = d.Terms(s.opt.Cooling)
	out.Ended = out.Ended || !pending.Since.IsZero() //rule:6.8 a-waiting-no-holds-a-delegation TestDelegateAnswers/no-pending
	out.Of, err = s.giver(r, t, c, ok, "")
	return out, d.For, err
}

// letsNow reports whether somebody may approve a ticket by a delegation now.
func (s *Store) letsNow(r kv.Reader, t Ticket, id, to string) (bool, error) {
	d, of, err := s.delegation(r, t, id, to)
	if err != nil {
		return false, err
	}
	e, err := epochNow(r)
	return of != "" && d.Lets(policy.Action{Now: s.Now(), Class: t.Class, Ticket: t.facts(), Epoch: e.Number}), err
}

// personInPlace says of whoever was asked in the place of another whether they may
// approve by that delegation now.
func (s *Store) personInPlace(r kv.Reader, t Ticket, id string, p *policy.Person) error {
	_, of, err := s.delegation(r, t, id, p.ID)
	if err != nil {
		return err
	}
	lets, err := s.letsNow(r, t, id, p.ID)
	p.For, p.Approves = cmp.Or(of, id), true
	if !lets { //rule:6.5 delegate-when-they-answer TestDelegateAnswers/ended
		p.Approves = false
	}
	return err
}

// inPlace completes a proof that was given in the place of another: the right is
// theirs, by the delegation as it is now.
func (s *Store) inPlace(r kv.Reader, t Ticket, p *policy.Proof, c clients.Contact) (err error) {
	var of string
	if p.Delegation, of, err = s.delegation(r, t, p.By, p.Contact); err != nil {
		return err
	}
	if of != p.For {
		p.Delegation = policy.Delegation{}
	}
	p.Giver.May = true
	cools, err := s.coolsFor(r, c, "", t.Service, p.Address)
	p.Giver.Cools = outlined(cools)
	return err
}

// inPlaceOf gives who is asked in the place of those who may approve: their delegates,
// unless they are asked on their own account. next is when the first of those counts
// who do not yet.
func (s *Store) inPlaceOf(v kv.View, t Ticket, ask []clients.Contact) (out []approvals.Asked, next time.Time, err error) {
	e, err := epochNow(v)
	if err != nil {
		return nil, next, err
	}
	requester, _, err := clients.Get(v, t.Contact)
	if err != nil {
		return nil, next, err
	}
	for _, of := range ask {
		all, err := delegates.Of(v, of.ID)
		if err != nil {
			return nil, next, err
		}
		for _, d := range all {
			switch at := d.Begins(s.opt.Cooling); d.State(s.Now(), e.Number, s.opt.Cooling) {
			case delegates.Waits:
				if next.IsZero() || at.Before(next) {
					next = at
				}
			case delegates.Live:
				one, ok, err := s.asksInPlace(v, t, d, requester)
				if err != nil {
					return nil, next, err
				}
				own := slices.ContainsFunc(ask, func(c clients.Contact) bool { return c.ID == d.To })
				if ok && !own {
					out = append(out, one)
				}
			}
		}
	}
	return out, next, nil
}

// asksInPlace reports whether a delegate may be asked now.
func (s *Store) asksInPlace(r kv.Reader, t Ticket, d delegates.Delegation, requester clients.Contact) (out approvals.Asked, ok bool, err error) {
	lets, err := s.letsNow(r, t, d.Ticket, d.To)
	if err != nil {
		return out, false, err
	}
	to, there, err := clients.Get(r, d.To)
	if err != nil {
		return out, false, err
	}
	staffs, err := s.askedIsStaff(r, to)
	ok = there && to.Status != clients.Removed && to.Client == t.Client && len(to.Addresses) > 0 && !staffs && d.For != t.Contact &&
		!onePerson(to, requester) && //rule:6.5 requester-is-asked-in-no-place TestDelegateAsked/requester-is-the-delegate
		lets
	return approvals.Asked{Contact: to.ID, For: d.For, By: d.Ticket}, ok, err
}

// askInPlace asks one delegate, once.
func (s *Store) askInPlace(tx kv.Tx, id string, one approvals.Asked) error {
	a, t, ok, err := s.stands(tx, id)
	if err != nil || !ok || a.Has(one.Contact) {
		return err
	}
	if lets, err := s.letsNow(tx, t, one.By, one.Contact); err != nil || !lets {
		return err
	}
	one.At = s.Now()
	a.Asked = append(a.Asked, one)
	if err := s.askApprover(tx, &t, a, &a.Asked[len(a.Asked)-1], policy.NoticeApprove); err != nil {
		return err
	}
	return errors.Join(approvals.Save(tx, a), save(tx, t))
}

// whoSaid names who agreed or refused, and for whom.
func whoSaid(g approvals.Given) string {
	if g.For != "" {
		return cmp.Or(g.Contact, g.Agent) + " for " + g.For
	}
	return cmp.Or(g.Contact, g.Agent)
}

// inPlaceWords says in whose place somebody was asked, or answered; "" on their own
// account.
func inPlaceWords(r kv.Reader, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	c, _, err := clients.Get(r, id)
	return cmp.Or(oneLine(c.Name), id), err
}
