package tickets

import (
	"testing"

	"countersign/internal/kv"
	"countersign/policy"
)

// TestEffects: everything that can follow from a message is carried out, and what
// nothing carries out stops it whole.
func TestEffects(t *testing.T) {
	for _, kind := range policy.EffectKinds() {
		if effects[kind] == nil {
			t.Errorf("nothing carries out %s", kind)
		}
	}
	if len(effects) != len(policy.EffectKinds()) {
		t.Errorf("%d are carried out, there are %d", len(effects), len(policy.EffectKinds()))
	}
	d := openDesk(t, nil)
	ticket, _ := d.ask(t, bob, policy.DNSChange)
	before := d.dump(t)
	err := d.engine.Update(func(tx kv.Tx) error {
		return d.Store.carryOut(tx, &Message{ID: "m-1", Ticket: ticket.ID}, policy.Facts{},
			policy.Decision{Verdict: policy.Authenticated, Effects: []policy.Effect{{Kind: policy.EffectProve, Proof: policy.ProofReply}, {Kind: "of a later day"}}})
	})
	if after := d.dump(t); err == nil || len(after) != len(before) {
		t.Errorf("carryOut() = %v, %d keys, want an error and %d", err, len(after), len(before))
	}
	d.state(t, ticket.ID, policy.StateUnconfirmed)
}
