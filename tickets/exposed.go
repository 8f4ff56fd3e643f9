package tickets

import (
	"errors"
	"slices"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/approvals"
	"countersign/tickets/outbox"
)

// exposed finds the questions whose secrets stand in a message that was set aside:
// people look at it, and who reads a secret could answer in the customer's place.
// They are void before anybody looks, as a to-do: a good copy of the same answer
// may be on its way beside the broken one.
func (s *Store) exposed(tx kv.Tx, m *Message, secrets []string) error {
	for _, secret := range secrets {
		id, err := s.recall(tx, tokenPrefix, secret)
		if err == nil && id != "" {
			err = tx.Put(exposedPrefix+id, []byte(m.ID))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// voidExposed carries out what exposed left. It is called before a message that
// was set aside is given to anybody.
func (s *Store) voidExposed() error {
	var todo map[string]string
	err := s.kv.View(func(v kv.View) (err error) { todo, err = kv.Under(v, exposedPrefix); return err })
	errs := []error{err}
	for notice, message := range todo {
		errs = append(errs, s.group.Update(func(tx kv.Tx) error {
			return errors.Join(s.expose(tx, notice, message), tx.Delete(exposedPrefix+notice))
		}))
	}
	return errors.Join(errs...)
}

// exposeApproval is expose of the question for an approval, which asks for nothing
// of the ticket's own contact.
func (s *Store) exposeApproval(tx kv.Tx, t *Ticket, n notice, message string) error {
	a, err := approvals.Get(tx, n.Approval)
	if err != nil {
		return err
	}
	again, err := outbox.FirstToday(tx, s.Now(), exposedPrefix+t.ID+"/"+n.Contact)
	if err != nil {
		return err
	}
	event := Event{Event: "question void", Reason: policy.CodeTokenExposed, Text: "message " + message + ": " + policy.Because(policy.CodeTokenExposed).Text}
	if again && a.State == approvals.Open {
		a.Asked = slices.DeleteFunc(slices.Clone(a.Asked), func(one approvals.Asked) bool { return one.Contact == n.Contact })
		a.Look = s.Now()
	} else {
		event.Text += " It is not asked again today."
	}
	return errors.Join(approvals.Save(tx, a), s.record(tx, t, event), save(tx, *t))
}

// expose voids a question. Whoever wrote the message had got our mail, so it is
// asked afresh, but once a day at most: a broken mail is no way to have us write
// many.
func (s *Store) expose(tx kv.Tx, id, message string) error {
	n, ok, err := kv.Load[notice](tx, noticePrefix+id)
	if err != nil || !ok || n.Void || n.Spent || !n.Kind.Terms().Asks {
		return err
	}
	t, err := load(tx, n.Ticket)
	if err != nil {
		return err
	}
	now, err := s.noticeFacts(tx, n, t, "", s.Now())
	if err != nil || now.Void || s.Now().After(now.Expires) {
		return err
	}
	n.Void = true //rule:6.4 exposed-is-void TestExposed
	if err := kv.Save(tx, noticePrefix+n.ID, n); err != nil {
		return err
	}
	if err := s.withdraw(tx, &t, n); err != nil {
		return err
	}
	if n.Approval != "" {
		return s.exposeApproval(tx, &t, n, message)
	}
	over := t.State.Over() || t.State == policy.StateDisputed
	if !n.Lifts && !over {
		t.Proofs, t.Checks, t.State = nil, nil, policy.StateUnconfirmed
	}
	again, err := outbox.FirstToday(tx, s.Now(), exposedPrefix+t.ID)
	if err != nil {
		return err
	}
	event := Event{Event: "question void", Reason: policy.CodeTokenExposed, Text: "message " + message + ": " + policy.Because(policy.CodeTokenExposed).Text}
	if again = again && (n.Lifts || !over); !again {
		event.Text += " It is not asked again today."
	}
	if err := s.record(tx, &t, event); err != nil {
		return err
	}
	kind := policy.NoticeConfirm
	if n.Lifts {
		kind = policy.NoticeLift
	}
	if again {
		if err := s.informContact(tx, &t, n.Contact, kind); err != nil {
			return err
		}
		if kind == policy.NoticeConfirm {
			if err := s.setTimers(tx, t); err != nil {
				return err
			}
		}
	}
	return save(tx, t)
}
