package tickets

import (
	"fmt"

	"countersign/clients"
	"countersign/clients/codes"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

// CheckRequest asks what may be done for a contact by a channel, before there is
// a ticket.
type CheckRequest struct {
	Contact string         `json:"contact"` // an address on file
	Channel policy.Channel `json:"channel"`
	Class   policy.Class   `json:"class,omitempty"` // whether that one may; empty: all are told
	Service string         `json:"service,omitempty"`
	Agent   string         `json:"agent"`
}

// Checked is the answer. Only now is a yes, and to a class that was named.
type Checked struct {
	Whom
	Check    policy.ChannelCheck `json:"check"`
	Class    policy.Class        `json:"class,omitempty"`
	How      string              `json:"how,omitempty"` // of the class: now, with_code, by_mail, not
	Reasons  []policy.Reason     `json:"reasons,omitempty"`
	Cools    []policy.Cooling    `json:"cools"`
	Warnings []policy.Reason     `json:"warnings"`
}

// Check answers a CheckRequest, and writes nothing.
func (s *Store) Check(in CheckRequest) (out Checked, err error) {
	if in.Class != "" && !in.Class.Known() {
		return out, &InvalidError{fmt.Errorf("class: %q is not a class; one of %s", in.Class, list(policy.Classes))}
	}
	if !known(policy.Channels, in.Channel) {
		return out, &InvalidError{fmt.Errorf("channel: %q is not a channel; one of %s", in.Channel, list(policy.Channels))}
	}
	if in.Service, err = clients.Service(in.Service); err != nil {
		return out, &InvalidError{fmt.Errorf("service: %w", err)}
	}
	own, err := s.own()
	if err != nil {
		return out, err
	}
	err = s.kv.View(func(v kv.View) error {
		agent, err := activeAgent(v, in.Agent)
		if err != nil {
			return err
		}
		if !agent.Works(s.Now()) {
			return fmt.Errorf("%w: agent %s does not count yet", ErrNotAllowed, agent.ID)
		}
		c, err := activeContact(v, in.Contact)
		if err != nil {
			return err
		}
		t := Ticket{Client: c.Client, Contact: c.ID, Service: in.Service, Channel: in.Channel, Class: in.Class}
		if out.Whom, err = whom(v, t); err != nil {
			return err
		}
		if out.Check, err = s.checkChannel(v, t, c, agent); err != nil {
			return err
		}
		if out.Class = in.Class; in.Class != "" {
			out.How, out.Reasons = out.Check.How(in.Class)
		}
		cools, err := s.Directory.Cools(v, c)
		if err != nil {
			return err
		}
		out.Cools = append([]policy.Cooling{}, outlined(cools)...)
		out.Warnings, err = s.warningsFor(v, c, in.Class, own)
		return err
	})
	if err != nil {
		return Checked{}, err
	}
	return out, nil
}

// ChannelCheck says what may be done for the ticket's contact by its channel,
// whatever was proved on it.
func (s *Store) ChannelCheck(t Ticket, agent string) (out policy.ChannelCheck, err error) {
	err = s.kv.View(func(v kv.View) error {
		a, err := activeAgent(v, agent)
		if err != nil {
			return err
		}
		c, _, err := clients.Get(v, t.Contact)
		if err != nil {
			return err
		}
		out, err = s.checkChannel(v, t, c, a)
		return err
	})
	return out, err
}

// checkChannel gathers what policy.CheckChannel judges.
func (s *Store) checkChannel(r kv.Reader, t Ticket, c clients.Contact, agent staff.Agent) (out policy.ChannelCheck, err error) {
	now := s.Now()
	caller := policy.Caller{Now: now, Channel: t.Channel, Agent: agent.ID, Authority: map[policy.Class]bool{}, Contact: map[policy.Class]policy.Giver{},
		Checkers: s.opt.Checkers, Rules: s.rules(), Matter: policy.Matter{Client: t.Client, Contact: c.ID, Addresses: c.Addresses, Text: t.words()}}
	for _, class := range policy.Classes {
		caller.Authority[class] = agent.Works(now) && agent.CarriesOut(class, now)
		t.Class = class
		if caller.Contact[class], err = s.asker(r, t, c); err != nil {
			return out, err
		}
	}
	if caller.Stopped, err = stopsFor(r, t.Client, c); err != nil {
		return out, err
	}
	if caller.Locks, err = s.locksFor(r, t.Client, c); err != nil {
		return out, err
	}
	e, err := epochNow(r)
	if err != nil {
		return out, err
	}
	caller.Epoch = e.Number
	if caller.Code, caller.CodeSet, err = s.sayable(r, c, agent); err != nil {
		return out, err
	}
	out = policy.CheckChannel(caller)
	for i, b := range out.Not {
		if may := clients.Permission(b.Class); t.Service == "" && c.MaySome(may, now) && !c.May(may, now, "") {
			out.Not[i].Reasons = append([]policy.Reason{{Code: policy.CodeNoPermission,
				Text: fmt.Sprintf("The contact may ask for %s of some services only; say which (--service).", b.Class)}}, b.Reasons[1:]...)
		}
	}
	return out, nil
}

// asker is the contact as the directory is now, with everything that would cool of
// an answer to our question, and whether that would be one of staff.
func (s *Store) asker(r kv.Reader, t Ticket, c clients.Contact) (policy.Giver, error) {
	right := string(t.Class)
	cools, err := s.cools(r, c, append(firstOf(c), got{what: right, since: c.Got(right, t.Service, s.Now())})...)
	if err != nil {
		return policy.Giver{}, err
	}
	g := policy.Giver{Active: c.ID != "" && c.Status != clients.Removed, Client: c.Client, May: c.May(clients.Permission(right), s.Now(), t.Service),
		OnFile: true, Cools: outlined(cools)}
	g.Staff, err = s.askedIsStaff(r, c) //rule:6.5 staff-since-is-promised-nothing TestCheckFacts/address-became-staffs
	return g, err
}

// askedIsStaff reports whether the address that our questions to a contact go to
// has come to be one of staff, as those of the desk and its domains may change.
func (s *Store) askedIsStaff(r kv.Reader, c clients.Contact) (bool, error) {
	if len(c.Addresses) == 0 {
		return false, nil
	}
	return s.desk().IsStaff(r, c.Addresses[0])
}

// sayable gives a code that the contact could say to that agent now, their own or
// their client's; ok is false where there is none that would count.
func (s *Store) sayable(r kv.Reader, c clients.Contact, agent staff.Agent) (policy.HeldCode, bool, error) {
	now := s.Now()
	e, err := epochNow(r)
	if err != nil {
		return policy.HeldCode{}, false, err
	}
	for _, h := range []codes.Holder{{Client: c.Client, Contact: c.ID}, {Client: c.Client}} {
		code, ok, err := codes.Of(r, h)
		if err != nil {
			return policy.HeldCode{}, false, err
		}
		counted, err := codes.Counted(r, h, agent.ID, now)
		if err != nil {
			return policy.HeldCode{}, false, err
		}
		try := s.judging(code, ok, trying{in: CodeRequest{Agent: agent.ID}, at: now, counted: counted}, e)
		try.Match = true
		if try.Refused() == "" && try.Answer() == policy.CodeCodeMatch {
			return policy.HeldCode{Stands: true, SetBy: code.By}, true, nil
		}
	}
	return policy.HeldCode{}, false, nil
}
