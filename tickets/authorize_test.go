package tickets

import (
	"errors"
	"maps"
	"testing"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

// TestAuthorizeOnce: the first allow uses the revision up; the same agent gets
// the same receipt for 30 minutes.
func TestAuthorizeOnce(t *testing.T) {
	d := openDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	first := d.may(t, ticket.ID, policy.PasswordChange, "kim")
	if first.Decision != policy.Allow || first.Receipt == "" {
		t.Fatalf("first: %+v", first)
	}
	for _, step := range []struct {
		name  string
		turn  time.Duration
		agent string
		allow bool
	}{
		{"at-once", 0, "kim", true},
		{"other-agent", 0, "lee", false},
		{"after-29m", 29 * time.Minute, "kim", true},
		{"after-30m", time.Minute, "kim", false},
		{"other-agent-later", time.Hour, "lee", false},
	} {
		d.turn(step.turn)
		d.restart(t)
		a := d.may(t, ticket.ID, policy.PasswordChange, step.agent)
		if (a.Decision == policy.Allow) != step.allow || step.allow && a.Receipt != first.Receipt || !step.allow && (!has(a, "already_used") || a.Receipt != "") {
			t.Errorf("%s: %+v", step.name, a)
		}
	}
}

// TestAuthorizeDenies spoils one thing about an ask that would be allowed.
func TestAuthorizeDenies(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*desk, *AuthorizeRequest)
		code  string
	}{
		{"chat", func(_ *desk, a *AuthorizeRequest) { a.Channel = policy.Chat }, "channel_forbidden"},
		{"phone", func(_ *desk, a *AuthorizeRequest) { a.Channel = policy.Phone }, "channel_forbidden"},
		{"other-class", func(_ *desk, a *AuthorizeRequest) { a.Class = policy.DNSChange }, "class_mismatch"},
		{"proof-too-old", func(d *desk, _ *AuthorizeRequest) { d.turn(policy.ProofLife) }, "proof_expired"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket, l := d.ask(t, bob, policy.PasswordChange)
			d.receive(t, d.reply(l, policy.Yes))
			ask := AuthorizeRequest{Ticket: ticket.ID, Class: policy.PasswordChange, Agent: "kim"}
			tt.spoil(d, &ask)
			a, err := d.Authorize(ask)
			check(t, err)
			if a.Decision != policy.Deny || !has(a, tt.code) || a.Receipt != "" {
				t.Errorf("Authorize(%+v) = %+v, want %s", ask, a, tt.code)
			}
			if happened(d.show(t, ticket.ID), "authorize deny") != 1 {
				t.Error("the answer is not in the history")
			}
		})
	}
	d := memoryDesk(t, nil)
	ticket, _ := d.ask(t, bob, policy.SubscriptionChange)
	d.receive(t, d.reply(d.last(t, "confirm", ticket.ID), policy.Yes))
	if a := d.may(t, ticket.ID, policy.SubscriptionChange, "kim"); a.Decision != policy.Hold || !has(a, "approval_missing") {
		t.Errorf("without an approval: %+v", a)
	}
	for want, ask := range map[error]AuthorizeRequest{ErrNoTicket: {Ticket: "T-99", Class: policy.DNSChange, Agent: "kim"}, ErrNoAgent: {Ticket: ticket.ID, Class: policy.DNSChange, Agent: "zoe"}} {
		if _, err := d.Authorize(ask); !errors.Is(err, want) {
			t.Errorf("Authorize(%+v): %v, want %v", ask, err, want)
		}
	}
	var invalid *InvalidError
	if _, err := d.Authorize(AuthorizeRequest{Ticket: ticket.ID, Class: "x", Channel: "y", Agent: "kim"}); !errors.As(err, &invalid) {
		t.Errorf("unknown class and channel: %v", err)
	}
}

// TestAuthorizeRecords: whatever is answered is in the history and in the audit log,
// also to who may do nothing. What is no question, or is asked by nobody, is answered
// with an error and leaves nothing.
func TestAuthorizeRecords(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, _ := d.ask(t, bob, policy.PasswordChange)
	check(t, d.kv.Update(func(tx kv.Tx) error { _, err := staff.Disable(tx, "lee"); return err }))
	before := d.dump(t)
	for name, ask := range map[string]AuthorizeRequest{
		"no-such-class":   {Ticket: ticket.ID, Class: "x", Agent: "kim"},
		"no-such-channel": {Ticket: ticket.ID, Class: policy.PasswordChange, Channel: "fax", Agent: "kim"},
		"no-such-agent":   {Ticket: ticket.ID, Class: policy.PasswordChange, Agent: "zoe"},
		"no-such-ticket":  {Ticket: "T-9", Class: policy.PasswordChange, Agent: "kim"},
	} {
		if a, err := d.Authorize(ask); err == nil || a.Decision != "" {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
		if after := d.dump(t); !maps.Equal(before, after) {
			t.Errorf("%s: it wrote", name)
		}
	}
	entries := entriesOf(t, d)
	if a := d.may(t, ticket.ID, policy.PasswordChange, "lee"); a.Decision != policy.Deny || !has(a, "agent_disabled") {
		t.Errorf("disabled: %+v", a)
	}
	if happened(d.show(t, ticket.ID), "authorize deny") != 1 || entriesOf(t, d) != entries+1 {
		t.Error("the refusal of a disabled agent is not on record")
	}
}

// TestReceipt: a receipt that was changed anywhere is not genuine.
func TestReceipt(t *testing.T) {
	d := openDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	e, err := d.Explain(d.may(t, ticket.ID, policy.PasswordChange, "kim").Receipt)
	check(t, err)
	if e.Receipt == nil || !e.Genuine || e.Receipt.Request != ticket.Request || len(e.Receipt.Proofs) != 2 {
		t.Fatalf("%+v", e)
	}
	for name, change := range map[string]func(*Receipt){
		"ticket":    func(r *Receipt) { r.Ticket = "T-2" },
		"request":   func(r *Receipt) { r.Request += " and web2" },
		"revision":  func(r *Receipt) { r.Revision++ },
		"class":     func(r *Receipt) { r.Class = policy.Cancellation },
		"agent":     func(r *Receipt) { r.Agent = "lee" },
		"contact":   func(r *Receipt) { r.Contact = "ada" },
		"at":        func(r *Receipt) { r.At = r.At.Add(time.Second) },
		"proofs":    func(r *Receipt) { r.Proofs = nil },
		"signature": func(r *Receipt) { r.Signature = nil },
	} {
		r := *e.Receipt
		if change(&r); d.Log.genuine(r) {
			t.Errorf("genuine with another %s", name)
		}
	}
}
