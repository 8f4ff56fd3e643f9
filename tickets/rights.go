package tickets

import (
	"slices"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

// weigh gathers what an agent's ask depends on, as the store is now: what was
// right when the yes came may have been taken away since.
func (s *Store) weigh(r kv.Reader, t Ticket, a Ask, agent staff.Agent) (policy.Ask, error) {
	now := s.Now()
	ask := policy.Ask{Now: now, Class: a.Class, Channel: a.Channel, Agent: agent.ID,
		Disabled: agent.Disabled || now.Before(agent.Counts), Authority: mayCarryOut(agent, a.Class), Ticket: t.facts(),
		Proofs: slices.Clone(t.Proofs), TokenClasses: s.opt.TokenClasses, UsedBy: t.UsedBy, UsedAt: t.UsedAt, UsedIn: t.UsedIn,
		PutBack: t.Afresh, Reasked: t.Reasked}
	if s.opt.Observing { // nobody is asked
		ask.PutBack = ""
	}
	pending, err := heldBy(r, t.ID)
	if err != nil {
		return ask, err
	}
	ask.NoPending = pending.Since
	e, err := epochNow(r)
	if err != nil {
		return ask, err
	}
	ask.Epoch = e.Number
	if ask.Obstacles, err = s.obstacles(r, t); err != nil {
		return ask, err
	}
	c, ok, err := clients.Get(r, t.Contact)
	if err != nil {
		return ask, err
	}
	if ask.Contact, err = s.giver(r, t, c, ok, ""); err != nil {
		return ask, err
	}
	if t.State != policy.StateConfirmed {
		if ask.Asked, err = s.cools(r, c, firstOf(c)...); err != nil {
			return ask, err
		}
		ask.Asked = outlined(ask.Asked)
	}
	if ask.ClientStopped, err = stopsFor(r, t.Client, c); err != nil {
		return ask, err
	}
	for i, p := range ask.Proofs {
		c, ok, err := clients.Get(r, p.Contact)
		if err != nil {
			return ask, err
		}
		if ask.Proofs[i].Giver, err = s.giver(r, t, c, ok, p.Address); err != nil {
			return ask, err
		}
	}
	return ask, nil
}

// giver is what the directory says now of a contact who answered from addr. A
// proof that doesn't say its address was answered from none that is on file.
func (s *Store) giver(r kv.Reader, t Ticket, c clients.Contact, ok bool, addr string) (policy.Giver, error) {
	right := clients.Permission(t.Class)
	if c.ID != t.Contact {
		right = clients.Approve
	}
	isStaff, err := s.staff().IsStaffAddress(r, addr)
	if err != nil {
		return policy.Giver{}, err
	}
	cools, err := s.coolsFor(r, c, string(right), addr)
	return policy.Giver{Active: ok && c.Status != clients.Removed, Client: c.Client, May: c.May(right),
		OnFile: slices.Contains(c.Addresses, addr), Since: c.Since[addr], Staff: isStaff, Cools: outlined(cools)}, err
}
