package tickets

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/internal/token"
	"countersign/policy"
)

// Open opens a ticket for a contact. Where its class demands an answer, it asks
// the address on file; nothing an agent types here proves anything.
func (s *Store) Open(o OpenRequest) (t Ticket, err error) {
	if s.opt.Observing {
		return t, ErrObserving
	}
	if err := o.validate(s.opt.Fits); err != nil {
		return t, err
	}
	request := o.Request
	if strings.TrimSpace(request) == "" {
		request = o.Subject
	}
	var asks *asksRecord // advice: the class is the agent's
	if !o.Lost {         // where it is that of the thing
		asks = s.read(o.Subject, request)
	}
	err = s.group.Update(func(tx kv.Tx) error {
		agent, err := activeAgent(tx, o.Agent)
		if err != nil {
			return err
		}
		c, err := activeContact(tx, o.Contact)
		if err != nil {
			return err
		}
		priority, category, err := ownWords(tx, c.Client, o)
		if err != nil {
			return err
		}
		if !o.Lost && !c.May(clients.Permission(o.Class), s.Now(), o.Service) { // who lost their mailbox asks for nothing by it
			return notPermitted(oneLine(o.Contact), o.Class, o.Service)
		}
		t, err = s.create(tx, Ticket{Client: c.Client, Contact: c.ID, Subject: token.Blot(oneLine(o.Subject)), Request: request, // a second reference would bind no answer
			Class: o.Class, Service: o.Service, Channel: o.Channel, OpenedBy: agent.ID, Assignee: agent.ID, Asks: asks, Looked: agent.ID, Lost: o.Lost,
			Priority: priority, Category: category}, "")
		if err != nil || o.Class == policy.Question {
			return err
		}
		t.by = agent.ID
		if o.Lost {
			return errors.Join(s.seekLeads(tx, &t), save(tx, t))
		}
		if err := s.ask(tx, &t, policy.NoticeConfirm); err != nil {
			return err
		}
		return save(tx, t)
	})
	return t, err
}

// ownWords gives the priority and the category as the client's own lists have them,
// where it has any.
func ownWords(r kv.Reader, client string, o OpenRequest) (priority, category string, err error) {
	c, _, err := clients.GetClient(r, client)
	if err != nil {
		return "", "", err
	}
	priority, err = c.Priority(oneLine(o.Priority))
	category, err2 := c.Category(oneLine(o.Category))
	if err := errors.Join(err, err2); err != nil {
		return "", "", &InvalidError{err}
	}
	return priority, category, nil
}

// mayAsk reports whether the contact may ask now for what the ticket asks for.
func (s *Store) mayAsk(c clients.Contact, t Ticket) bool {
	if t.Delegates {
		return c.MaySome(clients.Approve, s.Now())
	}
	return c.May(clients.Permission(t.Class), s.Now(), t.Service)
}

// notPermitted says what a contact may not ask for, and what would give it.
func notPermitted(who string, class policy.Class, service string) error {
	what := string(class)
	if service != "" {
		what += " of " + service
	}
	return fmt.Errorf("%w: %s may not ask for %s (no_permission); an administrator's import gives that (its column permissions), or contact set --permissions", ErrNotAllowed, who, what)
}

// create numbers a new ticket and writes it. messageID, if any, is that of the
// mail that opened it; answers to it are filed here.
func (s *Store) create(tx kv.Tx, t Ticket, messageID string) (Ticket, error) {
	n, err := kv.Counter(tx, ticketCounter)
	if err != nil {
		return t, err
	}
	t.ID, t.Revision, t.State, t.Opened = fmt.Sprintf("T-%d", n), 1, policy.StateUnconfirmed, s.Now()
	t.Until = t.Opened.Add(s.life(t))
	if t.Lost {
		t.Until = t.Opened.Add(lostLife)
	}
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
	if err := markTicketed(tx, t); err != nil { //rule:6.5 first-ticket-is-noted ! TestFirstTicket
		return t, err
	}
	opened := Event{Event: "opened", Text: "opened by " + t.OpenedBy + " from " + string(t.Channel)}
	if t.Lost {
		opened.Text += "; the mailbox on file is said to be lost, so its contact is told and not asked"
	}
	if t.OpenedBy == "" {
		opened.Text = "opened by a message of the contact"
		if t.Class != policy.Question {
			opened.Text += ", whose words ask for " + string(t.Class)
		}
		if t.Asks != nil && t.Asks.Look {
			opened.Reason = policy.CodeClassDoubt
			opened.Text += "; a person should look. " + t.Asks.Why
		}
	}
	if err := s.record(tx, &t, opened); err != nil {
		return t, err
	}
	if t.Lost {
		if err := setTimer(tx, t, "expiry", t.Until); err != nil {
			return t, err
		}
	} else if t.Class != policy.Question && t.OpenedBy != "" {
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
