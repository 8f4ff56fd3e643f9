package tickets

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/outbox"
)

// TestObstacles: whoever waits for a yes is told what is in its way, by authorize
// and by show.
func TestObstacles(t *testing.T) {
	sent := func(d *desk, ticket Ticket) outbox.Outgoing {
		all := d.outbox(t, ticket.ID)
		return all[len(all)-1]
	}
	mail := func(change func(*policy.Evidence)) func(*desk, Ticket, Letter) {
		return func(d *desk, ticket Ticket, l Letter) {
			o := sent(d, ticket)
			check(t, d.Outbox.Attempt(o.ID, d.Now()))
			check(t, d.Outbox.Sent(o.ID))
			e := d.reply(l, policy.Yes)
			change(&e)
			d.receive(t, e)
		}
	}
	for _, tt := range []struct {
		name, code, says string
		spoil            func(*desk, Ticket, Letter)
	}{
		{"not-sent-yet", "notice_waits", "", func(*desk, Ticket, Letter) {}},
		{"refused", "undelivered", "550 no such user", func(d *desk, ticket Ticket, _ Letter) {
			o := sent(d, ticket)
			check(t, d.Outbox.Attempt(o.ID, d.Now()))
			check(t, d.Outbox.Failed(o.ID, "550 no such user"))
		}},
		{"tried-again", "undelivered", "421 try later", func(d *desk, ticket Ticket, _ Letter) {
			o := sent(d, ticket)
			check(t, d.Outbox.Attempt(o.ID, d.Now()))
			check(t, d.Outbox.Retry(o.ID, d.Now().Add(time.Hour), false, "421 try later"))
		}},
		{"capped", "notice_waits", "until 2026-11-25 10:00 UTC (limit: contact)", func(d *desk, ticket Ticket, _ Letter) {
			o := sent(d, ticket)
			o.Paced, o.Cap, o.Next = true, "contact", d.Now().Add(time.Hour)
			check(t, d.engine.Update(func(tx kv.Tx) error { return kv.Save(tx, kv.Numbered("out/", o.ID), o) }))
		}},
		{"held-after-a-restore", "outbox_held", "", func(d *desk, ticket Ticket, _ Letter) {
			d.backup(t)()
			d.may(t, ticket.ID, policy.PasswordChange, "kim")
		}},
		{"bounced", "undelivered", "5.1.1 no such user", mail(func(e *policy.Evidence) {
			*e = policy.Evidence{Kind: policy.KindBounce, RawHash: e.RawHash, Hash: e.Hash, Bounce: policy.Bounce{Sent: []string{e.Tokens[0].Value}, Status: "5.1.1", Diagnostic: "no such user"}}
		})},
		{"machine", "auto_reply", "", mail(func(e *policy.Evidence) { e.Kind = policy.KindAutoReply })},
		{"other-address", "other_address", "", mail(func(e *policy.Evidence) { e.From = "bob@elsewhere.example" })},
		{"forged", "claimed", "dmarc_fail", mail(func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultFail}; e.Tokens = nil })},
		{"domain-proves-nothing", "claimed", "not_aligned", mail(func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultNone}; e.Tokens = nil })},
		{"forged-with-our-secret", "dmarc_fail", "", mail(func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultFail} })},
		{"weak-yes", "token_only", "", mail(func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultNone} })},
		{"unclear", "unclear_answer", "", mail(func(e *policy.Evidence) { e.Answer.Intent = policy.Unclear })},
		{"waits-for-dns", "dns_temperror", "", mail(func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultTempError} })},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket, l := d.ask(t, bob, policy.PasswordChange)
			tt.spoil(d, ticket, l)
			find := func(all []policy.Reason) bool {
				return slices.ContainsFunc(all, func(r policy.Reason) bool {
					return string(r.Code) == tt.code && r.Text != "" && strings.Contains(r.Text, tt.says)
				})
			}
			if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); a.Decision != policy.Deny || !find(a.Reasons) {
				t.Errorf("authorize: %+v", a)
			}
			if s := d.show(t, ticket.ID); !find(s.Obstacles) {
				t.Errorf("show: %+v", s.Obstacles)
			}
		})
	}
}

// TestObstaclesPass: a proof clears them, an edit leaves them behind, and they
// are few.
func TestObstaclesPass(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	strange := func(change func(*policy.Evidence)) {
		e := d.reply(l, policy.Yes)
		change(&e)
		d.receive(t, e)
	}
	kept := func() (codes []string) {
		check(t, d.KV().View(func(v kv.View) error {
			held, err := load(v, ticket.ID)
			for _, o := range held.Obstacles {
				codes = append(codes, string(o.Code))
			}
			return err
		}))
		return codes
	}
	for range 3 {
		strange(func(e *policy.Evidence) { e.Kind = policy.KindAutoReply })
		strange(func(e *policy.Evidence) { e.From = "bob@elsewhere.example" })
		strange(func(e *policy.Evidence) { e.Kind = policy.KindList })
		strange(func(e *policy.Evidence) { e.From = ada })
		strange(func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultFail} })
	}
	if got := kept(); len(got) != maxObstacles || !slices.Contains(got, "dmarc_fail") {
		t.Errorf("kept: %v", got)
	}
	d.receive(t, d.reply(l, policy.Yes))
	if got := kept(); len(got) != 0 {
		t.Errorf("after a yes: %v", got)
	}
	strange(func(e *policy.Evidence) { e.Kind = policy.KindAutoReply })
	edited, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "another", Agent: "kim"})
	check(t, err)
	if s := d.show(t, edited.ID); slices.ContainsFunc(s.Obstacles, func(r policy.Reason) bool { return r.Code == "auto_reply" }) {
		t.Errorf("after an edit: %+v", s.Obstacles)
	}
}
