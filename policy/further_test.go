package policy

import (
	"slices"
	"testing"
	"time"
)

// TestFurther: each row changes one thing of a proved mail of the contact, surely to
// us, that names their question by its number alone and surely asks for a password.
// Where it doesn't become part of the ticket, it gives that nothing.
func TestFurther(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*Facts)
		want  bool
	}{
		{"request", func(*Facts) {}, true},
		{"graver-than-privileged", func(f *Facts) {
			f.Ticket.Class, f.Asks.Class, f.More.Read = PasswordChange, Cancellation, PasswordChange
		}, true},
		{"confirmed", func(f *Facts) { f.Ticket.State = StateConfirmed }, true},
		{"by-reference", func(f *Facts) { n := names(); n.Tokens = nil; rebind(f, n); f.ToUsSigned = false }, true},
		{"by-token", func(f *Facts) { rebind(f, names()); f.ToUsSigned = false }, true},
		{"cooling", func(f *Facts) { f.Person.Cooling = true }, true}, // their answer proves nothing yet
		{"colleague", func(f *Facts) { f.Person.ID = "nils" }, false},
		{"another-client", func(f *Facts) { f.Person.Client = "south" }, false},
		{"stranger", func(f *Facts) { f.Person = Person{} }, false},
		{"staff", func(f *Facts) { f.Person.Staff = true }, false},
		{"removed", func(f *Facts) { f.Person.Removed = true }, false},
		{"no-permission", func(f *Facts) { f.More.May = false }, false},
		{"too-long", func(f *Facts) { f.More.Fits = false }, false},
		{"allowed-already", func(f *Facts) { f.More.Used = true }, false},
		{"no", func(f *Facts) { f.Answer.Intent = No }, false},
		{"no-as-the-asked-mean-it", func(f *Facts) { rebind(f, names()); f.Answer.ByLanguage = map[string]Intent{"en": No} }, false},
		{"yes", func(f *Facts) { f.Answer.Intent = Yes }, false},
		{"in-doubt", func(f *Facts) { f.Asks.Score, f.Asks.Look = 0.5, true }, false},
		{"not-sure", func(f *Facts) { f.Asks.Score = 0.7 }, false},
		{"not-read", func(f *Facts) { f.Asks = Asks{} }, false},
		{"small-change", func(f *Facts) { f.Asks.Class = MinorChange }, false},
		{"the-same", func(f *Facts) { f.Ticket.Class = PasswordChange }, false},
		{"less", func(f *Facts) { f.Ticket.Class = Cancellation }, false},
		{"what-its-words-say", func(f *Facts) { f.More.Read = PasswordChange }, false},
		{"old", func(f *Facts) { f.Sender.SignedAt = f.More.Opened.Add(-Skew - time.Second) }, false},
		{"undated", func(f *Facts) { f.Sender.SignedAt = time.Time{} }, false},
		{"to-unsigned", func(f *Facts) { f.ToUsSigned = false }, false},
		{"border", func(f *Facts) { f.Sender.By = ByBorder }, false},
		{"border-exclusive", func(f *Facts) { f.Sender.By, f.Sender.Exclusive = ByBorder, true }, true},
		{"spf", func(f *Facts) { f.Sender.By = BySPF }, false},
		{"forged", func(f *Facts) { f.Sender = Sender{Result: ResultNone} }, false},
		{"deferred", func(f *Facts) { f.Sender = Sender{Result: ResultTempError} }, false},
		{"machine", func(f *Facts) { f.Kind = KindAutoReply }, false},
		{"the-same-bytes", func(f *Facts) { f.Duplicate = true }, false},
		{"the-same-signature", func(f *Facts) { f.SignatureUsed = true }, false},
		{"closed", func(f *Facts) { f.Ticket.State = StateClosed }, false},
		{"expired", func(f *Facts) { f.Ticket.State = StateExpired }, false},
		{"disputed", func(f *Facts) { f.Ticket.State = StateDisputed }, false},
		{"lost-mailbox", func(f *Facts) { f.Ticket.Lost = true }, false},
		{"asks-whether-it-is-ours", func(f *Facts) {
			f.Inquiry, f.About = Inquiry{Numbers: []string{"T-1"}, Asks: true, Real: true}, About{Known: true, Theirs: []string{"T-1"}}
		}, false},
		{"answer-of-a-lift", func(f *Facts) { n := names(); n.Tokens[0].Notice.Lifts = true; n.References = nil; rebind(f, n) }, false},
		{"nothing-is-known-of-it", func(f *Facts) { f.More = Further{} }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := good()
			f.Answer, f.Ticket.Class, f.Ticket.Client, f.Asks = Answer{Intent: Unclear}, Question, f.Person.Client, Asks{Class: PasswordChange, Score: 1}
			f.ToUs, f.ToUsSigned, f.More = true, true, Further{May: true, Fits: true, Opened: f.Sender.SignedAt, Read: Question}
			rebind(&f, Names{Threads: []string{"T-1"}})
			tt.spoil(&f)
			d := Decide(f)
			if d.Has(EffectFurther) != tt.want {
				t.Fatalf("Decide() = %+v, want it to become part of the ticket: %v", d, tt.want)
			}
			if !tt.want {
				return
			}
			var kinds []EffectKind
			for _, e := range d.Effects {
				kinds = append(kinds, e.Kind)
			}
			if !slices.Equal(kinds, []EffectKind{EffectFurther, EffectNotice}) || d.Notice() != NoticeConfirm || d.Reason() != CodeAskedFurther || len(d.Proofs()) > 0 || d.Ticket != "T-1" {
				t.Errorf("Decide() = %+v", d)
			}
		})
	}
}
