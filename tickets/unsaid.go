package tickets

import (
	"errors"
	"fmt"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
)

// owe notes that the allow of a privileged class was given, and when it is asked
// what was done by it.
func (s *Store) owe(tx kv.Tx, t *Ticket) error {
	if !t.Class.Privileged() {
		return nil
	}
	if t.Allowed != nil && t.Done == nil { //rule:6.8 an-edit-owes-still =false TestDoneTwiceAllowed
		t.Before = append(t.Before, *t.Allowed)
	}
	t.Allowed = &allowance{Revision: t.Revision, Agent: t.UsedBy, At: t.UsedAt, Receipt: t.Receipt}
	return errors.Join(s.noteAct(tx, t), setTimer(tx, *t, timerUnsaid, t.UsedAt.Add(unsaidAfter)))
}

// Who was allowed something and has not said what was done is reminded, once, and
// then a lead.
const (
	timerUnsaid     = "unsaid"
	timerUnsaidLead = "unsaid_lead"
	unsaidAfter     = 7 * 24 * time.Hour
	unsaidLeadAfter = 2 * 24 * time.Hour // after that
)

// allowedOf gives the allow of one revision of the ticket, nil if there was none.
func (t Ticket) allowedOf(revision string) *allowance {
	for _, al := range t.Before {
		if fmt.Sprint(al.Revision) == revision {
			return &al
		}
	}
	if al := t.allowance(); al != nil && fmt.Sprint(al.Revision) == revision {
		return al
	}
	return nil
}

// unsaid tells staff that nobody has said what was done of a revision of the ticket,
// be it edited since: else an edit would be a way not to say it.
func (s *Store) unsaid(tx kv.Tx, t *Ticket, timer, revision string) error {
	al := t.allowedOf(revision)
	if al == nil || !t.owes() { //rule:6.8 who-said-it-is-not-asked part=2 TestUnsaid/said
		return nil
	}
	kind, whom := policy.NoticeUnsaid, al.Agent
	if timer == timerUnsaidLead {
		kind, whom = policy.NoticeUnsaidLead, "a lead"
	} else if err := setTimerOf(tx, t.ID, revision, timerUnsaidLead, s.Now().Add(unsaidLeadAfter)); err != nil {
		return err
	}
	why := fmt.Sprintf("allowed to %s on %s (%s)", al.Agent, moment(al.At), al.Receipt)
	if err := s.alert(tx, *t, kind, why); err != nil {
		return err
	}
	if err := s.record(tx, t, Event{Event: "unsaid", Text: "Nobody has said what was done, though it was " + why + ": " + whom + " is told."}); err != nil {
		return err
	}
	return save(tx, *t)
}
