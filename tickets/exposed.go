package tickets

import (
	"time"

	"countersign/internal/kv"
	"countersign/policy"
)

// maxExposed bounds the questions that one message can void.
const maxExposed = 4

// exposed voids the live questions whose secrets stand in a message that was set
// aside: people look at it, and who reads a secret could answer in the
// customer's place. Whoever wrote the message had got our mail; so the question
// is asked afresh, but once a day at most: a broken mail is no way to have us
// write many.
func (s *Store) exposed(tx kv.Tx, m *Message, secrets []string) error {
	found := 0
	for _, secret := range secrets {
		id, err := s.recall(tx, "token", secret)
		if err != nil {
			return err
		}
		n, ok, err := kv.Load[notice](tx, "notice/"+id)
		if err != nil {
			return err
		}
		if !ok || n.Void || n.Spent || found == maxExposed {
			continue
		}
		found++
		if err := s.expose(tx, m, n); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) expose(tx kv.Tx, m *Message, n notice) error {
	t, err := load(tx, n.Ticket)
	if err != nil {
		return err
	}
	now, err := n.facts(tx, t)
	if err != nil || now.Void || s.Now().After(now.Expires) {
		return err
	}
	n.Void = true
	if err := kv.Save(tx, "notice/"+n.ID, n); err != nil {
		return err
	}
	if err := s.withdraw(tx, &t, n); err != nil {
		return err
	}
	over := t.State.Over() || t.State == policy.StateDisputed
	if !n.Lifts && !over {
		t.Proofs, t.State = nil, policy.StateUnconfirmed
	}
	again, err := s.firstToday(tx, "exposed/"+t.ID)
	if err != nil {
		return err
	}
	event := Event{Event: "question void", Reason: "token_exposed", Text: "message " + m.ID + ": " + policy.Because("token_exposed").Text}
	if again = again && (n.Lifts || !over); !again {
		event.Text += " It is not asked again today."
	}
	if err := s.record(tx, &t, event); err != nil {
		return err
	}
	kind := "confirm"
	if n.Lifts {
		kind = "lift"
	}
	if again {
		if err := s.informContact(tx, &t, n.Contact, kind); err != nil {
			return err
		}
		if kind == "confirm" {
			if err := s.setTimers(tx, t); err != nil {
				return err
			}
		}
	}
	return save(tx, t)
}

// firstToday reports whether something happens for the first time today, and
// notes that it has.
func (s *Store) firstToday(tx kv.Tx, what string) (bool, error) {
	key := "cap/" + due(s.Now().Truncate(24*time.Hour).Add(24*time.Hour)) + "/" + what // forgotten as caps are
	done, err := tx.Get(key)
	if err != nil || done != nil {
		return false, err
	}
	return true, tx.Put(key, []byte("1"))
}
