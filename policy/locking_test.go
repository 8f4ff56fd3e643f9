package policy

import (
	"testing"
	"time"
)

// writesLock is Ada's LOCK, in a mail that is about no ticket; she is the primary contact.
func writesLock() Facts {
	f := good()
	f.Kind, f.Answer, f.Locks, f.Person.MayLock, f.Ticket = KindNew, Answer{Intent: Unclear}, true, true, Ticket{}
	f.ToUs, f.ToUsSigned = true, true
	rebind(&f, Names{})
	return f
}

// answersLock is the same as an answer to the question of T-1.
func answersLock() Facts {
	f := good()
	f.Answer, f.Locks, f.Person.MayLock, f.ToUs, f.ToUsSigned = Answer{Intent: Unclear}, true, true, true, true
	return f
}

// TestLocking: each row spoils one fact of a LOCK that deserves to lock.
func TestLocking(t *testing.T) {
	unsigned := func(f *Facts) { f.ToUsSigned = false }
	for _, tt := range []struct {
		name   string
		facts  func() Facts
		spoil  func(*Facts)
		locks  bool
		asked  bool // and the leads are told
		opens  bool
		denies bool
	}{
		{"new-mail", writesLock, func(*Facts) {}, true, false, false, false},
		{"answer", answersLock, func(*Facts) {}, true, false, false, false},
		{"another-contact", writesLock, func(f *Facts) { f.Person.MayLock = false }, false, true, true, false},
		{"another-contacts-answer", answersLock, func(f *Facts) { f.Person.MayLock = false }, false, true, false, false},
		{"another-word", writesLock, func(f *Facts) { f.Locks = false }, false, false, true, false},
		{"to-unsigned", writesLock, unsigned, false, true, true, false},
		{"undated", writesLock, func(f *Facts) { f.Sender.SignedAt = time.Time{} }, false, true, true, false},
		{"to-another", writesLock, func(f *Facts) { f.ToUs, f.ToUsSigned = false, false }, false, true, true, false},
		{"answer-to-unsigned", answersLock, unsigned, true, false, false, false}, // the reference in the Subject is signed
		{"answer-to-a-dead-question", answersLock, func(f *Facts) {
			n := names()
			n.Tokens[0].Notice.Void, n.References[0].Notice.Void = true, true
			rebind(f, n)
			unsigned(f)
		}, true, false, false, false},
		{"answer-to-anothers-question", answersLock, func(f *Facts) {
			n := names()
			n.Tokens[0].Notice.Contact, n.References[0].Notice.Contact, f.Ticket.Contact = "bo", "bo", "bo"
			rebind(f, n)
			unsigned(f)
		}, false, true, false, false},
		{"of-no-ticket-of-theirs", answersLock, func(f *Facts) { rebind(f, Names{Threads: []string{"T-1"}}); unsigned(f) }, false, true, false, false},
		{"while-cooling", writesLock, func(f *Facts) { f.Person.Cooling = true }, true, false, false, false},
		{"without-a-permission", writesLock, func(f *Facts) { f.Person.May = false }, true, false, false, false},
		{"removed", writesLock, func(f *Facts) { f.Person.Removed = true }, false, false, false, false},
		{"staff", writesLock, func(f *Facts) { f.Person.Staff = true }, false, false, false, false},
		{"shared", writesLock, func(f *Facts) { f.Person.Shared = []string{"ada", "bo"}; f.Person.ID = "" }, false, false, false, false},
		{"stranger", writesLock, func(f *Facts) { f.Person = Person{} }, false, false, false, false},
		{"forged", answersLock, func(f *Facts) { f.Sender.Result = ResultFail }, false, true, false, false}, // with our token: somebody reads that mailbox
		{"forged-without", writesLock, func(f *Facts) { f.Sender.Result = ResultFail }, false, false, false, false},
		{"forged-of-a-number", answersLock, func(f *Facts) { f.Sender.Result = ResultFail; rebind(f, Names{Threads: []string{"T-1"}}) }, false, false, false, false},
		{"nothing-vouches", writesLock, func(f *Facts) { f.Sender = Sender{Result: ResultNone} }, false, false, false, false},
		{"by-spf", answersLock, func(f *Facts) { f.Sender.By = BySPF }, false, true, false, false},
		{"shared-border", writesLock, func(f *Facts) { f.Sender.By = ByBorder }, false, true, true, false},
		{"machine", writesLock, func(f *Facts) { f.Kind = KindAutoReply }, false, false, false, false},
		{"dns", answersLock, func(f *Facts) { f.Sender = Sender{Result: ResultTempError} }, false, false, false, false},
		{"duplicate", writesLock, func(f *Facts) { f.Duplicate = true }, false, false, false, false},
		{"signature-used", writesLock, func(f *Facts) { f.SignatureUsed, f.SignatureLock = true, true }, false, false, false, false},
		{"behind-a-copy", writesLock, func(f *Facts) { f.SignatureUsed = true }, true, false, false, false},
		{"answer-behind-a-copy", answersLock, func(f *Facts) { f.SignatureUsed = true }, true, false, false, false},
		{"with-a-denial", answersLock, func(f *Facts) { f.Answer.Intent = No }, true, false, false, true},
		{"to-the-question-of-a-lock", func() Facts { return unlocks(func(*Notice) {}) }, func(f *Facts) {
			f.Answer, f.Locks, f.Person.MayLock = Answer{Intent: Unclear}, true, true
		}, true, false, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := tt.facts()
			tt.spoil(&f)
			d := Decide(f)
			if d.Has(EffectLock) != tt.locks || d.Has(EffectLockAsked) != tt.asked || d.Has(EffectOpen) != tt.opens || d.Denies() != tt.denies {
				t.Errorf("Decide() = %s %v by %s, %+v", d.Verdict, d.Reasons, d.Rule, d.Effects)
			}
			if d.Confirmed() || d.Has(EffectUnlock) {
				t.Errorf("it is a yes: %+v", d.Effects)
			}
			if tt.locks != (len(d.Reasons) > 0 && hasCode(d.Reasons, CodeLocked)) || tt.asked != hasCode(d.Reasons, CodeLockAsked) {
				t.Errorf("it says %v", d.Reasons)
			}
		})
	}
}

func hasCode(all []Reason, code Code) bool {
	for _, r := range all {
		if r.Code == code {
			return true
		}
	}
	return false
}
