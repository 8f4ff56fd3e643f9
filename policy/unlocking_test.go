package policy

import "testing"

// toUnlock is the notice by which Nils was asked whether the lock of his client shall be
// opened.
func toUnlock() Notice {
	n := toApprove()
	n.Unlocks, n.Class = true, AccountChange
	return n
}

// unlocks is Nils's yes to that.
func unlocks(spoil func(*Notice)) Facts {
	f := good()
	f.From = "nils@north.example"
	f.Person = Person{ID: "nils", Client: "north", Unlocks: true}
	f.Ticket.Class, f.Ticket.State = AccountChange, StateClosed
	n := toUnlock()
	spoil(&n)
	rebind(&f, Names{Tokens: []Named{{Mark{"token-7", "to"}, n}}, References: []Named{{Mark{"T-1-BBBBBB", "subject"}, n}}})
	return f
}

// TestUnlocking: each row spoils one fact of a yes to opening a lock; a no takes less,
// at any time. Neither proves or disputes anything.
func TestUnlocking(t *testing.T) {
	none := func(*Notice) {}
	no := func(f *Facts) { f.Answer = Answer{Intent: No} }
	void := func(n *Notice) { n.Void = true }
	for _, tt := range []struct {
		name             string
		notice           func(*Notice)
		spoil            func(*Facts)
		reason           Code
		unlocks, refuses bool
	}{
		{"yes", none, func(*Facts) {}, CodeUnlockAgreed, true, false},
		{"another-contact", none, func(f *Facts) { f.Person.ID = "bo" }, CodeOtherContact, false, false},
		{"moved", none, func(f *Facts) { f.Person.Client = "south" }, CodeContactMoved, false, false},
		{"no-permission", none, func(f *Facts) { f.Person.Unlocks, f.Person.Approves, f.Person.May = false, true, true }, CodeNoPermission, false, false},
		{"cooling", none, func(f *Facts) { f.Person.Cooling = true }, CodeCooling, false, false},
		{"removed", none, func(f *Facts) { f.Person.Removed = true }, CodeContactRemoved, false, false},
		{"staff", none, func(f *Facts) { f.Person.Staff = true }, CodeStaffAddress, false, false},
		{"over", void, func(*Facts) {}, CodeLockOver, false, false},
		{"spent", func(n *Notice) { n.Spent = true }, func(*Facts) {}, CodeNoToken, false, false},
		{"unclear", none, func(f *Facts) { f.Answer = Answer{Intent: Unclear} }, CodeUnclearAnswer, false, false},
		{"forged", none, func(f *Facts) { f.Sender.Result = ResultFail }, CodeDMARCFail, false, false},
		{"by-spf", none, func(f *Facts) { f.Sender.By = BySPF }, CodeSPFOnly, false, false},
		{"weak", none, func(f *Facts) { f.Sender = Sender{Result: ResultNone} }, CodeNotAligned, false, false},
		{"shared-border", none, func(f *Facts) { f.Sender.By = ByBorder }, CodeBorderNotExclusive, false, false},
		{"machine", none, func(f *Facts) { f.Kind = KindAutoReply }, CodeAutoReply, false, false},
		{"seen", none, func(f *Facts) { f.SignatureUsed = true }, CodeSignatureUsed, false, false},

		{"no", none, no, CodeStaysLocked, false, true},
		{"no-while-cooling", none, func(f *Facts) { no(f); f.Person.Cooling, f.Person.Unlocks = true, false }, CodeStaysLocked, false, true},
		{"no-to-one-that-is-over", void, no, CodeLockOver, false, true},
		{"no-of-a-removed-one", none, func(f *Facts) { no(f); f.Person.Removed = true }, CodeContactRemoved, false, true},
		{"no-forged-with-the-token", none, func(f *Facts) { no(f); f.Sender.Result = ResultFail }, CodeStaysLocked, false, true},
		{"no-of-another", none, func(f *Facts) { no(f); f.Person.ID, f.From = "bo", "bo@north.example" }, CodeOtherContact, false, false},
		{"no-of-staff", none, func(f *Facts) { no(f); f.Person.Staff = true }, CodeStaffAddress, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := unlocks(tt.notice)
			tt.spoil(&f)
			d := Decide(f)
			if d.Reason() != tt.reason || d.Has(EffectUnlock) != tt.unlocks || d.Has(EffectRefuse) != tt.refuses {
				t.Errorf("Decide() = %v by %s, %+v; want %s", d.Reasons, d.Rule, d.Effects, tt.reason)
			}
			if d.Has(EffectDispute) || d.Has(EffectProve) || d.Notice() != "" {
				t.Errorf("Decide() = %+v", d.Effects)
			}
		})
	}
	f := unlocks(none)
	f.Binding.Bound = BoundReference
	if d := Decide(f); d.Has(EffectUnlock) || d.Reason() != CodeNoToken {
		t.Errorf("by the reference alone: %+v", d)
	}
}
