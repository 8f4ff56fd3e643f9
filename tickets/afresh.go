package tickets

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/outbox"
)

// AskAgain asks the contact afresh, on purpose. Older questions of the revision
// that still stand may be answered as well as the new one.
func (s *Store) AskAgain(id, agent string) (t Ticket, err error) {
	err = s.change(id, agent, func(tx kv.Tx, t *Ticket, a staff.Agent) error {
		c, _, err := clients.Get(tx, t.Contact)
		shut := false
		if err == nil {
			shut, err = s.shutFor(tx, *t)
		}
		switch {
		case err != nil:
			return err
		case t.State.Over() || t.State == policy.StateDisputed:
			return fmt.Errorf("%w: %s is %s; open a new ticket", ErrNotAllowed, t.ID, t.State)
		case !s.mayAsk(c, *t): // their answer could give nothing
			return notPermitted(c.ID, t.Class, t.Service)
		case t.Lost:
			return fmt.Errorf("%w: %s is for a lost mailbox: two leads have to approve it", ErrNotAllowed, t.ID)
		case t.Class == policy.Question:
			return fmt.Errorf("%w: nothing has to be proved for a question", ErrNotAllowed)
		case t.State == policy.StateConfirmed:
			return fmt.Errorf("%w: %s is confirmed; edit it to ask anew", ErrNotAllowed, t.ID)
		case shut:
			return fmt.Errorf("%w: the client of %s is locked (client_locked), so nobody is asked; two open the lock for some hours (client unlock)", ErrNotAllowed, t.ID)
		case len(t.Notices) >= 2*maxNotices:
			return fmt.Errorf("%w: the contact was asked often enough on %s; wait for the answer", ErrNotAllowed, t.ID)
		}
		if err := s.record(tx, t, Event{Event: "ask", Text: a.ID + " asks the contact afresh"}); err != nil {
			return err
		}
		before := len(t.Notices)
		if err := s.askAfresh(tx, t); err != nil {
			return err
		}
		if len(t.Notices) == before {
			return fmt.Errorf("%w: the contact of %s has no address on file", ErrNotAllowed, t.ID)
		}
		n, _, err := kv.Load[notice](tx, noticePrefix+t.Notices[before])
		if err != nil {
			return err
		}
		o, _, err := outbox.Load(tx, n.Out)
		if err == nil && o.Paced { // nothing is kept of what fails
			err = fmt.Errorf("%w: the contact was asked often enough; the next question may go out at %s", ErrNotAllowed, o.Next.Format(time.RFC3339))
		}
		return err
	}, &t)
	return t, err
}

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
