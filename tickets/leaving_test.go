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
)

// untoldDesk is a desk at which Bob's change of the account is confirmed and
// approved, and no mail that tells of it has left, nor, unless written, is written.
func untoldDesk(t *testing.T, written bool) (*desk, Ticket) {
	t.Helper()
	d := leadDesk(t)
	d.contact(t, "bob", func(c *clients.Contact) {
		for i := range 2 * maxNotices { // more than a ticket looks after otherwise
			c.Addresses = append(c.Addresses, string(rune('a'+i))+"@second.example")
		}
	})
	ticket, err := d.Open(OpenRequest{Contact: bob, Channel: policy.Phone, Class: policy.AccountChange, Subject: "Another address", Request: adding, Agent: "kim"})
	check(t, err)
	l := d.last(t, "confirm", ticket.ID)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
	check(t, d.seekApprovers())
	if written {
		check(t, d.Tick())
	}
	_, err = d.Approve(d.approval(t, ticket.ID).ID, "pat", "called them")
	check(t, err)
	return d, ticket
}

// TestChangeWaitsForTheTelling: the 72 hours of a change of the account begin when
// the mails that tell its other addresses of it have left, or were refused.
func TestChangeWaitsForTheTelling(t *testing.T) {
	hold := func(t *testing.T, d *desk, id string, codes ...string) (a Authorization) {
		t.Helper()
		if a = d.may(t, id, policy.AccountChange, "kim"); a.Decision != policy.Hold || slices.ContainsFunc(codes, func(c string) bool { return !has(a, c) }) {
			t.Fatalf("%+v, want hold for %v", a, codes)
		}
		return a
	}
	begins := func(t *testing.T, d *desk, id string) {
		t.Helper()
		d.turn(72*time.Hour - time.Second)
		if a := hold(t, d, id, "waiting"); has(a, "notice_waits") || has(a, "outbox_held") {
			t.Errorf("all have left: %+v", a)
		}
		d.turn(time.Second)
		if a := d.may(t, id, policy.AccountChange, "kim"); a.Decision != policy.Allow {
			t.Errorf("%+v", a)
		}
	}
	t.Run("not-written", func(t *testing.T) {
		d, ticket := untoldDesk(t, false)
		d.turn(9 * 24 * time.Hour)
		hold(t, d, ticket.ID, "waiting", "notice_waits")
		check(t, d.Tick())
		d.send(t)
		begins(t, d, ticket.ID)
	})
	t.Run("held", func(t *testing.T) {
		d, ticket := untoldDesk(t, true)
		held := func(on bool) {
			check(t, d.engine.Update(func(tx kv.Tx) error {
				e, err := epochNow(tx)
				e.Held = on
				if err != nil {
					return err
				}
				return kv.Save(tx, epochKey, e)
			}))
		}
		held(true)
		d.turn(9 * 24 * time.Hour)
		if a := hold(t, d, ticket.ID, "waiting", "outbox_held"); !strings.Contains(a.Reasons[0].Text, "when every address on file was told") || !slices.Contains(a.Next, "release_outbox") {
			t.Errorf("%+v", a)
		}
		held(false)
		d.send(t)
		begins(t, d, ticket.ID)
	})
	t.Run("tried-again", func(t *testing.T) {
		d, ticket := untoldDesk(t, true)
		next := d.Now().Add(80 * time.Hour)
		for _, id := range d.due(t, true) {
			check(t, d.Outbox.Attempt(id, d.Now()))
			check(t, d.Outbox.Retry(id, next, false, "421 later"))
		}
		d.turn(72 * time.Hour)
		a := hold(t, d, ticket.ID, "waiting", "undelivered")
		if i := slices.IndexFunc(a.Reasons, func(r policy.Reason) bool { return r.Code == "undelivered" }); !strings.Contains(a.Reasons[i].Text, "tried again at "+moment(next)) {
			t.Errorf("%+v", a)
		}
	})
	t.Run("refused", func(t *testing.T) {
		d, ticket := untoldDesk(t, true)
		d.turn(9 * 24 * time.Hour)
		var failed string
		for _, o := range d.outbox(t, ticket.ID) {
			id := o.ID
			if o.Kind != policy.NoticeChangeAsked {
				continue
			}
			check(t, d.Outbox.Attempt(id, d.Now()))
			if o, err := d.Outbox.Get(id); err != nil || o.Kind != policy.NoticeChangeAsked { // it tells somebody else of something
				check(t, errors.Join(err, d.Outbox.Sent(id)))
				continue
			}
			hold(t, d, ticket.ID, "waiting", "notice_waits")
			check(t, d.Outbox.Failed(id, "550 no such user"))
			failed = id
		}
		d.send(t)
		d.turn(24 * time.Hour)
		check(t, d.Outbox.Hurry(failed)) // which begins no wait anew
		d.turn(-24 * time.Hour)
		begins(t, d, ticket.ID)
	})
	t.Run("left-the-file", func(t *testing.T) {
		d, ticket := untoldDesk(t, true)
		d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = c.Addresses[:1] })
		check(t, d.Tick())
		d.send(t)
		begins(t, d, ticket.ID)
	})
	t.Run("edited", func(t *testing.T) {
		d, ticket := untoldDesk(t, true)
		_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "another", Agent: "kim"})
		check(t, err)
		d.turn(time.Hour)
		if check(t, d.KV().View(func(v kv.View) (err error) { ticket, err = load(v, ticket.ID); return err })); ticket.Tells != nil {
			t.Errorf("%+v", ticket.Tells)
		}
	})
}

// TestProofCountsUntil: until when a proof counts is shown as authorize counts it,
// from the end of the wait.
func TestProofCountsUntil(t *testing.T) {
	for after, want := range map[time.Duration]policy.Verb{-time.Second: policy.Allow, 0: policy.Deny} {
		d, ticket := untoldDesk(t, true)
		d.turn(24 * time.Hour)
		d.send(t)
		end := d.Now().Add(72*time.Hour + policy.ProofLife)
		approval, err := d.Approval(d.approval(t, ticket.ID).ID, "pat")
		check(t, err)
		for what, shown := range map[string][]policy.Proof{"ticket": d.show(t, ticket.ID).Proofs, "approval": approval.Proofs} {
			if len(shown) < 2 || slices.ContainsFunc(shown, func(p policy.Proof) bool { return !p.Expires.Equal(end) }) {
				t.Errorf("%s: %+v, want until %s", what, shown, end)
			}
		}
		d.turn(end.Sub(d.Now()) + after)
		if got := d.may(t, ticket.ID, policy.AccountChange, "kim"); got.Decision != want {
			t.Errorf("%s after %s: %+v", after, end, got)
		}
	}
}

// TestLostEndsFirst: where leads agree that late that the ticket ends before its wait
// does, whoever looks or acts is told so.
func TestLostEndsFirst(t *testing.T) {
	for left, want := range map[time.Duration]bool{policy.LostWait + time.Hour: false, policy.LostWait: true} {
		d, ticket := lostDesk(t)
		d.turn(lostLife - left)
		id := d.approval(t, ticket.ID).ID
		for _, lead := range []string{"max", "pat"} {
			_, err := d.Approve(id, lead, "passport seen")
			check(t, err)
			x, err := d.Approval(id, lead)
			if got := slices.ContainsFunc(x.Waits, func(r policy.Reason) bool {
				return r.Code == policy.CodeEndsFirst && strings.Contains(r.Text, moment(ticket.Until))
			}); err != nil || got != want {
				t.Errorf("%s before the end, %s agreed: %+v, %v", left, lead, x.Waits, err)
			}
		}
		check(t, d.Tick())
		d.send(t)
		if a := d.may(t, ticket.ID, policy.AccountChange, "lee"); has(a, "ends_first") != want || slices.Contains(a.Next, "new_ticket") != want {
			t.Errorf("%s before the end: %+v", left, a)
		}
	}
}
