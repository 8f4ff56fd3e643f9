package tickets

import (
	"errors"

	"countersign/internal/kv"
	"countersign/policy"
)

// inform is ask where what the notice is about stands whether it can be written
// or not: an answer counts, a question ends, also one that came before the mailbox
// was only observed. The ticket says that nobody was told.
func (s *Store) inform(tx kv.Tx, t *Ticket, kind policy.NoticeKind) error {
	return s.informContact(tx, t, t.Contact, kind)
}

// informContact is inform for another contact than the ticket's.
func (s *Store) informContact(tx kv.Tx, t *Ticket, contact string, kind policy.NoticeKind) error {
	asked, notices, until := t.Asked, t.Notices, t.Until
	err := s.askContact(tx, t, contact, kind)
	if !errors.Is(err, ErrCompose) && !errors.Is(err, ErrObserving) {
		return err
	}
	t.Asked, t.Notices, t.Until = asked, notices, until
	return s.record(tx, t, Event{Event: "notice not written", Reason: "unwritable",
		Text: "A notice (" + string(kind) + ") could not be written and nobody was told: " + said(err.Error())})
}
