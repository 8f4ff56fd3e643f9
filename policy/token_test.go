package policy

import (
	"slices"
	"testing"
	"time"
)

// The weak proof needs the live token, the contact's address and a yes; a no of
// that kind asks afresh.
func TestTokenOnly(t *testing.T) {
	tests := []struct {
		name   string
		spoil  func(*Facts)
		proofs []ProofKind
		unNo   bool
	}{
		{"yes", func(*Facts) {}, []ProofKind{ProofToken}, false},
		{"by-spf", func(f *Facts) { f.Sender = Sender{Result: ResultPass, By: BySPF} }, []ProofKind{ProofToken}, false},
		{"no", func(f *Facts) { f.Answer.Intent = No }, nil, true},
		{"unclear", func(f *Facts) { f.Answer.Intent = Unclear }, nil, false},
		{"policy-fail", func(f *Facts) { f.Sender.Result = ResultFail }, nil, false},
		{"policy-fail-no", func(f *Facts) { f.Sender.Result = ResultFail; f.Answer.Intent = No }, nil, true},
		{"no-without-permission", func(f *Facts) { f.Person.May = false; f.Answer.Intent = No }, nil, true},
		{"no-that-the-border-vouches-for", func(f *Facts) {
			f.Sender = proof().Sender
			f.Sender.By = ByBorder
			rebind(f, names())
			f.Answer.Intent = No
		}, nil, true},
		{"no-with-an-unsigned-token", func(f *Facts) {
			f.Sender = proof().Sender
			f.Sender.Covered = []string{"from"}
			rebind(f, names())
			f.Answer.Intent = No
		}, nil, true},
		{"no-while-dns-is-away-too-long", func(f *Facts) { f.Sender = Sender{Result: ResultTempError}; f.GaveUp = true; f.Answer.Intent = No }, nil, true},
		{"no-permission", func(f *Facts) { f.Person.May = false }, nil, false},
		{"asks-to-lift", func(f *Facts) { f.Binding.LiveToken.Lifts = true }, nil, false},
		{"ticket-of-another", func(f *Facts) { f.Ticket.Contact = "nils" }, nil, false},
		{"token-of-another-ticket", func(f *Facts) { f.Binding.LiveToken.Ticket = "T-2" }, nil, false},
		{"spent", func(f *Facts) { n := names(); n.Tokens[0].Notice.Spent = true; rebind(f, n) }, nil, false},
		{"no-token", func(f *Facts) { n := names(); n.Tokens = nil; rebind(f, n) }, nil, false},
		{"two-references", func(f *Facts) { n := names(); n.TwoReferences = true; rebind(f, n) }, nil, false},
		{"other-contact", func(f *Facts) { f.Person.ID = "nils" }, nil, false},
		{"not-on-file", func(f *Facts) { f.Person = Person{} }, nil, false},
		{"removed", func(f *Facts) { f.Person.Removed = true }, nil, false},
		{"cooling", func(f *Facts) { f.Person.Cooling = true }, nil, false},
		{"under-the-reference-of-another-ticket", func(f *Facts) {
			n := names()
			n.References[0].Notice.Ticket = "T-2"
			rebind(f, n)
		}, nil, false},
		{"no-under-the-reference-of-another-ticket", func(f *Facts) {
			n := names()
			n.References[0].Notice.Ticket = "T-2"
			rebind(f, n)
			f.Answer.Intent = No
		}, nil, true},
		{"closed", func(f *Facts) { f.Ticket.State = StateClosed }, nil, false},
		{"disputed", func(f *Facts) { f.Ticket.State = StateDisputed }, nil, false},
		{"machine", func(f *Facts) { f.Kind = KindAutoReply }, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := good()
			f.Sender = Sender{Result: ResultNone}
			rebind(&f, names())
			tt.spoil(&f)
			d := Decide(f)
			if !slices.Equal(d.Proofs(), tt.proofs) || d.Has(EffectUnprovedNo) != tt.unNo || d.Confirmed() || d.Verdict == Authenticated {
				t.Errorf("Decide() = %+v, want proofs %v, unproved no %v", d, tt.proofs, tt.unNo)
			}
			if d.Has(EffectSpend) {
				t.Error("a weak yes that counts for nothing uses the token up")
			}
			f.StandsIn = true
			if d := Decide(f); d.Has(EffectSpend) != (len(tt.proofs) > 0) {
				t.Errorf("where it stands in: spend %v", d.Has(EffectSpend))
			}
		})
	}
}

// TestNoWithDeadToken: a proved no is heard by a covered token of the ticket
// that a yes can no longer answer.
func TestNoWithDeadToken(t *testing.T) {
	nils := func(f *Facts) *Facts { f.From, f.Person.ID = "nils@north.example", "nils"; return f }
	tests := []struct {
		name  string
		spoil func(*Facts, *Names)
		want  bool
	}{
		{"spent", func(*Facts, *Names) {}, true},
		{"void", func(_ *Facts, n *Names) { n.Tokens[0].Notice.Spent, n.Tokens[0].Notice.Void = false, true }, true},
		{"expired", func(f *Facts, n *Names) {
			n.Tokens[0].Notice.Spent = false
			f.Arrived = n.Tokens[0].Notice.Expires.Add(time.Second)
		}, true},
		{"two-references", func(_ *Facts, n *Names) { n.Tokens[0].Notice.Spent, n.TwoReferences = false, true }, true},
		{"yes", func(f *Facts, _ *Names) { f.Answer.Intent = Yes }, false},
		{"unclear", func(f *Facts, _ *Names) { f.Answer.Intent = Unclear }, false},
		{"unsigned", func(f *Facts, _ *Names) { f.Sender.Covered = []string{"from"} }, false},
		{"signed-before-it", func(f *Facts, n *Names) { f.Sender.SignedAt = n.Tokens[0].Notice.Sent.Add(-time.Hour) }, false},
		{"of-a-lift", func(_ *Facts, n *Names) { n.Tokens[0].Notice.Lifts = true }, true},
		{"not-proved", func(f *Facts, _ *Names) { f.Sender = Sender{Result: ResultNone} }, false},
		{"other-contact", func(f *Facts, _ *Names) { nils(f) }, true},
		{"other-contact-without-permission", func(f *Facts, _ *Names) { nils(f).Person.May = false }, false},
		{"other-contact-of-what-is-over", func(f *Facts, _ *Names) { nils(f).Ticket.State = StateClosed }, false},
		{"other-client", func(f *Facts, _ *Names) { nils(f).Person.Client = "south" }, false},
		{"own-without-permission", func(f *Facts, _ *Names) { f.Person.May = false }, true},
		{"over", func(f *Facts, _ *Names) { f.Ticket.State = StateExpired }, true},
		{"removed", func(f *Facts, _ *Names) { f.Person = Person{ID: "ada", Client: "north", Removed: true} }, true},
		{"removed-from-another-address", func(f *Facts, n *Names) {
			f.Person.Removed, n.Tokens[0].Notice.Address = true, "other@north.example"
		}, false},
		{"address-gone", func(f *Facts, _ *Names) { f.Person = Person{} }, true},
		{"address-of-another-now", func(f *Facts, _ *Names) { f.Person = Person{ID: "eve", Client: "south", May: true} }, true},
		{"stranger", func(f *Facts, n *Names) { f.Person, f.From = Person{}, "eve@evil.example" }, false},
		{"address-of-staff-now", func(f *Facts, n *Names) { f.Person = Person{Staff: true} }, false},
		{"machine", func(f *Facts, _ *Names) { f.Kind = KindAutoReply }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, n := good(), names()
			n.Tokens[0].Notice.Address = f.From
			f.Answer.Intent, n.References, n.Tokens[0].Notice.Spent = No, nil, true
			tt.spoil(&f, &n)
			rebind(&f, n)
			if d := Decide(f); d.Has(EffectDispute) != tt.want || d.Has(EffectSpend) || len(d.Proofs()) > 0 || d.Confirmed() {
				t.Errorf("Decide() = %+v, want dispute %v", d, tt.want)
			}
		})
	}
}
