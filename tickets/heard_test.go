package tickets

import (
	"testing"

	"countersign/clients"
	"countersign/policy"
	"countersign/tickets/ledger"
)

// TestHeardWhoever: a no of who was asked, or may say it, is heard whatever stands
// beside it in the message and wherever the person belongs now. While it waits
// for DNS it holds the ticket.
func TestHeardWhoever(t *testing.T) {
	edit := func(t *testing.T, d *desk, id string, class policy.Class) {
		_, err := d.Edit(EditRequest{Ticket: id, Request: "Another thing", Class: class, Agent: "kim"})
		check(t, err)
	}
	beside := func(whose string, dead bool) func(*testing.T, *desk, string, *policy.Evidence) {
		return func(t *testing.T, d *desk, _ string, e *policy.Evidence) {
			d.contact(t, "bob", func(c *clients.Contact) {
				c.Permissions = []clients.Permission{clients.Permission(policy.PasswordChange)}
			})
			other, l := d.ask(t, whose, policy.DNSChange)
			if dead {
				edit(t, d, other.ID, "")
			}
			e.Tokens = []policy.Mark{{Value: l.Token, Field: "to"}}
		}
	}
	for _, tt := range []struct {
		name string
		do   func(t *testing.T, d *desk, id string, e *policy.Evidence)
	}{
		{"beside-a-live-token-of-another-client", beside(eve, false)},
		{"beside-a-dead-token-of-another-client", beside(eve, true)},
		{"beside-a-live-token-of-a-colleague", beside(ada, false)},
		{"beside-a-dead-token-of-a-colleague", beside(ada, true)},
		{"bound-to-that-of-a-colleague", func(t *testing.T, d *desk, id string, e *policy.Evidence) {
			beside(ada, false)(t, d, id, e)
			e.Tokens = append(e.Tokens, policy.Mark{Value: d.last(t, "confirm", id).Token, Field: "in-reply-to"})
			e.References, e.Sender.Covered = nil, append(e.Sender.Covered, "in-reply-to")
		}},
		{"address-gone-in-their-language", func(t *testing.T, d *desk, _ string, e *policy.Evidence) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Language, c.Addresses = "cs", []string{"bob@new.example"} })
			e.Answer = policy.Answer{Intent: policy.Unclear}.But(policy.No, "cs")
		}},
		{"moved-with-another-address", func(t *testing.T, d *desk, _ string, e *policy.Evidence) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Client, c.Addresses = "c2", []string{"bob@new.example"} })
			e.From = "bob@new.example"
		}},
		{"colleague-to-an-older-class", func(t *testing.T, d *desk, id string, e *policy.Evidence) {
			d.contact(t, "ada", func(c *clients.Contact) {
				c.Role, c.Permissions = clients.Authorised, []clients.Permission{clients.Permission(policy.PasswordChange)}
			})
			edit(t, d, id, policy.DNSChange)
			e.From = ada
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, id, _, told := confirmedDesk(t, nil)
			e := d.reply(told, policy.No)
			tt.do(t, d, id, &e)
			proved := e.Sender
			e.Sender = unknown
			src := ledger.Source{Mailbox: "support", UIDValidity: 1, UID: 900}
			_, err := d.Inbox.Receive(e, src, []byte(e.RawHash))
			check(t, err)
			if p := d.dump(t)["pending/"+id]; p == "" {
				t.Error("it does not hold the ticket")
			}
			e.Sender = proved
			m, err := d.Inbox.Receive(e, src, nil)
			check(t, err)
			if d.state(t, id, policy.StateDisputed); len(m.Reasons) == 0 {
				t.Errorf("no reasons: %+v", m)
			}
		})
	}
}

// TestNoBehindACopy: who gets a no before us may pass a copy on with something
// changed that nobody signed, so that its text reads otherwise. The no is heard
// behind it, once; a yes behind such a copy is not.
func TestNoBehindACopy(t *testing.T) {
	for intent, want := range map[policy.Intent]string{policy.No: "denied", policy.Yes: "signature_used"} {
		d := openDesk(t, nil)
		ticket, l := d.ask(t, bob, policy.PasswordChange)
		said := d.reply(l, intent)
		changed := said
		changed.Answer.Intent = policy.Unclear
		for range 2 {
			signature := changed.Sender.SignatureID
			d.fresh(&changed)
			changed.Sender.SignatureID = signature
			m := d.receive(t, changed)
			if changed.Answer.Intent == policy.Unclear {
				wants(t, m, "unclear_answer")
				wants(t, d.receive(t, said), want)
			} else {
				wants(t, m, "signature_used") // a no that was heard
			}
			changed.Answer.Intent = policy.No
			if intent == policy.Yes {
				break
			}
		}
		if s := d.show(t, ticket.ID); (s.State == policy.StateDisputed) != (intent == policy.No) {
			t.Errorf("%s: %s %+v", intent, s.State, s.History)
		}
	}
}

// TestNoOfWhoMayOnlyAsk: a colleague who may not ask for what a notice asked is
// not heard by it, nor when an edit has made a question of the request.
func TestNoOfWhoMayOnlyAsk(t *testing.T) {
	for may, want := range map[clients.Permission]policy.State{clients.Minor: policy.StateUnconfirmed, clients.Permission(policy.ServerChange): policy.StateDisputed} {
		for _, class := range []policy.Class{policy.Question, policy.MinorChange, policy.DNSChange} {
			d := memoryDesk(t, nil)
			d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = []clients.Permission{may} })
			ticket, l := d.ask(t, ada, policy.ServerChange)
			wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
			_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "Another thing", Class: class, Agent: "kim"})
			check(t, err)
			e := d.reply(l, policy.No)
			e.From = bob
			d.receive(t, e)
			d.state(t, ticket.ID, want)
		}
	}
}
