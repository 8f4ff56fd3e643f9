package tickets

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"testing"

	"countersign/internal/kv"
	"countersign/policy"
)

// pruned is JSON without what is empty in it, as our records leave it out.
func pruned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, one := range v {
			if one = pruned(one); one == nil || one == "" || one == false || one == 0.0 || one == "0001-01-01T00:00:00Z" {
				delete(v, name)
			} else if m, ok := one.(map[string]any); ok && len(m) == 0 {
				delete(v, name)
			}
		}
	case []any:
		for i := range v {
			v[i] = pruned(v[i])
		}
		if len(v) == 0 {
			return nil
		}
	}
	return v
}

// TestMessagesOfSchema1 reads messages as the program of schema 1 wrote them, of
// every outcome: nothing that it knew of them is lost, what followed is listed,
// the rule that settled it has its name, and each is decided again as it was.
func TestMessagesOfSchema1(t *testing.T) {
	b, err := os.ReadFile("testdata/schema1-messages.jsonl")
	check(t, err)
	effects := map[policy.EffectKind]bool{}
	for line := range bytes.Lines(b) {
		m, err := messageOfSchema1(line)
		check(t, err)
		renamed, err := renamed(line)
		check(t, err)
		var old, now map[string]any
		check(t, json.Unmarshal(renamed, &old))
		written, err := json.Marshal(m)
		check(t, err)
		check(t, json.Unmarshal(written, &now))
		var flags struct {
			Decision struct {
				Confirmed bool
				Proofs    []policy.ProofKind
				Also      []string
				Ask       policy.NoticeKind
				Dispute   bool
				Spend     bool
			}
		}
		check(t, json.Unmarshal(line, &flags))
		delete(old, "decision")
		delete(now, "decision")
		if !reflect.DeepEqual(pruned(old), pruned(now)) {
			t.Errorf("%s is %+v\nwas %+v", m.ID, now, old)
		}
		d, was := m.Decision, flags.Decision
		if again := policy.Decide(m.Facts); d.Rule == "" || !reflect.DeepEqual(recordDecision(again), recordDecision(d)) {
			t.Errorf("%s is decided %+v\nagain %+v", m.ID, d, again)
		}
		if d.Confirmed() != was.Confirmed || !slices.Equal(d.Proofs(), was.Proofs) || !slices.Equal(d.Also(), was.Also) || d.Notice() != was.Ask ||
			d.Has(policy.EffectDispute) != was.Dispute || d.Has(policy.EffectSpend) != was.Spend {
			t.Errorf("%s: %+v, was %+v", m.ID, d, was)
		}
		for _, e := range d.Effects {
			effects[e.Kind] = true
		}
	}
	if len(effects) < 6 {
		t.Errorf("only the effects %v are tried", effects)
	}
}

// TestMessagesToSchema2: a store of schema 1 has its messages in their new form
// afterwards, and each is found as it was.
func TestMessagesToSchema2(t *testing.T) {
	lines, err := os.ReadFile("testdata/schema1-messages.jsonl")
	check(t, err)
	s := kv.Memory()
	want := map[string]Message{}
	for line := range bytes.Lines(lines) {
		m, err := messageOfSchema1(line)
		check(t, err)
		want[kv.Numbered(messagePrefix, m.ID)] = m
		check(t, s.Update(func(tx kv.Tx) error { return tx.Put(kv.Numbered(messagePrefix, m.ID), bytes.TrimSpace(line)) }))
	}
	check(t, s.SetSchema(1))
	check(t, Migrate(s, nil))
	check(t, s.View(func(v kv.View) error {
		for key, m := range want {
			b, err := v.Get(key)
			check(t, err)
			got, _, err := kv.Load[Message](v, key)
			if err != nil || !reflect.DeepEqual(got, m) || bytes.Contains(b, []byte(`"Verdict"`)) {
				t.Errorf("%s is %s, %v", key, b, err)
			}
		}
		return nil
	}))
}

// TestEffectsOfSchema1: each flag of a decision becomes its effect, in the order
// in which that was carried out.
func TestEffectsOfSchema1(t *testing.T) {
	const old = `{"id":"m-1","facts":{},"decision":{"Verdict":"authenticated","Outcome":"applied","Reasons":[{"code":"denied","text":"No."}],"Ticket":"T-1",` +
		`"Proofs":["sender","reply"],"Spend":true,"Dispute":true,"Revision":2,"Also":["T-2","T-3"],"UnprovedNo":true,"Lift":true,"Open":true,"Joins":true,"Ask":"disputed"}}`
	m, err := messageOfSchema1([]byte(old))
	check(t, err)
	want := []policy.Effect{{Kind: policy.EffectOpen}, {Kind: policy.EffectJoin}, {Kind: policy.EffectProve, Proof: policy.ProofSender},
		{Kind: policy.EffectProve, Proof: policy.ProofReply}, {Kind: policy.EffectSpend}, {Kind: policy.EffectUnprovedNo}, {Kind: policy.EffectLift},
		{Kind: policy.EffectDispute, Revision: 2}, {Kind: policy.EffectDisputeAlso, Ticket: "T-2"}, {Kind: policy.EffectDisputeAlso, Ticket: "T-3"},
		{Kind: policy.EffectNotice, Notice: policy.NoticeDisputed}}
	if !slices.Equal(m.Decision.Effects, want) || m.Decision.Rule != "" { // no facts lead to it
		t.Errorf("%+v, want the effects %+v", m.Decision, want)
	}
}

// TestMessagesOfSchema1WithGaps reads messages of which one part each is missing,
// as of a program before it was written down: the rest is read.
func TestMessagesOfSchema1WithGaps(t *testing.T) {
	b, err := os.ReadFile("testdata/schema1-messages.jsonl")
	check(t, err)
	for line := range bytes.Lines(b) {
		var whole map[string]any
		check(t, json.Unmarshal(line, &whole))
		eachGap(whole, func(gap string) {
			b, err := json.Marshal(whole)
			check(t, err)
			if m, err := messageOfSchema1(b); err != nil || m.ID != whole["id"] && gap != "id" {
				t.Errorf("%v without %s is %+v, %v", whole["id"], gap, m, err)
			}
		})
	}
}

// eachGap calls fn with each part of v taken out, one at a time.
func eachGap(v map[string]any, fn func(gap string)) {
	for name, one := range v {
		delete(v, name)
		fn(name)
		v[name] = one
		if inner, ok := one.(map[string]any); ok && name != "by_language" { // whose names are data
			eachGap(inner, func(gap string) { fn(name + "." + gap) })
		}
	}
}
