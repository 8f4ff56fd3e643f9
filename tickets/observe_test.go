package tickets

import (
	"errors"
	"testing"
	"time"

	"countersign/policy"
	"countersign/tickets/ledger"
)

// TestObserving: while no mailbox is acted on, nothing is opened, asked, sent or
// ended by time; what waited goes on afterwards.
func TestObserving(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, _ := d.ask(t, ada, policy.PasswordChange)
	d.opt.Observing = true
	d.restart(t)
	if _, err := d.Open(OpenRequest{Contact: ada, Channel: policy.Phone, Class: policy.Question, Subject: "What?", Agent: "kim"}); !errors.Is(err, ErrObserving) {
		t.Errorf("Open() = %v", err)
	}
	if _, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "Another", Agent: "kim"}); !errors.Is(err, ErrObserving) {
		t.Errorf("Edit() = %v", err)
	}
	d.turn(30 * 24 * time.Hour)
	check(t, d.Tick())
	if due, err := d.Outbox.Due(d.clock(), 10, true); err != nil || len(due) > 0 {
		t.Errorf("Due() = %d notices, %v", len(due), err)
	}
	d.state(t, ticket.ID, policy.StateUnconfirmed)
	if n := d.count("reminder", ticket.ID); n != 0 {
		t.Errorf("%d reminders were written", n)
	}
	d.opt.Observing = false
	d.restart(t)
	check(t, d.Tick())
	check(t, d.Tick())
	d.state(t, ticket.ID, policy.StateExpired)
}

// TestObservingAnswers: what waited for DNS when the mailbox came to be only
// observed counts once DNS answers, though nobody can be told; it is not tried for ever.
func TestObservingAnswers(t *testing.T) {
	d, id, _, told := confirmedDesk(t, nil)
	e := d.reply(told, policy.No)
	proved := e.Sender
	e.Sender = unknown
	src := ledger.Source{Mailbox: "support", UIDValidity: 1, UID: 900}
	_, err := d.Inbox.Receive(e, src, []byte(e.RawHash))
	check(t, err)
	d.opt.Observing = true
	d.restart(t)
	e.Sender = proved
	_, err = d.Inbox.Receive(e, src, nil)
	check(t, err)
	d.state(t, id, policy.StateDisputed)
	if n := d.count("disputed", id); n != 0 || happened(d.show(t, id), "notice not written") != 1 {
		t.Errorf("%d letters; %+v", n, d.show(t, id).History)
	}
}
