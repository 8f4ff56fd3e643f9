package tickets

import (
	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/outbox"
)

// lockFor locks the client of a primary contact who wrote LOCK. A mail that is about no
// ticket is filed with the one that tells of the lock.
func (s *Store) lockFor(tx kv.Tx, w *work, _ policy.Effect) error {
	c, _, err := clients.Get(tx, w.f.Person.ID)
	if err != nil {
		return err
	}
	before := w.before
	if w.m.Ticket != "" {
		if err := save(tx, w.t); err != nil { // it may be the one that asks whether the lock shall be opened
			return err
		}
	}
	ticket, err := s.lock(tx, c.Client, lockedBy{contact: c, message: w.m.ID})
	if err != nil {
		return err
	}
	filed := w.m.Ticket != ""
	if !filed {
		w.m.Ticket = ticket
	}
	if err := w.load(tx); err != nil {
		return err
	}
	if filed {
		w.before = before
	}
	return nil
}

// lockAskedFor tells the leads, once a day for a contact, that somebody asks for a lock
// in a way that does not count.
func (s *Store) lockAskedFor(tx kv.Tx, w *work, _ policy.Effect) error {
	first, err := outbox.FirstToday(tx, s.Now(), "told/locking/"+w.f.Person.ID)
	if err != nil || !first {
		return err
	}
	return s.alert(tx, w.t, policy.NoticeLockNews, "contact "+w.f.Person.ID+" asks to lock client "+w.f.Person.Client+" (message "+w.m.ID+"), which does not count: call the primary contact, and lock it by client lock.")
}
