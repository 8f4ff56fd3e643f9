package tickets

import (
	"strings"
	"time"

	"countersign/internal/kv"
	"countersign/internal/retry"
	"countersign/policy"
	"countersign/tickets/ledger"
)

// Standing says what may come of a message, before DNS is asked who sent it.
func (b *Inbox) Standing(e policy.Evidence) (standing policy.Standing, err error) {
	err = b.s.kv.View(func(v kv.View) error {
		f, err := b.s.facts(v, e, "")
		standing = f.Standing
		return err
	})
	return standing, err
}

// soon is when a message is judged again for which nobody waited: DNS was never
// asked about it.
const soon = 5 * time.Second

// deferAgain notes when the message is judged again.
func (s *Store) deferAgain(tx kv.Tx, m *Message) error {
	wait := soon
	if !m.Facts.Sender.PutOff {
		m.Tries++
		wait = retry.Judge.After(m.Tries)
	}
	m.Next = s.Now().Add(wait)
	w := ledger.Waiting{ID: m.ID, From: m.Facts.From, Asked: m.Facts.Standing == policy.Asked, Size: m.Facts.Size}
	_, w.Domain, _ = strings.Cut(m.Facts.From, "@")
	return ledger.Defer(tx, m.Next, w)
}

// Deferred gives a message that is still deferred; ok is false where it has
// come to its end meanwhile.
func (b *Inbox) Deferred(id string) (m Message, ok bool, err error) {
	err = b.s.kv.View(func(v kv.View) error {
		m, ok, err = kv.Load[Message](v, kv.Numbered(messagePrefix, id))
		return err
	})
	return m, ok && m.Outcome == policy.OutcomeDefer, err
}
