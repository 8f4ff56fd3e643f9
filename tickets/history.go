package tickets

import (
	"errors"

	"countersign/internal/kv"
	"countersign/policy"
)

// record adds an event to the ticket's history and to the audit log. The caller
// saves the ticket.
func (s *Store) record(tx kv.Tx, t *Ticket, e Event) error {
	e.At = s.Now()
	t.hindered(e)
	t.Events++
	if err := kv.Save(tx, eventPrefix+t.ID+"/"+kv.Seq(t.Events), e); err != nil {
		return err
	}
	return s.log(tx, "ticket", t.ID, e)
}

// tell adds an event to a ticket's history.
func (s *Store) tell(tx kv.Tx, ticket string, e Event) error {
	t, err := load(tx, ticket)
	if err != nil {
		return err
	}
	if err := s.record(tx, &t, e); err != nil {
		return err
	}
	return save(tx, t)
}

// undelivered is tell of a notice that did not reach the contact, which staff are
// told by mail.
func (s *Store) undelivered(tx kv.Tx, ticket, why string, e Event) error {
	t, err := load(tx, ticket)
	if err != nil {
		return err
	}
	if err := errors.Join(s.record(tx, &t, e), s.alert(tx, t, policy.NoticeUndeliverable, harmless(why))); err != nil {
		return err
	}
	return save(tx, t)
}

func history(v kv.View, id string) (events []Event, err error) {
	err = v.Scan(eventPrefix+id+"/", "", func(key string, _ []byte) error {
		e, _, err := kv.Load[Event](v, key)
		events = append(events, e)
		return err
	})
	return events, err
}
