package tickets

import (
	"encoding/json"
	"strings"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
)

// Standing says what may come of a message, before DNS is asked who sent it.
func (s *Store) Standing(e policy.Evidence) (standing policy.Standing, err error) {
	err = s.kv.View(func(v kv.View) error {
		f, err := s.facts(v, e, "")
		standing = f.Standing
		return err
	})
	return standing, err
}

// Waiting is a deferred message, as far as it matters whose turn it is.
type Waiting struct {
	ID     string `json:"id"`
	From   string `json:"from,omitempty"`
	Domain string `json:"domain"`          // of From
	Asked  bool   `json:"asked,omitempty"` // it holds a secret of ours and is from whom that was sent to
	Size   int64  `json:"size,omitempty"`
}

// soon is when a message is judged again for which nobody waited: DNS was never
// asked about it.
const soon = 5 * time.Second

// deferAgain notes when the message is judged again.
func (s *Store) deferAgain(tx kv.Tx, m *Message) error {
	wait := soon
	if !m.Facts.Sender.PutOff {
		m.Tries++
		wait = backOff(m.Tries)
	}
	m.Next = s.Now().Add(wait)
	w := Waiting{ID: m.ID, From: m.Facts.From, Asked: m.Facts.Standing == policy.Asked, Size: m.Facts.Size}
	_, w.Domain, _ = strings.Cut(m.Facts.From, "@")
	return kv.Save(tx, deferKey(*m), w)
}

// deferKey is under which a deferred message stands until it is due.
func deferKey(m Message) string { return deferPrefix + due(m.Next) + "/" + m.ID }

// Deferred gives the messages whose proof waits for DNS and is due, all of them
// with all, the first due first.
func (s *Store) Deferred(now time.Time, all bool) (list []Waiting, err error) {
	err = s.kv.View(func(v kv.View) error {
		return v.Scan(deferPrefix, "", func(key string, value []byte) error {
			if !all && key > deferPrefix+due(now)+"/~" {
				return kv.ErrStop
			}
			var w Waiting
			if err := json.Unmarshal(value, &w); err != nil || w.ID == "" {
				w = Waiting{ID: string(value)} // as it was written before
			}
			list = append(list, w)
			return nil
		})
	})
	return list, err
}

// DeferredByID gives a message that is still deferred; ok is false where it has
// come to its end meanwhile.
func (s *Store) DeferredByID(id string) (m Message, ok bool, err error) {
	err = s.kv.View(func(v kv.View) error {
		m, ok, err = kv.Load[Message](v, numbered(messagePrefix, id))
		return err
	})
	return m, ok && m.Outcome == policy.OutcomeDefer, err
}

// backOff is how long to wait before DNS is asked for the n-th time again.
func backOff(n int) time.Duration {
	steps := []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute}
	if n <= len(steps) {
		return steps[n-1]
	}
	return time.Hour
}
