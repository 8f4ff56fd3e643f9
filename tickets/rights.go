package tickets

import (
	"slices"

	"countersign/clients"
	"countersign/clients/codes"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

// weigh gathers what the answer to an agent depends on, as the store is now: what was
// right when the yes came may have been taken away since.
func (s *Store) weigh(r kv.Reader, t Ticket, a AuthorizeRequest, agent staff.Agent) (policy.Action, error) {
	now := s.Now()
	action := policy.Action{Now: now, Class: a.Class, Channel: a.Channel, Agent: agent.ID,
		Disabled: !agent.Works(now), Authority: agent.CarriesOut(a.Class, now), AgentFrom: agent.Counts, AuthorityFrom: agent.CountsAt(string(a.Class)),
		Ticket: t.facts(), Rules: s.rules(), OpenedBy: t.OpenedBy, Edited: t.Edited,
		Proofs: slices.Clone(t.Proofs), TokenClasses: s.opt.TokenClasses, UsedBy: t.UsedBy, UsedAt: t.UsedAt, UsedIn: t.UsedIn,
		PutBack: t.Afresh, Reasked: t.Reasked}
	if s.opt.Observing { // nobody is asked
		action.PutBack = ""
	}
	var err error
	if action.Matter, err = matterOf(r, t); err != nil {
		return action, err
	}
	err = s.weighProofs(r, t, &action)
	if err != nil {
		return action, err
	}
	if action.Obstacles, err = s.obstacles(r, t); err != nil {
		return action, err
	}
	action.Checks = t.checked()
	c, ok, err := clients.Get(r, t.Contact)
	if err != nil {
		return action, err
	}
	if action.Contact, err = s.giver(r, t, c, ok, ""); err != nil {
		return action, err
	}
	if action.AskedAt, action.AskedUntil, err = askedLast(r, t); err != nil {
		return action, err
	}
	if t.State != policy.StateConfirmed {
		if action.Asked, err = s.cools(r, c, firstOf(c)...); err != nil {
			return action, err
		}
		action.Asked = outlined(action.Asked)
	}
	if action.ClientStopped, action.StoppedFor, err = disputesFor(r, t.Client, c); err != nil {
		return action, err
	}
	if action.Locks, err = s.locksFor(r, t.Client, c); err != nil {
		return action, err
	}
	return action, s.weighApproval(r, t, &action)
}

// weighProofs gathers what the ticket's proofs depend on: the restore they are of,
// a no that may be on its way, and who gave them, as the directory is now.
func (s *Store) weighProofs(r kv.Reader, t Ticket, action *policy.Action) error {
	pending, err := heldBy(r, t.ID)
	if err != nil {
		return err
	}
	action.NoPending = pending.Since
	e, err := epochNow(r)
	if err != nil {
		return err
	}
	action.Epoch, action.Checkers = e.Number, s.opt.Checkers
	for i, p := range action.Proofs {
		if p.Agent != "" {
			if action.Proofs[i].Lead, err = s.leadOf(r, t, p.Agent); err != nil {
				return err
			}
		}
		c, ok, err := clients.Get(r, p.Contact)
		if err != nil {
			return err
		}
		if action.Proofs[i].Giver, err = s.giver(r, t, c, ok, p.Address); err != nil {
			return err
		}
		if p.For != "" && p.Agent == "" {
			if err := s.inPlace(r, t, &action.Proofs[i], c); err != nil {
				return err
			}
		}
		if p.Kind == policy.ProofCode {
			code, stands, err := codes.Stands(r, p.Code, t.Client, p.Version, action.Now)
			if err != nil {
				return err
			}
			action.Proofs[i].Giver.Code = policy.HeldCode{Stands: stands, SetBy: code.By, Cools: code.At.Add(s.opt.Cooling)}
		}
	}
	return nil
}

// giver is what the directory says now of a contact who answered from addr. A
// proof that doesn't say its address was answered from none that is on file.
func (s *Store) giver(r kv.Reader, t Ticket, c clients.Contact, ok bool, addr string) (policy.Giver, error) {
	right := clients.Permission(t.Class)
	if c.ID != t.Contact || t.Delegates {
		right = clients.Approve
	}
	isStaff, err := s.desk().IsStaff(r, addr)
	if err != nil {
		return policy.Giver{}, err
	}
	requester, _, err := clients.Get(r, t.Contact)
	if err != nil {
		return policy.Giver{}, err
	}
	cools, err := s.coolsFor(r, c, string(right), t.Service, addr)
	return policy.Giver{Active: ok && c.Status != clients.Removed, Client: c.Client, May: c.May(right, s.Now(), t.Service),
		OnFile: slices.Contains(c.Addresses, addr), Since: c.Since[addr], Staff: isStaff, Requester: c.ID != t.Contact && onePerson(c, requester), Mailboxes: boxesOf(c), Cools: outlined(cools)}, err
}
