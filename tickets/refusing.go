package tickets

import (
	"errors"
	"fmt"
	"slices"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/approvals"
)

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
// an earlier revision. The requester and the leads are told.
func (s *Store) refuse(tx kv.Tx, t *Ticket, g approvals.Given) error {
	if t.Lock {
		return s.keepLocked(tx, t, "contact "+g.Contact)
	}
	a, ok, err := approvalOf(tx, *t)
	if err != nil || ok && a.State == approvals.Refused || t.State == policy.StateDisputed {
		return err
	}
	if !ok || t.State.Over() {
		return s.refusedLate(tx, t, g)
	}
	for _, one := range a.Asked {
		if g.Contact != "" && one.Contact == g.Contact { // it may come to a question that is void
			g.For = one.For
		}
	}
	g.At = s.Now()
	a.Given = append(a.Given, g)
	a.State, a.Why, a.Ended = approvals.Refused, policy.CodeApprovalRefused, s.Now()
	t.Proofs = slices.DeleteFunc(slices.Clone(t.Proofs), func(p policy.Proof) bool { return p.Kind == policy.ProofApproval })
	if err := approvals.Save(tx, a); err != nil {
		return err
	}
	text := a.ID + " was refused by " + whoSaid(g) + "." + t.allowedBefore()
	if g.Reason != "" {
		text = a.ID + " was refused by " + g.Agent + ": " + g.Reason + t.allowedBefore()
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

// refusedLate is a no where there is no approval to refuse: the request was edited
// since and is not confirmed anew, so everybody will be asked afresh, or it has ended.
// The leads hear of it, unless nothing was done and nothing will be.
func (s *Store) refusedLate(tx kv.Tx, t *Ticket, g approvals.Given) error {
	if t.State.Over() && t.UsedBy == "" {
		return nil
	}
	why := "It was said to words of before an edit; who may approve is asked afresh once the new ones are confirmed."
	if t.State.Over() {
		why = "It came after the ticket was closed."
	}
	err := s.record(tx, t, Event{Event: "approval refused", Reason: policy.CodeApprovalRefused, Text: whoSaid(g) + " does not agree. " + why + t.allowedBefore()})
	return errors.Join(err, s.alert(tx, *t, policy.NoticeNotApproved, why)) //rule:6.8 late-refusal-is-told-to-leads =err TestLateRefusal
}

// allowedBefore says that the request was allowed to somebody, "" if it was not.
func (t *Ticket) allowedBefore() string {
	if t.UsedBy == "" {
		return ""
	}
	return fmt.Sprintf(" It was allowed to %s before, at %s (%s).", t.UsedBy, moment(t.UsedAt), t.Receipt)
}
