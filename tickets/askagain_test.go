package tickets

import (
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

// TestAskAgainSays: what waits in the outbox for something is not sent twice, and a
// refusal says what it waits for and until when; what did not arrive is sent anew, to
// the address as it is now, by a token of its own.
func TestAskAgainSays(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(d *desk, id string)
		says  string // of the refusal; empty: it is sent
		to    string
	}{
		{"delivered", func(d *desk, id string) {
			o := d.outbox(t, id)[0]
			check(t, errors.Join(d.Outbox.Attempt(o.ID, d.Now()), d.Outbox.Sent(o.ID)))
		}, "", bob},
		{"leaves-soon", func(*desk, string) {}, "", bob},
		{"refused-by-the-server", func(d *desk, id string) {
			o := d.outbox(t, id)[0]
			check(t, errors.Join(d.Outbox.Attempt(o.ID, d.Now()), d.Outbox.Failed(o.ID, "550 no such user")))
		}, "", bob},
		{"tried-again", func(d *desk, id string) {
			o := d.outbox(t, id)[0]
			check(t, errors.Join(d.Outbox.Attempt(o.ID, d.Now()), d.Outbox.Retry(o.ID, d.Now().Add(time.Hour), false, "421 try later")))
		}, "it was asked at 2026-11-25 09:00 UTC, and that is not sent twice. Our mail o-1 is not delivered yet: 421 try later. It is tried again at 2026-11-25 10:00 UTC.", ""},
		{"waits-at-an-old-address", func(d *desk, id string) {
			o := d.outbox(t, id)[0]
			check(t, errors.Join(d.Outbox.Attempt(o.ID, d.Now()), d.Outbox.Retry(o.ID, d.Now().Add(time.Hour), false, "421 try later")))
			d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = []string{"bob@new.example", bob} })
		}, "", "bob@new.example"},
		{"waits-for-a-limit", func(d *desk, id string) {
			o := d.outbox(t, id)[0]
			o.Paced, o.Cap, o.Next = true, "contact", d.Now().Add(time.Hour)
			check(t, d.engine.Update(func(tx kv.Tx) error { return kv.Save(tx, kv.Numbered("out/", o.ID), o) }))
		}, "waits in the outbox until 2026-11-25 10:00 UTC (limit: contact", ""},
		{"expired", func(d *desk, _ string) { d.turn(8 * 24 * time.Hour); check(t, d.Tick()) }, "is expired; open a new ticket", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket, l := d.ask(t, bob, policy.DNSChange)
			tt.spoil(d, ticket.ID)
			mails := len(d.outbox(t, ticket.ID))
			got, err := d.AskAgain(ticket.ID, "kim")
			if tt.says != "" {
				if !errors.Is(err, ErrNotAllowed) || !strings.Contains(err.Error(), tt.says) || len(d.outbox(t, ticket.ID)) != mails {
					t.Fatalf("AskAgain: %v, want %q", err, tt.says)
				}
				return
			}
			check(t, err)
			again := d.last(t, policy.NoticeConfirm, ticket.ID)
			if q := got.Sent; len(q) != 1 || q[0].Address != tt.to || q[0].Contact != "bob" || q[0].Mail == "" || !q[0].Until.Equal(d.Now().Add(d.opt.TokenLife)) || again.To != tt.to || again.Token == l.Token {
				t.Errorf("sent %+v, letter %+v", q, again)
			}
		})
	}
}

// TestAskApproversAgain: once the contact has confirmed it, those who have to agree
// and have not said anything are asked again, each by a token of their own; an answer
// to either counts, once.
func TestAskApproversAgain(t *testing.T) {
	for _, which := range []string{"first", "last"} {
		d := lockDesk(t)
		ticket, l := d.ask(t, bob, policy.SubscriptionChange)
		d.receive(t, d.reply(l, policy.Yes))
		if _, err := d.AskAgain(ticket.ID, "kim"); !errors.Is(err, ErrNotAllowed) {
			t.Errorf("before anybody was asked to agree: %v", err)
		}
		check(t, d.Tick())
		got, err := d.AskAgain(ticket.ID, "kim")
		check(t, err)
		if len(got.Sent) != 2 || got.Leads || d.count(policy.NoticeApprove, ticket.ID) != 4 || d.count(policy.NoticeConfirm, ticket.ID) != 1 {
			t.Fatalf("sent %+v, %d letters", got, d.count(policy.NoticeApprove, ticket.ID))
		}
		answer := d.first(t, policy.NoticeApprove, ticket.ID)
		if which == "last" {
			answer = d.last(t, policy.NoticeApprove, ticket.ID)
		}
		d.receive(t, d.reply(answer, policy.Yes))
		if a := d.may(t, ticket.ID, policy.SubscriptionChange, "kim"); a.Decision != policy.Allow {
			t.Errorf("%s answered: %+v", which, a)
		}
		if _, err := d.AskAgain(ticket.ID, "kim"); !errors.Is(err, ErrNotAllowed) || !strings.Contains(err.Error(), "approved") {
			t.Errorf("approved: %v", err)
		}
	}

	d := lockDesk(t) // and not too often
	ticket, l := d.ask(t, bob, policy.SubscriptionChange)
	d.receive(t, d.reply(l, policy.Yes))
	check(t, d.Tick())
	for range maxAskedAgain - 1 {
		_, err := d.AskAgain(ticket.ID, "kim")
		check(t, err)
	}
	if _, err := d.AskAgain(ticket.ID, "kim"); !errors.Is(err, ErrNotAllowed) || !strings.Contains(err.Error(), "asked often enough; wait for the answer, until 2026-12-02 09:00 UTC") {
		t.Errorf("too often: %v", err)
	}

	d = lockDesk(t) // a limit keeps back whom it is for, and says so
	ticket, l = d.ask(t, bob, policy.SubscriptionChange)
	d.receive(t, d.reply(l, policy.Yes))
	check(t, d.Tick())
	check(t, d.kv.Update(func(tx kv.Tx) error {
		for _, o := range d.outbox(t, ticket.ID) {
			if o.To == nils {
				o.Paced, o.Cap, o.Next = true, "contact", d.Now().Add(time.Hour)
				return kv.Save(tx, kv.Numbered("out/", o.ID), o)
			}
		}
		return errors.New("Nils was not asked")
	}))
	got, err := d.AskAgain(ticket.ID, "kim")
	check(t, err)
	if len(got.Sent) != 1 || got.Sent[0].Address != ada || len(got.Not) != 1 || !strings.Contains(got.Not[0].Text, "until 2026-11-25 10:00 UTC (limit: contact") {
		t.Errorf("beside a limit: %+v", got)
	}
}

// TestAskLeadsAgain: where no contact may agree, the leads are told again.
func TestAskLeadsAgain(t *testing.T) {
	d := memoryDesk(t, nil)
	check(t, d.kv.Update(func(tx kv.Tx) error {
		_, err := staff.Add(tx, staff.Agent{ID: "lea", Role: staff.RoleLead, Email: "lea@desk.example"})
		return err
	}))
	d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = []clients.Permission{clients.Minor} })
	ticket, l := d.ask(t, ada, policy.SubscriptionChange)
	d.receive(t, d.reply(l, policy.Yes))
	check(t, d.Tick())
	got, err := d.AskAgain(ticket.ID, "kim")
	check(t, err)
	if !got.Leads || len(got.Sent) != 0 {
		t.Errorf("%+v", got)
	}
}
