package tickets

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/clients"
	"countersign/clients/codes"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/approvals"
)

// lookAgain is how often it is looked whether somebody else may approve meanwhile,
// as those who were asked may have left.
const lookAgain = 6 * time.Hour

// seekApprovers asks those who may approve what was confirmed since, and tells those
// who have to know. What can't be done is put off, and keeps nothing else back.
func (s *Store) seekApprovers() error {
	var ids []string
	err := s.kv.View(func(v kv.View) (err error) { ids, err = approvals.Due(v, s.Now(), 200); return err })
	errs := []error{err}
	for _, id := range ids {
		err := s.seekOne(id)
		if err == nil {
			continue
		}
		errs = append(errs, fmt.Errorf("approval %s: %w", id, err), s.group.Update(func(tx kv.Tx) error {
			a, err := approvals.Get(tx, id)
			if err != nil {
				return err
			}
			a.Look = s.Now().Add(time.Minute)
			return approvals.Save(tx, a)
		}))
	}
	return errors.Join(errs...)
}

// seekOne asks for one approval whoever may be asked and was not.
func (s *Store) seekOne(id string) error {
	var a approvals.Approval
	var st standing
	err := s.kv.View(func(v kv.View) (err error) {
		if a, err = approvals.Get(v, id); err != nil || a.Lost {
			return err
		}
		t, err := load(v, a.Ticket)
		if err == nil {
			st, err = s.standing(v, t)
		}
		return err
	})
	if err != nil {
		return err
	}
	if a.Lost {
		return s.tellLost(a)
	}
	var errs []error
	for _, c := range st.ask {
		if len(a.Asked) < maxApprovers && !a.Has(c.ID) {
			errs = append(errs, s.group.Update(func(tx kv.Tx) error { return s.askOne(tx, id, c.ID) }))
			a.Asked = append(a.Asked, approvals.Asked{Contact: c.ID})
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return s.group.Update(func(tx kv.Tx) error { return s.sought(tx, id, st) })
}

// stands gives an approval that is still sought, with its ticket.
func (s *Store) stands(tx kv.Tx, id string) (a approvals.Approval, t Ticket, ok bool, err error) {
	if a, err = approvals.Get(tx, id); err != nil {
		return a, t, false, err
	}
	if t, err = s.current(tx, a.Ticket); err != nil {
		return a, t, false, err
	}
	a, err = approvals.Get(tx, id) // which a restore has voided by that
	return a, t, a.State == approvals.Open && t.Approval == id, err
}

// askOne asks one contact, once.
func (s *Store) askOne(tx kv.Tx, id, contact string) error {
	a, t, ok, err := s.stands(tx, id)
	if err != nil || !ok || a.Has(contact) {
		return err
	}
	a.Asked = append(a.Asked, approvals.Asked{Contact: contact, At: s.Now()})
	if err := s.askApprover(tx, &t, a, &a.Asked[len(a.Asked)-1], policy.NoticeApprove); err != nil {
		return err
	}
	return errors.Join(approvals.Save(tx, a), save(tx, t))
}

// sought notes how it stands, and tells the requester who has to agree, once, and
// the leads where they have to.
func (s *Store) sought(tx kv.Tx, id string, st standing) error {
	a, t, ok, err := s.stands(tx, id)
	if err != nil {
		return err
	}
	if !ok {
		a.Look = time.Time{}
		return approvals.Save(tx, a)
	}
	wasLeads := a.Leads
	a.Leads, a.Blocked, a.Clears = 0, "", time.Time{}
	switch {
	case st.leads:
		a.Leads = 1
	case len(st.ask) == 0:
		a.Blocked, a.Clears = st.blocked, st.clears
	}
	a.Look = s.Now().Add(lookAgain)
	if st.clears.After(s.Now()) && st.clears.Before(a.Look) {
		a.Look = st.clears
	}
	if a.Leads > wasLeads {
		if err := errors.Join(s.record(tx, &t, Event{Event: "approval", Text: "No other contact of the client may approve " + a.ID + ": a team lead has to."}),
			s.alert(tx, t, policy.NoticeLeadApproves, "")); err != nil {
			return err
		}
	}
	if a.Blocked != "" && !a.Held {
		if err := s.record(tx, &t, Event{Event: "approval", Reason: policy.CodeNobodyApproves, Text: "Nobody can be asked to approve " + a.ID + " now: " + a.Blocked + "."}); err != nil {
			return err
		}
	}
	if !a.Held {
		a.Held = true
		who := "another person of your organisation who may approve it"
		if a.Leads > 0 {
			who = "one of our team leads"
		}
		if err := s.tellRequester(tx, &t, policy.NoticeHeld, who, a.Until); err != nil {
			return err
		}
	}
	return errors.Join(approvals.Save(tx, a), save(tx, t))
}

// weighApproval gathers what an answer to an agent depends on of the ticket's
// approval.
func (s *Store) weighApproval(r kv.Reader, t Ticket, action *policy.Action) error {
	for _, h := range []codes.Holder{{Client: t.Client, Contact: t.Contact}, {Client: t.Client}} {
		set, err := codes.Asked(r, h, s.Now().Add(-s.opt.Cooling))
		if err != nil {
			return err
		}
		action.CodeSet = action.CodeSet || set //rule:6.5 lead-wants-the-code TestLeadWantsTheCode
	}
	var err error
	if action.Untold, action.Told, err = s.untold(r, t); err != nil {
		return err
	}
	a, ok, err := approvalOf(r, t)
	if err != nil || !ok {
		return err
	}
	action.Refused = a.State == approvals.Refused
	if a.Lost {
		action.Told = a.ToldAt
	}
	if a.State == approvals.Open || a.Lost {
		action.Approval, err = s.approvalWaits(r, t, a)
	}
	if end := action.WaitEnds(); a.Lost && t.UsedBy == "" && !end.Before(t.Until) {
		action.Approval = append(action.Approval, policy.Reason{Code: policy.CodeEndsFirst, Text: fmt.Sprintf("%s ends %s, and its %d days of wait not before %s: nothing will be allowed by it. Open another.",
			t.ID, moment(t.Until), policy.LostWait/(24*time.Hour), moment(end))})
	}
	return err
}

// approvalWaits says why nobody has agreed yet: who has to and was asked when, and
// what is known to be in the way.
func (s *Store) approvalWaits(r kv.Reader, t Ticket, a approvals.Approval) (out []policy.Reason, err error) {
	say := func(code policy.Code, text string) { out = append(out, policy.Reason{Code: code, Text: text}) }
	left, err := s.leadsLeft(r, t, a)
	if err != nil {
		return nil, err
	}
	switch {
	case a.Lost && left > 0:
		say(policy.CodeLeadApproves, fmt.Sprintf("Two team leads who neither opened it nor carry it out have to approve %s with what they saw; %d did.", a.ID, a.Leads-left))
	case a.Lost && a.ToldAt.IsZero():
		if out, err = s.lostWaits(r, t); err != nil {
			return nil, err
		}
	case a.Lost:
	case a.Leads > 0:
		say(policy.CodeLeadApproves, "No other contact of the client may approve "+a.ID+", so a team lead has to, who neither opened nor edited the ticket nor carries it out.")
	case a.Blocked != "":
		say(policy.CodeNobodyApproves, policy.Because(policy.CodeNobodyApproves).Text+" "+a.Blocked+" ("+a.ID+").")
	case len(a.Asked) == 0:
		say(policy.CodeApproverAsked, "Who may approve "+a.ID+" is asked within seconds.")
	default:
		names, err := askedWords(r, a)
		if err != nil {
			return nil, err
		}
		say(policy.CodeApproverAsked, fmt.Sprintf("Asked for %s: %s. Without an answer it ends %s.", a.ID, names, moment(a.Until)))
	}
	for _, one := range a.Asked[:min(len(a.Asked), 3)] {
		if len(one.Notices) == 0 {
			continue
		}
		why, err := s.unsentNotice(r, one.Notices[len(one.Notices)-1])
		if err != nil {
			return nil, err
		}
		c, _, err := clients.Get(r, one.Contact)
		if err != nil {
			return nil, err
		}
		domains, err := s.unprovable(r, c, t.Class)
		if err != nil {
			return nil, err
		}
		out = append(append(out, why...), domains...)
	}
	for _, o := range slices.Backward(t.Obstacles) {
		if o.Revision == t.Revision && !o.At.Before(a.Opened) {
			out = append(out, o.reason())
		}
	}
	return out, nil
}
