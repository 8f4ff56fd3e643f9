package tickets

import (
	"errors"
	"testing"
	"time"

	"countersign/policy"
)

// heapDesk has tickets of Bob in every state, one of which he disputes.
func heapDesk(t *testing.T, n int) (d *desk, open []string, used, disputed string) {
	t.Helper()
	d = memoryDesk(t, nil)
	for range n {
		ticket, l := d.ask(t, bob, policy.DNSChange)
		d.receive(t, d.reply(l, policy.Yes))
		open = append(open, ticket.ID)
	}
	ticket, l := d.ask(t, bob, policy.DNSChange)
	d.receive(t, d.reply(l, policy.Yes))
	if a := d.may(t, ticket.ID, policy.DNSChange, "kim"); a.Decision != policy.Allow {
		t.Fatalf("%+v", a)
	}
	last, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.No))
	return d, open, ticket.ID, last.ID
}

// TestOneNoIsNoHeap: a no puts every other privileged ticket that may still be
// acted on back, without a mail, not by Tick and not by time; each is asked once
// when somebody wants to act on it, and an answer ends that.
func TestOneNoIsNoHeap(t *testing.T) {
	d, open, used, _ := heapDesk(t, 12)
	before := len(d.letters)
	check(t, d.Tick())
	for _, id := range open {
		d.state(t, id, policy.StateUnconfirmed)
	}
	d.state(t, used, policy.StateConfirmed)
	d.turn(49 * time.Hour) // when a reminder would be due
	check(t, d.Tick())
	if n := len(d.letters) - before; n != 0 {
		t.Fatalf("one no made %d mails", n)
	}
	if a := d.may(t, used, policy.DNSChange, "lee"); a.Reasons[0].Code != "already_used" {
		t.Errorf("what is used up: %+v", a)
	}
	id := open[0]
	for range 3 {
		a := d.may(t, id, policy.DNSChange, "kim")
		if a.Decision != policy.Deny || !has(a, "asked_afresh") {
			t.Errorf("%+v", a)
		}
	}
	if n := d.count("confirm", id); n != 2 {
		t.Fatalf("asked %d times, want 2", n)
	}
	wants(t, d.receive(t, d.reply(d.first(t, "confirm", id), policy.Yes)), "token_superseded")
	wants(t, d.receive(t, d.reply(d.last(t, "confirm", id), policy.Yes)), "confirmed")
	if a := d.may(t, id, policy.DNSChange, "kim"); a.Decision != policy.Allow {
		t.Errorf("after the answer: %+v", a)
	}
	d.turn(169 * time.Hour)
	check(t, d.Tick())
	d.state(t, open[1], policy.StateExpired)
	if n := d.count("expired", open[1]); n != 0 {
		t.Errorf("%d mails say that an answer is late that nobody asked for", n)
	}
}

// TestPutBackBeforeTick: what an agent does between the no and Tick finds the
// ticket put back, and what is asked then stands.
func TestPutBackBeforeTick(t *testing.T) {
	for name, ask := range map[string]func(*desk, string) error{
		"ask": func(d *desk, id string) error { _, err := d.AskAgain(id, "kim"); return err },
		"edit": func(d *desk, id string) error {
			_, err := d.Edit(EditRequest{Ticket: id, Request: "Another thing", Agent: "kim"})
			return err
		},
		"authorize": func(d *desk, id string) error {
			_, err := d.Authorize(AuthorizeRequest{Ticket: id, Class: policy.DNSChange, Agent: "kim", Channel: policy.Phone})
			return err
		},
	} {
		d, open, _, _ := heapDesk(t, 1)
		check(t, ask(d, open[0]))
		d.turn(time.Second)
		ticket, l := d.ask(t, bob, policy.ServerChange) // asked for after the no
		check(t, d.Tick())
		for _, asked := range []Letter{d.last(t, "confirm", open[0]), l} {
			if m := d.receive(t, d.reply(asked, policy.Yes)); !m.Decision.Confirmed() {
				t.Errorf("%s: %s: %v", name, asked.Ticket, m.Reasons)
			}
		}
		d.state(t, ticket.ID, policy.StateConfirmed)
	}
}

// TestAskAgain: an agent asks on purpose; older questions that nobody took back
// may be answered as well as the new one.
func TestAskAgain(t *testing.T) {
	for _, which := range []string{"first", "last"} {
		d := memoryDesk(t, nil)
		ticket, l := d.ask(t, bob, policy.DNSChange)
		_, err := d.AskAgain(ticket.ID, "kim")
		check(t, err)
		if again := d.last(t, "confirm", ticket.ID); again.Token == l.Token {
			t.Fatal("the same token again")
		} else if which == "last" {
			l = again
		}
		wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
		for _, kind := range []Letter{d.first(t, "confirm", ticket.ID), d.last(t, "confirm", ticket.ID)} {
			if m := d.receive(t, d.reply(kind, policy.Yes)); m.Decision.Confirmed() {
				t.Errorf("%s: both were answered", which)
			}
		}
	}
}

// TestAskAgainRefused: nobody is asked who can't answer, who has answered, or
// too often.
func TestAskAgainRefused(t *testing.T) {
	refused := func(d *desk, id, agent string) {
		t.Helper()
		before := len(d.outbox(t, id))
		if _, err := d.AskAgain(id, agent); !errors.Is(err, ErrNotAllowed) || len(d.outbox(t, id)) != before {
			t.Errorf("AskAgain(%s, %s): %v", id, agent, err)
		}
	}
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.DNSChange)
	refused(d, ticket.ID, "lee")
	d.receive(t, d.reply(l, policy.Yes))
	refused(d, ticket.ID, "kim")
	d.receive(t, d.reply(d.last(t, "confirmed", ticket.ID), policy.No))
	refused(d, ticket.ID, "kim")
	question, err := d.Open(OpenRequest{Contact: bob, Channel: policy.Phone, Class: policy.Question, Subject: "How?", Agent: "kim"})
	check(t, err)
	refused(d, question.ID, "kim")
	closed, _ := d.ask(t, bob, policy.DNSChange)
	_, err = d.CloseTicket(closed.ID, "kim")
	check(t, err)
	refused(d, closed.ID, "kim")

	d = memoryDesk(t, func(o *Options) { o.PerDay = 2 })
	ticket, _ = d.ask(t, bob, policy.DNSChange)
	_, err = d.AskAgain(ticket.ID, "kim")
	check(t, err)
	refused(d, ticket.ID, "kim")
	d.turn(25 * time.Hour)
	_, err = d.AskAgain(ticket.ID, "kim")
	check(t, err)

	d = memoryDesk(t, nil)
	ticket, _ = d.ask(t, bob, policy.DNSChange)
	for range 2*maxNotices - 1 {
		_, err = d.AskAgain(ticket.ID, "kim")
		check(t, err)
	}
	refused(d, ticket.ID, "kim")
}

// TestPutBackTwice: a later no puts back once more what was asked meanwhile.
func TestPutBackTwice(t *testing.T) {
	d, open, _, _ := heapDesk(t, 1)
	check(t, d.Tick())
	d.may(t, open[0], policy.DNSChange, "kim")
	early := d.last(t, "confirm", open[0])
	_, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.No))
	check(t, d.Tick())
	wants(t, d.receive(t, d.reply(early, policy.Yes)), "token_superseded")
	d.may(t, open[0], policy.DNSChange, "kim")
	if n := d.count("confirm", open[0]); n != 3 {
		t.Errorf("asked %d times, want 3", n)
	}
}
