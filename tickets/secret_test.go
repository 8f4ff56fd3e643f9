package tickets

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/policy"
)

// TestTokenDies spoils one thing about a token between the notice and a yes
// that would count otherwise.
func TestTokenDies(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*testing.T, *desk, *Letter)
		want  string
		state policy.State
	}{
		{"alive", func(*testing.T, *desk, *Letter) {}, "confirmed", policy.StateConfirmed},
		{"at-its-end", func(_ *testing.T, d *desk, _ *Letter) { d.turn(168 * time.Hour) }, "confirmed", policy.StateConfirmed},
		{"expired", func(_ *testing.T, d *desk, _ *Letter) { d.turn(168*time.Hour + time.Millisecond) }, "token_expired", policy.StateAuthenticated},
		{"spent", func(t *testing.T, d *desk, l *Letter) { wants(t, d.receive(t, d.reply(*l, policy.Yes)), "confirmed") }, "token_spent", policy.StateConfirmed},
		{"edited", func(t *testing.T, d *desk, l *Letter) {
			_, err := d.Edit(EditRequest{Ticket: l.Ticket, Request: "Another", Agent: "kim"})
			check(t, err)
		}, "token_superseded", policy.StateUnconfirmed},
		{"address-changed", func(t *testing.T, d *desk, l *Letter) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = []string{"bob@new.example"} })
			l.To = "bob@new.example"
		}, "token_superseded", policy.StateUnconfirmed},
		{"address-removed", func(t *testing.T, d *desk, _ *Letter) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = []string{"bob@new.example"} })
		}, "unknown_sender", policy.StateUnconfirmed},
		{"contact-removed", func(t *testing.T, d *desk, _ *Letter) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Status = clients.Removed })
		}, "contact_removed", policy.StateUnconfirmed},
		{"closed", func(t *testing.T, d *desk, l *Letter) {
			_, err := d.CloseTicket(l.Ticket, "kim")
			check(t, err)
		}, "", policy.StateClosed}, // whatever the reason
		{"guessed", func(_ *testing.T, _ *desk, l *Letter) { l.Token = strings.Repeat("a", 26) }, "no_token", policy.StateAuthenticated},
		{"restored", func(t *testing.T, d *desk, _ *Letter) {
			d.turn(time.Second)
			if restored, err := d.Log.CheckHead("of another store"); !restored || err != nil {
				t.Fatal(restored, err)
			}
		}, "token_superseded", policy.StateUnconfirmed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket, l := d.ask(t, bob, policy.PasswordChange)
			tt.spoil(t, d, &l)
			m := d.receive(t, d.reply(l, policy.Yes))
			if tt.want != "" {
				wants(t, m, tt.want)
			}
			d.state(t, ticket.ID, tt.state)
			wantAllow := tt.want == "confirmed" || tt.name == "spent"
			if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); (a.Decision == policy.Allow) != wantAllow {
				t.Errorf("authorize: %+v", a)
			}
		})
	}
}

// TestNoSecretIsKept looks for every token and reference that was ever sent in
// every key and value and in all that the API shows.
func TestNoSecretIsKept(t *testing.T) {
	d := openDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	unclear := d.reply(l, policy.Unclear)
	unclear.Text = "Which one? You wrote " + l.Reference + " and " + l.Token
	d.receive(t, unclear)
	lower := d.reply(d.last(t, "clearer", ticket.ID), policy.Unclear)
	lower.Subject = strings.ToLower(lower.Subject)
	d.receive(t, lower)
	deferred := d.reply(l, policy.Yes)
	deferred.Sender.Result = policy.ResultTempError
	wants(t, d.receive(t, deferred), "dns_temperror")
	aside := d.reply(l, policy.Yes)
	aside.Refusals = []policy.Reason{{Code: "duplicate_from", Text: "Two From fields."}}
	d.receive(t, aside)
	d.receive(t, d.reply(l, policy.Yes))
	d.may(t, ticket.ID, policy.PasswordChange, "kim")
	d.receive(t, d.reply(d.last(t, "confirmed", ticket.ID), policy.No))
	_, err := d.Lift(ticket.ID, "max", "Talked to Ada")
	check(t, err)
	d.ask(t, eve, policy.DNSChange)
	quoting := d.reply(l, policy.Unclear) // new mail, which no header ties to the ticket
	quoting.Kind, quoting.Tokens, quoting.References, quoting.Threads = policy.KindNew, nil, nil, nil
	quoting.Recipients = []policy.Mark{{Value: "support@desk.example", Field: "to"}}
	quoting.Subject, quoting.Text = "What is "+l.Token, "You wrote to me as "+l.ReplyTo+" about "+l.Reference
	wants(t, d.receive(t, quoting), "opened")
	bounce := policy.Evidence{Kind: policy.KindBounce, Hash: digest("bounce"), RawHash: digest("bounce"), Arrived: d.clock(),
		Bounce: policy.Bounce{Sent: []string{l.Token}, Status: "5.1.1", Diagnostic: "550 <" + l.MessageID + "> refused: " + l.ReplyTo}}
	wants(t, d.receive(t, bounce), "bounce")

	seen := d.dump(t)
	explained, err := d.Explain(ticket.ID)
	check(t, err)
	for name, v := range map[string]any{"show": d.show(t, ticket.ID), "explain": explained, "outbox": d.outbox(t, "")} {
		b, err := json.Marshal(v)
		check(t, err)
		seen["api:"+name] = string(b)
	}
	for key, value := range seen {
		text := strings.ToLower(key + " " + value)
		for _, l := range d.letters {
			for _, secret := range []string{l.Token, l.Reference, l.MessageID, l.ReplyTo, l.ReturnPath} {
				if secret != "" && strings.Contains(text, strings.ToLower(secret)) {
					t.Errorf("%s holds %q of a %s notice: %.300s", key, secret, l.Kind, value)
				}
			}
		}
	}
}

// TestSubjectWithReference: an agent who copies a reference into a subject
// leaves the customer's answer one reference only.
func TestSubjectWithReference(t *testing.T) {
	d := memoryDesk(t, nil)
	_, l := d.ask(t, bob, policy.PasswordChange)
	ticket, err := d.Open(OpenRequest{Contact: bob, Channel: policy.Phone, Class: policy.PasswordChange, Subject: "Re: [" + l.Reference + "] again", Agent: "kim"})
	check(t, err)
	if strings.Contains(ticket.Subject, l.Reference) || !strings.Contains(ticket.Subject, "again") {
		t.Errorf("subject is %q", ticket.Subject)
	}
}

// TestWeakYesUsesNothingUp: a yes that nothing proves, where it counts for
// nothing, leaves the secret to the real one.
func TestWeakYesUsesNothingUp(t *testing.T) {
	for class, want := range map[policy.Class]string{policy.PasswordChange: "confirmed", policy.MinorChange: "token_spent"} {
		d := memoryDesk(t, nil)
		ticket, l := d.ask(t, bob, class)
		weak := d.reply(l, policy.Yes)
		weak.Sender = policy.Sender{Result: policy.ResultNone}
		wants(t, d.receive(t, weak), "token_only")
		wants(t, d.receive(t, d.reply(l, policy.Yes)), want)
		if a := d.may(t, ticket.ID, class, "kim"); a.Decision != policy.Allow {
			t.Errorf("%s: %+v", class, a)
		}
	}
}

// TestNoAfterYesByToken: a no by the secret alone, which the yes has used up.
func TestNoAfterYesByToken(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	no := d.reply(l, policy.No)
	no.References = nil
	wants(t, d.receive(t, no), "token_spent")
	d.state(t, ticket.ID, policy.StateDisputed)
}

// TestEditVoids: what the notice quoted is what is authorised.
func TestEditVoids(t *testing.T) {
	d := openDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	d.state(t, ticket.ID, policy.StateConfirmed)
	for i := range 2 {
		_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: fmt.Sprint("Edit ", i), Agent: "kim"})
		check(t, err)
		if s := d.show(t, ticket.ID); s.State != policy.StateUnconfirmed || s.Authenticated || s.Confirmed || len(s.Proofs) != 0 {
			t.Fatalf("after an edit: %+v", s)
		}
		if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); a.Decision != policy.Deny || !has(a, "not_authenticated") {
			t.Fatalf("after an edit: %+v", a)
		}
		l = d.last(t, "confirm", ticket.ID)
		if l.Request != fmt.Sprint("Edit ", i) {
			t.Errorf("the notice quotes %q", l.Request)
		}
		d.receive(t, d.reply(l, policy.Yes))
		if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); a.Decision != policy.Allow {
			t.Fatalf("after a new yes: %+v", a)
		}
	}
}
