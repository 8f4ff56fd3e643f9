package tickets

import (
	"fmt"
	"testing"
	"time"

	"countersign/clients"
	"countersign/policy"
	"countersign/tickets/outbox"
)

// old is a mail that Bob signed for somebody else, sent on to us by whoever got it.
func (d *desk) old(n int) policy.Evidence {
	e := policy.Evidence{MessageID: fmt.Sprintf("list%d@list.example", n), From: bob, Subject: "Our meeting", Kind: policy.KindNew, Text: "Shall we meet?",
		Arrived: d.clock(), Recipients: []policy.Mark{{Value: "friends@list.example", Field: "to"}},
		Sender: policy.Sender{Result: policy.ResultPass, By: policy.ByDKIM, Domain: "client.example", SignedAt: d.clock(), Covered: []string{"from", "to", "subject"}}}
	d.fresh(&e)
	return e
}

// TestOldMailAsksOnce: mail that its contact did not send to us opens one ticket
// and makes one notice until that is answered, and keeps nothing else waiting.
func TestOldMailAsksOnce(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.PerHour, o.PerDay = 10, 4 })
	first := d.receive(t, d.old(0))
	wants(t, first, "to_other")
	for i := range 60 {
		e := d.old(i + 1)
		switch i % 3 {
		case 1: // to us, unsigned
			e.Recipients, e.Sender.Covered = []policy.Mark{{Value: "support@desk.example", Field: "to"}}, []string{"from", "subject"}
		case 2: // to us, at no time that anybody knows
			e.Recipients, e.Sender.SignedAt = []policy.Mark{{Value: "support@desk.example", Field: "to"}}, time.Time{}
		}
		m := d.receive(t, e)
		wants(t, m, []string{"to_other", "to_unsigned", "undated"}[i%3])
		if m.Ticket != first.Ticket || m.Verdict != policy.Unauthenticated || m.Reasons[1].Code != "asked_already" {
			t.Fatalf("mail %d came to %s %s %v", i, m.Ticket, m.Verdict, m.Reasons)
		}
		e.Hash, e.RawHash = digest("again", i), digest("again", i) // with a field more: the signature was counted
		wants(t, d.receive(t, e), "signature_used")
	}
	if all := d.outbox(t, ""); len(all) != 1 || happened(d.show(t, first.Ticket), "message unauthenticated") != 61 {
		t.Errorf("%d notices, history %+v", len(all), d.show(t, first.Ticket).History)
	}
	lee := d.open1(t, bob, "lee")
	if d.send(t); d.outbox(t, lee.ID)[0].State != outbox.Sent {
		t.Errorf("lee's question waits: %+v", d.outbox(t, lee.ID))
	}
	// What Bob sends to us opens its own ticket, as ever.
	e := d.old(100)
	e.Recipients = []policy.Mark{{Value: "support@desk.example", Field: "to"}}
	if m := d.receive(t, e); m.Ticket == first.Ticket || m.Decision.Reason() != "opened" {
		t.Errorf("his own mail came to %s %v", m.Ticket, m.Reasons)
	}
	// Once he has answered, or the question is over, he may be asked again.
	d.receive(t, d.reply(d.last(t, "confirm", first.Ticket), policy.Yes))
	second := d.receive(t, d.old(101))
	if second.Ticket == first.Ticket || d.count("confirm", second.Ticket) != 1 {
		t.Errorf("after the answer it came to %s %v", second.Ticket, second.Reasons)
	}
	d.turn(168 * time.Hour)
	if third := d.receive(t, d.old(102)); third.Ticket == second.Ticket || d.count("confirm", third.Ticket) != 1 {
		t.Errorf("after the question was over it came to %s %v", third.Ticket, third.Reasons)
	}
}

// TestOldMailUnpermitted: mail not surely to us that asks for what its contact may
// not ask for is seen, on one ticket, and nobody is asked. What they may ask for
// does not hide behind that.
func TestOldMailUnpermitted(t *testing.T) {
	for name, class := range map[string]policy.Class{"privileged": policy.PasswordChange, "minor": policy.MinorChange} {
		t.Run(name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = []clients.Permission{clients.Permission(policy.Question)} })
			asking := func(n int) policy.Evidence {
				e := d.old(n)
				e.Asks = asksFor(class)
				return e
			}
			first := d.receive(t, asking(0))
			wants(t, first, "no_permission")
			s := d.show(t, first.Ticket)
			if s.Class != class || s.State != policy.StateUnconfirmed || !s.Asks.Look || !s.Unasked || first.Verdict != policy.Unauthenticated || len(d.outbox(t, "")) > 0 {
				t.Errorf("opened %+v, %d notices", s, len(d.outbox(t, "")))
			}
			for i := range 10 {
				if m := d.receive(t, asking(i+1)); m.Ticket != first.Ticket || m.Decision.Reason() != "no_permission" {
					t.Errorf("mail %d came to %s %v", i, m.Ticket, m.Reasons)
				}
			}
			may := d.receive(t, d.old(20))
			if may.Ticket == first.Ticket || d.count("confirm", may.Ticket) != 1 {
				t.Errorf("a question came to %s %v", may.Ticket, may.Reasons)
			}
			if m := d.receive(t, asking(21)); m.Ticket != may.Ticket || happened(d.show(t, may.Ticket), "message unauthenticated") != 2 {
				t.Errorf("while that is asked, it came to %s %v", m.Ticket, m.Reasons)
			}
			d.turn(168 * time.Hour)
			second := d.receive(t, asking(22))
			if second.Ticket == first.Ticket || second.Ticket == may.Ticket || len(d.outbox(t, "")) != 1 {
				t.Errorf("after a week it came to %s %v", second.Ticket, second.Reasons)
			}
			d.turn(168 * time.Hour)
			if m := d.receive(t, asking(23)); m.Ticket == second.Ticket {
				t.Errorf("after two it came to %s %v", m.Ticket, m.Reasons)
			}
		})
	}
}

// TestDoubtUnproved: of whom nobody knows whether they wrote it, and of what nobody
// knows whether it asks for anything privileged, the contact is asked once an agent
// has said the class; as long, one ticket shows all such mail.
func TestDoubtUnproved(t *testing.T) {
	d := memoryDesk(t, nil)
	doubt := func(n int) policy.Evidence {
		e := d.old(n)
		e.Asks = policy.Asks{Class: policy.PasswordChange, Look: true, Why: "two classes", Score: 0.4}
		return e
	}
	first := d.receive(t, doubt(0))
	wants(t, first, "to_other")
	for i := range 5 {
		if m := d.receive(t, doubt(i+1)); m.Ticket != first.Ticket {
			t.Errorf("mail %d came to %s %v", i, m.Ticket, m.Reasons)
		}
	}
	if s := d.show(t, first.Ticket); s.Class != policy.PasswordChange || !s.Asks.Look || !s.Unasked || s.State != policy.StateUnconfirmed || len(d.outbox(t, "")) > 0 {
		t.Errorf("opened %+v, %d notices", s, len(d.outbox(t, "")))
	}
	_, err := d.Edit(EditRequest{Ticket: first.Ticket, Class: policy.PasswordChange, Agent: "kim"})
	if check(t, err); d.count("confirm", first.Ticket) != 1 {
		t.Errorf("once kim has looked, asked %d times", d.count("confirm", first.Ticket))
	}
	if m := d.receive(t, d.old(20)); m.Ticket != first.Ticket || m.Reasons[1].Code != "asked_already" {
		t.Errorf("while that is asked, a question came to %s %v", m.Ticket, m.Reasons)
	}
	wants(t, d.receive(t, d.reply(d.last(t, "confirm", first.Ticket), policy.Yes)), "confirmed")
}

// TestOldMailOfAMovedContact: who belongs to another client now joins no question
// of the former one, whose agents and people they are no longer of.
func TestOldMailOfAMovedContact(t *testing.T) {
	d := memoryDesk(t, nil)
	first := d.receive(t, d.old(1))
	d.contact(t, "bob", func(c *clients.Contact) { c.Client = "c2" })
	m := d.receive(t, d.old(2))
	if wants(t, m, "to_other"); m.Ticket == first.Ticket || d.show(t, m.Ticket).Client != "c2" {
		t.Errorf("it is filed on %s of %s", m.Ticket, d.show(t, m.Ticket).Client)
	}
}
