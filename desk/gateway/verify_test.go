package gateway

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"countersign/clients"
	"countersign/inbound"
	"countersign/inbound/reply"
	"countersign/inbound/sender"
	"countersign/internal/keys"
	"countersign/internal/kv"
	"countersign/internal/rawmail"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets"
)

// vouching is a domain check that vouches for all mail with To and Subject, but
// for that of unproved senders.
type vouching struct{ now time.Time }

func (v vouching) Check(_ context.Context, r sender.Request) policy.Sender {
	if r.Message.Get("x-unproved") != "" {
		return policy.Sender{Result: policy.ResultNone}
	}
	return policy.Sender{Result: policy.ResultPass, By: policy.ByDKIM, Domain: "x.example", SignedAt: v.now,
		SignatureID: r.Message.Get("message-id"), Covered: []string{"from", "to", "subject", "date"}}
}

// TestVerifyTellsNoCode: whoever may have mail judged learns from no answer
// whether a code or a token is right, unless the mail is the asked person's own.
func TestVerifyTellsNoCode(t *testing.T) {
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	var letter tickets.Letter
	engine := kv.Memory()
	store := tickets.New(engine, tickets.Options{Now: func() time.Time { return now }, Keys: keys.FromSeed([32]byte{1}),
		Compose:      func(l tickets.Letter) ([]byte, error) { letter = l; return []byte("Subject: x\r\n\r\nx\r\n"), nil },
		ReplyAddress: "support+{token}@desk.example", Addresses: []string{"support@desk.example"},
		TokenLife: 168 * time.Hour, Reminder: 48 * time.Hour, DNSWait: 72 * time.Hour, PerMinute: 100, PerHour: 100, PerDay: 100,
		TokenClasses: []policy.Class{policy.MinorChange}})
	err := engine.Update(func(tx kv.Tx) error {
		for _, c := range []clients.Contact{
			{ID: "ada", Client: "c1", Role: clients.Primary, Addresses: []string{"ada@north.example"}},
			{ID: "bob", Client: "c1", Role: clients.Authorised, Permissions: []clients.Permission{clients.All}, Addresses: []string{"bob@north.example"}},
			{ID: "eve", Client: "c2", Role: clients.Primary, Addresses: []string{"eve@other.example"}},
		} {
			c.Status = clients.Active
			if err := clients.PutContact(tx, c); err != nil {
				return err
			}
		}
		_, err := staff.Add(tx, staff.Agent{ID: "kim", Email: "kim@desk.example", Role: staff.RoleAgent})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(tickets.OpenRequest{Contact: "ada@north.example", Channel: policy.Chat, Class: policy.MinorChange, Subject: "Theme", Agent: "kim"}); err != nil {
		t.Fatal(err)
	}
	g := &Gateway{Store: store, Check: vouching{now}, Log: zerolog.Nop(), Desks: map[string]inbound.Desk{"support": {
		Own: reply.Own{Address: "support@desk.example", ReplyAddress: "support+{token}@desk.example"}, Limits: rawmail.DefaultLimits()}}}
	verify := func(from, to, code, more string) Verification {
		t.Helper()
		raw := fmt.Sprintf("From: %s\r\nTo: %s\r\nSubject: Re: [%s] x\r\nMessage-ID: <1@x.example>\r\nDate: Wed, 25 Nov 2026 09:00:00 +0000\r\n%s\r\nYES\r\n", from, to, code, more)
		v, err := g.Verify(context.Background(), []byte(raw), now, false)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	const desk, wrongToken, wrong = "support@desk.example", "support+aaaaaaaaaaaaaaaaaaaaaaaaaa@desk.example", "T-1-AAAAAA"
	for name, c := range map[string]struct{ from, more string }{
		"stranger": {"mallory@evil.example", ""}, "other-contact": {"bob@north.example", ""}, "other-client": {"eve@other.example", ""},
		"agent": {"kim@desk.example", ""}, "asked-but-unproved": {"ada@north.example", "X-Unproved: 1\r\n"}, "nobody": {"mallory@evil.example", "X-Unproved: 1\r\n"},
	} {
		for _, mark := range []struct{ what, to, code string }{
			{"code", desk, letter.Reference}, {"token", letter.ReplyTo, wrong}, {"both", letter.ReplyTo, letter.Reference}} {
			right, guess := verify(c.from, mark.to, mark.code, c.more), verify(c.from, wrongToken, wrong, c.more)
			if mark.to == desk {
				guess = verify(c.from, desk, wrong, c.more)
			}
			if !reflect.DeepEqual(right, guess) || right.Bound != policy.BoundNone || right.Ticket != "" {
				t.Errorf("%s with the right %s: %+v\nwith a wrong one: %+v", name, mark.what, right, guess)
			}
		}
	}
	if v := verify("ada@north.example", letter.ReplyTo, letter.Reference, ""); v.Bound != policy.BoundToken || v.Ticket != "T-1" || !v.Confirmed {
		t.Errorf("her own answer: %+v", v)
	}
	if v := verify("ada@north.example", desk, letter.Reference, ""); v.Bound != policy.BoundReference || v.Ticket != "T-1" {
		t.Errorf("her own answer without the token: %+v", v)
	}
	g.Open = true // a world, whose tokens stand in its file
	if v := verify("bob@north.example", letter.ReplyTo, letter.Reference, ""); v.Bound != policy.BoundToken {
		t.Errorf("in a world: %+v", v)
	}
}
