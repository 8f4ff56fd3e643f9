package tickets

import (
	"testing"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/ledger"
)

// TestStanding: what may come of a message, told without knowing who sent it.
func TestStanding(t *testing.T) {
	d := openDesk(t, nil)
	_, l := d.ask(t, bob, policy.PasswordChange)
	change := func(fn func(*policy.Evidence)) policy.Evidence {
		e := d.reply(l, policy.Yes)
		e.Sender = policy.Sender{}
		fn(&e)
		return e
	}
	tests := []struct {
		name string
		e    policy.Evidence
		want policy.Standing
	}{
		{"who-was-asked", change(func(*policy.Evidence) {}), policy.Asked},
		{"by-the-reference-alone", change(func(e *policy.Evidence) { e.Tokens, e.Threads = nil, nil }), policy.Asked},
		{"without-a-secret", change(func(e *policy.Evidence) { e.Tokens, e.References = nil, nil }), policy.Known},
		{"another-contact-with-the-secret", change(func(e *policy.Evidence) { e.From = ada }), policy.Known},
		{"a-stranger-with-the-token", change(func(e *policy.Evidence) { e.From = "x@evil.example" }), policy.Known},
		{"a-stranger-with-the-reference", change(func(e *policy.Evidence) { e.From, e.Tokens = "x@evil.example", nil }), policy.Stranger},
		{"a-stranger-with-the-number", change(func(e *policy.Evidence) {
			e.From, e.Tokens, e.References, e.Numbers = "x@evil.example", nil, nil, []string{"T-1"}
		}), policy.Stranger},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, opens, err := d.Inbox.Standing(tt.e); err != nil || got != tt.want || opens {
				t.Errorf("Standing() = %d, %v, %v; want %d", got, opens, err, tt.want)
			}
		})
	}
	for from, want := range map[string]bool{bob: true, "x@evil.example": false, "kim@desk.example": false} {
		if _, opens, err := d.Inbox.Standing(policy.Evidence{From: from, Kind: policy.KindNew}); err != nil || opens != want {
			t.Errorf("new mail of %s may open a ticket: %v, %v", from, opens, err)
		}
	}
	d.turn(200 * time.Hour) // the token is dead, but its no is still heard
	e := tests[0].e
	e.Arrived = d.Now()
	if got, opens, err := d.Inbox.Standing(e); err != nil || got != policy.Asked || opens {
		t.Errorf("with a token that expired: %d, %v", got, err)
	}
}

// TestDeferredValue: what waits is found whatever its key's value was before it
// held more than the id.
func TestDeferredValue(t *testing.T) {
	d := openDesk(t, nil)
	_, l := d.ask(t, bob, policy.PasswordChange)
	e := d.reply(l, policy.Yes)
	e.Sender = policy.Sender{Result: policy.ResultTempError}
	m, err := d.Inbox.Receive(e, ledger.Source{Mailbox: "support", UIDValidity: 1, UID: 900}, []byte(e.RawHash))
	check(t, err)
	list, err := d.Ledger.Deferred(d.Now(), true)
	if want := (ledger.Waiting{ID: m.ID, From: m.Facts.From, Domain: "client.example", Asked: true, Size: m.Facts.Size}); err != nil || len(list) != 1 || list[0] != want {
		t.Errorf("Deferred() = %+v, %v; want %+v", list, err, want)
	}
	check(t, d.engine.Update(func(tx kv.Tx) error { return tx.Put("defer/"+kv.Due(m.Next)+"/"+m.ID, []byte(m.ID)) }))
	if list, err := d.Ledger.Deferred(d.Now(), true); err != nil || len(list) != 1 || list[0].ID != m.ID {
		t.Errorf("Deferred() = %+v, %v; want %s", list, err, m.ID)
	}
}
