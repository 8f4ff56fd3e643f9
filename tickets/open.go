package tickets

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"countersign/clients"
	"countersign/internal/clean"
	"countersign/internal/kv"
	"countersign/internal/token"
	"countersign/policy"
	"countersign/staff"
)

// Bounds of what an agent types.
const (
	MaxSubject = 120  // characters; one line
	MaxRequest = 4000 // characters: a notice quotes it whole, see Options.Fits
)

// OpenRequest is what an agent opens for a customer.
type OpenRequest struct {
	Contact  string         `json:"contact"` // an address on file
	Channel  policy.Channel `json:"channel"`
	Class    policy.Class   `json:"class"`
	Subject  string         `json:"subject"`
	Request  string         `json:"request,omitempty"` // empty: the subject says it all
	Priority string         `json:"priority,omitempty"`
	Category string         `json:"category,omitempty"`
	Agent    string         `json:"agent"`
}

// Open opens a ticket for a contact. Where its class demands an answer, it asks
// the address on file; nothing an agent types here proves anything.
func (s *Store) Open(o OpenRequest) (t Ticket, err error) {
	if s.opt.Observing {
		return t, ErrObserving
	}
	if err := o.validate(s.opt.Fits); err != nil {
		return t, err
	}
	err = s.group.Update(func(tx kv.Tx) error {
		agent, err := activeAgent(tx, o.Agent)
		if err != nil {
			return err
		}
		addr, err := canonical(o.Contact)
		if err != nil {
			return fmt.Errorf("%w: %s", ErrNoContact, err)
		}
		c, ok, err := clients.ByAddress(tx, addr)
		if err != nil {
			return err
		}
		if !ok || c.Status == clients.Removed {
			return fmt.Errorf("%w: %s", ErrNoContact, addr)
		}
		if !c.May(string(o.Class)) {
			return fmt.Errorf("%w: %s may not ask for %s (no_permission); the column permissions of contact import gives that", ErrNotAllowed, addr, o.Class)
		}
		request := o.Request
		if strings.TrimSpace(request) == "" {
			request = o.Subject
		}
		t, err = s.create(tx, Ticket{Client: c.Client, Contact: c.ID, Subject: token.Blot(oneLine(o.Subject)), Request: request, // a second reference would bind no answer
			Class: o.Class, Channel: o.Channel, OpenedBy: agent.ID, Assignee: agent.ID,
			Priority: oneLine(o.Priority), Category: oneLine(o.Category)}, "")
		if err != nil || o.Class == policy.Question {
			return err
		}
		t.by = agent.ID
		if err := s.ask(tx, &t, policy.NoticeConfirm); err != nil {
			return err
		}
		return save(tx, t)
	})
	return t, err
}

func (o OpenRequest) validate(fits func(string) error) error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !o.Class.Known() {
		bad("class: %q is not a class; one of %s", o.Class, list(policy.Classes))
	}
	if !known(policy.Channels, o.Channel) {
		bad("channel: %q is not a channel; one of %s", o.Channel, list(policy.Channels))
	}
	if strings.TrimSpace(o.Subject) == "" {
		bad("subject: say what is asked and where, in one line")
	}
	errs = append(errs, checkText("subject", o.Subject, MaxSubject), checkRequest(o.Request, fits))
	if strings.ContainsAny(o.Subject, "\r\n") {
		bad("subject: must be one line")
	}
	if err := errors.Join(errs...); err != nil {
		return &InvalidError{err}
	}
	return nil
}

// An InvalidError reports input that can't be used; it names every field that is wrong.
type InvalidError struct{ Err error }

func (e *InvalidError) Error() string { return e.Err.Error() }
func (e *InvalidError) Unwrap() error { return e.Err }

// checkText demands valid UTF-8 without control characters that is not too long.
func checkText(field, s string, most int) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("%s: is not valid UTF-8", field)
	}
	if n := utf8.RuneCountInString(s); n > most {
		return fmt.Errorf("%s: has %d characters, at most %d are allowed", field, n, most)
	}
	if i := clean.Trick(s); i >= 0 {
		return fmt.Errorf("%s: has a control or direction character at byte %d", field, i)
	}
	return nil
}

func known[T comparable](all []T, v T) bool {
	for _, a := range all {
		if a == v {
			return true
		}
	}
	return false
}

func list[T ~string](all []T) string {
	var b []string
	for _, a := range all {
		b = append(b, string(a))
	}
	return strings.Join(b, ", ")
}

// create numbers a new ticket and writes it. messageID, if any, is that of the
// mail that opened it; answers to it are filed here.
func (s *Store) create(tx kv.Tx, t Ticket, messageID string) (Ticket, error) {
	n, err := kv.Counter(tx, ticketCounter)
	if err != nil {
		return t, err
	}
	t.ID, t.Revision, t.State, t.Opened = fmt.Sprintf("T-%d", n), 1, policy.StateUnconfirmed, s.Now()
	t.Until = t.Opened.Add(s.opt.TokenLife)
	e, err := epochNow(tx)
	if err != nil {
		return t, err
	}
	t.Epoch = e.Number
	if t.Thread, err = s.thread(tx, t.ID, messageID); err != nil {
		return t, err
	}
	if err := tx.Put(openPrefix+t.Contact+"/"+t.ID, []byte{1}); err != nil {
		return t, err
	}
	if err := markTicketed(tx, t); err != nil {
		return t, err
	}
	text := "opened by " + t.OpenedBy + " from " + string(t.Channel)
	if t.OpenedBy == "" {
		text = "opened by a message of the contact"
	}
	if err := s.record(tx, &t, Event{Event: "opened", Text: text}); err != nil {
		return t, err
	}
	if t.Class != policy.Question {
		if err := s.setTimers(tx, t); err != nil {
			return t, err
		}
	}
	return t, save(tx, t)
}

// markTicketed keeps when the first ticket of a client was opened.
func markTicketed(tx kv.Tx, t Ticket) error {
	at, err := ticketed(tx, t.Client)
	if err != nil || !at.IsZero() {
		return err
	}
	return kv.Save(tx, ticketedPrefix+t.Client, t.Opened)
}

// ticketed says when the first ticket of a client was opened; zero if none was.
func ticketed(r kv.Reader, client string) (time.Time, error) {
	at, _, err := kv.Load[time.Time](r, ticketedPrefix+client)
	return at, err
}

// EditRequest changes what is asked.
type EditRequest struct {
	Ticket  string       `json:"ticket"`
	Request string       `json:"request"`
	Class   policy.Class `json:"class,omitempty"` // empty: as it is
	Agent   string       `json:"agent"`
}

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
	if err := checkText("note", text, MaxRequest); err != nil || strings.TrimSpace(text) == "" {
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
		if a.Role == "agent" && a.ID != t.OpenedBy && a.ID != t.Assignee && t.Assignee != "" {
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
