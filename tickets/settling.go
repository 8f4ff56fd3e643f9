package tickets

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/approvals"
)

// settle brings an open approval to the rules as they are now: it takes on what they
// ask for, and ends where that was given already or they ask for nobody. The caller
// saves both where it has not ended.
func (s *Store) settle(tx kv.Tx, a *approvals.Approval, t *Ticket) (ended bool, err error) {
	if a.Lost {
		return false, nil
	}
	action, err := s.proofs(tx, *t)
	if err != nil {
		return false, err
	}
	needs := action.Demands().Second
	if needs.None() {
		if err := s.voidApproval(tx, t, policy.CodeApprovalNotAsked); err != nil {
			return false, err
		}
		*a, err = approvals.Get(tx, a.ID)
		return true, err
	}
	if a.Needs != (approvals.Needs{}) && a.Needs != approvals.Needs(needs) {
		if err := s.record(tx, t, Event{Event: "approval", Text: fmt.Sprintf("The rules of the desk ask for %s now (%s).", askedFor(needs), a.ID)}); err != nil {
			return false, err
		}
	}
	a.Needs = approvals.Needs(needs)
	if !action.Lacks().None() {
		return false, nil
	}
	a.State, a.Ended, a.Look = approvals.Approved, s.Now(), time.Time{}
	return true, errors.Join(approvals.Save(tx, *a),
		s.record(tx, t, Event{Event: "approved", Reason: policy.CodeApproved, Text: "The rules of the desk ask for no more than was given for " + a.ID + "."}))
}

// reopen seeks who is missing since the rules ask for more than when the approval was
// given; what was given counts on. Of one that is open, it is looked again who is to
// be asked.
func (s *Store) reopen(tx kv.Tx, t *Ticket, action policy.Action) error {
	a, ok, err := approvalOf(tx, *t)
	if err != nil || !ok || a.Lost {
		return err
	}
	needs := approvals.Needs(action.Demands().Second)
	if a.State == approvals.Open && a.Needs != needs {
		a.Look = s.Now()
		return approvals.Save(tx, a)
	}
	until := s.Now().Add(s.life(*t))
	for _, p := range action.Proofs {
		if end := action.Expires(p); p.Kind == policy.ProofReply && p.Revision == t.Revision && end.Before(until) {
			until = end
		}
	}
	if !asksMore(a, action) || t.UsedBy != "" || t.State != policy.StateConfirmed || !s.Now().Before(until) {
		return nil
	}
	a.State, a.Needs, a.Ended, a.Until, a.Look, a.Held = approvals.Open, needs, time.Time{}, until, s.Now(), false
	return errors.Join(approvals.Save(tx, a), setTimer(tx, *t, "approval", until),
		s.record(tx, t, Event{Event: "approval", Text: fmt.Sprintf("The rules of the desk ask for %s since %s was given: who is missing is asked, until %s.", askedFor(policy.Second(needs)), a.ID, moment(until))}))
}

// needsOf is who had to agree when an approval was last looked at.
func needsOf(a approvals.Approval) policy.Second {
	if a.Needs == (approvals.Needs{}) {
		return policy.Second{Contacts: 1}
	}
	return policy.Second(a.Needs)
}

// asksMore reports whether an approval was given, and the rules ask for more since.
func asksMore(a approvals.Approval, action policy.Action) bool {
	was, needs := needsOf(a), action.Demands().Second
	return a.State == approvals.Approved && !a.Lost && was != needs && was.With(needs) != was && !action.Lacks().None()
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
	if ended, err := s.settle(tx, &a, t); err != nil || ended {
		return errors.Join(err, save(tx, *t))
	}
	why := "nobody who has to agree to it answered in time"
	if slices.ContainsFunc(a.Given, func(g approvals.Given) bool { return g.Yes }) {
		why = "not all who have to agree to it did so in time"
	}
	t.State = policy.StateExpired //rule:6.9 silence-of-approvers-refuses TestApproverSilent
	if err := errors.Join(s.retire(tx, t), s.voidApproval(tx, t, policy.CodeTicketExpired), tx.Delete(openPrefix+t.Contact+"/"+t.ID)); err != nil {
		return err
	}
	if err := s.record(tx, t, Event{Event: "expired", Reason: policy.CodeTicketExpired, Text: a.ID + ": " + why + ". Nothing was changed."}); err != nil {
		return err
	}
	if err := s.tellRequester(tx, t, policy.NoticeRefused, why); err != nil {
		return err
	}
	return save(tx, *t)
}
