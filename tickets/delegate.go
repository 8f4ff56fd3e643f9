package tickets

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/clients"
	"countersign/clients/delegates"
	"countersign/internal/kv"
	"countersign/policy"
)

// maxDelegated is how long a delegation may be, and how far ahead it may begin.
const maxDelegated = 90 * 24 * time.Hour

// DelegateRequest is what an agent writes down for a contact in whose place another
// is to approve.
type DelegateRequest struct {
	For     string         `json:"for"` // addresses on file, or ids
	To      string         `json:"to"`
	From    time.Time      `json:"from"`
	Until   time.Time      `json:"until"`             // not any longer then
	Classes []policy.Class `json:"classes,omitempty"` // empty: all that they may approve
	Channel policy.Channel `json:"channel,omitempty"` // how it was asked; empty: by email
	Agent   string         `json:"agent"`
}

func (o *DelegateRequest) validate(now time.Time) error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	o.From, o.Until = o.From.UTC().Truncate(time.Second), o.Until.UTC().Truncate(time.Second)
	if o.Channel == "" {
		o.Channel = policy.Email
	}
	if !known(policy.Channels, o.Channel) {
		bad("channel: %q is not a channel; one of %s", o.Channel, list(policy.Channels))
	}
	for _, c := range o.Classes {
		if !c.Known() || c == policy.Question {
			bad("class: %q is not a class that anybody approves; one of %s", c, list(policy.Classes[1:]))
		}
	}
	slices.Sort(o.Classes)
	o.Classes = slices.Compact(o.Classes)
	switch {
	case o.From.IsZero():
		bad("from: say from when on, as 2026-12-01T08:00:00Z")
	case o.Until.IsZero():
		bad("until: say until when, as 2026-12-08T08:00:00Z")
	case !o.Until.After(o.From):
		bad("until: %s is not after %s", moment(o.Until), moment(o.From))
	case !o.Until.After(now):
		bad("until: %s is over", moment(o.Until))
	case o.Until.Sub(o.From) > maxDelegated:
		bad("until: a delegation is for %d days at most", maxDelegated/(24*time.Hour))
	case o.From.Sub(now) > maxDelegated:
		bad("from: a delegation begins within %d days", maxDelegated/(24*time.Hour))
	}
	if err := errors.Join(errs...); err != nil {
		return &InvalidError{err}
	}
	return nil
}

// Delegate opens the ticket that asks a contact whether another shall approve in their
// place. Their proved yes makes it, and nothing an agent types here does.
func (s *Store) Delegate(o DelegateRequest) (out ShownDelegation, err error) {
	if s.opt.Observing {
		return out, ErrObserving
	}
	if err := o.validate(s.Now()); err != nil {
		return out, err
	}
	if err := s.meets(o); err != nil {
		return out, err
	}
	var d delegates.Delegation
	err = s.group.Update(func(tx kv.Tx) error {
		agent, err := activeAgent(tx, o.Agent)
		if err != nil {
			return err
		}
		of, err := activeContact(tx, o.For)
		if err != nil {
			return fmt.Errorf("for: %w", err)
		}
		to, err := activeContact(tx, o.To)
		if err != nil {
			return fmt.Errorf("to: %w", err)
		}
		if err := s.mayDelegate(tx, o, of, to); err != nil {
			return err
		}
		words, err := s.delegationWords(tx, o, of, to)
		if err != nil {
			return err
		}
		t, err := s.create(tx, Ticket{Client: of.Client, Contact: of.ID, Subject: oneLine(whose(to) + " approves in the place of " + whose(of)), Request: words, Class: policy.AccountChange,
			Channel: o.Channel, OpenedBy: agent.ID, Assignee: agent.ID, Looked: agent.ID, Delegates: true}, "")
		if err != nil {
			return err
		}
		t.by = agent.ID
		d = delegates.Delegation{Ticket: t.ID, Client: of.Client, For: of.ID, To: to.ID, From: o.From, Until: o.Until, Classes: o.Classes, Asked: s.Now(), By: agent.ID}
		if err := errors.Join(delegates.Add(tx, d), s.log(tx, "delegation", t.ID, d)); err != nil {
			return err
		}
		return errors.Join(s.ask(tx, &t, policy.NoticeConfirm), save(tx, t))
	})
	if err != nil {
		return out, err
	}
	return out, s.kv.View(func(v kv.View) (err error) { out, err = s.shownDelegation(v, d); return err })
}

// meets refuses a second delegation of the same contact for the same time and class.
// Should two be asked at once, both may answer, and they are one voice.
func (s *Store) meets(o DelegateRequest) error {
	return s.kv.View(func(v kv.View) error {
		of, err := activeContact(v, o.For)
		if err != nil {
			return nil // as is said by who looks again
		}
		e, err := epochNow(v)
		if err != nil {
			return err
		}
		all, err := delegates.Of(v, of.ID)
		for _, d := range all {
			state := d.State(s.Now(), e.Number, s.opt.Cooling)
			open := state == delegates.Asked || state == delegates.Waits || state == delegates.Live
			if open && d.Meets(delegates.Delegation{From: o.From, Until: o.Until, Classes: o.Classes}) {
				return fmt.Errorf("%w: %s is for some of that time already, until %s; end it first: countersign delegate end %s", ErrNotAllowed, d.Ticket, moment(d.Until), d.Ticket)
			}
		}
		return err
	})
}

// mayDelegate judges whether one contact may be named by another.
func (s *Store) mayDelegate(r kv.Reader, o DelegateRequest, of, to clients.Contact) error {
	no := func(format string, args ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{ErrNotAllowed}, args...)...)
	}
	from := s.Now().Add(s.opt.Cooling)
	if o.From.After(from) {
		from = o.From
	}
	staffs, err := s.askedIsStaff(r, to)
	if err != nil {
		return err
	}
	still, err := s.standsStill(r, Ticket{Client: of.Client, Contact: of.ID, Class: policy.AccountChange})
	switch {
	case still != "":
		return no("%s (%s)", policy.Because(still).Text, still)
	case err != nil:
		return err
	case !of.MaySome(clients.Approve, s.Now()): // one step: whoever may only in the place of another names nobody
		return no("%s may not approve, so nobody can in their place (no_permission)", whose(of))
	case to.Client != of.Client:
		return no("%s is a contact of another client", whose(to))
	case onePerson(of, to): //rule:6.5 delegate-is-somebody-else TestDelegateRefused/the-same-mailbox
		return no("%s and %s have the same mailbox", whose(of), whose(to))
	case len(to.Addresses) == 0:
		return no("%s has no address on file, so could not be asked", whose(to))
	case staffs: //rule:6.5 staff-is-no-delegate TestDelegateRefused/address-of-staff
		return no("the address of %s is one of staff (staff_address)", whose(to))
	case !from.Before(o.Until):
		return no("it would count from %s at the earliest, as who may newly approve cools for %s after the yes, and it ends %s", moment(from), s.opt.Cooling, moment(o.Until))
	}
	return nil
}

// standsStill says why nothing privileged is done for a ticket's client now, "" if it
// is. A yes to a delegation is the act, so it is asked then.
func (s *Store) standsStill(r kv.Reader, t Ticket) (policy.Code, error) {
	c, _, err := clients.Get(r, t.Contact)
	if err != nil {
		return "", err
	}
	if halt, err := stopsFor(r, t.Client, c); err != nil || halt {
		return policy.CodeClientStopped, err
	}
	if shut, err := s.shutFor(r, t); err != nil || shut {
		return policy.CodeClientLocked, err
	}
	return "", nil
}

// delegationWords are what the contact is asked, and what everybody is told.
func (s *Store) delegationWords(r kv.Reader, o DelegateRequest, of, to clients.Contact) (string, error) {
	client, _, err := clients.GetClient(r, of.Client)
	if err != nil {
		return "", err
	}
	what := "everything that " + whose(of) + " may approve"
	if len(o.Classes) > 0 {
		var all []string
		for _, c := range o.Classes {
			all = append(all, s.rules().Demand(c, policy.Matter{Client: of.Client}).Words+" ("+string(c)+")")
		}
		what = strings.Join(all, "; ")
	}
	words := fmt.Sprintf("%s, who reads mail at %s, may approve in the place of %s what people of %s ask for,\nfrom %s until %s:\n%s",
		whose(to), hideAddress(to.Addresses[0]), whose(of), oneLine(client.Name), longMoment(o.From), longMoment(o.Until), what)
	return words, checkRequest(words, s.opt.Fits)
}

func longMoment(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

// delegated makes the delegation, now that the contact in whose place it is has
// confirmed it. Its ticket is done by that. All addresses of that contact, the
// delegate and the primary contact are told; a no of any of them ends it.
func (s *Store) delegated(tx kv.Tx, t *Ticket) error {
	d, err := delegates.Get(tx, t.ID)
	if err != nil {
		return err
	}
	e, err := epochNow(tx)
	if err != nil {
		return err
	}
	t.State = policy.StateClosed
	end := errors.Join(s.retire(tx, t), tx.Delete(openPrefix+t.Contact+"/"+t.ID))
	code, err := s.standsStill(tx, *t)
	if err != nil || code != "" { //rule:6.8 stopped-names-no-delegate TestDelegateStopped
		return errors.Join(err, end, s.endDelegation(tx, t, "", code))
	}
	d.Yes, d.Epoch = s.Now(), e.Number
	from, to := d.Begins(s.opt.Cooling), []place{}
	text := fmt.Sprintf("Confirmed: contact %s may approve in the place of contact %s from %s until %s.", d.To, d.For, moment(from), moment(d.Until))
	if !from.Before(d.Until) {
		text = "Confirmed too late: it would count from " + moment(from) + ", and its time ends " + moment(d.Until) + "."
	} else if to, err = s.concernedBy(tx, d); err != nil {
		return err
	}
	w := telling{Kind: policy.NoticeDelegate, Ticket: t.ID, Revision: t.Revision, To: to, Reason: "It counts from " + longMoment(from) + "."}
	if len(to) > 0 {
		err = kv.Save(tx, w.key(s.Now()), w) //rule:6.5 delegation-is-told TestDelegateTold
	}
	return errors.Join(err, end, delegates.Save(tx, d), s.log(tx, "delegation", t.ID, d),
		s.record(tx, t, Event{Event: "delegation", Reason: policy.CodeConfirmed, Text: text}))
}

// concernedBy gives who is told of a delegation.
func (s *Store) concernedBy(r kv.Reader, d delegates.Delegation) (all []place, err error) {
	primary, _, err := clients.PrimaryOf(r, d.Client)
	if err != nil {
		return nil, err
	}
	for _, id := range []string{d.For, d.To, primary} {
		c, ok, err := clients.Get(r, id)
		if err != nil {
			return nil, err
		}
		if !ok || c.Status == clients.Removed {
			continue
		}
		for i, addr := range c.Addresses {
			if i > 0 && id != d.For || slices.Contains(all, place{id, addr}) {
				continue
			}
			all = append(all, place{id, addr})
		}
	}
	return all, nil
}

// endDelegation ends the delegation of a ticket, if it is of one and stands, by an
// agent or for a reason; both are told where it was confirmed.
func (s *Store) endDelegation(tx kv.Tx, t *Ticket, agent string, why policy.Code) error {
	if !t.Delegates {
		return nil
	}
	d, err := delegates.Get(tx, t.ID)
	if err != nil || !d.Ended.IsZero() {
		return err
	}
	d.Ended, d.EndedBy, d.Why = s.Now(), agent, why
	text := "The delegation ended: nothing can be approved by it."
	if agent != "" {
		text = agent + " ended the delegation: nothing can be approved by it."
	}
	if !d.Yes.IsZero() {
		to, err := s.concernedBy(tx, d)
		if err != nil {
			return err
		}
		to = slices.DeleteFunc(to, func(p place) bool { return p.Contact != d.For && p.Contact != d.To })
		w := telling{Kind: policy.NoticeDelegateEnded, Ticket: t.ID, Revision: t.Revision, To: to}
		if err := kv.Save(tx, w.key(s.Now()), w); err != nil {
			return err
		}
	}
	return errors.Join(delegates.Save(tx, d), s.log(tx, "delegation", t.ID, d), s.record(tx, t, Event{Event: "delegation ended", Reason: why, Text: text}))
}

// EndDelegation ends a delegation before its time, or its question. It takes a lead,
// as all does that narrows what contacts may.
func (s *Store) EndDelegation(ticket, agent string) (out ShownDelegation, err error) {
	err = s.group.Update(func(tx kv.Tx) error {
		a, err := activeAgent(tx, agent)
		if err != nil {
			return err
		}
		d, err := delegates.Get(tx, ticket)
		if err != nil {
			return err
		}
		if !s.leads(a) { //rule:8 ending-a-delegation-takes-a-lead TestDelegateEnd/agent
			return fmt.Errorf("%w: %s may not end a delegation: it takes a lead who counts", ErrNotAllowed, a.ID)
		}
		e, err := epochNow(tx)
		if err != nil {
			return err
		}
		if state := d.State(s.Now(), e.Number, s.opt.Cooling); state == delegates.Over || state == delegates.Ended {
			return fmt.Errorf("%w: %s is %s already", ErrNotAllowed, d.Ticket, state)
		}
		t, err := s.current(tx, d.Ticket)
		if err != nil {
			return err
		}
		t.by = a.ID
		if !t.State.Over() && t.State != policy.StateDisputed {
			return errors.Join(s.end(tx, &t, a), save(tx, t))
		}
		return errors.Join(s.endDelegation(tx, &t, a.ID, ""), save(tx, t))
	})
	if err != nil {
		return out, err
	}
	return out, s.kv.View(func(v kv.View) error {
		d, err := delegates.Get(v, ticket)
		if err == nil {
			out, err = s.shownDelegation(v, d)
		}
		return err
	})
}
