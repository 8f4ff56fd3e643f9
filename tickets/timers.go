package tickets

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/kv"
	"countersign/internal/retry"
	"countersign/policy"
	"countersign/tickets/outbox"
)

// setTimers arranges the one reminder and the end of the question for the
// ticket's current revision.
func (s *Store) setTimers(tx kv.Tx, t Ticket) error {
	for kind, at := range map[string]time.Time{"reminder": s.Now().Add(s.opt.Reminder), "expiry": t.Until} {
		if err := setTimer(tx, t, kind, at); err != nil {
			return err
		}
	}
	return nil
}

func setTimer(tx kv.Tx, t Ticket, kind string, at time.Time) error {
	return setTimerOf(tx, t.ID, fmt.Sprint(t.Revision), kind, at)
}

func setTimerOf(tx kv.Tx, ticket, revision, kind string, at time.Time) error {
	return tx.Put(timerPrefix+strings.Join([]string{kv.Due(at), ticket, revision, kind}, "/"), []byte{1})
}

// Tick does what time has made due: reminders, expiries, asking afresh and
// following who is stopped after a dispute, asking who has to approve, telling of what was changed of the file, telling staff, giving up notices that have nowhere to go, forgetting old counts,
// giving back what was an agent's address, writing down how often an answer was given again.
// Nothing is ever allowed by time alone. What fails keeps nothing else back.
func (s *Store) Tick() error {
	if err := s.opt.Watch.check(); err != nil {
		return err
	}
	if s.opt.Observing {
		return s.forgetCaps()
	}
	return errors.Join(s.resetDisputed(), s.followStops(), s.openImported(), s.gatherPeople(), s.tellChanges(), s.seekApprovers(), s.tellStaff(), s.cancelGone(), s.fireTimers(), s.forgetCaps(), s.expire(), s.forgetBytes(), s.voidExposed(), s.freeAddresses(), s.forgetUndo(), s.forgetExternal(), s.logAgain())
}

// passed gives the keys under prefix whose time has come, at most 1,000.
func (s *Store) passed(prefix string) (keys []string, err error) {
	err = s.kv.View(func(v kv.View) (err error) { keys, err = kv.Keys(v, prefix, 1000); return err })
	now, _ := slices.BinarySearch(keys, prefix+kv.Due(s.Now())+"0")
	return keys[:now], err
}

// fireTimers carries out what is due. A timer that can't be is put off, so that
// however many fail, those behind them have their turn; where even that fails,
// it is the store's fault.
func (s *Store) fireTimers() error {
	keys, err := s.passed(timerPrefix)
	errs := []error{err}
	for _, key := range keys {
		err := s.group.Update(func(tx kv.Tx) error { return s.fire(tx, key) })
		if err == nil {
			continue
		}
		errs = append(errs, fmt.Errorf("%s: %w", key, err))
		err = s.group.Update(func(tx kv.Tx) error {
			part := strings.SplitN(key, "/", 3)
			return errors.Join(tx.Delete(key), tx.Put(part[0]+"/"+kv.Due(s.Now().Add(retry.Timer.After(1)))+"/"+part[2], []byte{1}))
		})
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
	}
	return errors.Join(errs...)
}

// forgetCaps forgets what was counted in windows of time that are over.
func (s *Store) forgetCaps() error {
	var keys []string
	err := s.kv.View(func(v kv.View) (err error) {
		keys, err = outbox.Over(v, s.Now(), 1000)
		return err
	})
	for batch := range slices.Chunk(keys, 50) {
		err = errors.Join(err, s.group.Update(func(tx kv.Tx) error { return outbox.Forget(tx, batch) }))
	}
	return err
}

// fire carries out one timer, if the ticket still waits for what it was set for.
func (s *Store) fire(tx kv.Tx, key string) error {
	if v, err := tx.Get(key); err != nil || v == nil {
		return err
	}
	if err := tx.Delete(key); err != nil {
		return err
	}
	part := strings.Split(key, "/")
	if len(part) != 5 {
		return nil
	}
	t, err := load(tx, part[2])
	if errors.Is(err, ErrNoTicket) {
		return nil
	}
	if err == nil && part[4] == "approval" && fmt.Sprint(t.Revision) == part[3] {
		return s.approvalOver(tx, &t)
	}
	if err == nil && (part[4] == timerUnsaid || part[4] == timerUnsaidLead) {
		return s.unsaid(tx, &t, part[4], part[3])
	}
	if err == nil && part[4] == "unlock" {
		return s.unlockOver(tx, &t)
	}
	if err != nil || fmt.Sprint(t.Revision) != part[3] ||
		t.State != policy.StateUnconfirmed && t.State != policy.StateAuthenticated {
		return err
	}
	unasked := t.unasked()
	switch part[4] {
	case "reminder":
		if unasked { //rule:6.9 nobody-is-reminded-of-nothing TestOneNoIsNoHeap
			return nil
		}
		err = s.remind(tx, &t)
	case "expiry":
		if s.Now().Before(t.Until) {
			return setTimer(tx, t, "expiry", t.Until)
		}
		if t.UsedBy != "" { // on less than a yes, as of a lost mailbox: that nothing was changed would not be true
			err = s.usedUp(tx, &t)
			break
		}
		t.State = policy.StateExpired //rule:6.9 silence-expires TestSilence
		if err = errors.Join(s.retire(tx, &t), s.voidApproval(tx, &t, policy.CodeTicketExpired)); err == nil {
			err = errors.Join(s.endDelegation(tx, &t, "", policy.CodeTicketExpired),
				s.record(tx, &t, Event{Event: "expired", Reason: policy.CodeTicketExpired, Text: "No answer in time. Nothing was changed."}))
		}
		if err == nil {
			err = tx.Delete(openPrefix + t.Contact + "/" + t.ID)
		}
		if err == nil && !unasked && !t.Lost {
			err = s.inform(tx, &t, policy.NoticeExpired)
		}
	}
	if err != nil {
		return err
	}
	return save(tx, t)
}

// remind sends the one reminder, by day.
func (s *Store) remind(tx kv.Tx, t *Ticket) error {
	at, err := s.customersTime(tx, t.Contact, t.Until)
	if err != nil {
		return err
	}
	if at.After(s.Now()) { //rule:6.9 nobody-is-reminded-at-night TestReminderByDay
		return setTimer(tx, *t, "reminder", at)
	}
	return s.inform(tx, t, policy.NoticeReminder)
}

// usedUp closes a ticket that nobody answers any more, and that was acted on.
func (s *Store) usedUp(tx kv.Tx, t *Ticket) error {
	t.State = policy.StateClosed
	return errors.Join(s.retire(tx, t), s.voidApproval(tx, t, policy.CodeTicketClosed), tx.Delete(openPrefix+t.Contact+"/"+t.ID),
		s.record(tx, t, Event{Event: "closed", Reason: policy.CodeTicketClosed, Text: "No answer in time. It was allowed to " + t.UsedBy + " before."}))
}
