package tickets

import (
	"errors"
	"fmt"
	"strings"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

// Edit makes a new revision of the request: every proof, token and reference of
// the old one is void for a yes, and the contact is asked afresh. A no to the
// old one is heard all the same.
func (s *Store) Edit(e EditRequest) (t Ticket, err error) {
	err = checkRequest(e.Request, s.opt.Fits)
	if strings.TrimSpace(e.Request) == "" {
		err = errors.Join(err, errors.New("request: say what is asked now"))
	}
	if e.Class != "" && !e.Class.Known() {
		err = errors.Join(err, fmt.Errorf("class: %q is not a class; one of %s", e.Class, list(policy.Classes)))
	}
	if err != nil {
		return t, &InvalidError{err}
	}
	err = s.change(e.Ticket, e.Agent, func(tx kv.Tx, t *Ticket, agent staff.Agent) error {
		if t.State.Over() || t.State == policy.StateDisputed {
			return fmt.Errorf("%w: %s is %s; open a new ticket", ErrNotAllowed, t.ID, t.State)
		}
		if err := s.void(tx, t); err != nil {
			return err
		}
		if err := s.endRevision(tx, t); err != nil {
			return err
		}
		if t.Request = e.Request; e.Class != "" {
			t.Class = e.Class
		}
		t.Until = s.Now().Add(s.opt.TokenLife)
		if !known(t.Edited, agent.ID) {
			t.Edited = append(t.Edited, agent.ID)
		}
		if err := s.record(tx, t, Event{Event: "edited", Text: fmt.Sprintf("revision %d by %s; earlier proofs are void", t.Revision, agent.ID)}); err != nil {
			return err
		}
		if t.Class == policy.Question {
			return nil
		}
		if err := s.setTimers(tx, *t); err != nil {
			return err
		}
		return s.ask(tx, t, policy.NoticeConfirm)
	}, &t)
	return t, err
}

// CloseTicket ends a ticket. Its tokens are used up.
func (s *Store) CloseTicket(id, agent string) (t Ticket, err error) {
	err = s.change(id, agent, func(tx kv.Tx, t *Ticket, a staff.Agent) error {
		if t.State == policy.StateClosed {
			return fmt.Errorf("%w: %s is closed already", ErrNotAllowed, t.ID)
		}
		t.State = policy.StateClosed
		if err := errors.Join(s.retire(tx, t), tx.Delete(openPrefix+t.Contact+"/"+t.ID)); err != nil {
			return err
		}
		return s.record(tx, t, Event{Event: "closed", Text: "closed by " + a.ID})
	}, &t)
	return t, err
}

// Note adds an agent's words to the history. They prove nothing.
func (s *Store) Note(id, agent, text string) (t Ticket, err error) {
	if err := checkText("note", text, maxRequest); err != nil || strings.TrimSpace(text) == "" {
		return t, &InvalidError{errors.Join(err, errors.New("note: say something"))}
	}
	err = s.change(id, agent, func(tx kv.Tx, t *Ticket, a staff.Agent) error {
		return s.record(tx, t, Event{Event: "note", Text: a.ID + ": " + text})
	}, &t)
	return t, err
}

// change loads a ticket and an agent who may work on it, lets fn change the
// ticket and saves it.
func (s *Store) change(id, agent string, fn func(kv.Tx, *Ticket, staff.Agent) error, out *Ticket) error {
	return s.group.Update(func(tx kv.Tx) error {
		a, err := activeAgent(tx, agent)
		if err != nil {
			return err
		}
		t, err := s.current(tx, id)
		if err != nil {
			return err
		}
		if a.Role == staff.RoleAgent && a.ID != t.OpenedBy && a.ID != t.Assignee && t.Assignee != "" {
			return fmt.Errorf("%w: %s neither opened %s nor is assigned to it", ErrNotAllowed, a.ID, t.ID)
		}
		t.by = a.ID
		if err := fn(tx, &t, a); err != nil {
			return err
		}
		*out = t
		return save(tx, t)
	})
}

func activeAgent(r kv.Reader, id string) (staff.Agent, error) {
	a, ok, err := staff.Get(r, id)
	switch {
	case err != nil:
		return a, err
	case !ok:
		return a, fmt.Errorf("%w: %q", ErrNoAgent, id)
	case a.Disabled:
		return a, fmt.Errorf("%w: agent %s is disabled", ErrNotAllowed, id)
	}
	return a, nil
}
