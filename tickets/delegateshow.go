package tickets

import (
	"time"

	"countersign/clients"
	"countersign/clients/delegates"
	"countersign/internal/kv"
	"countersign/policy"
)

// ShownDelegation is a delegation as agents see it. It has the number of its ticket.
type ShownDelegation struct {
	ID         string          `json:"id"`
	Ticket     string          `json:"ticket"`
	Client     string          `json:"client"`
	ClientName string          `json:"client_name,omitempty"`
	For        string          `json:"for"` // ids
	ForName    string          `json:"for_name,omitempty"`
	To         string          `json:"to"`
	ToName     string          `json:"to_name,omitempty"`
	From       time.Time       `json:"from"`
	Until      time.Time       `json:"until"`
	Classes    []policy.Class  `json:"classes"` // none: all
	State      delegates.State `json:"state"`
	Counts     time.Time       `json:"counts,omitzero"` // from when on, once it was confirmed
	Asked      time.Time       `json:"asked"`
	By         string          `json:"by"`
	Confirmed  time.Time       `json:"confirmed,omitzero"`
	Ended      time.Time       `json:"ended,omitzero"` // before its time
	EndedBy    string          `json:"ended_by,omitempty"`
	Why        policy.Code     `json:"why_ended,omitempty"`
	// But says why nothing can be approved by it all the same.
	But []policy.Reason `json:"but,omitempty"`
}

// Cools reports whether that contact is the delegate, and may not approve by it yet as
// what is newly given cools.
func (d ShownDelegation) Cools(contact string, now time.Time) bool {
	return d.To == contact && d.State == delegates.Waits && d.Counts.After(d.From) && now.Before(d.Counts)
}

// Delegations calls fn for every delegation, the oldest first, of the client if one
// is given. Those that are over stay.
func (s *Store) Delegations(client string, fn func(ShownDelegation) error) error {
	return delegates.Each(s.kv, func(d delegates.Delegation) error {
		if client != "" && d.Client != client {
			return nil
		}
		var out ShownDelegation
		if err := s.kv.View(func(v kv.View) (err error) { out, err = s.shownDelegation(v, d); return err }); err != nil {
			return err
		}
		return fn(out)
	})
}

// DelegationsOf gives every delegation of or to a contact that is not over.
func (s *Store) DelegationsOf(v kv.View, contact string) (out []ShownDelegation, err error) {
	of, err := delegates.Of(v, contact)
	if err != nil {
		return nil, err
	}
	to, err := delegates.To(v, contact)
	if err != nil {
		return nil, err
	}
	for _, d := range append(of, to...) {
		one, err := s.shownDelegation(v, d)
		if err != nil {
			return nil, err
		}
		if one.State == delegates.Asked || one.State == delegates.Waits || one.State == delegates.Live {
			out = append(out, one)
		}
	}
	return out, nil
}

func (s *Store) shownDelegation(r kv.Reader, d delegates.Delegation) (out ShownDelegation, err error) {
	e, err := epochNow(r)
	if err != nil {
		return out, err
	}
	out = ShownDelegation{ID: d.Ticket, Ticket: d.Ticket, Client: d.Client, For: d.For, To: d.To, From: d.From, Until: d.Until, Classes: append([]policy.Class{}, d.Classes...),
		State: d.State(s.Now(), e.Number, s.opt.Cooling), Asked: d.Asked, By: d.By, Confirmed: d.Yes, Ended: d.Ended, EndedBy: d.EndedBy, Why: d.Why}
	if !d.Yes.IsZero() {
		out.Counts = d.Begins(s.opt.Cooling)
	}
	client, _, err := clients.GetClient(r, d.Client)
	if err != nil {
		return out, err
	}
	of, _, err := clients.Get(r, d.For)
	if err != nil {
		return out, err
	}
	to, _, err := clients.Get(r, d.To)
	out.ClientName, out.ForName, out.ToName = client.Name, of.Name, to.Name
	if err == nil && (out.State == delegates.Waits || out.State == delegates.Live) {
		out.But, err = s.delegationBut(r, d, of, to)
	}
	return out, err
}

// delegationBut says why nothing can be approved by a delegation whose time it is, or
// will be.
func (s *Store) delegationBut(r kv.Reader, d delegates.Delegation, of, to clients.Contact) (out []policy.Reason, err error) {
	say := func(of string, code policy.Code) {
		reason := policy.Because(code)
		reason.Text = of + ": " + reason.Text
		out = append(out, reason)
	}
	for _, one := range []struct {
		contact clients.Contact
		may     bool
	}{{of, of.MaySome(clients.Approve, s.Now())}, {to, true}} {
		staffs, err := s.askedIsStaff(r, one.contact)
		if err != nil {
			return nil, err
		}
		switch c := one.contact; {
		case c.Status == clients.Removed:
			say(whose(c), policy.CodeContactRemoved)
		case c.Client != d.Client:
			say(whose(c), policy.CodeContactMoved)
		case !one.may:
			say(whose(c), policy.CodeNoPermission)
		case staffs && c.ID == to.ID:
			say(whose(c), policy.CodeStaffAddress)
		}
	}
	pending, err := heldBy(r, d.Ticket)
	if err != nil {
		return nil, err
	}
	if !pending.Since.IsZero() {
		say(d.Ticket, policy.CodeNoPending)
	}
	still, err := s.standsStill(r, Ticket{Client: d.Client, Contact: d.For, Class: policy.AccountChange})
	if still != "" {
		say(d.Client, still)
	}
	return out, err
}
