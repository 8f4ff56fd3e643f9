package tickets

import (
	"errors"
	"fmt"
	"strings"

	"countersign/inbound"
	"countersign/inbound/mailbox"
	"countersign/internal/kv"
	"countersign/policy"
)

// Cursor gives where reading of a mailbox began; the zero Cursor if it hasn't.
func (s *Store) Cursor(box string) (c mailbox.Cursor, err error) {
	err = s.kv.View(func(v kv.View) error {
		c, _, err = kv.Load[mailbox.Cursor](v, boxPrefix+box)
		return err
	})
	return c, err
}

// Advance changes where reading of a mailbox stands.
func (s *Store) Advance(box string, change func(*mailbox.Cursor)) error {
	return s.group.Update(func(tx kv.Tx) error {
		c, _, err := kv.Load[mailbox.Cursor](tx, boxPrefix+box)
		if err != nil {
			return err
		}
		change(&c)
		return kv.Save(tx, boxPrefix+box, c)
	})
}

// Known reports whether the message at that place has a record.
func (s *Store) Known(box string, at mailbox.Cursor, uid uint32) (known bool, err error) {
	src := Source{Mailbox: box, UIDValidity: at.UIDValidity, Turn: at.Turn, UID: uid}
	return s.has(seenUIDPrefix + src.key())
}

// KnownBytes reports whether a message of the same content has a final record,
// in whatever mailbox it lay.
func (s *Store) KnownBytes(raw []byte) (bool, error) {
	known, err := false, error(nil)
	for _, hash := range inbound.Hashes(raw) {
		if known, err = s.has(seenHashPrefix + hash); known || err != nil {
			break
		}
	}
	return known, err
}

func (s *Store) has(key string) (has bool, err error) {
	err = s.kv.View(func(v kv.View) error {
		b, err := v.Get(key)
		has = b != nil
		return err
	})
	return has, err
}

// ErrNotHeld reports a mailbox that waits for nobody.
var ErrNotHeld = errors.New("the mailbox is not held")

// ReleaseMailbox lets a held mailbox be read again. With judge the old messages
// that it was held for are judged like new ones; otherwise they are left alone
// for good, like mail from before the start.
func (s *Store) ReleaseMailbox(box, agent string, judge bool) error {
	return s.group.Update(func(tx kv.Tx) error {
		if _, err := activeAgent(tx, agent); err != nil {
			return err
		}
		c, _, err := kv.Load[mailbox.Cursor](tx, boxPrefix+box)
		if err != nil {
			return err
		}
		if c.Held.IsZero() {
			return fmt.Errorf("%w: %s", ErrNotHeld, box)
		}
		c.Release(judge)
		if err := kv.Save(tx, boxPrefix+box, c); err != nil {
			return err
		}
		return s.log(tx, "mailbox", box, map[string]any{"released": agent, "judge": judge})
	})
}

// todoKey is under which a to-do on IMAP stands until it is done.
func todoKey(src Source) string { return todoPrefix + src.key() }

// addTodo notes that the message is to be moved or marked on IMAP. Mail of a
// person that is on no ticket, or only counted there, stays where people look,
// since nobody else was told of it; but for a forgery, which is nobody's.
func addTodo(tx kv.Tx, m *Message, f policy.Facts) error {
	first := m
	if f.Duplicate { // of one that stayed, as after a change of UIDVALIDITY
		id, err := tx.Get(seenHashPrefix + f.Hash)
		if err != nil {
			return err
		}
		if known, ok, err := kv.Load[Message](tx, numbered(messagePrefix, string(id))); err != nil {
			return err
		} else if ok {
			first = &known
		}
	}
	found, err := tx.Get(filed(first.Ticket, first.ID))
	if err != nil {
		return err
	}
	src := m.Source
	return kv.Save(tx, todoKey(src), mailbox.Todo{Mailbox: src.Mailbox, UIDValidity: src.UIDValidity, Turn: src.Turn, UID: src.UID,
		Outcome: string(m.Outcome), Stays: first.Outcome == policy.Applied && found == nil && first.Verdict != policy.Rejected})
}

// Pending gives what is still to be done on IMAP for messages with a final
// record. What can't be read is an error only where nothing else is to be done.
func (s *Store) Pending(box string) (todo []mailbox.Todo, err error) {
	var unread error
	err = s.kv.View(func(v kv.View) error {
		return v.Scan(todoPrefix+box+"/", "", func(key string, _ []byte) error {
			t, ok, err := kv.Load[mailbox.Todo](v, key)
			if unread = errors.Join(unread, err); ok && err == nil {
				todo = append(todo, t)
			}
			return nil
		})
	})
	if err == nil && len(todo) == 0 {
		err = unread
	}
	return todo, err
}

// Done records that to-dos were carried out, at most 100.
func (s *Store) Done(todo ...mailbox.Todo) error {
	return s.group.Update(func(tx kv.Tx) error {
		for _, t := range todo {
			src := Source{Mailbox: t.Mailbox, UIDValidity: t.UIDValidity, Turn: t.Turn, UID: t.UID}
			if err := tx.Delete(todoKey(src)); err != nil {
				return err
			}
		}
		return nil
	})
}

// attempts is how often judging a message has begun without coming to an end.
type attempts struct {
	Crowd int `json:"crowd"` // while others were judged
	Alone int `json:"alone"` // with nothing else under way
}

// InFlight reports whether judging the message at src began before and never
// ended: the program stopped meanwhile, maybe because of it.
func (s *Store) InFlight(src Source) (was bool, err error) {
	return s.has(attemptPrefix + src.key())
}

// AttemptMessage records that judging the message at src begins, alone or among
// others, and gives how often it has begun alone.
func (s *Store) AttemptMessage(src Source, alone bool) (n int, err error) {
	err = s.group.Update(func(tx kv.Tx) error {
		a, _, err := kv.Load[attempts](tx, attemptPrefix+src.key())
		if err != nil {
			return err
		}
		if alone {
			a.Alone++
		} else {
			a.Crowd++
		}
		n = a.Alone
		return kv.Save(tx, attemptPrefix+src.key(), a)
	})
	return n, err
}

// ForgetAttempt records that judging the message at src ended without a crash,
// though without an outcome: the program was stopped, or could not write.
func (s *Store) ForgetAttempt(src Source) error {
	return s.group.Update(func(tx kv.Tx) error { return tx.Delete(attemptPrefix + src.key()) })
}

// Messages calls fn for every message of every mailbox, oldest first, with at
// most a page of them held in memory.
func (s *Store) Messages(fn func(Message) error) error {
	return scanPages(s.kv, messagePrefix, fn)
}

// Outbox calls fn for every notice, without its bytes.
func (s *Store) Outbox(fn func(Outgoing) error) error { return scanPages(s.kv, outPrefix, fn) }

// scanPages reads records in short transactions, so that a slow caller doesn't
// hold one open. One that can't be read keeps no other from being given; it is
// an error in the end.
func scanPages[T any](store kv.Store, prefix string, fn func(T) error) error {
	const page = 256
	var unread error
	for from, more := "", true; more; {
		var batch []T
		looked := 0
		err := store.View(func(v kv.View) error {
			return v.Scan(prefix, from, func(key string, _ []byte) error {
				if looked == page {
					return kv.ErrStop
				}
				r, _, err := kv.Load[T](v, key)
				if looked, from = looked+1, key+"\x00"; err != nil {
					unread = errors.Join(unread, err)
					return nil
				}
				batch = append(batch, r)
				return nil
			})
		})
		if err != nil {
			return err
		}
		more = looked == page
		for _, r := range batch {
			if err := fn(r); err != nil {
				return err
			}
		}
	}
	return unread
}

// trimID accepts a Message-ID with or without brackets.
func trimID(id string) string { return strings.Trim(strings.TrimSpace(id), "<>") }
