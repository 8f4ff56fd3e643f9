package tickets

import (
	"errors"
	"strings"
	"testing"

	"countersign/clients"
	"countersign/policy"
)

// following is a proved mail that names a ticket by its number alone, and asks for that.
func (d *desk) following(from, id string, c policy.Class) policy.Evidence {
	e := d.asking(from, asksFor(c))
	e.Kind, e.Numbers, e.Sender.SignatureID = policy.KindReply, []string{id}, digest("follows", d.uid)
	return e
}

// TestAsksMore: a colleague who writes on a question what asks for more has a person look, and
// nothing else: no class is raised, nobody is asked, nothing is proved.
func TestAsksMore(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.Classify = byWords })
	id := d.receive(t, d.asking(bob, policy.Asks{Class: policy.Question})).Ticket
	first := d.following(ada, id, policy.PasswordChange)
	if _, reads, err := d.Inbox.Standing(first); err != nil || !reads {
		t.Fatalf("its class is not read; %v", err)
	}
	m := d.receive(t, first)
	s := d.show(t, id)
	if m.Ticket != id || s.Class != policy.Question || s.Revision != 1 || len(s.Proofs) != 1 || len(d.outbox(t, "")) > 0 {
		t.Errorf("it came to %+v", s)
	}
	if s.More == nil || s.More.Message != m.ID || s.More.Class != policy.PasswordChange || len(s.More.Matches) == 0 || happened(s, "asks for more") != 1 {
		t.Fatalf("nobody is told to look: %+v", s)
	}
	for _, e := range s.History {
		if e.Event == "asks for more" && (e.Reason != policy.CodeAsksMore || !strings.Contains(e.Text, "Please reset my password")) {
			t.Errorf("the history says %+v", e)
		}
	}
	// What asks for less, or is sent again, changes nothing of that.
	d.receive(t, d.following(ada, id, policy.Question))
	again := first
	again.Hash, again.RawHash = digest("again", 1), digest("again", 1)
	d.receive(t, again)
	d.receive(t, d.following(ada, id, policy.MinorChange))
	if s := d.show(t, id); s.More.Message != m.ID || happened(s, "asks for more") != 2 {
		t.Errorf("after more mail %+v", s.More)
	}
	graver := d.receive(t, d.following(ada, id, policy.Cancellation))
	if s := d.show(t, id); s.More.Message != graver.ID || s.More.Class != policy.Cancellation {
		t.Errorf("after a graver one %+v", s.More)
	}
	// Somebody looks; the same mail again is not new, another is.
	_, err := d.Edit(EditRequest{Ticket: id, Class: policy.Question, Agent: "kim"})
	if check(t, err); d.show(t, id).More != nil {
		t.Error("still to be looked at")
	}
	next := d.following(ada, id, policy.DNSChange)
	if d.receive(t, next); d.show(t, id).More == nil {
		t.Error("another mail is not looked at")
	}
	// On what is closed, too, where it can be looked at and nothing else.
	_, err = d.Edit(EditRequest{Ticket: id, Class: policy.Question, Agent: "kim"})
	check(t, err)
	_, err = d.CloseTicket(id, "kim")
	check(t, err)
	next.Hash, next.RawHash = digest("again", 2), digest("again", 2)
	if d.receive(t, next); d.show(t, id).More != nil {
		t.Error("the same mail again is to be looked at again")
	}
	if d.receive(t, d.following(ada, id, policy.DNSChange)); d.show(t, id).More == nil {
		t.Error("on a closed one nobody looks")
	}
	if _, err := d.Edit(EditRequest{Ticket: id, Class: policy.DNSChange, Agent: "kim"}); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("a closed one is edited: %v", err)
	}
	_, err = d.Edit(EditRequest{Ticket: id, Class: policy.Question, Agent: "kim"})
	if s := d.show(t, id); err != nil || s.More != nil || s.State != policy.StateClosed || s.Class != policy.Question || len(d.outbox(t, "")) > 0 {
		t.Errorf("after a look: %v, %+v", err, s)
	}
}

// TestAsksMoreRaised: an agent who makes of the ticket what was asked has looked;
// what is graver still is told, too, and what answers our question is not read.
func TestAsksMoreRaised(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.Classify = byWords })
	id := d.receive(t, d.asking(bob, policy.Asks{Class: policy.Question})).Ticket
	d.receive(t, d.following(ada, id, policy.PasswordChange))
	_, err := d.Edit(EditRequest{Ticket: id, Request: "Their password-change", Agent: "kim"})
	if s := d.show(t, id); err != nil || s.Class != policy.PasswordChange || s.More != nil || d.count("confirm", id) != 1 {
		t.Errorf("%v, %+v", err, s)
	}
	d.receive(t, d.following(ada, id, policy.UserChange))
	if s := d.show(t, id); s.More == nil || s.More.Class != policy.UserChange || happened(s, "asks for more") != 2 || s.Class != policy.PasswordChange {
		t.Errorf("a graver one: %+v", s)
	}
	small, asked := d.ask(t, bob, policy.MinorChange)
	yes := d.reply(asked, policy.Yes)
	yes.Asks = asksFor(policy.PasswordChange)
	if _, reads, err := d.Inbox.Standing(yes); err != nil || reads {
		t.Errorf("an answer is read, %v", err)
	}
	wants(t, d.receive(t, yes), "confirmed")
	if s := d.show(t, small.ID); s.More != nil {
		t.Errorf("an answer asks for more: %+v", s.More)
	}
	// In the thread of a question that was answered it is no answer.
	yes = d.reply(asked, policy.Unclear)
	yes.Asks = policy.Asks{Class: policy.PasswordChange, Score: 0.6}
	if d.receive(t, yes); d.show(t, small.ID).More == nil {
		t.Error("what follows an answer is not looked at")
	}
}

// TestAsksMoreOfOthers: a colleague's request on the ticket is looked at; one of
// another client opens their own.
func TestAsksMoreOfOthers(t *testing.T) {
	for _, tt := range []struct {
		name   string
		client string
		look   bool
	}{{"colleague", "", true}, {"another-client", "c2", false}} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			id := d.receive(t, d.asking(bob, policy.Asks{Class: policy.Question})).Ticket
			d.contact(t, "ada", func(c *clients.Contact) {
				if tt.client != "" {
					c.Client = tt.client
				}
			})
			m := d.receive(t, d.following(ada, id, policy.PasswordChange))
			if s := d.show(t, id); (s.More != nil) != tt.look || (m.Ticket == id) != tt.look || s.Class != policy.Question {
				t.Errorf("on %s: %+v", m.Ticket, s)
			}
			if s := d.show(t, m.Ticket); !tt.look && s.Class != policy.PasswordChange {
				t.Errorf("opened as %s", s.Class)
			}
		})
	}
}

// TestAsksMoreJoined: what is filed with the question whether its contact wrote to us
// is looked at where it asks for more than that.
func TestAsksMoreJoined(t *testing.T) {
	d := memoryDesk(t, nil)
	first := d.receive(t, d.old(0))
	e := d.old(1)
	e.Asks = asksFor(policy.PasswordChange)
	m := d.receive(t, e)
	if s := d.show(t, first.Ticket); m.Ticket != first.Ticket || s.More == nil || s.More.Message != m.ID || s.Class != policy.Question {
		t.Errorf("on %s: %+v", m.Ticket, s)
	}
	// What is not proved yet marks nothing.
	late := d.following(bob, first.Ticket, policy.Cancellation)
	late.Sender = policy.Sender{Result: policy.ResultTempError}
	late.Asks = policy.Asks{}
	if m := d.receive(t, late); m.Outcome != policy.OutcomeDefer {
		t.Errorf("%s %v", m.Outcome, m.Reasons)
	}
	if s := d.show(t, first.Ticket); s.More.Message != m.ID {
		t.Errorf("before it is proved: %+v", s.More)
	}
}
