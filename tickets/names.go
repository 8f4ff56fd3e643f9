package tickets

import (
	"slices"
	"strings"

	"countersign/internal/kv"
	"countersign/policy"
)

// maxSame is how many messages are found under one Message-ID.
const maxSame = 16

func (s *Store) nameKey(messageID string) string {
	return s.secretKey(namePrefix, messageID)
}

// name lets the message be found by the Message-ID that its sender chose. The
// first ones stay, so nobody puts theirs in the place of another's by using its
// Message-ID again; one that counts is always found.
func (s *Store) name(tx kv.Tx, m *Message, messageID string) error {
	if messageID == "" {
		return nil
	}
	ids, err := s.sameName(tx, messageID)
	switch {
	case err != nil || slices.Contains(ids, m.ID):
		return err
	case len(ids) < maxSame: //rule:6.11 message-id-hides-none TestSameMessageID/after
		ids = append(ids, m.ID)
	case m.Decision.Counts() || m.Verdict == policy.Authenticated:
		ids[len(ids)-1] = m.ID
	default:
		return nil
	}
	return tx.Put(s.nameKey(messageID), []byte(strings.Join(ids, ",")))
}

// unname forgets that a message is found by its Message-ID.
func (s *Store) unname(tx kv.Tx, m Message) error {
	ids, err := s.sameName(tx, m.MessageID())
	if err != nil || !slices.Contains(ids, m.ID) {
		return err
	}
	if ids = slices.DeleteFunc(ids, func(id string) bool { return id == m.ID }); len(ids) == 0 {
		return tx.Delete(s.nameKey(m.MessageID()))
	}
	return tx.Put(s.nameKey(m.MessageID()), []byte(strings.Join(ids, ",")))
}

// sameName gives the records that are found under a Message-ID, oldest first.
func (s *Store) sameName(r kv.Reader, messageID string) ([]string, error) {
	b, err := r.Get(s.nameKey(messageID))
	if err != nil || len(b) == 0 {
		return nil, err
	}
	return strings.Split(string(b), ","), nil
}

// messages finds records by their id, or by the Message-ID that senders gave:
// all that have it, oldest first.
func (b *Inbox) messages(id string) (all []Message, err error) {
	err = b.s.kv.View(func(v kv.View) error {
		m, ok, err := kv.Load[Message](v, kv.Numbered(messagePrefix, id))
		if err != nil || ok {
			all = append(all, m)
			return err
		}
		ids, err := b.s.sameName(v, trimID(id))
		if err != nil {
			return err
		}
		for _, id := range ids {
			if m, ok, err = kv.Load[Message](v, kv.Numbered(messagePrefix, id)); err != nil {
				return err
			} else if ok {
				all = append(all, m)
			}
		}
		return nil
	})
	return all, err
}

// guarded is the message without what only the asked person may learn of it.
func (m Message) guarded() Message {
	if !m.Facts.Own() && m.Facts.Binding.Bound != "" {
		bound := policy.BoundNone
		if m.Facts.Binding.Ticket != "" {
			bound = policy.BoundThread
		}
		m.Facts.Binding, m.Facts.Standing = policy.Binding{Bound: bound, Ticket: m.Facts.Binding.Ticket}, 0
	}
	return m
}
