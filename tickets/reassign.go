package tickets

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/approvals"
	"countersign/tickets/outbox"
)

// maxMoved is how often one approval is given to somebody else.
const maxMoved = 8

// Reassignment is a lead's wish that somebody else is asked to agree.
type Reassignment struct {
	Approval string `json:"id"`
	To       string `json:"to"` // an address on file of a contact, or an agent
	Agent    string `json:"agent,omitempty"`
	Reason   string `json:"reason"`
}

// Reassign asks another contact who may approve, once more where they were asked
// before, or tells one lead that it is for them, where a lead may agree. Who was asked
// before may still say no, or yes: nobody loses their say by it.
func (s *Store) Reassign(r Reassignment) (a approvals.Approval, err error) {
	err = checkReason(r.Reason, "say why somebody else is asked")
	if strings.TrimSpace(r.To) == "" {
		err = &InvalidError{errors.New("to: name the address on file of a contact, or an agent")}
	}
	if err != nil {
		return a, err
	}
	st, _, err := s.seats(r.Approval)
	if err != nil {
		return a, err
	}
	return s.decide(r.Approval, r.Agent, func(tx kv.Tx, t *Ticket, a approvals.Approval, lead staff.Agent) error {
		l, err := s.leadOf(tx, *t, lead.ID)
		if err != nil {
			return err
		}
		if err := s.mayDecide(tx, *t, l, lead, "reassign"); err != nil {
			return err
		}
		switch {
		case a.State != approvals.Open:
			return fmt.Errorf("%w: %s is %s already", ErrNotAllowed, a.ID, a.State)
		case t.Approval != a.ID || !t.Lost && t.State != policy.StateConfirmed || !s.Now().Before(a.Until):
			return fmt.Errorf("%w: what %s was asked for no longer stands: %s is %s", ErrNotAllowed, a.ID, t.ID, t.State)
		case len(a.Moved) >= maxMoved:
			return fmt.Errorf("%w: %s was reassigned %d times; edit %s to ask everybody afresh", ErrNotAllowed, a.ID, maxMoved, t.ID)
		}
		moved := approvals.Moved{By: lead.ID, At: s.Now(), Reason: strings.TrimSpace(r.Reason)}
		var who string
		if strings.Contains(r.To, "@") {
			who, err = s.reassignContact(tx, t, &a, &moved, r.To)
		} else {
			who, err = s.reassignLead(tx, t, a, &moved, st, r.To)
		}
		if err != nil {
			return err
		}
		a.Moved, a.Look = append(a.Moved, moved), s.Now()
		if !a.Lost { // else it is not they who ask
			err = s.tellStep(tx, t, policy.NoticeReassigned, who, "")
		}
		return errors.Join(err, approvals.Save(tx, a),
			s.record(tx, t, Event{Event: "approval reassigned", Text: fmt.Sprintf("%s asks %s%s to agree (%s): %s", lead.ID, moved.Contact, moved.Agent, a.ID, moved.Reason)}))
	})
}

// reassignContact asks one contact, and says how they are called.
func (s *Store) reassignContact(tx kv.Tx, t *Ticket, a *approvals.Approval, moved *approvals.Moved, addr string) (string, error) {
	c, err := activeContact(tx, addr)
	if err != nil {
		return "", err
	}
	requester, _, err := clients.Get(tx, t.Contact)
	if err != nil {
		return "", err
	}
	one, err := s.hurdle(tx, *t, c, requester)
	switch needs := policy.Second(a.Needs); {
	case err != nil:
		return "", err
	case c.Client != t.Client: // whose else they are is nobody's to know
		return "", fmt.Errorf("%w: no contact of %s has that address on file", ErrNoContact, t.Client)
	case c.ID == t.Contact || onePerson(c, requester): //rule:6.5 nothing-is-reassigned-to-the-requester TestReassign/requester TestReassign/requesters-mailbox
		return "", fmt.Errorf("%w: %s asks for it, or shares their mailbox; another person has to agree", ErrNotAllowed, c.ID)
	case a.Lost:
		return "", fmt.Errorf("%w: two of our leads approve %s, no contact", ErrNotAllowed, a.ID)
	case needs.Contacts+needs.Either == 0:
		return "", fmt.Errorf("%w: the rules of the desk ask our leads alone to approve %s", ErrNotAllowed, a.ID)
	case !one.there: //rule:6.5 reassigned-to-who-may-approve TestReassign/no-permission
		return "", fmt.Errorf("%w: %s may not approve it; countersign contact show says what they may", ErrNotAllowed, c.ID)
	case one.why != "": //rule:6.5 nothing-is-reassigned-to-who-cools TestReassign/cools
		return "", fmt.Errorf("%w: %s", ErrNotAllowed, one.why)
	case a.Agreed(c.ID, ""):
		return "", fmt.Errorf("%w: %s has agreed to %s already", ErrNotAllowed, c.ID, a.ID)
	}
	first, err := outbox.FirstToday(tx, s.Now(), "reassign/"+a.ID+"/"+c.ID)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(a.Asked, func(one approvals.Asked) bool { return one.Contact == c.ID })
	if !first {
		return "", fmt.Errorf("%w: %s was asked today because of a reassignment; once a day is enough", ErrNotAllowed, c.ID)
	}
	if i < 0 {
		a.Asked = append(a.Asked, approvals.Asked{Contact: c.ID, At: s.Now()})
		i = len(a.Asked) - 1
	}
	before := len(a.Asked[i].Notices)
	if err := s.askApprover(tx, t, *a, &a.Asked[i], policy.NoticeApprove); err != nil {
		return "", err
	}
	if len(a.Asked[i].Notices) == before {
		return "", fmt.Errorf("%w: no mail to %s can be written", ErrNotAllowed, c.ID)
	}
	moved.Contact = c.ID
	name, err := colleague(tx, c.ID)
	if name == "" {
		name = "another person of your organisation"
	}
	return name, err
}

// reassignLead tells one lead that the approval is for them, where a lead may give it.
func (s *Store) reassignLead(tx kv.Tx, t *Ticket, a approvals.Approval, moved *approvals.Moved, st standing, id string) (string, error) {
	to, err := activeAgent(tx, strings.TrimSpace(id))
	if err != nil {
		return "", err
	}
	l, err := s.leadOf(tx, *t, to.ID)
	if err != nil {
		return "", err
	}
	action, err := s.proofs(tx, *t)
	if err != nil {
		return "", err
	}
	_, _, why := s.seat(st, a, action)
	switch {
	case l.Wrote: //rule:6.5 nothing-is-reassigned-to-who-wrote-it TestReassign/lead-who-opened-it
		return "", fmt.Errorf("%w: %s opened or edited %s; someone else must approve", ErrNotAllowed, to.ID, t.ID)
	case !l.Leads: //rule:6.5 reassigned-to-a-lead TestReassign/agent
		return "", fmt.Errorf("%w: %s is no lead who counts", ErrNotAllowed, to.ID)
	case why != "": //rule:6.5 nothing-is-reassigned-to-a-lead-who-may-not TestReassign/lead-where-none-may
		return "", fmt.Errorf("%w: no lead may approve %s: %s", ErrNotAllowed, a.ID, why)
	case a.Agreed("", to.ID):
		return "", fmt.Errorf("%w: %s has approved %s already", ErrNotAllowed, to.ID, a.ID)
	}
	moved.Agent = to.ID
	return "one of our team leads", s.raise(tx, alert{Ticket: t.ID, Kind: policy.NoticeLeadApproves, Why: moved.By + " gives it to you: " + moved.Reason, To: to.ID})
}
