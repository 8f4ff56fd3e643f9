package tickets

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/ledger"
)

// TestUnprovable: a domain is warned of where mail of a contact there came and
// none was ever proved; no stranger, machine or forger brings that about.
func TestUnprovable(t *testing.T) {
	none := policy.Sender{Result: policy.ResultNone}
	for _, tt := range []struct {
		name  string
		mails []func(*policy.Evidence)
		says  string // in the warning; empty: there is none
	}{
		{"nothing-came", nil, ""},
		{"unsigned", []func(*policy.Evidence){func(e *policy.Evidence) { e.Sender = none }}, "(no signature; last 2026-11-25)"},
		{"only-spf", []func(*policy.Evidence){func(e *policy.Evidence) {
			e.Sender = policy.Sender{Result: policy.ResultPass, By: policy.BySPF}
		}}, "(only SPF; last"},
		{"signed-by-another", []func(*policy.Evidence){func(e *policy.Evidence) {
			e.Sender = policy.Sender{Result: policy.ResultNone, DKIM: []policy.Signature{{Domain: "sender.example", Result: policy.ResultPass}, {Domain: "client.example", Reason: "dkim_weak_key"}}}
		}}, "(dkim_weak_key; last"},
		{"proved", []func(*policy.Evidence){func(e *policy.Evidence) {}}, ""},
		{"proved-then-typed", []func(*policy.Evidence){func(e *policy.Evidence) {}, func(e *policy.Evidence) { e.Sender = none }}, ""},
		{"typed-then-proved", []func(*policy.Evidence){func(e *policy.Evidence) { e.Sender = none }, func(e *policy.Evidence) {}}, ""},
		{"forged", []func(*policy.Evidence){func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultFail} }}, ""},
		{"no-dns", []func(*policy.Evidence){func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultTempError} }}, ""},
		{"stranger-there", []func(*policy.Evidence){func(e *policy.Evidence) { e.From, e.Sender = "eva@client.example", none }}, ""},
		{"machine-there", []func(*policy.Evidence){func(e *policy.Evidence) { e.Kind, e.Sender = policy.KindAutoReply, none }}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket, l := d.ask(t, bob, policy.PasswordChange)
			for _, change := range tt.mails {
				e := d.reply(l, policy.Unclear)
				change(&e)
				d.receive(t, e)
			}
			warned, err := d.Warnings(ticket)
			check(t, err)
			shown, a := d.show(t, ticket.ID).Obstacles, d.may(t, ticket.ID, policy.PasswordChange, "kim").Reasons
			for where, all := range map[string][]policy.Reason{"open": warned, "show": shown, "authorize": a} {
				i := slices.IndexFunc(all, func(r policy.Reason) bool { return r.Code == "domain_unproved" })
				if i >= 0 != (tt.says != "") || i >= 0 && (!strings.Contains(all[i].Text, tt.says) || !strings.Contains(all[i].Text, "client.example")) {
					t.Errorf("%s: %+v, want %q", where, all, tt.says)
				}
			}
		})
	}
}

// TestUnprovableWorth: the warning says what a yes from there is worth, and where
// nothing is asked there is none.
func TestUnprovableWorth(t *testing.T) {
	d := memoryDesk(t, nil)
	_, l := d.ask(t, bob, policy.PasswordChange)
	e := d.reply(l, policy.Unclear)
	e.Sender = policy.Sender{Result: policy.ResultNone}
	d.receive(t, e)
	for class, says := range map[policy.Class]string{policy.PasswordChange: "not enough for password-change", policy.MinorChange: "which is enough for minor-change", policy.Question: ""} {
		ticket, err := d.Open(OpenRequest{Contact: bob, Channel: policy.Email, Class: class, Subject: "x", Agent: "kim"})
		check(t, err)
		w, err := d.Warnings(ticket)
		check(t, err)
		if len(w) > 0 != (says != "") || len(w) > 0 && !strings.Contains(w[0].Text, says) {
			t.Errorf("%s: %+v, want %q", class, w, says)
		}
	}
}

// TestUnprovableIsWrittenRarely: what is known already is written once a day, and
// what is only observed never.
func TestUnprovableIsWrittenRarely(t *testing.T) {
	d := memoryDesk(t, nil)
	known := func() (p provable) {
		check(t, d.KV().View(func(v kv.View) (err error) {
			p, _, err = kv.Load[provable](v, "proves/client.example")
			return err
		}))
		return p
	}
	_, l := d.ask(t, bob, policy.PasswordChange)
	e := d.reply(l, policy.Unclear)
	_, err := d.Inbox.Receive(e, ledger.Source{Mailbox: "support", UIDValidity: 1, UID: 7, Observe: true}, []byte(e.RawHash))
	check(t, err)
	if p := known(); p != (provable{}) {
		t.Errorf("observed: %+v", p)
	}
	for _, after := range []time.Duration{0, time.Hour, provableEvery} {
		d.turn(after)
		d.receive(t, d.reply(l, policy.Unclear))
		want := d.Now()
		if after == time.Hour {
			want = want.Add(-after)
		}
		if p := known(); !p.Proved.Equal(want) {
			t.Errorf("after %s: %+v, want %s", after, p, want)
		}
	}
}
