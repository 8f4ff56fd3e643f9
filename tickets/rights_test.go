package tickets

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

// TestRightsAtTheAct takes one right away after the yes: nothing is allowed any
// more, and the answer says what is missing.
func TestRightsAtTheAct(t *testing.T) {
	admin := func(change func(*desk, *clients.Contact)) func(*desk) {
		return func(d *desk) { d.contact(t, "bob", func(c *clients.Contact) { change(d, c) }) }
	}
	for _, tt := range []struct {
		name, code string
		class      policy.Class
		spoil      func(*desk)
	}{
		{"nothing", "", policy.PasswordChange, func(*desk) {}},
		{"permission", "no_permission", policy.PasswordChange, admin(func(_ *desk, c *clients.Contact) { c.Permissions = []clients.Permission{clients.Minor} })},
		{"permission-for-another", "", policy.PasswordChange, admin(func(_ *desk, c *clients.Contact) {
			c.Permissions = []clients.Permission{clients.Permission(policy.PasswordChange)}
		})},
		{"removed", "contact_removed", policy.PasswordChange, func(d *desk) {
			check(t, d.engine.Update(func(tx kv.Tx) error { _, err := clients.Remove(tx, "bob", d.Now()); return err }))
		}},
		{"moved", "contact_moved", policy.PasswordChange, admin(func(_ *desk, c *clients.Contact) { c.Client = "c2" })},
		{"other-address", "address_gone", policy.PasswordChange, admin(func(_ *desk, c *clients.Contact) { c.Addresses = []string{"bob@new.example"} })},
		{"put-behind-another", "", policy.PasswordChange, admin(func(_ *desk, c *clients.Contact) { c.Addresses = []string{"bob@new.example", bob} })},
		{"address-back", "address_gone", policy.PasswordChange, admin(func(d *desk, c *clients.Contact) {
			d.turn(time.Hour)
			c.Since = map[string]time.Time{bob: d.clock()}
			d.turn(73 * time.Hour)
		})},
		{"class-given-again", "cooling", policy.PasswordChange, admin(func(d *desk, c *clients.Contact) { gained("password-change")(c, d.clock()) })},
		{"class-given", "", policy.PasswordChange, admin(func(d *desk, c *clients.Contact) { gained("dns-change")(c, d.clock()) })},
		{"widened", "cooling", policy.PasswordChange, admin(func(d *desk, c *clients.Contact) { c.Widened = d.clock() })},
		{"minor-widened", "", policy.MinorChange, admin(func(d *desk, c *clients.Contact) { c.Widened = d.clock() })},
		{"minor-permission", "no_permission", policy.MinorChange, admin(func(_ *desk, c *clients.Contact) { c.Permissions = []clients.Permission{clients.Approve} })},
		{"minor-address", "address_gone", policy.MinorChange, admin(func(_ *desk, c *clients.Contact) { c.Addresses = []string{"bob@new.example"} })},
		{"question-permission", "", policy.Question, admin(func(_ *desk, c *clients.Contact) { c.Permissions = []clients.Permission{clients.Approve} })},
		{"question-removed", "contact_removed", policy.Question, admin(func(_ *desk, c *clients.Contact) { c.Status = clients.Removed })},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket, err := d.Open(OpenRequest{Contact: bob, Channel: policy.Phone, Class: tt.class, Subject: "this", Agent: "kim"})
			check(t, err)
			if tt.class != policy.Question {
				d.receive(t, d.reply(d.last(t, "confirm", ticket.ID), policy.Yes))
			}
			tt.spoil(d)
			a := d.may(t, ticket.ID, tt.class, "kim")
			if (a.Decision == policy.Allow) != (tt.code == "") || tt.code != "" && (string(a.Reasons[0].Code) != tt.code || a.Receipt != "" || len(a.Next) == 0) {
				t.Errorf("%+v, want %q", a, tt.code)
			}
		})
	}
}

// TestRepeatNeedsTheRights: for half an hour the same agent gets the same receipt, by
// whatever channel may ask for the class; not once anything stands against it.
func TestRepeatNeedsTheRights(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(d *desk, id string, l Letter, ask *AuthorizeRequest)
		code  string // empty: the same receipt
	}{
		{"at-once", func(*desk, string, Letter, *AuthorizeRequest) {}, ""},
		{"by-portal", func(_ *desk, _ string, _ Letter, ask *AuthorizeRequest) { ask.Channel = policy.Portal }, ""},
		{"the-last-minute", func(d *desk, _ string, _ Letter, _ *AuthorizeRequest) { d.turn(29 * time.Minute) }, ""},
		{"by-chat", func(_ *desk, _ string, _ Letter, ask *AuthorizeRequest) { ask.Channel = policy.Chat }, "channel_forbidden"},
		{"other-agent", func(_ *desk, _ string, _ Letter, ask *AuthorizeRequest) { ask.Agent = "lee" }, "already_used"},
		{"too-late", func(d *desk, _ string, _ Letter, _ *AuthorizeRequest) { d.turn(30 * time.Minute) }, "already_used"},
		{"contact-removed", func(d *desk, _ string, _ Letter, _ *AuthorizeRequest) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Status = clients.Removed })
		}, "contact_removed"},
		{"agent-disabled", func(d *desk, _ string, _ Letter, _ *AuthorizeRequest) {
			check(t, d.kv.Update(func(tx kv.Tx) error { _, err := staff.Disable(tx, "kim"); return err }))
		}, "agent_disabled"},
		{"authority-lost", func(d *desk, _ string, _ Letter, _ *AuthorizeRequest) {
			check(t, d.kv.Update(func(tx kv.Tx) error {
				_, err := staff.Set(tx, "kim", staff.Change{Authorities: &[]string{string(policy.DNSChange)}}, staff.Terms{Now: d.Now()})
				return err
			}))
		}, "no_authority"},
		{"disputed", func(d *desk, _ string, l Letter, _ *AuthorizeRequest) { d.receive(t, d.reply(l, policy.No)) }, "client_stopped"},
		{"may-be-disputed", func(d *desk, _ string, l Letter, _ *AuthorizeRequest) {
			e := d.reply(l, policy.No)
			e.Sender = policy.Sender{Result: policy.ResultTempError}
			d.receive(t, e)
		}, "no_pending"},
		{"locked", func(d *desk, _ string, _ Letter, _ *AuthorizeRequest) { d.lockIt(t, "max") }, "client_locked"},
		{"edited", func(d *desk, id string, _ Letter, _ *AuthorizeRequest) {
			_, err := d.Edit(EditRequest{Ticket: id, Request: "another", Agent: "kim"})
			check(t, err)
		}, "not_authenticated"},
		{"closed", func(d *desk, id string, _ Letter, _ *AuthorizeRequest) {
			_, err := d.Conclude(Closing{Ticket: id, Agent: "kim", Done: "done"})
			check(t, err)
		}, "ticket_closed"},
		{"rules-demand-more", func(d *desk, _ string, _ Letter, _ *AuthorizeRequest) {
			d.SetRules(policy.Rules{More: []policy.Rule{{Name: "two", Where: "policy.toml:1", Second: policy.Second{Contacts: 1}}}})
		}, "approval_missing"},
		{"restored", func(d *desk, _ string, _ Letter, _ *AuthorizeRequest) { d.backup(t)() }, "already_used"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket, l := d.ask(t, bob, policy.PasswordChange)
			d.receive(t, d.reply(l, policy.Yes))
			first := d.may(t, ticket.ID, policy.PasswordChange, "kim")
			if first.Decision != policy.Allow || first.Repeat {
				t.Fatalf("first: %+v", first)
			}
			ask := AuthorizeRequest{Ticket: ticket.ID, Class: policy.PasswordChange, Agent: "kim"}
			tt.spoil(d, ticket.ID, l, &ask)
			a, err := d.Authorize(ask)
			check(t, err)
			same := a.Decision == policy.Allow && a.Repeat && a.Receipt == first.Receipt && a.Until.Equal(first.Until)
			if tt.code == "" && !same || tt.code != "" && (a.Decision == policy.Allow || a.Repeat || a.Receipt != "" || string(a.Reasons[0].Code) != tt.code) {
				t.Errorf("%+v, want %q", a, tt.code)
			}
		})
	}
}

// TestProofNamesItsAddress: the address is that of the answer, not that of the
// question.
func TestProofNamesItsAddress(t *testing.T) {
	d := memoryDesk(t, nil)
	second := "bob@phone.example"
	d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = append(c.Addresses, second) })
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	e := d.reply(l, policy.Yes)
	e.From = second
	wants(t, d.receive(t, e), "confirmed")
	for _, p := range d.show(t, ticket.ID).Proofs {
		if p.Address != second {
			t.Errorf("%s by %s, want %s", p.Kind, p.Address, second)
		}
	}
	d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = c.Addresses[:1] })
	if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); !has(a, "address_gone") {
		t.Errorf("without the address that answered: %+v", a)
	}
	d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = append(c.Addresses, second) })
	check(t, d.engine.Update(func(tx kv.Tx) error { // as kept before proofs had an address
		held, err := load(tx, ticket.ID)
		held.Proofs = slices.Clone(held.Proofs)
		for i := range held.Proofs {
			held.Proofs[i].Address = ""
		}
		check(t, err)
		return save(tx, held)
	}))
	if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); !has(a, "address_gone") {
		t.Errorf("a proof without an address: %+v", a)
	}
}

// TestProofOfStaff: whoever came to staff since allows nothing by a yes of their own.
func TestProofOfStaff(t *testing.T) {
	for _, detail := range []bool{false, true} {
		d := memoryDesk(t, func(o *Options) { o.SharedDomains = []string{"client.example"} })
		email := "bob+desk@client.example"
		if detail {
			d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = []string{"bob+home@client.example"} })
			email = bob
		}
		ticket, l := d.ask(t, d.contactOf(t, "bob").Addresses[0], policy.PasswordChange)
		wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
		_, err := d.Directory.AddAgent(By{Owner: true}, staff.Agent{ID: "bo", Email: email, Authorities: []string{staff.All}})
		if !detail { // it is seen at once
			if !errors.Is(err, staff.ErrInvalid) {
				t.Errorf("an agent with the mailbox of a contact: %v", err)
			}
			continue
		}
		check(t, err)
		if a := d.may(t, ticket.ID, policy.PasswordChange, "bo"); a.Decision != policy.Deny || !has(a, "staff_address") || len(a.Next) == 0 {
			t.Errorf("%+v", a)
		}
	}
}

func (d *desk) contactOf(t failer, id string) (c clients.Contact) {
	t.Helper()
	check(t, d.KV().View(func(v kv.View) (err error) { c, _, err = clients.Get(v, id); return err }))
	return c
}

// TestQuestionOnly: leave to answer a question doesn't read like leave for the
// request, and uses nothing up.
func TestQuestionOnly(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	a := d.may(t, ticket.ID, policy.Question, "kim")
	if a.Decision != policy.Allow || len(a.Reasons) != 1 || a.Reasons[0].Code != "question_only" || a.TicketClass != policy.PasswordChange ||
		!strings.Contains(a.Reasons[0].Text, "(password-change) is NOT allowed: "+policy.Because("not_authenticated").Text) {
		t.Errorf("%+v", a)
	}
	d.receive(t, d.reply(l, policy.Yes))
	if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); a.Decision != policy.Allow || has(a, "question_only") || a.TicketClass != "" {
		t.Errorf("the request itself: %+v", a)
	}
}
