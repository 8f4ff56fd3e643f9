package tickets

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/approvals"
)

// seekApproval begins to seek the second person who has to agree to what the ticket
// asks for, now that its contact confirmed it. Whom to ask is a scan, so Tick finds
// that out. It lives no longer than the contact's yes: a late one would renew that.
func (s *Store) seekApproval(tx kv.Tx, t *Ticket) error {
	i := slices.IndexFunc(t.Proofs, func(p policy.Proof) bool { return p.Kind == policy.ProofReply && p.Revision == t.Revision })
	d, err := s.demand(tx, *t)
	if err != nil || !d.Approval() || t.Lost || t.Approval != "" || t.State != policy.StateConfirmed || t.UsedBy != "" || i < 0 {
		return err
	}
	until := s.Now().Add(s.life(*t))
	if end := t.Proofs[i].Expires; end.Before(until) {
		until = end
	}
	return s.seek(tx, t, approvals.Approval{Until: until, Needs: approvals.Needs(d.Second)})
}

// seek writes a new approval of the ticket.
func (s *Store) seek(tx kv.Tx, t *Ticket, a approvals.Approval) error {
	e, err := epochNow(tx)
	if err != nil {
		return err
	}
	a.Ticket, a.Client, a.Class, a.Revision, a.Epoch = t.ID, t.Client, t.Class, t.Revision, e.Number
	a.Opened, a.Look = s.Now(), s.Now()
	if a, err = approvals.New(tx, a); err != nil {
		return err
	}
	t.Approval = a.ID
	if !a.Lost {
		if err := setTimer(tx, *t, "approval", a.Until); err != nil {
			return err
		}
	}
	who := "A second person has to agree ("
	if n := policy.Second(a.Needs).Persons(); n > 1 {
		who = fmt.Sprintf("%d others have to agree (", n)
	}
	return s.record(tx, t, Event{Event: "approval", Text: who + a.ID + "), until " + moment(a.Until) + "."})
}

// approvalOf gives the approval that the ticket has now, none if it has none.
func approvalOf(r kv.Reader, t Ticket) (a approvals.Approval, ok bool, err error) {
	if t.Approval == "" {
		return a, false, nil
	}
	a, err = approvals.Get(r, t.Approval)
	return a, err == nil, err
}

// voidApproval ends what was asked and given of the ticket's approval: what it was
// asked for no longer stands. One that was refused stays so.
func (s *Store) voidApproval(tx kv.Tx, t *Ticket, why policy.Code) error {
	a, ok, err := approvalOf(tx, *t)
	if err != nil || !ok {
		return err
	}
	t.Approval = ""
	t.Proofs = slices.DeleteFunc(slices.Clone(t.Proofs), func(p policy.Proof) bool { return p.Kind == policy.ProofApproval })
	if a.State != approvals.Open && a.State != approvals.Approved {
		return nil
	}
	a.State, a.Why, a.Ended, a.Look = approvals.Void, why, s.Now(), time.Time{}
	if err := approvals.Save(tx, a); err != nil {
		return err
	}
	return s.record(tx, t, Event{Event: "approval void", Reason: why, Text: a.ID + " no longer stands: what was asked or given counts for nothing."})
}

// approved notes who agreed. The proof is the ticket's already.
func (s *Store) approved(tx kv.Tx, t *Ticket, g approvals.Given) error {
	a, ok, err := approvalOf(tx, *t)
	if err != nil || !ok {
		return errors.Join(err, fmt.Errorf("%s has no approval to give", t.ID))
	}
	g.Yes, g.At = true, s.Now()
	a.Given = append(a.Given, g)
	action, err := s.proofs(tx, *t)
	if err != nil {
		return err
	}
	left := action.Lacks().Persons()
	if left == 0 {
		a.Needs = approvals.Needs(action.Demands().Second)
		a.State, a.Ended, a.Look = approvals.Approved, s.Now(), time.Time{}
	}
	if a.Lost {
		a.Look = s.Now() // everybody is told until when they may object
	}
	if err := approvals.Save(tx, a); err != nil {
		return err
	}
	text := a.ID + " was approved by " + whoSaid(g) + "."
	if g.Reason != "" {
		text = a.ID + " was approved by " + g.Agent + ": " + g.Reason
	}
	if left > 0 {
		text += fmt.Sprintf(" (%d more has to)", left)
	}
	if err := s.record(tx, t, Event{Event: "approved", Reason: policy.CodeApproved, Text: text}); err != nil || a.Lost {
		return err
	}
	return s.tellAgreed(tx, t, g, left)
}

// tellAgreed tells the requester that somebody agreed, and how many more have to.
func (s *Store) tellAgreed(tx kv.Tx, t *Ticket, g approvals.Given, left int) error {
	who := "One of our team leads"
	if g.Agent == "" {
		name, err := colleague(tx, g.Contact)
		if err != nil {
			return err
		}
		who = cmp.Or(name, "Another person of your organisation")
		if of, err := inPlaceWords(tx, g.For); err != nil || of != "" {
			if err != nil {
				return err
			}
			who += " for " + of
		}
	}
	return s.tellStep(tx, t, policy.NoticeAgreed, who, several(left, "one more has", "more have"))
}

// tellRequester sends the ticket's own contact a notice with a line of its own.
func (s *Store) tellRequester(tx kv.Tx, t *Ticket, kind policy.NoticeKind, line string, until ...time.Time) error {
	a := addressee{reason: line}
	if len(until) > 0 {
		a.until = until[0]
	}
	return s.tellContact(tx, t, kind, a)
}

// tellStep tells the requester of a step of the approval: who it is about, and what
// else there is to say.
func (s *Store) tellStep(tx kv.Tx, t *Ticket, kind policy.NoticeKind, who, also string) error {
	return s.tellContact(tx, t, kind, addressee{reason: who, fill: func(l *Letter) { l.Also = also }})
}

func (s *Store) tellContact(tx kv.Tx, t *Ticket, kind policy.NoticeKind, a addressee) error {
	c, ok, err := clients.Get(tx, t.Contact)
	if err != nil || !ok || c.Status == clients.Removed || len(c.Addresses) == 0 {
		return err
	}
	a.contact, a.address = c, c.Addresses[0]
	return s.informAt(tx, t, kind, a)
}
