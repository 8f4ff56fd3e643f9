package tickets

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/approvals"
	"countersign/tickets/outbox"
)

// AskedAgain is a ticket whose question was sent again, and to whom.
type AskedAgain struct {
	Ticket string
	Sent   []Question
	Not    []policy.Reason // why somebody who may approve was not asked again
	Leads  bool            // the leads are told again that they have to agree
}

// Question is a question of ours that waits to leave, and until when it can be answered.
type Question struct {
	Contact string    `json:"contact"`
	Name    string    `json:"name,omitempty"`
	Address string    `json:"address"`
	Mail    string    `json:"mail"` // in the outbox
	Until   time.Time `json:"until"`
}

// AskAgain sends the question that a ticket waits for once more, on purpose: to its
// contact, at the address on file as it is now, or once they have confirmed it to
// those who have to agree and have not answered. Each has a token of its own; older
// questions of the revision that still stand may be answered as well. What waits in
// the outbox for a limit or a server is not sent twice.
func (s *Store) AskAgain(id, agent string) (out AskedAgain, err error) {
	var t Ticket
	var approval string
	err = s.change(id, agent, func(tx kv.Tx, t *Ticket, a staff.Agent) error {
		if err := s.mayAskAgain(tx, *t); err != nil {
			return err
		}
		if approval = ""; t.State == policy.StateConfirmed {
			approval = t.Approval
			return nil
		}
		q, err := s.askContactAgain(tx, t, a)
		out.Sent = []Question{q}
		return err
	}, &t)
	out.Ticket = t.ID
	if err != nil || approval == "" {
		return out, err
	}
	return s.askApproversAgain(t, approval, agent)
}

// mayAskAgain says why nobody is asked.
func (s *Store) mayAskAgain(tx kv.Tx, t Ticket) error {
	c, _, err := clients.Get(tx, t.Contact)
	if err != nil {
		return err
	}
	shut, err := s.shutFor(tx, t)
	if err != nil {
		return err
	}
	switch {
	case t.State.Over() || t.State == policy.StateDisputed:
		return fmt.Errorf("%w: %s is %s; open a new ticket", ErrNotAllowed, t.ID, t.State)
	case !s.mayAsk(c, t): // their answer could give nothing
		return notPermitted(c.ID, t.Class, t.Service)
	case t.Lost:
		return fmt.Errorf("%w: %s is for a lost mailbox: two leads have to approve it", ErrNotAllowed, t.ID)
	case t.Class == policy.Question:
		return fmt.Errorf("%w: nothing has to be proved for a question", ErrNotAllowed)
	case shut:
		return fmt.Errorf("%w: the client of %s is locked (client_locked), so nobody is asked; two open the lock for some hours (client unlock)", ErrNotAllowed, t.ID)
	case t.State == policy.StateConfirmed && t.Approval == "":
		return fmt.Errorf("%w: %s is confirmed; edit it to ask anew", ErrNotAllowed, t.ID)
	case t.State == policy.StateConfirmed:
		a, err := approvals.Get(tx, t.Approval)
		if err == nil && a.State != approvals.Open {
			err = fmt.Errorf("%w: %s is confirmed, and %s is %s; edit it to ask anew", ErrNotAllowed, t.ID, a.ID, a.State)
		}
		return err
	case len(t.Notices) >= 2*maxNotices:
		return fmt.Errorf("%w: the contact was asked often enough on %s; wait for the answer, until %s", ErrNotAllowed, t.ID, moment(t.Until))
	}
	return s.stillWaits(tx, t, c)
}

// stillWaits says that the last question of the ticket is on its way to the address
// on file, and what it waits for: another would wait behind it.
func (s *Store) stillWaits(r kv.Reader, t Ticket, c clients.Contact) error {
	if len(t.Notices) == 0 || len(c.Addresses) == 0 {
		return nil
	}
	last := t.Notices[len(t.Notices)-1]
	n, ok, err := kv.Load[notice](r, noticePrefix+last)
	if err != nil || !ok || n.Void || n.Revision != t.Revision || n.Address != c.Addresses[0] || !n.Kind.Terms().Asks {
		return err
	}
	return s.stuck(r, n)
}

// stuck says that a mail waits in the outbox and would not leave at once, and why.
// One of before a restore can no longer be answered.
func (s *Store) stuck(r kv.Reader, n notice) error {
	o, ok, err := outbox.Load(r, n.Out)
	if err != nil || !ok || o.State != outbox.Queued {
		return err
	}
	if e, err := epochNow(r); err != nil || n.Epoch != e.Number {
		return err
	}
	why, err := s.unsentNotice(r, n.ID)
	if err != nil || len(why) == 0 || why[0] == policy.Because(policy.CodeNoticeWaits) { // it leaves with the next round
		return err
	}
	return fmt.Errorf("%w: it was asked at %s, and that is not sent twice. %s", ErrNotAllowed, moment(n.Sent), why[0].Text)
}

// askContactAgain asks the ticket's contact.
func (s *Store) askContactAgain(tx kv.Tx, t *Ticket, a staff.Agent) (q Question, err error) {
	if err := s.record(tx, t, Event{Event: "ask", Text: a.ID + " asks the contact afresh"}); err != nil {
		return q, err
	}
	before := len(t.Notices)
	if err := s.askAfresh(tx, t); err != nil {
		return q, err
	}
	if len(t.Notices) == before {
		return q, fmt.Errorf("%w: the contact of %s has no address on file", ErrNotAllowed, t.ID)
	}
	return s.question(tx, t.Notices[before])
}

// question gives a question that was just written. One that may not leave now is none:
// nothing is kept of what fails.
func (s *Store) question(tx kv.Tx, id string) (q Question, err error) {
	n, _, err := kv.Load[notice](tx, noticePrefix+id)
	if err != nil {
		return q, err
	}
	o, _, err := outbox.Load(tx, n.Out)
	if err != nil {
		return q, err
	}
	c, _, err := clients.Get(tx, n.Contact)
	if err == nil && o.Paced {
		err = fmt.Errorf("%w: %s was asked often enough (limit: %s); the next question may go out at %s", ErrNotAllowed, called(c), o.Cap, moment(o.Next))
	}
	return Question{Contact: n.Contact, Name: oneLine(c.Name), Address: n.Address, Mail: o.ID, Until: n.Expires}, err
}

// askApproversAgain asks everybody once more who was asked to agree and has not said
// anything, and has the leads told again where they have to. Each is asked by an
// Update of their own, so that one limit keeps nobody else back.
func (s *Store) askApproversAgain(t Ticket, approval, agent string) (out AskedAgain, err error) {
	out = AskedAgain{Ticket: t.ID, Sent: []Question{}}
	var all []string
	err = s.kv.View(func(v kv.View) error {
		a, err := approvals.Get(v, approval)
		for _, one := range a.Asked {
			if !slices.ContainsFunc(a.Given, func(g approvals.Given) bool { return g.Contact == one.Contact }) {
				all = append(all, one.Contact)
			}
		}
		out.Leads = a.Leads > 0
		return err
	})
	if err != nil {
		return out, err
	}
	for _, contact := range all {
		var q Question
		err := s.group.Update(func(tx kv.Tx) (err error) { q, err = s.askApproverAgain(tx, approval, contact, agent); return err })
		switch {
		case errors.Is(err, ErrNotAllowed):
			out.Not = append(out.Not, policy.Reason{Code: policy.CodeApproverAsked, Text: strings.TrimPrefix(err.Error(), ErrNotAllowed.Error()+": ")})
		case err != nil:
			return out, err
		default:
			out.Sent = append(out.Sent, q)
		}
	}
	if out.Leads {
		err = s.group.Update(func(tx kv.Tx) error { return s.alertLeadsAgain(tx, approval, agent) })
	}
	if err == nil && len(out.Sent) == 0 && !out.Leads {
		err = fmt.Errorf("%w: nobody was asked again to agree to %s. %s", ErrNotAllowed, t.ID, texts(out.Not))
	}
	return out, err
}

// maxAskedAgain is how many questions of one approval one person gets.
const maxAskedAgain = 5

func (s *Store) askApproverAgain(tx kv.Tx, approval, contact, agent string) (q Question, err error) {
	c, _, err := clients.Get(tx, contact)
	if err != nil {
		return q, err
	}
	a, t, ok, err := s.stands(tx, approval)
	i := slices.IndexFunc(a.Asked, func(one approvals.Asked) bool { return one.Contact == contact })
	switch {
	case err != nil:
		return q, err
	case !ok || i < 0:
		return q, fmt.Errorf("%w: %s is %s", ErrNotAllowed, a.ID, a.State)
	case len(a.Asked[i].Notices) >= maxAskedAgain:
		return q, fmt.Errorf("%w: %s was asked often enough; wait for the answer, until %s", ErrNotAllowed, called(c), moment(a.Until))
	}
	if sent := a.Asked[i].Notices; len(sent) > 0 {
		n, _, err := kv.Load[notice](tx, noticePrefix+sent[len(sent)-1])
		if err == nil {
			err = s.stuck(tx, n)
		}
		if err != nil {
			return q, err
		}
	}
	before := len(a.Asked[i].Notices)
	t.by = agent
	if err := s.askApprover(tx, &t, a, &a.Asked[i], policy.NoticeApprove); err != nil {
		return q, err
	}
	if len(a.Asked[i].Notices) == before {
		return q, fmt.Errorf("%w: %s can't be asked now", ErrNotAllowed, called(c))
	}
	if q, err = s.question(tx, a.Asked[i].Notices[before]); err != nil {
		return q, err
	}
	return q, errors.Join(s.record(tx, &t, Event{Event: "ask", Text: agent + " asks " + called(c) + " again to agree (" + a.ID + ")"}), approvals.Save(tx, a), save(tx, t))
}

func (s *Store) alertLeadsAgain(tx kv.Tx, approval, agent string) error {
	a, t, ok, err := s.stands(tx, approval)
	if err != nil || !ok {
		return err
	}
	return errors.Join(s.record(tx, &t, Event{Event: "ask", Text: agent + " has the leads told again that they have to agree (" + a.ID + ")"}),
		s.alertLeads(tx, t, a.Leads), save(tx, t))
}

// called is how the history names a contact.
func called(c clients.Contact) string { return cmp.Or(oneLine(c.Name), c.ID) }
