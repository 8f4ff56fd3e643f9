package tickets

import (
	"errors"

	"countersign/clients"
	"countersign/clients/delegates"
	"countersign/internal/kv"
	"countersign/policy"
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
	out.Ended = out.Ended || !pending.Since.IsZero()
	out.Of, err = s.giver(r, t, c, ok, "")
	return out, d.For, err
}

// personInPlace says of whoever was asked in the place of another whether they may
// approve by that delegation now.
func (s *Store) personInPlace(r kv.Reader, t Ticket, id string, p *policy.Person) error {
	d, of, err := s.delegation(r, t, id, p.ID)
	if err != nil {
		return err
	}
	e, err := epochNow(r)
	if err != nil {
		return err
	}
	p.For = of
	p.Approves = of != "" && d.Lets(policy.Action{Now: s.Now(), Class: t.Class, Ticket: t.facts(), Epoch: e.Number})
	if of == "" {
		p.For = id // it gives nothing, and they were not asked on their own account
	}
	return nil
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
