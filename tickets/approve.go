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
)

// Approve is a lead's yes: where the rules ask for one, in the place of a contact where
// too few others may approve or one seems to be away, or where a mailbox is said to be
// lost. It counts as long as what it rests on does: see policy.Lead.
func (s *Store) Approve(id, agent, reason string) (a approvals.Approval, err error) {
	if err := checkReason(reason, "say why you agree, and what you saw or whom you called"); err != nil {
		return a, err
	}
	st, seen, err := s.seats(id)
	if err != nil {
		return a, err
	}
	return s.decide(id, agent, func(tx kv.Tx, t *Ticket, a approvals.Approval, lead staff.Agent) error {
		l, err := s.leadOf(tx, *t, lead.ID)
		if err != nil {
			return err
		}
		action, err := s.proofs(tx, *t)
		if err != nil {
			return err
		}
		lacks := action.Lacks()
		switch {
		case a.State != approvals.Open && !(a.State == approvals.Approved && a.Lost && !lacks.None()):
			return fmt.Errorf("%w: %s is %s already", ErrNotAllowed, a.ID, a.State)
		case t.Approval != a.ID || !t.Lost && t.State != policy.StateConfirmed || t.State.Over() || t.State == policy.StateDisputed || !s.Now().Before(a.Until):
			return fmt.Errorf("%w: what %s was asked for no longer stands: %s is %s", ErrNotAllowed, a.ID, t.ID, t.State)
		}
		if err := s.mayDecide(tx, *t, l, lead, "approve"); err != nil {
			return err
		}
		inPlace, of, why := s.seat(st, a, action)
		switch {
		case why == "" && !slices.Equal(seen, a.Away()):
			return fmt.Errorf("%w: somebody answered for %s meanwhile; look at it again", ErrNotAllowed, a.ID)
		case why != "": //rule:6.5 lead-stands-in-for-nobody-there TestLeadStandsIn/another-may
			return fmt.Errorf("%w: no lead may approve %s: %s", ErrNotAllowed, a.ID, why)
		case a.Agreed("", lead.ID) && !(inPlace && byRule(*t, lead.ID)):
			return fmt.Errorf("%w: you approved %s already; it takes another lead", ErrNotAllowed, a.ID)
		}
		s.prove(t, policy.Proof{Kind: policy.ProofApproval, Agent: lead.ID, Epoch: a.Epoch, ByRule: !inPlace, For: of})
		return s.approved(tx, t, approvals.Given{Agent: lead.ID, Reason: strings.TrimSpace(reason), InPlace: inPlace, For: of})
	})
}

// mayDecide says why a lead may not decide about an approval of the ticket.
func (s *Store) mayDecide(r kv.Reader, t Ticket, l policy.Lead, lead staff.Agent, do string) error {
	pending, err := heldBy(r, t.ID)
	switch {
	case err != nil:
		return err
	case !pending.Since.IsZero():
		return fmt.Errorf("%w: a mail that may be a no to %s waits for DNS (no_pending)", ErrNotAllowed, t.ID)
	case l.Wrote: //rule:6.5 writer-approves-nothing TestLeadApproves/opener TestLeadApproves/editor
		did := "edited"
		if lead.ID == t.OpenedBy {
			did = "opened"
		}
		return fmt.Errorf("%w: you %s %s; someone else must %s", ErrNotAllowed, did, t.ID, do)
	case !l.Leads: //rule:6.5 lead-approves TestLeadApproves/agent TestLeadApproves/not-counting
		return fmt.Errorf("%w: %s may not %s: it takes a lead who counts", ErrNotAllowed, lead.ID, do)
	}
	return nil
}

// byRule reports whether the lead has approved as the rules ask for leads.
func byRule(t Ticket, lead string) bool {
	return slices.ContainsFunc(t.Proofs, func(p policy.Proof) bool {
		return p.Kind == policy.ProofApproval && p.Agent == lead && p.Revision == t.Revision && p.ByRule
	})
}

// seat says whether a lead who agrees does so in the place of a contact, of whom if
// they are there and away, or why there is nothing that a lead may agree to.
func (s *Store) seat(st standing, a approvals.Approval, action policy.Action) (inPlace bool, of, why string) {
	lacks, needs := action.Lacks(), action.Demands().Second
	standIns := action.StandIns()
	if lacks.Contacts > 0 && standIns >= st.leads(needs) && standIns < st.places(needs, s.away(st, a)) {
		of = s.freeSeat(st, a, action)
	}
	switch {
	case lacks.Contacts > 0 && (standIns < st.leads(needs) || of != ""):
		return true, of, ""
	case lacks.Leads > 0, lacks.Either > 0:
		return false, "", ""
	case len(st.ask) > 0:
		return false, "", "another contact of the client may, and is asked"
	}
	return false, "", cmp.Or(st.blocked, "nobody else has to agree")
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
		case a.Leads == 0 && !a.LeadMay:
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

// freeSeat gives the first contact who is away and in whose place no lead agreed, ""
// if there is none.
func (s *Store) freeSeat(st standing, a approvals.Approval, action policy.Action) string {
	for _, id := range a.Away() {
		taken := slices.ContainsFunc(action.Proofs, func(p policy.Proof) bool {
			return p.Kind == policy.ProofApproval && p.Agent != "" && p.Lead.Leads && p.Revision == action.Ticket.Revision && p.For == id
		})
		if !taken && slices.ContainsFunc(st.ask, func(c clients.Contact) bool { return c.ID == id }) {
			return id
		}
	}
	return ""
}

// seats looks at who may approve, which is a scan and so is done before: what comes
// between takes no lead's leave, as whoever could approve counts as there for a while.
// It gives who seemed to be away then.
func (s *Store) seats(id string) (st standing, away []string, err error) {
	err = s.kv.View(func(v kv.View) error {
		a, err := approvals.Get(v, id)
		if err != nil || a.Lost {
			return err
		}
		t, err := load(v, a.Ticket)
		if err != nil {
			return err
		}
		away = a.Away()
		st, err = s.standing(v, t)
		return err
	})
	return st, away, err
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
	Why       policy.Code       `json:"why,omitempty"`     // it is void or refused
	Blocked   string            `json:"blocked,omitempty"` // why nobody can agree now
	Clears    time.Time         `json:"clears,omitzero"`
	Lost      bool              `json:"lost_mailbox,omitempty"`
	Needs     approvals.Needs   `json:"needs,omitzero"`     // how many others have to agree
	Leads     int               `json:"leads,omitempty"`    // so many leads have to agree
	LeadMay   bool              `json:"lead_may,omitempty"` // one may, where none has to
	Approvers []Approver        `json:"approvers"`
	Moved     []approvals.Moved `json:"reassigned,omitempty"`
	Given     []Agreed          `json:"given"`
}

// Approver is a contact who was asked.
type Approver struct {
	Contact  string    `json:"contact"`
	Name     string    `json:"name,omitempty"`
	For      string    `json:"for,omitempty"` // whose place they were asked in
	ForName  string    `json:"for_name,omitempty"`
	At       time.Time `json:"at"`
	Unsent   string    `json:"unsent,omitempty"` // why the question has not reached them
	Reminded time.Time `json:"reminded,omitzero"`
	Away     time.Time `json:"away,omitzero"`  // since when they seem to be away
	Said     string    `json:"said,omitempty"` // what the machine said that answered
}

// Agreed is what somebody said who may agree.
type Agreed struct {
	Yes     bool      `json:"yes"`
	Contact string    `json:"contact,omitempty"`
	Agent   string    `json:"agent,omitempty"`
	At      time.Time `json:"at"`
	Message string    `json:"message,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	For     string    `json:"for,omitempty"`      // whose place it was said in
	InPlace bool      `json:"in_place,omitempty"` // a lead's, in the place of a contact
}
