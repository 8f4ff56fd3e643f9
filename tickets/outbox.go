package tickets

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/kv"
	"countersign/internal/token"
)

// States of an outgoing notice.
const (
	Queued   = "queued"
	Sending  = "sending" // an attempt began; after a crash its outcome is not known
	Sent     = "sent"
	Failed   = "failed"
	Unknown  = "unknown" // the server may have it; a courtesy notice is not sent again
	Canceled = "canceled"
)

// resendAfter is how long a notice of unknown fate waits for its one resend.
const resendAfter = 15 * time.Minute

// Outgoing is a notice on its way to the SMTP server.
type Outgoing struct {
	ID      string    `json:"id"`
	Notice  string    `json:"notice"`
	Ticket  string    `json:"ticket"`
	To      string    `json:"to"`
	Kind    string    `json:"kind"`
	Class   string    `json:"class"` // A: asks for proof, at least once; B: courtesy, at most once
	State   string    `json:"state"`
	Tries   int       `json:"tries"`
	First   time.Time `json:"first"` // from when it was to go out
	Next    time.Time `json:"next,omitzero"`
	Error   string    `json:"error,omitempty"`
	Resent  bool      `json:"resent,omitempty"` // after an unknown outcome
	Paced   bool      `json:"paced,omitempty"`  // waits for a cap, not for a retry
	Places  []string  `json:"places,omitempty"` // that it takes under caps
	From    string    `json:"-"`                // return path
	Message []byte    `json:"-"`
}

// sealed is what is kept of an Outgoing under the key outside the store.
type sealed struct {
	From    string `json:"from"`
	Message []byte `json:"message"`
}

// enqueue fixes the bytes of a notice and puts it into the outbox, within the
// caps: over them an asking notice waits and a courtesy notice is dropped.
func (s *Store) enqueue(tx kv.Tx, t *Ticket, n notice, l Letter) error {
	class := "B"
	if slices.Contains(asks, n.Kind) {
		class = "A"
	}
	next, places, err := s.paced(tx, t, n.Contact, class == "A")
	if err != nil {
		return err
	}
	if class == "B" && next.After(s.Now()) {
		return s.record(tx, t, Event{Event: "notice dropped", Reason: "cap", Text: "A courtesy notice (" + n.Kind + ") was over the cap and is not sent."})
	}
	message, err := s.opt.Compose(l)
	if err != nil {
		return fmt.Errorf("%w: notice %s for %s: %w", ErrCompose, n.Kind, t.ID, err)
	}
	count, err := kv.Counter(tx, "counter/out")
	if err != nil {
		return err
	}
	o := Outgoing{ID: fmt.Sprintf("o-%d", count), Notice: n.ID, Ticket: t.ID, To: n.Address, Kind: n.Kind, Class: class,
		State: Queued, First: next, Next: next, Paced: next.After(s.Now()), Places: places}
	n.Out = o.ID
	if err := kv.Save(tx, "notice/"+n.ID, n); err != nil {
		return err
	}
	plain, err := json.Marshal(sealed{l.ReturnPath, message})
	if err != nil {
		return err
	}
	if err := tx.Put("outb/"+o.ID, s.opt.Keys.Seal(plain, []byte(o.ID))); err != nil {
		return err
	}
	if err := s.schedule(tx, o); err != nil {
		return err
	}
	return s.record(tx, t, Event{Event: "asked", Text: fmt.Sprintf("notice %s (%s) queued for the address on file", o.ID, n.Kind)})
}

func (s *Store) schedule(tx kv.Tx, o Outgoing) error {
	if err := tx.Put("outq/"+due(o.Next)+"/"+o.ID, []byte(o.ID)); err != nil {
		return err
	}
	return kv.Save(tx, numbered("out", o.ID), o)
}

// Due gives the notices that may be sent now, oldest first, with their bytes.
// With all, those that wait for a retry are due too; the one resend after an
// unknown outcome and the caps hold all the same.
func (s *Store) Due(now time.Time, limit int, all bool) (out []Outgoing, err error) {
	if err := s.opt.Watch.Check(); err != nil {
		return nil, err // what is put off now could wait for years
	}
	err = s.kv.View(func(v kv.View) error {
		if e, _, err := kv.Load[epoch](v, epochKey); err != nil || e.Held {
			return err
		}
		n, _, err := kv.Load[int](v, s.minuteKey(now))
		if err != nil {
			return err
		}
		if limit = min(limit, s.opt.PerMinute-n); limit <= 0 {
			return nil
		}
		return v.Scan("outq/", "", func(key string, value []byte) error {
			late := key > "outq/"+due(now)+"/~"
			if late && !all || len(out) >= limit {
				return kv.ErrStop
			}
			o, ok, err := kv.Load[Outgoing](v, numbered("out", string(value)))
			if err != nil || !ok || o.State == Sending || late && (o.Paced || o.Resent) {
				return err
			}
			if gone, err := pointless(v, o); err != nil || gone {
				return err
			}
			if o.From, o.Message, err = s.unseal(v, o.ID); err != nil {
				return err
			}
			out = append(out, o)
			return nil
		})
	})
	return out, err
}

// unseal gives the return path and the bytes of a notice, none if they are lost:
// that is its own fault, a key that doesn't fit is that of all.
func (s *Store) unseal(r kv.Reader, id string) (string, []byte, error) {
	b, err := r.Get("outb/" + id)
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
		o, ok, err := kv.Load[Outgoing](tx, numbered("out", id))
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("no notice %s in the outbox", id)
		}
		if err := tx.Delete("outq/" + due(o.Next) + "/" + id); err != nil {
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
		return kv.Save(tx, numbered("out", id), o)
	})
}

// Attempt records that the notice is about to be handed to the server.
func (s *Store) Attempt(id string, at time.Time) error {
	return s.update(id, func(tx kv.Tx, o *Outgoing) (bool, error) {
		if gone, err := pointless(tx, *o); err != nil || gone || o.State != Queued {
			return false, errors.Join(err, fmt.Errorf("%w: notice %s is %s or no longer to be sent", ErrNotAllowed, id, o.State))
		}
		o.State, o.Tries = Sending, o.Tries+1
		n, _, err := kv.Load[int](tx, s.minuteKey(at))
		if err != nil {
			return false, err
		}
		return true, kv.Save(tx, s.minuteKey(at), n+1)
	})
}

// MarkSent records that the server took the notice, and erases its bytes.
func (s *Store) MarkSent(id string) error {
	return s.update(id, func(tx kv.Tx, o *Outgoing) (bool, error) {
		o.State, o.Error = Sent, ""
		return false, tx.Delete("outb/" + id)
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
		o.State, o.Next, o.Error, o.Paced = Queued, next, said(why), false
		return true, nil
	})
}

// MarkFailed records a final failure and tells the ticket.
func (s *Store) MarkFailed(id, why string) error {
	return s.update(id, func(tx kv.Tx, o *Outgoing) (bool, error) {
		if o.State == Canceled {
			return false, nil
		}
		o.State, o.Error = Failed, said(why)
		return false, s.tell(tx, o.Ticket, Event{Event: "undeliverable", Reason: "smtp",
			Text: "Our notice " + id + " was refused: " + o.Error})
	})
}

// MarkUnknown records that the server may or may not have the notice. One that
// asks for proof is sent once more, the same bytes; courtesy is not.
func (s *Store) MarkUnknown(id, why string) error {
	return s.update(id, func(tx kv.Tx, o *Outgoing) (bool, error) {
		o.Error = said(why)
		if o.Class == "A" && !o.Resent {
			o.State, o.Resent, o.Next = Queued, true, s.Now().Add(resendAfter)
			return true, nil
		}
		o.State = Unknown
		return false, tx.Delete("outb/" + id)
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

// RecoverOutbox settles what was being sent when the program stopped.
func (s *Store) RecoverOutbox() error {
	var ids []string
	err := s.kv.View(func(v kv.View) error {
		return v.Scan("outq/", "", func(_ string, value []byte) error {
			o, ok, err := kv.Load[Outgoing](v, numbered("out", string(value)))
			if ok && o.State == Sending {
				ids = append(ids, o.ID)
			}
			return err
		})
	})
	for _, id := range ids {
		if err == nil {
			err = s.MarkUnknown(id, "the program stopped while this was being sent")
		}
	}
	return err
}

// RetryNotice makes a waiting or failed notice due now; CancelNotice gives it up.
func (s *Store) RetryNotice(id string) error {
	return s.update(id, func(tx kv.Tx, o *Outgoing) (bool, error) {
		if o.State != Queued && o.State != Failed {
			return false, fmt.Errorf("%w: notice %s is %s", ErrNotAllowed, id, o.State)
		}
		o.State, o.Next, o.Paced = Queued, s.Now(), false
		return true, nil
	})
}

// CancelNotice gives a waiting or failed notice up and erases its bytes.
func (s *Store) CancelNotice(id, agent string) error {
	return s.update(id, func(tx kv.Tx, o *Outgoing) (bool, error) {
		if o.State != Queued && o.State != Failed {
			return false, fmt.Errorf("%w: notice %s is %s", ErrNotAllowed, id, o.State)
		}
		if err := s.giveUp(tx, o); err != nil {
			return false, err
		}
		return false, s.tell(tx, o.Ticket, Event{Event: "notice canceled", Text: strings.TrimSpace("notice " + id + " canceled by " + agent)})
	})
}
