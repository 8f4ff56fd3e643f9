package tickets

import (
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/policy"
)

// TestFurther: what the contact of a question asks on it later, surely, for more
// becomes part of it: they are asked about all of it, and what they confirm is that.
func TestFurther(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.Classify = byWords })
	first := d.asking(bob, policy.Asks{Class: policy.Question})
	first.Text = "How does web-3 do?"
	id := d.receive(t, first).Ticket
	m := d.receive(t, d.following(bob, id, policy.PasswordChange))
	wants(t, m, "asked_further")
	s := d.show(t, id)
	if m.Ticket != id || s.Class != policy.PasswordChange || s.Revision != 2 || s.State != policy.StateUnconfirmed || len(s.Proofs) > 0 || s.More != nil || happened(s, "asked further") != 1 {
		t.Fatalf("it came to %+v", s)
	}
	l := d.last(t, policy.NoticeConfirm, id)
	want := "How does web-3 do?" + later + "Please reset my password."
	if l.Request != want || s.Request != want || l.To != bob || l.Token == "" {
		t.Errorf("asked about %q, the ticket is for %q", l.Request, s.Request)
	}
	if a := d.may(t, id, policy.PasswordChange, "kim"); a.Decision != policy.Deny {
		t.Errorf("before the answer %+v", a)
	}
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
	if a := d.may(t, id, policy.PasswordChange, "kim"); a.Decision != policy.Allow {
		t.Errorf("after it %+v", a)
	}
	// What was allowed is not asked again by a mail: a person looks.
	m = d.receive(t, d.following(bob, id, policy.Cancellation))
	if s := d.show(t, id); s.Revision != 2 || s.More == nil || s.More.Message != m.ID {
		t.Errorf("after an allow %+v", s)
	}
}

// TestFurtherAgain: a copy changes nothing, another graver one makes another
// revision, and a no to any of the questions disputes the ticket.
func TestFurtherAgain(t *testing.T) {
	d := memoryDesk(t, nil)
	id := d.receive(t, d.asking(bob, policy.Asks{Class: policy.Question})).Ticket
	e := d.following(bob, id, policy.PasswordChange)
	d.receive(t, e)
	d.receive(t, e) // from another mailbox
	e.Hash, e.RawHash = digest("again"), digest("again")
	wants(t, d.receive(t, e), "signature_used")
	d.receive(t, d.following(bob, id, policy.PasswordChange))
	if s := d.show(t, id); s.Revision != 2 || d.count("confirm", id) != 1 {
		t.Fatalf("asked %d times, revision %d", d.count("confirm", id), s.Revision)
	}
	first := d.last(t, policy.NoticeConfirm, id)
	d.receive(t, d.following(bob, id, policy.DNSChange))
	if s := d.show(t, id); s.Revision != 3 || s.Class != policy.DNSChange || strings.Count(s.Request, later) != 2 || d.count("confirm", id) != 2 {
		t.Fatalf("it came to %+v", s)
	}
	wants(t, d.receive(t, d.reply(first, policy.Yes)), "token_superseded")
	d.receive(t, d.reply(first, policy.No))
	d.state(t, id, policy.StateDisputed)
	m := d.receive(t, d.following(bob, id, policy.Cancellation))
	if s := d.show(t, id); s.Revision != 3 || m.Decision.Has(policy.EffectFurther) {
		t.Errorf("after a no it came to %v", m.Reasons)
	}
}

// TestFurtherVoids: what was confirmed and approved before counts for nothing once
// the contact asks for more, and the agent who wrote it down is not named beside it.
func TestFurtherVoids(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	if l.AgentName != "kim" {
		t.Errorf("asked in the name of %q", l.AgentName)
	}
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
	wants(t, d.receive(t, d.following(bob, ticket.ID, policy.SubscriptionChange)), "asked_further")
	s := d.show(t, ticket.ID)
	if s.State != policy.StateUnconfirmed || len(s.Proofs) > 0 || s.Class != policy.SubscriptionChange {
		t.Errorf("it is %+v", s)
	}
	again := d.last(t, policy.NoticeConfirm, ticket.ID)
	if again.AgentName != "" || again.Token == l.Token {
		t.Errorf("asked in the name of %q", again.AgentName)
	}
	d.receive(t, d.reply(again, policy.Yes))
	check(t, d.Tick())
	approval := d.show(t, ticket.ID).Approvals
	if len(approval) != 1 {
		t.Fatalf("approvals %+v", approval)
	}
	d.receive(t, d.following(bob, ticket.ID, policy.Cancellation))
	if s := d.show(t, ticket.ID); s.Class != policy.Cancellation || s.Approvals[0].State != "void" {
		t.Errorf("the approval is %+v", s.Approvals)
	}
	_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "A password", Class: policy.PasswordChange, Reason: "so", Agent: "kim"})
	check(t, err)
	if l := d.last(t, policy.NoticeConfirm, ticket.ID); l.AgentName != "kim" {
		t.Errorf("what kim wrote is asked in the name of %q", l.AgentName)
	}
}

// TestFurtherIsOwnMail: a ticket that an agent opened, and that has become what its
// contact asked for, is lowered as their own mail is: with a reason, and by two.
func TestFurtherIsOwnMail(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.Classify = byWords })
	ticket, err := d.Open(OpenRequest{Contact: bob, Channel: policy.Phone, Class: policy.Question, Subject: "How it does", Agent: "kim"})
	check(t, err)
	d.receive(t, d.following(bob, ticket.ID, policy.PasswordChange))
	if _, err := d.Edit(EditRequest{Ticket: ticket.ID, Class: policy.Question, Agent: "kim"}); err == nil {
		t.Error("lowered without a reason")
	}
	lowered, err := d.Edit(EditRequest{Ticket: ticket.ID, Class: policy.Question, Reason: "they only ask", Agent: "kim"})
	if check(t, err); lowered.Class != policy.PasswordChange || lowered.Wish == nil {
		t.Errorf("lowered by one: %+v", lowered)
	}
	lowered, err = d.Edit(EditRequest{Ticket: ticket.ID, Class: policy.Question, Reason: "they only ask", Agent: "max"})
	if check(t, err); lowered.Class != policy.Question {
		t.Errorf("not lowered by two: %+v", lowered)
	}
}

// TestFurtherIsLookedAt: what can't become part of the ticket is for a person, and
// changes nothing of it.
func TestFurtherIsLookedAt(t *testing.T) {
	for name, spoil := range map[string]func(*desk, *policy.Evidence){
		"too-long": func(_ *desk, e *policy.Evidence) { e.Text = strings.Repeat("word ", 900) },
		"no-permission": func(d *desk, _ *policy.Evidence) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = []clients.Permission{clients.Minor} })
		},
		"signed-before":         func(d *desk, e *policy.Evidence) { e.Sender.SignedAt = start.Add(-time.Hour) },
		"not-surely-to-us":      func(_ *desk, e *policy.Evidence) { e.Sender.Covered = []string{"from", "subject"} },
		"of-a-colleague":        func(_ *desk, e *policy.Evidence) { e.From = ada },
		"in-doubt":              func(_ *desk, e *policy.Evidence) { e.Asks.Look, e.Asks.Score = true, 0.5 },
		"from-a-shared-mailbox": func(_ *desk, e *policy.Evidence) { e.Sender.By = policy.ByBorder },
	} {
		t.Run(name, func(t *testing.T) {
			d := memoryDesk(t, func(o *Options) { o.Classify = byWords })
			id := d.receive(t, d.asking(bob, policy.Asks{Class: policy.Question})).Ticket
			d.turn(time.Hour)
			e := d.following(bob, id, policy.PasswordChange)
			spoil(d, &e)
			m := d.receive(t, e)
			if s := d.show(t, id); s.Revision != 1 || s.Class != policy.Question || s.More == nil || s.More.Message != m.ID || d.count("confirm", id) > 0 {
				t.Errorf("it came to %v, %+v", m.Reasons, s)
			}
		})
	}
}

// TestFurtherLate: a mail that waited for DNS while an agent edited the ticket asks
// for what it asks for all the same.
func TestFurtherLate(t *testing.T) {
	d := openDesk(t, nil)
	id := d.receive(t, d.asking(bob, policy.Asks{Class: policy.Question})).Ticket
	e := d.following(bob, id, policy.PasswordChange)
	waits := e
	waits.Sender, waits.Asks = policy.Sender{Result: policy.ResultTempError}, policy.Asks{}
	m := d.receive(t, waits)
	if m.Outcome != policy.OutcomeDefer {
		t.Fatalf("%s %v", m.Outcome, m.Reasons)
	}
	_, err := d.Edit(EditRequest{Ticket: id, Request: "How web-3 does", Class: policy.MinorChange, Agent: "kim"})
	check(t, err)
	d.restart(t)
	m, err = d.Inbox.Receive(e, m.Source, []byte(e.RawHash))
	check(t, err)
	if s := d.show(t, id); s.Class != policy.PasswordChange || s.Revision != 3 || !strings.HasPrefix(s.Request, "How web-3 does"+later) {
		t.Errorf("it came to %v, %+v", m.Reasons, s)
	}
}

// TestFurtherWithinLimits: they are asked within the limits of their own mail, and
// the ticket says what that waits for.
func TestFurtherWithinLimits(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.PerDay = 1 })
	id := d.receive(t, d.asking(bob, policy.Asks{Class: policy.Question})).Ticket
	d.receive(t, d.following(bob, id, policy.PasswordChange))
	d.send(t)
	d.receive(t, d.following(bob, id, policy.DNSChange))
	s := d.show(t, id)
	if n := d.send(t); n != 0 || len(s.Waits) != 1 || s.Waits[0].Limit != policy.PerTicketDay {
		t.Errorf("%d went out, it waits for %+v", n, s.Waits)
	}
}

// TestFurtherObserved: of a mailbox that is only observed nothing becomes more.
func TestFurtherObserved(t *testing.T) {
	d := memoryDesk(t, nil)
	id := d.receive(t, d.asking(bob, policy.Asks{Class: policy.Question})).Ticket
	before := d.show(t, id)
	src := d.receive(t, d.asking(bob, policy.Asks{Class: policy.Question})).Source
	src.UID, src.Observe = src.UID+100, true
	e := d.following(bob, id, policy.PasswordChange)
	_, err := d.Inbox.Receive(e, src, []byte(e.RawHash))
	check(t, err)
	if s := d.show(t, id); s.Revision != before.Revision || len(s.History) != len(before.History) {
		t.Errorf("it is %+v", s)
	}
}
