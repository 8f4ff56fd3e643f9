package tickets

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
)

// putBack takes everything that was said to a ticket's revision back, for a
// reason code, without a mail: the contact is asked afresh when somebody next
// wants to act on it.
func (s *Store) putBack(tx kv.Tx, t *Ticket, reason policy.Code, text string) error {
	if err := s.voidApproval(tx, t, reason); err != nil {
		return err
	}
	t.Proofs, t.Checks, t.State, t.Asked = nil, nil, policy.StateUnconfirmed, nil
	if t.Lost { // the contact was not asked, so is not asked afresh: the leads have to look again
		return errors.Join(s.record(tx, t, Event{Event: "unconfirmed", Reason: reason, Text: text}), s.seekLeads(tx, t))
	}
	t.Afresh, t.Reasked, t.Until = reason, false, s.Now().Add(s.life(*t))
	if err := s.void(tx, t); err != nil {
		return err
	}
	if err := s.record(tx, t, Event{Event: "unconfirmed", Reason: reason, Text: text}); err != nil {
		return err
	}
	return setTimer(tx, *t, "expiry", t.Until)
}

// unasked reports whether a ticket was put back and nobody wanted to act on it since.
func (t Ticket) unasked() bool {
	return t.State == policy.StateUnconfirmed && t.Afresh != "" && !t.Reasked
}

// askAfresh asks the question of the ticket's revision once more. The caller
// saves the ticket.
func (s *Store) askAfresh(tx kv.Tx, t *Ticket) error {
	t.Reasked = t.Afresh != ""
	if err := s.ask(tx, t, policy.NoticeConfirm); err != nil {
		return err
	}
	return s.setTimers(tx, *t) // the old ones may have passed
}

// resetDisputed carries out what dispute left: every other privileged ticket of
// the contact that may still be acted on goes back to unconfirmed. What can't be
// done stays to be done, and keeps nothing else back.
func (s *Store) resetDisputed() error {
	var todo map[string]string
	tickets := map[string][]string{} // by contact
	err := s.kv.View(func(v kv.View) (err error) {
		if todo, err = kv.Under(v, afreshPrefix); err != nil {
			return err
		}
		for contact := range todo {
			prefix := openPrefix + contact + "/"
			err := v.Scan(prefix, "", func(key string, _ []byte) error {
				tickets[contact] = append(tickets[contact], strings.TrimPrefix(key, prefix))
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	var errs []error
	for contact, disputed := range todo {
		var failed error
		for _, id := range tickets[contact] {
			err := s.group.Update(func(tx kv.Tx) error { return s.reset(tx, id) })
			if err != nil && !errors.Is(err, ErrNoTicket) {
				failed = errors.Join(failed, fmt.Errorf("%s: %w", id, err))
			}
		}
		if failed == nil {
			failed = s.group.Update(func(tx kv.Tx) error {
				if now, err := tx.Get(afreshPrefix + contact); err != nil || string(now) != disputed {
					return err // a later no is a to-do of its own
				}
				return tx.Delete(afreshPrefix + contact)
			})
		}
		errs = append(errs, failed)
	}
	return errors.Join(errs...)
}

// saidNo reads a to-do of dispute, "T-1/2/1764061200000": the ticket, for which
// time it was disputed, and when.
func saidNo(todo string) (ticket string, at time.Time) {
	part := strings.Split(todo, "/")
	if len(part) > 2 {
		if ms, err := strconv.ParseInt(part[2], 10, 64); err == nil {
			at = time.UnixMilli(ms)
		}
	}
	return part[0], at
}

// putsBack says for which no of its contact a ticket has yet to go back to
// unconfirmed: the disputed ticket, and the mark that it was done, "" for none. What
// was opened after the no, or allowed and so used up before it, is left as it is.
func putsBack(r kv.Reader, t Ticket) (disputed, mark string, err error) {
	if t.State.Over() || t.State == policy.StateDisputed || !t.Class.Privileged() || t.UsedBy != "" { //rule:6.8 used-up-is-not-put-back part=4 TestOneNoIsNoHeap
		return "", "", nil
	}
	todo, err := r.Get(afreshPrefix + t.Contact)
	if err != nil || todo == nil {
		return "", "", err
	}
	disputed, at := saidNo(string(todo))
	if disputed == t.ID || !at.IsZero() && t.Opened.After(at) {
		return "", "", nil
	}
	mark = resetPrefix + string(todo) + "/" + t.ID // a crash between tickets must not do it twice
	if done, err := r.Get(mark); err != nil || done != nil {
		return "", "", err
	}
	return disputed, mark, nil
}

// reset puts one ticket back to unconfirmed, once for each dispute.
func (s *Store) reset(tx kv.Tx, id string) error {
	t, err := load(tx, id)
	if err != nil {
		return err
	}
	disputed, mark, err := putsBack(tx, t)
	if err != nil || mark == "" {
		return err
	}
	if err := s.putBack(tx, &t, policy.CodeDenied, "The contact disputed "+disputed+"; before anything is done, this request is asked again."); err != nil {
		return err
	}
	if err := tx.Put(mark, []byte{1}); err != nil {
		return err
	}
	return save(tx, t)
}

// current gives a ticket as it is after a dispute of its contact that Tick has
// not carried to it yet, and after a restore.
func (s *Store) current(tx kv.Tx, id string) (t Ticket, err error) {
	if err := s.reset(tx, id); err != nil {
		return t, err
	}
	if t, err = load(tx, id); err != nil {
		return t, err
	}
	err = s.renew(tx, &t)
	return t, err
}
