package tickets

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/kv"
	"countersign/internal/token"
	"countersign/policy"
	"countersign/tickets/outbox"
)

// Outbox is what waits to leave, for those who send it and look after it: what
// becomes of a notice is told to its ticket in the same transaction.
type Outbox struct{ s *Store }

// update changes one outgoing notice; see outbox.Change.
func (b *Outbox) update(id string, fn func(tx kv.Tx, o *outbox.Outgoing) (queue bool, err error)) error {
	return b.s.group.Update(func(tx kv.Tx) error {
		return outbox.Change(tx, id, func(o *outbox.Outgoing) (bool, error) {
			queue, err := fn(tx, o)
			if !queue && o.Ended.IsZero() {
				o.Ended = b.s.Now()
			}
			return queue, err
		})
	})
}

// Due gives the notices that may be sent now, with their bytes; see
// outbox.Outbox.Due. What can't be read keeps nothing else back, and is an error
// where there is nothing else.
func (b *Outbox) Due(now time.Time, limit int, all bool) (out []outbox.Outgoing, err error) {
	s := b.s
	if err := s.opt.Watch.check(); err != nil {
		return nil, err // what is put off now could wait for years
	}
	if s.opt.Observing {
		return nil, nil
	}
	for {
		var found []outbox.Outgoing
		var errs []error
		err := s.kv.View(func(v kv.View) error {
			e, err := epochNow(v)
			if err != nil || e.Held {
				return err
			}
			found, errs, err = s.out.Due(v, now, limit, all, s.pointless)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, o := range found {
			admitted := s.out.Placed(o, now)
			if !admitted {
				if admitted, err = b.admit(o.ID, now); err != nil {
					errs = append(errs, err)
				}
			}
			if admitted {
				out = append(out, o)
			}
		}
		if len(out) > 0 {
			return out, nil
		}
		if len(found) == 0 || len(errs) > 0 {
			return nil, errors.Join(errs...)
		}
	}
}

// admit is outbox.Outbox.Admit.
func (b *Outbox) admit(id string, now time.Time) (admitted bool, err error) {
	err = b.s.group.Update(func(tx kv.Tx) error {
		admitted, err = b.s.out.Admit(tx, id, now)
		return err
	})
	return admitted, err
}

// Attempt records that the notice is about to be handed to the server.
func (b *Outbox) Attempt(id string, at time.Time) error {
	return b.update(id, func(tx kv.Tx, o *outbox.Outgoing) (bool, error) {
		if gone, err := b.s.pointless(tx, *o); err != nil || gone || o.State != outbox.Queued {
			return false, errors.Join(err, fmt.Errorf("%w: notice %s is %s or no longer to be sent", ErrNotAllowed, id, o.State))
		}
		return true, outbox.MarkSending(tx, o, at)
	})
}

// Sent records that the server took the notice, and erases its bytes.
func (b *Outbox) Sent(id string) error {
	return b.update(id, func(tx kv.Tx, o *outbox.Outgoing) (bool, error) { return false, outbox.MarkSent(tx, o) })
}

// said is what a server said, without the secrets of the notice that it may quote.
func said(why string) string { return oneLine(token.HideIn(why)) }

// Retry records a passing failure; refused says that the server had named the
// notice and refused it before there was an attempt: a try, too. A notice that
// was canceled meanwhile stays so: its bytes are gone.
func (b *Outbox) Retry(id string, next time.Time, refused bool, why string) error {
	return b.update(id, func(tx kv.Tx, o *outbox.Outgoing) (bool, error) {
		if o.State == outbox.Canceled {
			return false, nil
		}
		outbox.MarkRetry(o, next, refused, said(why))
		return true, nil
	})
}

// Failed records a final failure and tells the ticket, and by mail whoever has to
// know. Of a mail to staff only the ticket is told.
func (b *Outbox) Failed(id, why string) error {
	return b.update(id, func(tx kv.Tx, o *outbox.Outgoing) (bool, error) {
		if o.State == outbox.Canceled {
			return false, nil
		}
		o.State, o.Error = outbox.Failed, said(why)
		if o.Agent != "" {
			return false, b.s.tell(tx, o.Ticket, Event{Event: "staff not told", Reason: policy.CodeSMTP,
				Text: "Our mail " + id + " to " + o.Agent + " was refused: " + o.Error})
		}
		return false, errors.Join(b.s.failed(tx, o.To, o.Error), b.s.undelivered(tx, o.Ticket, o.Error, Event{Event: "undeliverable", Reason: policy.CodeSMTP,
			Text: "Our notice " + id + " was refused: " + o.Error}))
	})
}

// Unknown records that the server may or may not have the notice. One of class A
// is sent once more, the same bytes; any other is not. If it was to warn the
// contact, or staff, the ticket says so.
func (b *Outbox) Unknown(id, why string) error {
	return b.update(id, func(tx kv.Tx, o *outbox.Outgoing) (bool, error) {
		again, err := b.s.out.MarkUnknown(tx, o, said(why))
		if again || err != nil || o.Agent == "" && !o.Kind.Terms().Security {
			return again, err
		}
		return false, b.s.tell(tx, o.Ticket, Event{Event: "perhaps sent", Reason: policy.CodeSMTP,
			Text: "Our notice " + id + " (" + string(o.Kind) + ") was handed over, but the server did not say that it has it; it is not sent again."})
	})
}

// Hurry makes a waiting or failed notice due as soon as the caps let it go.
func (b *Outbox) Hurry(id string) error {
	return b.update(id, func(tx kv.Tx, o *outbox.Outgoing) (bool, error) {
		if o.State != outbox.Queued && o.State != outbox.Failed {
			return false, fmt.Errorf("%w: notice %s is %s", ErrNotAllowed, id, o.State)
		}
		return true, b.s.out.Hurry(tx, o)
	})
}

// Cancel gives a waiting or failed notice up and erases its bytes. What tells a
// contact of their answer can't be kept from them, nor from staff what the
// customer said, but for what is left in an older copy of the store.
func (b *Outbox) Cancel(id, agent string) error {
	return b.cancel(id, agent, func(tx kv.Tx, o *outbox.Outgoing) error {
		e, err := epochNow(tx)
		switch {
		case err != nil || e.Held || o.State != outbox.Queued:
		case o.Agent != "": // or who opened a ticket could hide the no to it
			err = fmt.Errorf("%w: notice %s tells %s what happened to a ticket; nobody may keep it from them", ErrNotAllowed, id, o.Agent)
		case o.Kind.Terms().Kept:
			err = fmt.Errorf("%w: notice %s tells the contact what became of their answer; nobody may keep it from them", ErrNotAllowed, id)
		}
		return err
	})
}

// cancel is Cancel for whatever may allows.
func (b *Outbox) cancel(id, by string, may func(kv.Tx, *outbox.Outgoing) error) error {
	return b.update(id, func(tx kv.Tx, o *outbox.Outgoing) (bool, error) {
		if o.State != outbox.Queued && o.State != outbox.Failed {
			return false, fmt.Errorf("%w: notice %s is %s", ErrNotAllowed, id, o.State)
		}
		if err := may(tx, o); err != nil {
			return false, err
		}
		if err := b.s.out.GiveUp(tx, o); err != nil {
			return false, err
		}
		return false, b.s.tell(tx, o.Ticket, Event{Event: "notice canceled", Text: strings.TrimSpace("notice " + id + " canceled by " + by)})
	})
}

// Get gives one notice, without its bytes.
func (b *Outbox) Get(id string) (o outbox.Outgoing, err error) {
	err = b.s.kv.View(func(v kv.View) error {
		var ok bool
		if o, ok, err = outbox.Load(v, id); err == nil && !ok {
			err = fmt.Errorf("%w: no notice %q in the outbox", ErrNoTicket, id)
		}
		return err
	})
	return o, err
}

// Each calls fn for every notice, without its bytes.
func (b *Outbox) Each(fn func(outbox.Outgoing) error) error { return outbox.Each(b.s.kv, fn) }

// Recover finishes what was being sent when the program stopped, and lets what
// waits for a cap wait by the caps as they now are. What can't be finished keeps
// nothing else back.
func (b *Outbox) Recover() error {
	s := b.s
	var u outbox.Unfinished
	err := s.kv.View(func(v kv.View) (err error) {
		u, err = s.out.Unfinished(v)
		return err
	})
	errs := []error{err}
	for _, id := range u.Unlaned {
		errs = append(errs, b.intoLane(id))
	}
	const stopped = "the program stopped while this was being sent"
	for _, id := range u.Sending {
		errs = append(errs, b.Unknown(id, stopped))
	}
	return errors.Join(errors.Join(errs...), b.place(u))
}

// SetLimits changes the limits of what leaves. What waits, waits by them from then
// on, the oldest first: a raised limit lets it go, a lowered one delays it.
func (s *Store) SetLimits(l outbox.Limits) error {
	s.out.SetLimits(l)
	var u outbox.Unfinished
	err := s.kv.View(func(v kv.View) (err error) {
		u, err = s.out.Unfinished(v)
		return err
	})
	return errors.Join(err, s.Outbox.place(u))
}

// place gives what waits its places by the limits as they now are. Cut off, the next
// start goes on.
func (b *Outbox) place(u outbox.Unfinished) error {
	s, errs := b.s, []error(nil)
	for batch := range slices.Chunk(u.Waiting, 8) {
		errs = append(errs, s.group.Update(func(tx kv.Tx) error { return s.out.Unplace(tx, batch) }))
	}
	for _, id := range u.Waiting {
		_, err := b.admit(id, s.Now())
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil || !u.Caps {
		return err
	}
	return s.group.Update(s.out.KeepCaps)
}

// intoLane moves a notice that was queued before there were lanes.
func (b *Outbox) intoLane(id string) error {
	sending := false
	err := b.update(id, func(tx kv.Tx, o *outbox.Outgoing) (bool, error) {
		n, _, err := kv.Load[notice](tx, noticePrefix+o.Notice)
		o.Contact, o.Origin, o.Queued = n.Contact, (&Ticket{}).origin(o.Kind), o.First
		sending = o.State == outbox.Sending
		return true, err
	})
	if err == nil && sending {
		err = b.Unknown(id, "the program stopped while this was being sent")
	}
	return err
}

// Held reports whether the outbox waits for a person after a restore.
func (b *Outbox) Held() (held bool, err error) {
	err = b.s.kv.View(func(v kv.View) error {
		e, err := epochNow(v)
		held = e.Held
		return err
	})
	return held, err
}

// Release lets the outbox be sent again after a restore.
func (b *Outbox) Release(agent string) error {
	return b.s.group.Update(func(tx kv.Tx) error {
		if _, err := activeAgent(tx, agent); err != nil {
			return err
		}
		e, err := epochNow(tx)
		if err != nil {
			return err
		}
		e.Held = false
		if err := kv.Save(tx, epochKey, e); err != nil {
			return err
		}
		return b.s.log(tx, "epoch", "released", sentLeaf{agent})
	})
}
