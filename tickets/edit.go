package tickets

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

// Edit makes a new revision of the request: every proof, token and reference of
// the old one is void for a yes, and the contact is asked afresh. A no to the
// old one is heard all the same. Which class it has then says policy.Relabel:
// where two people must agree, the first call is kept as a wish, and nothing else
// happens.
func (s *Store) Edit(e EditRequest) (t Ticket, err error) {
	if err := e.validate(s.opt.Fits); err != nil {
		return t, err
	}
	was, asks, err := s.words(e)
	if err != nil {
		return t, err
	}
	err = s.changeFor(e.Ticket, e.Agent, e.agrees, func(tx kv.Tx, t *Ticket, agent staff.Agent) error {
		moves := e.Service != nil && *e.Service != t.Service
		if t.Lost {
			return fmt.Errorf("%w: %s is for a lost mailbox and stays as it was told; close it and open another", ErrNotAllowed, t.ID)
		}
		if t.Delegates {
			return fmt.Errorf("%w: %s names a delegate and stays as it is; end it (countersign delegate end %s) and ask anew", ErrNotAllowed, t.ID, t.ID)
		}
		onlyLooks := e.Request == "" && !moves && e.Class == t.Class && t.asksMore() != nil
		if (t.State.Over() || t.State == policy.StateDisputed) && !onlyLooks {
			return fmt.Errorf("%w: %s is %s; open a new ticket", ErrNotAllowed, t.ID, t.State)
		}
		if e.Request == "" && t.Revision != was.Revision || e.Revision != 0 && t.Revision != e.Revision {
			return fmt.Errorf("%w: %s was edited meanwhile; look at it again", ErrNotAllowed, t.ID)
		}
		now, err := epochNow(tx)
		if err != nil {
			return err
		}
		as, _, err := t.staffed(tx)
		if err != nil {
			return err
		}
		anew := e.Request != "" && e.Request != t.Request
		r := policy.Relabel(policy.ClassChange{Now: s.Now(), Own: t.own(), Surely: t.mail().Sure(), Was: t.Class, Asks: asks.asks(), Anew: anew,
			Class: e.Class, Reason: strings.TrimSpace(e.Reason) != "", Agent: agent.ID, Revision: t.Revision, Epoch: now.Number, Wish: t.Wish.policy()})
		switch {
		case r.Wisher == "" && !s.worksOn(agent, as):
			return notYours(agent, *t)
		case r.Reason:
			return &InvalidError{fmt.Errorf("reason: %s is %s, and %s is below that: say why", t.ID, r.Least, r.Class)}
		case (r.Second || r.Wisher != "") && s.Now().Before(agent.Counts):
			return fmt.Errorf("%w: agent %s counts from %s", ErrNotAllowed, agent.ID, agent.Counts.Format(time.RFC3339))
		case r.Second && (anew || moves):
			return fmt.Errorf("%w: the new words of %s are read as %s: change the words first; that they are a %s takes a second person", ErrNotAllowed, t.ID, r.Least, r.Class)
		case r.Second:
			t.Asks = asks
			return s.wish(tx, t, e, agent, now)
		case e.Request == "" && e.Class == "" && !moves:
			return fmt.Errorf("%w: %s is for %s already", ErrNotAllowed, t.ID, orNone(t.Service))
		case e.Request == "" && r.Class == t.Class && !moves:
			return s.looked(tx, t, agent, e)
		}
		return s.edit(tx, t, e, agent, r, asks)
	}, &t)
	return t, err
}

// words are those that the ticket will have, and what they ask for. They are read
// outside the transaction.
func (s *Store) words(e EditRequest) (t Ticket, asks *asksRecord, err error) {
	err = s.kv.View(func(v kv.View) (err error) { t, err = load(v, e.Ticket); return err })
	switch {
	case err != nil:
	case e.Request != "":
		asks = s.read(t.Subject, e.Request)
	case t.Asks != nil:
		asks = t.Asks
	default: // it was opened when nothing was read
		asks = s.read(t.Subject, t.Request)
	}
	return t, asks, err
}

// edit ends the ticket's revision.
func (s *Store) edit(tx kv.Tx, t *Ticket, e EditRequest, agent staff.Agent, r policy.Relabelled, asks *asksRecord) error {
	if err := errors.Join(s.void(tx, t), s.voidApproval(tx, t, policy.CodeTokenSuperseded)); err != nil {
		return err
	}
	if err := s.endRevision(tx, t); err != nil {
		return err
	}
	was, wished := t.Class, t.Wish
	if e.Service != nil {
		t.Service = *e.Service
	}
	t.Class, t.Asks, t.Wish = r.Class, asks, nil
	if e.Request != "" && e.Request != t.Request {
		if t.Mail != nil && t.Mail.Text == "" {
			t.Mail.Text = t.Request
		}
		t.Request, t.Looked, t.Nameless = e.Request, "", false // whoever has put it in other words has looked
	}
	t.Until = s.Now().Add(s.life(*t))
	for _, id := range []string{r.Wisher, agent.ID} {
		if id != "" && !known(t.Edited, id) {
			t.Edited = append(t.Edited, id)
		}
	}
	if e.Class != "" {
		t.Looked = agent.ID
		t.lookedAtMore(agent.ID)
		by, agreed := agent.ID, ""
		if r.Wisher != "" {
			by, agreed = r.Wisher, agent.ID
		}
		if err := s.correct(tx, *t, by, agreed, why(e.Reason)); err != nil {
			return err
		}
	}
	text := fmt.Sprintf("revision %d by %s; earlier proofs are void", t.Revision, agent.ID) + reclassed(was, *t, r, wished, why(e.Reason))
	if e.Service != nil {
		text += "; it is for " + orNone(t.Service)
	}
	if err := s.record(tx, t, Event{Event: "edited", Text: text}); err != nil {
		return err
	}
	if t.Class == policy.Question {
		return nil
	}
	return s.askPermitted(tx, t)
}

// orNone names a service.
func orNone(service string) string {
	if service == "" {
		return "no service in particular"
	}
	return "the service " + service
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
	return s.changeFor(id, agent, func(Ticket, staff.Agent) bool { return false }, fn, out)
}

// changeFor is change also for an agent whom may lets.
func (s *Store) changeFor(id, agent string, may func(Ticket, staff.Agent) bool, fn func(kv.Tx, *Ticket, staff.Agent) error, out *Ticket) error {
	return s.group.Update(func(tx kv.Tx) error {
		a, err := activeAgent(tx, agent)
		if err != nil {
			return err
		}
		t, err := s.current(tx, id)
		if err != nil {
			return err
		}
		as, _, err := t.staffed(tx)
		if err != nil {
			return err
		}
		if t.Wish = as.Wish; !s.worksOn(a, as) && !may(t, a) {
			return notYours(a, t)
		}
		t.by = a.ID
		if err := fn(tx, &t, a); err != nil {
			return err
		}
		*out = t
		return save(tx, t)
	})
}

// worksOn reports whether the agent may change the ticket.
func (s *Store) worksOn(a staff.Agent, t Ticket) bool {
	return a.RoleAt(s.Now()).Has(staff.RoleLead) || a.ID == t.OpenedBy || a.ID == t.Assignee || t.Assignee == ""
}

func notYours(a staff.Agent, t Ticket) error {
	return fmt.Errorf("%w: %s neither opened %s nor is assigned to it", ErrNotAllowed, a.ID, t.ID)
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
