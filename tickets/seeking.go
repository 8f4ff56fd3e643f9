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

// seekOne asks for one approval whoever may be asked and was not, and reminds those
// who did not answer.
func (s *Store) seekOne(id string) error {
	var a approvals.Approval
	var st standing
	var action policy.Action
	var remind []string
	var inPlace []approvals.Asked
	err := s.kv.View(func(v kv.View) (err error) {
		if a, err = approvals.Get(v, id); err != nil || a.Lost {
			return err
		}
		t, err := load(v, a.Ticket)
		if err != nil {
			return err
		}
		if action, err = s.proofs(v, t); err != nil {
			return err
		}
		if remind, err = s.toRemind(v, a); err != nil {
			return err
		}
		if st, err = s.standing(v, t); err != nil {
			return err
		}
		inPlace, st.begins, err = s.inPlaceOf(v, t, st.ask)
		return err
	})
	if err != nil {
		return err
	}
	if a.Lost {
		return s.tellLost(a)
	}
	var errs []error
	each := func(do func(kv.Tx, string, string) error, contact string) {
		errs = append(errs, s.group.Update(func(tx kv.Tx) error { return do(tx, id, contact) }))
	}
	if lacks, needs := action.Lacks(), action.Demands().Second; !lacks.None() {
		for _, contact := range remind {
			each(s.remindOne, contact)
		}
		for _, c := range st.ask {
			if needs.Contacts+needs.Either > 0 && len(a.Asked) < maxApprovers && !a.Has(c.ID) {
				each(s.askOne, c.ID)
				a.Asked = append(a.Asked, approvals.Asked{Contact: c.ID})
			}
		}
		for _, one := range inPlace {
			if needs.Contacts+needs.Either > 0 && len(a.Asked) < maxApprovers && !a.Has(one.Contact) {
				each(func(tx kv.Tx, id, _ string) error { return s.askInPlace(tx, id, one) }, one.Contact)
				a.Asked = append(a.Asked, one)
			}
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

// remindOne reminds one contact who was asked, once, at half of the time that they
// had, in their own day.
func (s *Store) remindOne(tx kv.Tx, id, contact string) error {
	a, t, ok, err := s.stands(tx, id)
	i := slices.IndexFunc(a.Asked, func(one approvals.Asked) bool { return one.Contact == contact })
	if err != nil || !ok || i < 0 {
		return err
	}
	at, err := s.remindAt(tx, a, a.Asked[i])
	if err != nil || at.IsZero() || at.After(s.Now()) {
		return err
	}
	a.Asked[i].Reminded = s.Now()
	if err := s.askApprover(tx, &t, a, &a.Asked[i], policy.NoticeApproveReminder); err != nil {
		return err
	}
	return errors.Join(approvals.Save(tx, a), save(tx, t))
}

// toRemind gives who is to be reminded now.
func (s *Store) toRemind(r kv.Reader, a approvals.Approval) (contacts []string, err error) {
	for _, one := range a.Asked {
		at, err := s.remindAt(r, a, one)
		if err != nil {
			return nil, err
		}
		if !at.IsZero() && !at.After(s.Now()) {
			contacts = append(contacts, one.Contact)
		}
	}
	return contacts, nil
}

// remindAt says when somebody who was asked is to be reminded; zero: not.
func (s *Store) remindAt(r kv.Reader, a approvals.Approval, one approvals.Asked) (time.Time, error) {
	if !one.Reminded.IsZero() || len(one.Notices) == 0 || a.Heard(one) { //rule:6.10 approver-is-reminded-once part=1 TestApproverReminded
		return time.Time{}, nil
	}
	half := one.At.Add(a.Until.Sub(one.At) / 2)
	if s.Now().Before(half) {
		return half, nil
	}
	t, err := load(r, a.Ticket)
	if err != nil {
		return time.Time{}, err
	}
	if shut, err := s.shutFor(r, t); err != nil || shut { //rule:8 locked-reminds-no-approver part=2 TestLockAsksNoApprover
		return time.Time{}, err
	}
	return s.customersTime(r, one.Contact, a.Until) //rule:6.10 approver-is-reminded-by-day =s.Now(),nil TestApproverReminded
}

// sought notes how it stands, and tells the requester who has to agree, once, and
// the leads where they have to, or may.
func (s *Store) sought(tx kv.Tx, id string, st standing) error {
	a, t, ok, err := s.stands(tx, id)
	if err != nil {
		return err
	}
	if !ok {
		a.Look = time.Time{}
		return approvals.Save(tx, a)
	}
	if ended, err := s.settle(tx, &a, &t); err != nil || ended {
		return errors.Join(err, save(tx, t))
	}
	had, needs := a, policy.Second(a.Needs)
	away := s.away(st, a)
	a.Leads, a.LeadMay, a.Blocked, a.Clears = needs.Leads+st.leads(needs), needs.Either > 0 || st.places(needs, away) > st.leads(needs), "", time.Time{}
	if st.blocked != "" && s.people(st.ask)+st.leads(needs) < needs.Contacts {
		a.Blocked, a.Clears = st.blocked, st.clears
	}
	if a.Look, err = s.lookNext(tx, a, st); err != nil {
		return err
	}
	told, err := s.tellAway(tx, &t, &a)
	if err != nil {
		return err
	}
	if err := s.tellLeads(tx, &t, had, a, told); err != nil {
		return err
	}
	if a.Blocked != "" && !a.Held {
		if err := s.record(tx, &t, Event{Event: "approval", Reason: policy.CodeNobodyApproves, Text: "Nobody can be asked to approve " + a.ID + " now: " + a.Blocked + "."}); err != nil {
			return err
		}
	}
	if !a.Held {
		a.Held = true
		who, err := whoAgrees(tx, a)
		if err != nil {
			return err
		}
		if err := s.tellRequester(tx, &t, policy.NoticeHeld, who, a.Until); err != nil {
			return err
		}
	}
	return errors.Join(approvals.Save(tx, a), save(tx, t))
}

// lookNext is when the approval is looked at next.
func (s *Store) lookNext(r kv.Reader, a approvals.Approval, st standing) (time.Time, error) {
	next := s.Now().Add(lookAgain)
	sooner := func(at time.Time) {
		if at.After(s.Now()) && at.Before(next) {
			next = at
		}
	}
	sooner(st.clears)
	sooner(st.begins)
	for _, one := range a.Asked {
		at, err := s.remindAt(r, a, one)
		if err != nil {
			return next, err
		}
		sooner(at)
	}
	return next, nil
}

// tellLeads tells the leads where more of them have to approve than before, or one
// may since.
func (s *Store) tellLeads(tx kv.Tx, t *Ticket, had, a approvals.Approval, told bool) error {
	var say string
	switch needs := policy.Second(a.Needs); {
	case a.Leads > had.Leads && a.Leads > needs.Leads && needs.Contacts == 1:
		say = "No other contact of the client may approve " + a.ID + ": a team lead has to."
	case a.Leads > had.Leads && a.Leads > needs.Leads:
		say = fmt.Sprintf("Too few other contacts of the client may approve %s: %s of our own approve it, too.", a.ID, several(a.Leads, "a team lead", "team leads"))
	case a.Leads > had.Leads:
		say = fmt.Sprintf("The rules of the desk ask for %s to approve %s.", several(a.Leads, "a team lead", "team leads"), a.ID)
	case a.LeadMay && !had.LeadMay && !told:
		say = "A team lead may approve " + a.ID + " as well."
	default:
		return nil
	}
	return errors.Join(s.record(tx, t, Event{Event: "approval", Text: say}), s.alertLeads(tx, *t, a.Leads))
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
	if a.State == approvals.Open || a.Lost || asksMore(a, *action) {
		action.Approval, err = s.approvalWaits(r, t, a, action.Lacks())
	}
	if end := action.WaitEnds(); a.Lost && t.UsedBy == "" && !end.Before(t.Until) {
		action.Approval = append(action.Approval, policy.Reason{Code: policy.CodeEndsFirst, Text: fmt.Sprintf("%s ends %s, and its %d days of wait not before %s: nothing will be allowed by it. Open another.",
			t.ID, moment(t.Until), policy.LostWait/(24*time.Hour), moment(end))})
	}
	return err
}

// approvalWaits says why not enough have agreed yet: who has to and was asked when, and
// what is known to be in the way.
func (s *Store) approvalWaits(r kv.Reader, t Ticket, a approvals.Approval, lacks policy.Second) (out []policy.Reason, err error) {
	say := func(code policy.Code, text string) { out = append(out, policy.Reason{Code: code, Text: text}) }
	switch left := lacks.Leads; {
	case a.Lost && left > 0:
		say(policy.CodeLeadApproves, fmt.Sprintf("Two team leads who neither opened it nor carry it out have to approve %s with what they saw; %d did.", a.ID, a.Leads-left))
	case a.Lost && a.ToldAt.IsZero():
		if out, err = s.lostWaits(r, t); err != nil {
			return nil, err
		}
	case a.Lost:
	case a.State == approvals.Approved:
		say(policy.CodeApproverAsked, fmt.Sprintf("The rules of the desk ask for %s since %s was given; who is missing is asked within seconds.", askedFor(lacks), a.ID))
	default:
		if out, err = s.personsMissing(r, a, lacks); err != nil {
			return nil, err
		}
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

// personsMissing says who has to agree and has not.
func (s *Store) personsMissing(r kv.Reader, a approvals.Approval, lacks policy.Second) (out []policy.Reason, err error) {
	say := func(code policy.Code, text string) { out = append(out, policy.Reason{Code: code, Text: text}) }
	needs := policy.Second(a.Needs)
	words, err := askedWords(r, a, lacks)
	if err != nil {
		return nil, err
	}
	switch {
	case words != "" && lacks.Contacts+lacks.Either > 0:
		say(policy.CodeApproverAsked, words)
	case a.Leads == 0 && a.Blocked == "":
		say(policy.CodeApproverAsked, "Who may approve "+a.ID+" is asked within seconds.")
	}
	const who = ", who neither opened nor edited the ticket nor carries it out."
	switch inPlace := a.Leads - needs.Leads; {
	case inPlace > 0 && needs.Contacts == 1:
		say(policy.CodeLeadApproves, "No other contact of the client may approve "+a.ID+", so a team lead has to"+who)
	case inPlace > 0:
		say(policy.CodeLeadApproves, fmt.Sprintf("Too few other contacts of the client may approve %s, so %s approve in their place%s", a.ID, several(a.Leads, "a team lead has to", "team leads have to"), who))
	case lacks.Leads > 0:
		say(policy.CodeLeadApproves, fmt.Sprintf("The rules of the desk ask for the approval of %s (%s)%s", several(lacks.Leads, "a team lead", "team leads"), a.ID, who))
	case lacks.Either > 0:
		say(policy.CodeLeadApproves, "A team lead may approve "+a.ID+" as well"+who)
	}
	if a.Blocked != "" {
		say(policy.CodeNobodyApproves, policy.Because(policy.CodeNobodyApproves).Text+" "+a.Blocked+" ("+a.ID+").")
	}
	if text, err := awayWords(r, a); err != nil || text != "" {
		say(policy.CodeApproverAway, text)
		return out, err
	}
	return out, nil
}
