package tickets

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
)

// naming is a mail that names T-1 by its number, from anybody.
func (d *desk) naming(from string, result policy.Result) policy.Evidence {
	e := policy.Evidence{MessageID: fmt.Sprint("n", d.uid, "@evil.example"), From: from, Subject: "About T-1", Arrived: d.clock(), Kind: policy.KindNew,
		Numbers: []string{"T-1"}, Text: strings.Repeat("lies ", 3000), Sender: policy.Sender{Result: result}}
	d.fresh(&e)
	return e
}

// TestClaims: strangers who name a ticket can't bury its history; what they sent
// is one line, and every message is in the list.
func TestClaims(t *testing.T) {
	d := openDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	events := len(d.show(t, ticket.ID).History)
	const n = 37
	for i := range n {
		e := d.naming("mallory@evil.example", policy.ResultNone)
		if i%3 == 0 {
			e = d.naming(bob, policy.ResultFail)
		}
		if m := d.receive(t, e); m.Ticket != ticket.ID {
			t.Fatalf("%+v", m)
		}
	}
	s := d.show(t, ticket.ID)
	if len(s.History) != events+1 {
		t.Fatalf("%d lines of history for %d claims", len(s.History)-events, n)
	}
	line := s.History[len(s.History)-1]
	if line.Event != "claimed" || !strings.HasPrefix(line.Text, "37 messages claimed to be about this ticket and proved nothing; the last at 2026-11-25T09:00:00Z: not_aligned 24, dmarc_fail 13.") {
		t.Errorf("%+v", line)
	}
	d.turn(time.Second)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
	if h := d.show(t, ticket.ID).History; h[len(h)-1].Event == "claimed" {
		t.Error("the line of the claims hides what came later")
	}
	listed := 0
	check(t, d.Inbox.Each(func(m Message) error {
		if m.Ticket == ticket.ID && m.Claim {
			listed++
		}
		return nil
	}))
	if listed != n {
		t.Errorf("%d claims in the list of messages, want %d", listed, n)
	}
	if x, err := d.Explain(ticket.ID); err != nil || len(x.Messages) != claimsFiled+1 {
		t.Errorf("explain shows %d messages, %v, want %d claims and the answer", len(x.Messages), err, claimsFiled)
	}
}

// TestNoClaim: what holds our token, or is proved, has a line of its own.
func TestNoClaim(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	for what, e := range map[string]policy.Evidence{
		"forged-with-token": func() policy.Evidence {
			e := d.reply(l, policy.Yes)
			e.Sender = policy.Sender{Result: policy.ResultFail}
			return e
		}(),
		"contact-by-number": func() policy.Evidence {
			e := d.reply(l, policy.Unclear)
			e.Tokens, e.References, e.Threads, e.Numbers = nil, nil, nil, []string{"T-1"}
			return e
		}(),
		"other-address": func() policy.Evidence {
			e := d.reply(l, policy.Yes)
			e.From = "mallory@evil.example"
			return e
		}(),
		"auto-reply-to-our-notice": func() policy.Evidence {
			e := d.reply(l, policy.Unclear)
			e.Kind, e.Sender = policy.KindAutoReply, policy.Sender{}
			return e
		}(),
	} {
		before := happened(d.show(t, ticket.ID), "message ")
		if m := d.receive(t, e); m.Claim {
			t.Errorf("%s: %+v", what, m)
		}
		if s := d.show(t, ticket.ID); happened(s, "message ") != before+1 || happened(s, "claimed") != 0 {
			t.Errorf("%s: %+v", what, s.History)
		}
	}
}

// grown is how many bytes the store has more after fn, without the audit log.
func (d *desk) grown(t *testing.T, fn func()) (n int) {
	t.Helper()
	before := d.dump(t)
	fn()
	for key, value := range d.dump(t) {
		if !strings.HasPrefix(key, "audit/") && value != before[key] {
			n += len(key) + len(value) - len(before[key])
		}
	}
	return n
}

// TestStrangersAreSmall: what a stranger sends leaves little in the store,
// however much they sent, and the decision can still be computed from it.
func TestStrangersAreSmall(t *testing.T) {
	for name, change := range map[string]func(*policy.Evidence){
		"unknown": func(*policy.Evidence) {},
		"proved": func(e *policy.Evidence) {
			e.Sender.Result, e.Sender.By, e.Sender.Domain = policy.ResultPass, policy.ByDKIM, "evil.example"
		},
		"failed":  func(e *policy.Evidence) { e.Sender.Result = policy.ResultFail },
		"names":   func(e *policy.Evidence) { e.Numbers = []string{"T-1"} },
		"machine": func(e *policy.Evidence) { e.Kind = policy.KindAutoReply },
		"refused": func(e *policy.Evidence) {
			for range 50 {
				e.Refusals = append(e.Refusals, policy.Reason{Code: "duplicate_field", Text: strings.Repeat("x", 300)})
			}
		},
		"deferred": func(e *policy.Evidence) { e.Sender.Result = policy.ResultTempError },
	} {
		t.Run(name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			d.ask(t, bob, policy.PasswordChange)
			e := d.naming("mallory@evil.example", policy.ResultNone)
			e.Numbers, e.MessageID, e.Subject = nil, strings.Repeat("i", 900)+"@evil.example", strings.Repeat("s", 900)
			for i := range 60 {
				e.Threads = append(e.Threads, fmt.Sprint(strings.Repeat("t", 200), i))
				e.Recipients = append(e.Recipients, policy.Mark{Value: fmt.Sprint(strings.Repeat("r", 50), i), Field: "to"})
				e.Sender.Records = append(e.Sender.Records, policy.Record{Name: strings.Repeat("n", 100)})
				e.Sender.Reasons = append(e.Sender.Reasons, policy.Reason{Code: "dkim_expired", Text: strings.Repeat("x", 100)})
			}
			change(&e)
			var m Message
			if n := d.grown(t, func() { m = d.receive(t, e) }); n > 4<<10 { // with everything as long as it may be
				t.Errorf("%d bytes are left", n)
			}
			var kept Message
			check(t, d.KV().View(func(v kv.View) (err error) {
				kept, _, err = kv.Load[Message](v, kv.Numbered(messagePrefix, m.ID))
				return err
			}))
			again := policy.Decide(kept.Facts)
			if again.Verdict != m.Decision.Verdict || again.Outcome != m.Decision.Outcome || again.Reason() != m.Decision.Reason() || again.Ticket != m.Decision.Ticket ||
				!reflect.DeepEqual(again.Proofs(), m.Decision.Proofs()) {
				t.Errorf("decided %+v\nagain %+v", m.Decision, again)
			}
		})
	}
}

// TestUsualStranger: spam of 16 KB leaves about a kilobyte.
func TestUsualStranger(t *testing.T) {
	d := memoryDesk(t, nil)
	e := d.naming("mallory@evil.example", policy.ResultNone)
	e.Numbers, e.Subject, e.MessageID = nil, "You have won a prize, click here", "0.1.2.3F4.1DB0A1B2C3D4E5F.0@mail.evil.example"
	e.Sender.Reasons = []policy.Reason{{Code: "not_aligned", Text: "Nothing proves that the sender's domain sent this message."}}
	if n := d.grown(t, func() { d.receive(t, e) }); n > 2000 {
		t.Errorf("%d bytes are left", n)
	} else {
		t.Logf("%d bytes", n)
	}
}
