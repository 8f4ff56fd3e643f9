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

// unsaid tells staff that nobody has said what was done of the ticket's revision.
func (s *Store) unsaid(tx kv.Tx, t *Ticket, timer string) error {
	al := t.allowance()
	if !t.owes() || al.Revision != t.Revision { //rule:6.8 who-said-it-is-not-asked part=1 TestUnsaid/said
		return nil
	}
	kind, whom := policy.NoticeUnsaid, al.Agent
	if timer == timerUnsaidLead {
		kind, whom = policy.NoticeUnsaidLead, "a lead"
	} else if err := setTimer(tx, *t, timerUnsaidLead, s.Now().Add(unsaidLeadAfter)); err != nil {
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
