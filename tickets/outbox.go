package tickets

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/internal/kv"
	"countersign/internal/token"
	"countersign/policy"
)

// States of an outgoing notice.
const (
	Queued   = "queued"
	Sending  = "sending" // an attempt began; after a crash its outcome is not known
	Sent     = "sent"
	Failed   = "failed"
	Unknown  = "unknown" // the server may have it; one of class B is not sent again
	Canceled = "canceled"
)

// resendAfter is how long a notice of unknown fate waits for its one resend.
const resendAfter = 15 * time.Minute

// Outgoing is a notice on its way to the SMTP server.
type Outgoing struct {
	ID      string            `json:"id"`
	Notice  string            `json:"notice"`
	Ticket  string            `json:"ticket"`
	Contact string            `json:"contact"`
	Agent   string            `json:"agent,omitempty"` // of staff, whom it is for instead
	Origin  string            `json:"origin"`          // to whose account it goes
	To      string            `json:"to"`
	Kind    policy.NoticeKind `json:"kind"`
	Class   policy.Delivery   `json:"class"` // A: asks for proof, or tells staff of a no, at least once; B: at most once
	State   string            `json:"state"`
	Tries   int               `json:"tries"`
	Queued  time.Time         `json:"queued"`
	First   time.Time         `json:"first"` // from when it was to go out
	Next    time.Time         `json:"next,omitzero"`
	Error   string            `json:"error,omitempty"`
	Resent  bool              `json:"resent,omitempty"` // after an unknown outcome
	Paced   bool              `json:"paced,omitempty"`  // waits for a cap, not for a retry
	Cap     string            `json:"cap,omitempty"`    // the limit that it waits for, until Next
	Places  []string          `json:"takes,omitempty"`  // that it takes under caps
	From    string            `json:"-"`                // return path
	Message []byte            `json:"-"`
}

// sealed is what is kept of an Outgoing under the key outside the store.
type sealed struct {
	From    string `json:"from"`
	Message []byte `json:"message"`
}

// enqueue fixes the bytes of a notice and puts it into the outbox, within the
// caps: over them it waits, and a courtesy notice is dropped.
func (s *Store) enqueue(tx kv.Tx, t *Ticket, n notice, l Letter) error {
	now := s.Now()
	o := Outgoing{Notice: n.ID, Ticket: t.ID, Contact: n.Contact, Origin: t.origin(n.Kind), To: n.Address, Kind: n.Kind,
		Class: n.Kind.Terms().Delivery, State: Queued, Queued: now}
	if n.Kind.Terms().Dropped {
		if cap, err := s.full(tx, o, now); err != nil || cap != "" {
			return errors.Join(err, s.record(tx, t, Event{Event: "notice dropped", Reason: "cap", Text: "A courtesy notice (" + string(n.Kind) + ") was over " + string(cap) + " and is not sent."}))
		}
	}
	if err := s.post(tx, &o, n, l); err != nil {
		return err
	}
	text := fmt.Sprintf("notice %s (%s) queued for the address on file", o.ID, n.Kind)
	if o.Paced {
		text += fmt.Sprintf("; it waits until %s (%s)", o.Next.Format(time.RFC3339), o.Cap)
	}
	return s.record(tx, t, Event{Event: "asked", Text: text})
}

// post writes the mail for l and puts it into the outbox as o.
func (s *Store) post(tx kv.Tx, o *Outgoing, n notice, l Letter) error {
	message, err := s.opt.Compose(l)
	if err != nil {
		return fmt.Errorf("%w: notice %s for %s: %w", ErrCompose, n.Kind, n.Ticket, err)
	}
	count, err := kv.Counter(tx, outCounter)
	if err != nil {
		return err
	}
	o.ID = fmt.Sprintf("o-%d", count)
	plain, err := json.Marshal(sealed{l.ReturnPath, message})
	if err != nil {
		return err
	}
	if err := tx.Put(sealedPrefix+o.ID, s.opt.Keys.Seal(plain, []byte(o.ID))); err != nil {
		return fmt.Errorf("%w: notice %s for %s: %w", ErrCompose, n.Kind, n.Ticket, err)
	}
	if err := s.reserve(tx, o, o.Queued); err != nil {
		return err
	}
	o.First, n.Out = o.Next, o.ID
	if err := kv.Save(tx, noticePrefix+n.ID, n); err != nil {
		return err
	}
	return s.schedule(tx, *o)
}

func (s *Store) schedule(tx kv.Tx, o Outgoing) error {
	if err := tx.Put(o.queueKey(), []byte(o.ID)); err != nil {
		return err
	}
	return kv.Save(tx, kv.Numbered(outPrefix, o.ID), o)
}

// unseal gives the return path and the bytes of a notice, none if they are lost:
// that is its own fault, a key that doesn't fit is that of all.
func (s *Store) unseal(r kv.Reader, id string) (string, []byte, error) {
	b, err := r.Get(sealedPrefix + id)
	if err != nil || b == nil {
		return "", nil, err
	}
	plain, err := s.opt.Keys.Open(b, []byte(id))
	if err != nil {
		return "", nil, fmt.Errorf("outbox %s: the key file does not fit this state: %w", id, err)
	}
	var m sealed
	err = json.Unmarshal(plain, &m)
	return m.From, m.Message, err
}

// update changes one outgoing notice: it takes it from the queue, lets fn
// change it and, where fn says so, queues it again at o.Next.
func (s *Store) update(id string, fn func(tx kv.Tx, o *Outgoing) (queue bool, err error)) error {
	return s.group.Update(func(tx kv.Tx) error {
		o, ok, err := kv.Load[Outgoing](tx, kv.Numbered(outPrefix, id))
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("no notice %s in the outbox", id)
		}
		if err := tx.Delete(o.queueKey()); err != nil {
			return err
		}
		queue, err := fn(tx, &o)
		if err != nil {
			return err
		}
		if queue {
			return s.schedule(tx, o)
		}
		o.Next = time.Time{}
		return kv.Save(tx, kv.Numbered(outPrefix, id), o)
	})
}

// Attempt records that the notice is about to be handed to the server.
func (s *Store) Attempt(id string, at time.Time) error {
	return s.update(id, func(tx kv.Tx, o *Outgoing) (bool, error) {
		if gone, err := pointless(tx, *o); err != nil || gone || o.State != Queued {
			return false, errors.Join(err, fmt.Errorf("%w: notice %s is %s or no longer to be sent", ErrNotAllowed, id, o.State))
		}
		o.State, o.Tries = Sending, o.Tries+1
		return true, errors.Join(count(tx, minuteKey(at, "")), count(tx, minuteKey(at, o.lane())))
	})
}

// MarkSent records that the server took the notice, and erases its bytes.
func (s *Store) MarkSent(id string) error {
	return s.update(id, func(tx kv.Tx, o *Outgoing) (bool, error) {
		o.State, o.Error = Sent, ""
		return false, tx.Delete(sealedPrefix + id)
	})
}

// said is what a server said, without the secrets of the notice that it may quote.
func said(why string) string { return oneLine(token.HideIn(why)) }

// MarkRetry records a passing failure; refused says that the server had named the
// notice and refused it before there was an attempt: a try, too. A notice that
// was canceled meanwhile stays so: its bytes are gone.
func (s *Store) MarkRetry(id string, next time.Time, refused bool, why string) error {
	return s.update(id, func(tx kv.Tx, o *Outgoing) (bool, error) {
		if o.State == Canceled {
			return false, nil
		}
		if refused {
			o.Tries++
		}
		o.State, o.Next, o.Error, o.Paced, o.Cap = Queued, next, said(why), false, ""
		return true, nil
	})
}

// MarkFailed records a final failure and tells the ticket, and by mail whoever
// has to know. Of a mail to staff only the ticket is told.
func (s *Store) MarkFailed(id, why string) error {
	return s.update(id, func(tx kv.Tx, o *Outgoing) (bool, error) {
		if o.State == Canceled {
			return false, nil
		}
		o.State, o.Error = Failed, said(why)
		if o.Agent != "" {
			return false, s.tell(tx, o.Ticket, Event{Event: "staff not told", Reason: "smtp",
				Text: "Our mail " + id + " to " + o.Agent + " was refused: " + o.Error})
		}
		return false, s.undelivered(tx, o.Ticket, o.Error, Event{Event: "undeliverable", Reason: "smtp",
			Text: "Our notice " + id + " was refused: " + o.Error})
	})
}

// MarkUnknown records that the server may or may not have the notice. One of
// class A is sent once more, the same bytes; any other is not. If it was to warn
// the contact, or staff, the ticket says so.
func (s *Store) MarkUnknown(id, why string) error {
	return s.update(id, func(tx kv.Tx, o *Outgoing) (bool, error) {
		o.Error = said(why)
		if o.Class == policy.AtLeastOnce && !o.Resent {
			o.State, o.Resent, o.Next = Queued, true, s.Now().Add(resendAfter)
			return true, nil
		}
		o.State = Unknown
		if err := tx.Delete(sealedPrefix + id); err != nil || o.Agent == "" && !o.Kind.Terms().Security {
			return false, err
		}
		return false, s.tell(tx, o.Ticket, Event{Event: "perhaps sent", Reason: "smtp",
			Text: "Our notice " + id + " (" + string(o.Kind) + ") was handed over, but the server did not say that it has it; it is not sent again."})
	})
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
	if err := errors.Join(s.record(tx, &t, e), s.alert(tx, t, policy.NoticeUndeliverable, why)); err != nil {
		return err
	}
	return save(tx, t)
}

// RetryNotice makes a waiting or failed notice due as soon as the caps let it
// go. One that failed takes places under them anew.
func (s *Store) RetryNotice(id string) error {
	return s.update(id, func(tx kv.Tx, o *Outgoing) (bool, error) {
		now := s.Now()
		switch {
		case o.State != Queued && o.State != Failed:
			return false, fmt.Errorf("%w: notice %s is %s", ErrNotAllowed, id, o.State)
		case o.State == Queued && s.placed(*o, now):
			o.Next = now
			return true, nil
		case o.State == Failed:
			o.State, o.Queued, o.Places = Queued, now, nil
		}
		if err := s.release(tx, o); err != nil {
			return false, err
		}
		if err := s.reserve(tx, o, now); err != nil {
			return false, err
		}
		if !o.Queued.Before(now) {
			o.First = o.Next
		}
		return true, nil
	})
}

// CancelNotice gives a waiting or failed notice up and erases its bytes. What
// tells a contact of their answer can't be kept from them, nor from staff what
// the customer said, but for what is left in an older copy of the store.
func (s *Store) CancelNotice(id, agent string) error {
	return s.cancel(id, agent, func(tx kv.Tx, o *Outgoing) error {
		e, err := epochNow(tx)
		switch {
		case err != nil || e.Held || o.State != Queued:
		case o.Agent != "": // or who opened a ticket could hide the no to it
			err = fmt.Errorf("%w: notice %s tells %s what happened to a ticket; nobody may keep it from them", ErrNotAllowed, id, o.Agent)
		case o.Kind.Terms().Kept:
			err = fmt.Errorf("%w: notice %s tells the contact what became of their answer; nobody may keep it from them", ErrNotAllowed, id)
		}
		return err
	})
}

// cancel is CancelNotice for whatever may allows.
func (s *Store) cancel(id, by string, may func(kv.Tx, *Outgoing) error) error {
	return s.update(id, func(tx kv.Tx, o *Outgoing) (bool, error) {
		if o.State != Queued && o.State != Failed {
			return false, fmt.Errorf("%w: notice %s is %s", ErrNotAllowed, id, o.State)
		}
		if err := may(tx, o); err != nil {
			return false, err
		}
		if err := s.giveUp(tx, o); err != nil {
			return false, err
		}
		return false, s.tell(tx, o.Ticket, Event{Event: "notice canceled", Text: strings.TrimSpace("notice " + id + " canceled by " + by)})
	})
}
