package tickets

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"countersign/clients"
	"countersign/internal/clean"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/approvals"
)

// maxSaid bounds what is kept of a machine's words, in bytes.
const maxSaid = 160

// awayFor notes that a machine answered for somebody who was asked to approve. They
// may answer all the same; until then a lead may agree in their place.
func (s *Store) awayFor(tx kv.Tx, w *work, _ policy.Effect) error {
	a, ok, err := approvalOf(tx, w.t)
	i := slices.IndexFunc(a.Asked, func(one approvals.Asked) bool { return one.Contact == w.f.Person.ID })
	if err != nil || !ok || i < 0 || a.State != approvals.Open || !a.Asked[i].Away.IsZero() || a.Heard(a.Asked[i]) {
		return err
	}
	one := &a.Asked[i]
	one.Away, one.AwayTold, a.Look = s.Now(), false, s.Now()
	one.Said = clean.Cut(harmless(cmp.Or(strings.TrimSpace(w.f.Text), w.f.Subject)), maxSaid)
	return errors.Join(approvals.Save(tx, a), s.record(tx, &w.t, Event{Event: "approver away", Reason: policy.CodeApproverAway,
		Text: one.Contact + " seems to be away; a machine answered for " + a.ID + ": " + quoted(one.Said)}))
}

// isBack ends that an approver seems to be away: they answered themselves.
func (s *Store) isBack(tx kv.Tx, w *work) error {
	n := w.f.Binding.Notice
	if n == nil || !n.Approves || w.d.Verdict != policy.Authenticated || w.f.Person.ID != n.Contact {
		return nil
	}
	a, ok, err := approvalOf(tx, w.t)
	i := slices.IndexFunc(a.Asked, func(one approvals.Asked) bool { return one.Contact == n.Contact })
	if err != nil || !ok || i < 0 || a.Asked[i].Away.IsZero() {
		return err
	}
	a.Asked[i].Away, a.Asked[i].Said = time.Time{}, ""
	if a.State == approvals.Open {
		a.Look = s.Now()
	}
	return errors.Join(approvals.Save(tx, a), s.record(tx, &w.t, Event{Event: "approver back", Text: n.Contact + " answered themselves for " + a.ID + "."}))
}

// tellAway tells requester and leads of who seems to be away and was not told of. The
// caller saves the approval.
func (s *Store) tellAway(tx kv.Tx, t *Ticket, a *approvals.Approval) (told bool, err error) {
	var away []string
	for i, one := range a.Asked {
		if !one.Away.IsZero() && !one.AwayTold {
			away = append(away, one.Contact)
			a.Asked[i].AwayTold = true
		}
	}
	if len(away) == 0 {
		return false, nil
	}
	words, err := awayWords(tx, *a)
	if err != nil {
		return false, err
	}
	names, err := colleagues(tx, away)
	if err != nil {
		return false, err
	}
	others, err := colleagues(tx, waitedFor(*a))
	if err != nil {
		return false, err
	}
	then := ""
	if len(others) > 0 {
		then = listed(shortened(others), "and") + map[bool]string{true: " was", false: " were"}[len(others) == 1] + " asked, too"
	}
	if a.Leads > 0 || a.LeadMay {
		then = listed([]string{then, "one of our team leads may decide in their place"}, "and")
	}
	return true, errors.Join(s.alert(tx, *t, policy.NoticeApproverAway, words), s.tellStep(tx, t, policy.NoticeAway, cmp.Or(listed(shortened(names), "and"), "Somebody who may approve it"), then))
}

// waitedFor are the contacts who were asked, and neither answered nor seem to be away.
func waitedFor(a approvals.Approval) (contacts []string) {
	for _, one := range a.Asked {
		if one.Away.IsZero() && len(one.Notices) > 0 && !a.Heard(one) {
			contacts = append(contacts, one.Contact)
		}
	}
	return contacts
}

// awayWords says to staff who seems to be away, "" if nobody does.
func awayWords(r kv.Reader, a approvals.Approval) (string, error) {
	var who []string
	for _, one := range a.Asked {
		if one.Away.IsZero() || a.Heard(one) {
			continue
		}
		c, _, err := clients.Get(r, one.Contact)
		if err != nil {
			return "", err
		}
		who = append(who, cmp.Or(oneLine(c.Name), one.Contact)+" ("+quoted(one.Said)+", "+moment(one.Away)+")")
	}
	if len(who) == 0 {
		return "", nil
	}
	return "Answered by a machine: " + listed(shortened(who), "and") + ". A lead may approve " + a.ID + " in their place, or ask another.", nil
}

func quoted(said string) string { return "“" + said + "”" }
