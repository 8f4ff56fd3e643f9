package tickets

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/internal/clean"
	"countersign/internal/kv"
	"countersign/internal/token"
	"countersign/policy"
	"countersign/staff"
)

// allowance is an allow of a privileged class. Whoever was given it owes the
// customer word of what was done.
type allowance struct {
	Revision int       `json:"revision"`
	Agent    string    `json:"agent"`
	At       time.Time `json:"at"`
	Receipt  string    `json:"receipt"`
}

// done is what an agent says became of an allow.
type done struct {
	Text     string    `json:"text"` // what was done, or why it was not
	Not      bool      `json:"not,omitempty"`
	At       time.Time `json:"at"`
	Agent    string    `json:"agent"`              // who says so
	Allowed  string    `json:"allowed,omitempty"`  // the agent who was allowed to
	Receipt  string    `json:"receipt,omitempty"`  // of that
	Revision int       `json:"revision,omitempty"` // of the request
}

// allowance gives the latest allow of a privileged class, nil if there was none.
func (t Ticket) allowance() *allowance {
	switch {
	case t.Allowed != nil:
		return t.Allowed
	case t.UsedBy != "" && t.Receipt != "" && t.Class.Privileged(): // before that was kept
		return &allowance{Revision: t.Revision, Agent: t.UsedBy, At: t.UsedAt, Receipt: t.Receipt}
	}
	return nil
}

// owes reports whether nobody has said yet what became of an allow. After a no
// nothing more is to be said: it is to be undone.
func (t Ticket) owes() bool { return t.allowance() != nil && t.Done == nil && !t.denied() }

// denied reports whether the person on file said no to the ticket, be it closed since.
func (t Ticket) denied() bool {
	return t.State == policy.StateDisputed || t.Disputes > 0 //rule:6.8 closed-since-is-denied-still part=2 TestDoneRefused/disputed-and-closed
}

// Closing is what an agent wants to end a ticket with.
type Closing struct {
	Ticket  string `json:"ticket"`
	Agent   string `json:"agent,omitempty"`
	Done    string `json:"done,omitempty"`     // what was done
	NotDone string `json:"not_done,omitempty"` // why it was not, though it was allowed
}

// maxDone bounds what is said of what was done, in characters: a mail quotes it
// on a line of its own.
const maxDone = 240

func (c Closing) validate() error {
	if c.Done != "" && c.NotDone != "" {
		return &InvalidError{errors.New("done, not_done: say one of them")}
	}
	for field, text := range map[string]string{"done": c.Done, "not_done": c.NotDone} {
		err := checkText(field, text, maxDone)
		if err == nil && (text != "" && strings.TrimSpace(text) == "" || strings.ContainsAny(text, "\r\n")) {
			err = errors.New(field + ": say it in one line")
		}
		if err != nil {
			return &InvalidError{err}
		}
	}
	return nil
}

// CloseTicket ends a ticket of which nothing has to be said; see Conclude.
func (s *Store) CloseTicket(id, agent string) (Ticket, error) {
	return s.Conclude(Closing{Ticket: id, Agent: agent})
}

// Conclude ends a ticket. Its tokens are used up. Where its request was allowed, of
// a privileged class, it takes word of what was done, of who was allowed to or of a
// lead: the requester and a second person are told that, and may object by a NO.
func (s *Store) Conclude(c Closing) (t Ticket, err error) {
	if err := c.validate(); err != nil {
		return t, err
	}
	second, err := s.secondPerson(c)
	if err != nil {
		return t, err
	}
	holds := func(t Ticket, a staff.Agent) bool { al := t.allowance(); return al != nil && al.Agent == a.ID }
	err = s.changeFor(c.Ticket, c.Agent, holds, func(tx kv.Tx, t *Ticket, a staff.Agent) error {
		if c.Done == "" && c.NotDone == "" {
			return s.closePlainly(tx, t, a)
		}
		if err := s.mayConclude(tx, *t, a, c); err != nil {
			return err
		}
		t.Done = &done{Text: token.Blot(clean.Line(c.Done+c.NotDone, maxDone)), Not: c.Done == "", At: s.Now(), Agent: a.ID}
		if al := t.allowance(); al != nil {
			t.Done.Allowed, t.Done.Receipt, t.Done.Revision = al.Agent, al.Receipt, al.Revision
		}
		told, err := s.tellDone(tx, t, second)
		if err != nil {
			return err
		}
		if err := errors.Join(s.noteAct(tx, t), s.record(tx, t, t.Done.event(told))); err != nil || t.State.Over() {
			return err
		}
		return s.end(tx, t, a)
	}, &t)
	return t, err
}

// closePlainly ends a ticket of which nothing is said.
func (s *Store) closePlainly(tx kv.Tx, t *Ticket, a staff.Agent) error {
	switch {
	case t.State == policy.StateClosed:
		return fmt.Errorf("%w: %s is closed already", ErrNotAllowed, t.ID)
	case t.owes(): //rule:6.8 an-act-is-not-closed-silently TestDoneIsOwed
		al := t.allowance()
		return fmt.Errorf("%w: %s was allowed to %s at %s (%s), and the customer has to be told what was done: %s or a lead closes it with --done and what was done, or with --not-done and why not",
			ErrNotAllowed, t.ID, al.Agent, moment(al.At), al.Receipt, al.Agent)
	}
	return s.end(tx, t, a)
}

// end closes a ticket.
func (s *Store) end(tx kv.Tx, t *Ticket, a staff.Agent) error {
	t.State = policy.StateClosed
	if err := errors.Join(s.retire(tx, t), s.voidApproval(tx, t, policy.CodeTicketClosed), tx.Delete(openPrefix+t.Contact+"/"+t.ID)); err != nil {
		return err
	}
	return errors.Join(s.endDelegation(tx, t, a.ID, ""), s.record(tx, t, Event{Event: "closed", Text: "closed by " + a.ID}))
}

// mayConclude says why nobody, or not this agent, may say what became of the ticket.
func (s *Store) mayConclude(r kv.Reader, t Ticket, a staff.Agent, c Closing) error {
	al := t.allowance()
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{ErrNotAllowed}, args...)...)
	}
	switch e, err := epochNow(r); {
	case err != nil:
		return err
	case t.denied(): //rule:6.8 disputed-is-not-done TestDoneRefused/disputed
		return refuse("the person on file said no to %s, so nothing of it may be done and no mail says that it was; undo what was done, say that with ticket note, and close it without --done", t.ID)
	case t.Done != nil && (!t.Done.Not || c.Done == ""):
		return refuse("that was said of %s already, by %s at %s; a correction is for ticket note", t.ID, t.Done.Agent, moment(t.Done.At))
	case al == nil && t.Class.Privileged() && e.Number > 0 && t.Opened.Before(e.Began): //rule:6.8 done-takes-an-allow TestDoneRefused/lost-by-a-restore
		return refuse("as far as is known %s was never allowed: the state was put back from an older copy at %s. If it was done, say so with ticket note and tell a lead; authorize has the customer asked again", t.ID, moment(e.Began))
	case al == nil && (t.Class.Privileged() || c.NotDone != ""): //rule:6.8 done-takes-its-allow TestDoneRefused/never-allowed
		return refuse("%s was never allowed, so nothing of it may have been done; ask first: countersign authorize %s %s --agent %s, or close it without that", t.ID, t.ID, t.Class, a.ID)
	case al == nil && t.State.Over():
		return refuse("%s is %s already", t.ID, t.State)
	case al != nil && al.Agent != a.ID && !s.leads(a): //rule:6.8 done-is-said-by-who-may TestDoneRefused/another-agent
		return refuse("%s was allowed to %s; they say what was done, or a lead does", t.ID, al.Agent)
	}
	return nil
}

// event says it for the ticket's history.
func (d *done) event(told string) Event {
	e, text := "done", fmt.Sprintf("%s says that it was done: %s", d.Agent, d.Text)
	if d.Not {
		e, text = "not done", fmt.Sprintf("%s says that it was not done: %s", d.Agent, d.Text)
	}
	if d.Receipt != "" {
		text += fmt.Sprintf(" (allowed to %s, %s)", d.Allowed, d.Receipt)
	}
	return Event{Event: e, Text: strings.TrimSpace(text + ". " + told)}
}

// ShownDone is what became of an allow, as agents see it.
type ShownDone struct {
	Text    string    `json:"text"`
	At      time.Time `json:"at"`
	Agent   string    `json:"agent"`
	Allowed string    `json:"allowed_to,omitempty"`
	Receipt string    `json:"receipt,omitempty"`
	Not     bool      `json:"not,omitempty"` // it was not done, and Text says why
}

func (d *done) shown() *ShownDone {
	if d == nil {
		return nil
	}
	return &ShownDone{Text: d.Text, At: d.At, Agent: d.Agent, Allowed: d.Allowed, Receipt: d.Receipt, Not: d.Not}
}
