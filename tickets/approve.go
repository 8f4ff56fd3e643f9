package tickets

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/approvals"
)

// Approve is a lead's yes, where no other contact may approve or a mailbox is said to
// be lost. It counts as long as what it rests on does: see policy.Lead.
func (s *Store) Approve(id, agent, reason string) (a approvals.Approval, err error) {
	if err := checkReason(reason, "say why you agree, and what you saw or whom you called"); err != nil {
		return a, err
	}
	leads, why, err := s.leadsDecide(id)
	if err != nil {
		return a, err
	}
	return s.decide(id, agent, func(tx kv.Tx, t *Ticket, a approvals.Approval, lead staff.Agent) error {
		now, l := s.Now(), policy.Lead{}
		if l, err = s.leadOf(tx, *t, lead.ID); err != nil {
			return err
		}
		left, err := s.leadsLeft(tx, *t, a)
		if err != nil {
			return err
		}
		pending, err := heldBy(tx, t.ID)
		switch {
		case err != nil:
			return err
		case a.State != approvals.Open && !(a.State == approvals.Approved && a.Lost && left > 0):
			return fmt.Errorf("%w: %s is %s already", ErrNotAllowed, a.ID, a.State)
		case t.Approval != a.ID || !t.Lost && t.State != policy.StateConfirmed || t.State.Over() || t.State == policy.StateDisputed || !now.Before(a.Until):
			return fmt.Errorf("%w: what %s was asked for no longer stands: %s is %s", ErrNotAllowed, a.ID, t.ID, t.State)
		case !pending.Since.IsZero():
			return fmt.Errorf("%w: a mail that may be a no to %s waits for DNS (no_pending)", ErrNotAllowed, t.ID)
		case l.Wrote: //rule:6.5 writer-approves-nothing TestLeadApproves/opener TestLeadApproves/editor
			did := "edited"
			if lead.ID == t.OpenedBy {
				did = "opened"
			}
			return fmt.Errorf("%w: you %s %s; someone else must approve", ErrNotAllowed, did, t.ID)
		case !l.Leads: //rule:6.5 lead-approves TestLeadApproves/agent TestLeadApproves/not-counting
			return fmt.Errorf("%w: %s may not approve: it takes a lead who counts", ErrNotAllowed, lead.ID)
		case !leads: //rule:6.5 lead-stands-in-for-nobody-there TestLeadStandsIn/another-may
			return fmt.Errorf("%w: no lead may approve %s: %s", ErrNotAllowed, a.ID, why)
		case given(a, lead.ID):
			return fmt.Errorf("%w: you approved %s already; it takes another lead", ErrNotAllowed, a.ID)
		}
		s.prove(t, policy.Proof{Kind: policy.ProofApproval, Agent: lead.ID, Epoch: a.Epoch})
		return s.approved(tx, t, approvals.Given{Agent: lead.ID, Reason: strings.TrimSpace(reason)})
	})
}

func given(a approvals.Approval, agent string) bool {
	for _, g := range a.Given {
		if g.Agent == agent && g.Yes {
			return true
		}
	}
	return false
}

// Refuse is a lead's no to an approval that leads have to give, also to one that
// was given and not acted on.
func (s *Store) Refuse(id, agent, reason string) (a approvals.Approval, err error) {
	if err := checkReason(reason, "say why not"); err != nil {
		return a, err
	}
	return s.decide(id, agent, func(tx kv.Tx, t *Ticket, a approvals.Approval, lead staff.Agent) error {
		l, err := s.leadOf(tx, *t, lead.ID)
		switch {
		case err != nil:
			return err
		case a.State != approvals.Open && a.State != approvals.Approved || t.Approval != a.ID:
			return fmt.Errorf("%w: %s is %s already", ErrNotAllowed, a.ID, a.State)
		case !l.Leads:
			return fmt.Errorf("%w: %s may not refuse: it takes a lead who counts", ErrNotAllowed, lead.ID)
		case a.Leads == 0:
			return fmt.Errorf("%w: %s is for the client's own people; close %s if it must not be done", ErrNotAllowed, a.ID, t.ID)
		}
		return s.refuse(tx, t, approvals.Given{Agent: lead.ID, Reason: strings.TrimSpace(reason)})
	})
}

// decide lets a lead change what an approval is, and its ticket.
func (s *Store) decide(id, agent string, fn func(kv.Tx, *Ticket, approvals.Approval, staff.Agent) error) (a approvals.Approval, err error) {
	err = s.group.Update(func(tx kv.Tx) error {
		lead, err := activeAgent(tx, agent)
		if err != nil {
			return err
		}
		if a, err = approvals.Get(tx, id); err != nil {
			return err
		}
		t, err := s.current(tx, a.Ticket)
		if err != nil {
			return err
		}
		if a, err = approvals.Get(tx, id); err != nil { // which a restore may have voided by that
			return err
		}
		t.by = lead.ID
		if err := fn(tx, &t, a, lead); err != nil {
			return err
		}
		if err := save(tx, t); err != nil {
			return err
		}
		a, err = approvals.Get(tx, id)
		return err
	})
	return a, err
}

// leadsDecide reports whether a lead may give the approval, and why not. Who may
// approve is a scan, so it is asked before: what comes between takes no lead's
// leave, as whoever could approve counts as there for a while.
func (s *Store) leadsDecide(id string) (may bool, why string, err error) {
	err = s.kv.View(func(v kv.View) error {
		a, err := approvals.Get(v, id)
		if err != nil {
			return err
		}
		if a.Lost {
			may = true
			return nil
		}
		t, err := load(v, a.Ticket)
		if err != nil {
			return err
		}
		st, err := s.standing(v, t)
		may, why = st.leads, st.blocked
		if len(st.ask) > 0 {
			why = "another contact of the client may, and is asked"
		}
		return err
	})
	return may, why, err
}

func checkReason(reason, do string) error {
	err := checkText("reason", reason, maxReason)
	if strings.TrimSpace(reason) == "" {
		err = errors.Join(err, errors.New("reason: "+do))
	}
	if err != nil {
		return &InvalidError{err}
	}
	return nil
}

// ShownApproval is an approval as agents see it. Of who was asked no address is in it.
type ShownApproval struct {
	ID       string          `json:"id"`
	Ticket   string          `json:"ticket"`
	Class    policy.Class    `json:"class"`
	Asked    time.Time       `json:"asked"`
	State    approvals.State `json:"state"`
	Revision int             `json:"revision"`
	Until    time.Time       `json:"until"`
	Whom
	Why       policy.Code `json:"why,omitempty"`     // it is void or refused
	Blocked   string      `json:"blocked,omitempty"` // why nobody can agree now
	Clears    time.Time   `json:"clears,omitzero"`
	Lost      bool        `json:"lost_mailbox,omitempty"`
	Leads     int         `json:"leads,omitempty"` // so many leads have to agree
	Approvers []Approver  `json:"approvers"`
	Given     []Agreed    `json:"given"`
}

// Approver is a contact who was asked.
type Approver struct {
	Contact string    `json:"contact"`
	Name    string    `json:"name,omitempty"`
	At      time.Time `json:"at"`
	Unsent  string    `json:"unsent,omitempty"` // why the question has not reached them
}

// Agreed is what somebody said who may agree.
type Agreed struct {
	Yes     bool      `json:"yes"`
	Contact string    `json:"contact,omitempty"`
	Agent   string    `json:"agent,omitempty"`
	At      time.Time `json:"at"`
	Message string    `json:"message,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	For     string    `json:"for,omitempty"` // whose place it was said in
}
