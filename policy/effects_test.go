package policy

import (
	"slices"
	"testing"
)

// TestEffectTable: every kind of effect has its row, in the order in which effects
// are carried out: what opens a ticket or gives it something comes before what
// takes it away, and the notice, which tells of all of it, last.
func TestEffectTable(t *testing.T) {
	var kinds []string
	for _, k := range EffectKinds() {
		kinds = append(kinds, string(k))
	}
	if declared := constants(t, "effects.go", "EffectKind"); !slices.Equal(declared, kinds) {
		t.Fatalf("declared are %v, the rows are %v", declared, kinds)
	}
	for _, tt := range []struct {
		kind                     EffectKind
		counts, evidence, denies bool
	}{
		{EffectOpen, true, true, false},
		{EffectJoin, true, false, false},
		{EffectProve, true, true, false},
		{EffectSpend, true, false, false},
		{EffectUnprovedNo, false, true, false},
		{EffectLift, true, true, false},
		{EffectRefuse, true, true, true},
		{EffectAnswers, true, true, false},
		{EffectAway, false, false, false},
		{EffectDispute, true, true, true},
		{EffectDisputeAlso, true, true, true},
		{EffectLook, false, false, false},
		{EffectNotice, true, false, false},
		{"of a later day", true, true, false},
	} {
		d := Decision{Outcome: Applied, Effects: []Effect{{Kind: tt.kind}}}
		if d.Counts() != tt.counts || d.Evidence() != tt.evidence || d.Denies() != tt.denies {
			t.Errorf("%s: counts %v, evidence %v, denies %v", tt.kind, d.Counts(), d.Evidence(), d.Denies())
		}
	}
	for _, o := range []Outcome{Applied, OutcomeIgnored, SetAside, OutcomeDefer} {
		if d := (Decision{Outcome: o}); d.Counts() || d.Evidence() != (o == SetAside || o == OutcomeDefer) {
			t.Errorf("%s without an effect: counts %v, evidence %v", o, d.Counts(), d.Evidence())
		}
	}
}

// TestEffectOrder: in whatever order a rule names them, effects stand as they are
// carried out, of one kind in the order named.
func TestEffectOrder(t *testing.T) {
	var d Decision
	d.notice(NoticeDisputed)
	d.with(Effect{Kind: EffectDisputeAlso, Ticket: "T-2"})
	d.with(Effect{Kind: EffectDisputeAlso, Ticket: "T-1"})
	d.with(Effect{Kind: EffectDispute, Revision: 3})
	d.with(Effect{Kind: EffectSpend})
	d.prove(ProofSender)
	d.prove(ProofReply)
	want := []Effect{{Kind: EffectProve, Proof: ProofSender}, {Kind: EffectProve, Proof: ProofReply}, {Kind: EffectSpend}, {Kind: EffectDispute, Revision: 3},
		{Kind: EffectDisputeAlso, Ticket: "T-2"}, {Kind: EffectDisputeAlso, Ticket: "T-1"}, {Kind: EffectNotice, Notice: NoticeDisputed}}
	if !slices.Equal(d.Effects, want) {
		t.Errorf("effects %+v\nwant    %+v", d.Effects, want)
	}
}
