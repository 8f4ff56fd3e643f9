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

// TestRepeatNeedsTheRights: the receipt of half an hour ago is not given again
// to who has lost what it rested on.
func TestRepeatNeedsTheRights(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); a.Decision != policy.Allow || a.Repeat {
		t.Fatalf("first: %+v", a)
	}
	if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); a.Decision != policy.Allow || !a.Repeat {
		t.Fatalf("again: %+v", a)
	}
	d.contact(t, "bob", func(c *clients.Contact) { c.Status = clients.Removed })
	if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); a.Decision != policy.Deny || a.Repeat || a.Receipt != "" {
		t.Errorf("after the removal: %+v", a)
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
