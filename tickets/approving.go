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
	"countersign/tickets/approvals"
)

// seekApproval begins to seek the second person who has to agree to what the ticket
// asks for, now that its contact confirmed it. Whom to ask is a scan, so Tick finds
// that out. It lives no longer than the contact's yes: a late one would renew that.
func (s *Store) seekApproval(tx kv.Tx, t *Ticket) error {
	i := slices.IndexFunc(t.Proofs, func(p policy.Proof) bool { return p.Kind == policy.ProofReply && p.Revision == t.Revision })
	d, err := s.demand(tx, *t)
	if err != nil || !d.Approval() || t.Lost || t.Approval != "" || t.State != policy.StateConfirmed || i < 0 {
		return err
	}
	until := s.Now().Add(s.life(*t))
	if end := t.Proofs[i].Expires; end.Before(until) {
		until = end
	}
	return s.seek(tx, t, approvals.Approval{Until: until})
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
	return s.record(tx, t, Event{Event: "approval", Text: "A second person has to agree (" + a.ID + "), until " + moment(a.Until) + "."})
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
	left, err := s.leadsLeft(tx, *t, a)
	if err != nil {
		return err
	}
	if left <= 0 || g.Contact != "" {
		left, a.State, a.Ended = 0, approvals.Approved, s.Now()
		a.Look = time.Time{}
	}
	if a.Lost {
		a.Look = s.Now() // everybody is told until when they may object
	}
	if err := approvals.Save(tx, a); err != nil {
		return err
	}
	text := a.ID + " was approved by " + cmp.Or(g.Contact, g.Agent) + "."
	if g.Reason != "" {
		text = a.ID + " was approved by " + g.Agent + ": " + g.Reason
	}
	if left > 0 {
		text += fmt.Sprintf(" (%d more has to)", left)
	}
	return s.record(tx, t, Event{Event: "approved", Reason: policy.CodeApproved, Text: text})
}

// leadsLeft says how many leads have yet to agree. Who left, or leads no more, does
// not count, nor at the act: another may take their place meanwhile.
func (s *Store) leadsLeft(r kv.Reader, t Ticket, a approvals.Approval) (int, error) {
	left := a.Leads
	for _, g := range a.Given {
		lead, err := s.leadOf(r, t, g.Agent)
		if err != nil {
			return 0, err
		}
		if g.Yes && lead.Leads { //rule:6.15 who-left-is-no-second-lead part=2 TestLostLeadLeaves
			left--
		}
	}
	return left, nil
}

// refusedFor carries out the no of somebody who was asked to agree.
func (s *Store) refusedFor(tx kv.Tx, w *work, e policy.Effect) error {
	g := approvals.Given{Contact: w.f.Person.ID, Message: w.m.ID, For: w.f.Person.For}
	if e.Ticket == w.t.ID {
		return s.refuse(tx, &w.t, g)
	}
	t, err := load(tx, e.Ticket)
	if err != nil {
		return err
	}
	return errors.Join(s.refuse(tx, &t, g), save(tx, t))
}

// refuse ends the ticket's approval by a no, also one that was given before, or to
// an earlier revision. Where there is none, as the request has been edited since
// or has ended, it is in the history alone. The requester and the leads are told.
func (s *Store) refuse(tx kv.Tx, t *Ticket, g approvals.Given) error {
	if t.Lock {
		return s.keepLocked(tx, t, "contact "+g.Contact)
	}
	a, ok, err := approvalOf(tx, *t)
	if err != nil || !ok || a.State == approvals.Refused || t.State.Over() || t.State == policy.StateDisputed {
		return err
	}
	g.At = s.Now()
	a.Given = append(a.Given, g)
	a.State, a.Why, a.Ended = approvals.Refused, policy.CodeApprovalRefused, s.Now()
	t.Proofs = slices.DeleteFunc(slices.Clone(t.Proofs), func(p policy.Proof) bool { return p.Kind == policy.ProofApproval })
	if err := approvals.Save(tx, a); err != nil {
		return err
	}
	text := a.ID + " was refused by " + cmp.Or(g.Contact, g.Agent) + "."
	if g.Reason != "" {
		text = a.ID + " was refused by " + g.Agent + ": " + g.Reason
	}
	if t.UsedBy != "" {
		text += fmt.Sprintf(" It was allowed to %s before, at %s (%s).", t.UsedBy, moment(t.UsedAt), t.Receipt)
	}
	if err := s.record(tx, t, Event{Event: "approval refused", Reason: policy.CodeApprovalRefused, Text: text}); err != nil {
		return err
	}
	if err := s.alert(tx, *t, policy.NoticeNotApproved, ""); err != nil { //rule:6.8 refusal-is-told-to-leads ! TestApproversNoIsTold
		return err
	}
	if t.UsedBy != "" { // that nothing was done would not be true
		return nil
	}
	return s.tellRequester(tx, t, policy.NoticeRefused, "who has to agree to it refused")
}

// tellRequester sends the ticket's own contact a notice with a line of its own.
func (s *Store) tellRequester(tx kv.Tx, t *Ticket, kind policy.NoticeKind, line string, until ...time.Time) error {
	c, ok, err := clients.Get(tx, t.Contact)
	if err != nil || !ok || c.Status == clients.Removed || len(c.Addresses) == 0 {
		return err
	}
	to := addressee{contact: c, address: c.Addresses[0], reason: line}
	if len(until) > 0 {
		to.until = until[0]
	}
	return s.informAt(tx, t, kind, to)
}

// approvalOver ends a ticket to whose approval nobody said anything in time.
func (s *Store) approvalOver(tx kv.Tx, t *Ticket) error {
	a, ok, err := approvalOf(tx, *t)
	if err != nil || !ok || a.State != approvals.Open || a.Lost || t.State != policy.StateConfirmed {
		return err
	}
	if s.Now().Before(a.Until) {
		return setTimer(tx, *t, "approval", a.Until)
	}
	t.State = policy.StateExpired //rule:6.9 silence-of-approvers-refuses TestApproverSilent
	if err := errors.Join(s.retire(tx, t), s.voidApproval(tx, t, policy.CodeTicketExpired), tx.Delete(openPrefix+t.Contact+"/"+t.ID)); err != nil {
		return err
	}
	if err := s.record(tx, t, Event{Event: "expired", Reason: policy.CodeTicketExpired, Text: "Nobody who may approve answered in time. Nothing was changed."}); err != nil {
		return err
	}
	if err := s.tellRequester(tx, t, policy.NoticeRefused, "nobody who has to agree to it answered in time"); err != nil {
		return err
	}
	return save(tx, *t)
}

// spendApproval uses up the tokens that one approver was sent.
func (s *Store) spendApproval(tx kv.Tx, t *Ticket, contact string) error {
	a, ok, err := approvalOf(tx, *t)
	if err != nil || !ok {
		return err
	}
	for _, one := range a.Asked {
		if one.Contact != contact {
			continue
		}
		for _, id := range one.Notices {
			n, ok, err := kv.Load[notice](tx, noticePrefix+id)
			if err != nil || !ok {
				return err
			}
			n.Spent = true //rule:6.4 approval-is-spent TestApprovedOnce
			if err := errors.Join(kv.Save(tx, noticePrefix+id, n), s.withdraw(tx, t, n)); err != nil {
				return err
			}
		}
	}
	return nil
}

// askClearer asks an approver once more whose answer was no plain yes or no.
func (s *Store) askClearer(tx kv.Tx, t *Ticket, contact string) error {
	a, ok, err := approvalOf(tx, *t)
	if err != nil || !ok || a.State != approvals.Open {
		return err
	}
	i := slices.IndexFunc(a.Asked, func(one approvals.Asked) bool { return one.Contact == contact })
	if i < 0 || a.Asked[i].Clearer {
		return nil
	}
	a.Asked[i].Clearer = true
	if err := s.askApprover(tx, t, a, &a.Asked[i], policy.NoticeApproveClearer); err != nil {
		return err
	}
	return approvals.Save(tx, a)
}

// askApprover writes one question to one approver, who is noted in asked. The
// caller saves both.
func (s *Store) askApprover(tx kv.Tx, t *Ticket, a approvals.Approval, asked *approvals.Asked, kind policy.NoticeKind) error {
	c, ok, err := clients.Get(tx, asked.Contact)
	if err != nil || !ok || c.Status == clients.Removed || len(c.Addresses) == 0 {
		return err
	}
	who, err := asker(tx, *t)
	if err != nil {
		return err
	}
	notices := asked.Notices
	err = s.informAt(tx, t, kind, addressee{contact: c, address: c.Addresses[0], reason: who, until: a.Until, asks: asked, of: a})
	if n := len(asked.Notices); n > len(notices) {
		if _, written, err := kv.Load[notice](tx, noticePrefix+asked.Notices[n-1]); err != nil || !written {
			asked.Notices = notices // it could not be written, as the history says
		}
	}
	return err
}

// names gives the contacts who were asked, each with the time.
func askedWords(r kv.Reader, a approvals.Approval) (string, error) {
	var out []string
	for _, one := range a.Asked {
		c, _, err := clients.Get(r, one.Contact)
		if err != nil {
			return "", err
		}
		name := cmp.Or(oneLine(c.Name), one.Contact)
		if len(one.Notices) == 0 {
			name += " (no mail could be written)"
		}
		out = append(out, name+" at "+moment(one.At))
		if len(out) == 5 && len(a.Asked) > 5 {
			out = append(out, fmt.Sprintf("%d more", len(a.Asked)-5))
			break
		}
	}
	return strings.Join(out, ", "), nil
}
