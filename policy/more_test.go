package policy

import "testing"

// TestAsksMore: each row changes one thing of a proved mail that names a question of
// its contact by the number alone, and asks for a password. Whatever it comes to, it
// gives the ticket nothing.
func TestAsksMore(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*Facts)
		want  bool
	}{
		{"request", func(*Facts) {}, true},
		{"small-change", func(f *Facts) { f.Asks.Class = MinorChange }, true},
		{"on-a-small-change", func(f *Facts) { f.Ticket.Class = MinorChange }, true},
		{"in-doubt", func(f *Facts) { f.Asks.Score, f.Asks.Look = 0.4, true }, true},
		{"another-contact", func(f *Facts) { f.Person.ID = "nils" }, true},
		{"no-permission", func(f *Facts) { f.Person.May = false }, true},
		{"closed", func(f *Facts) { f.Ticket.State = StateClosed }, true},
		{"disputed", func(f *Facts) { f.Ticket.State = StateDisputed }, true},
		{"border", func(f *Facts) { f.Sender.By = ByBorder }, true},
		{"question", func(f *Facts) { f.Asks.Class = Question }, false},
		{"not-read", func(f *Facts) { f.Asks = Asks{} }, false},
		{"the-same", func(f *Facts) { f.Ticket.Class, f.Asks.Class = MinorChange, MinorChange }, false},
		{"less", func(f *Facts) { f.Ticket.Class, f.Asks.Class = MinorChange, Question }, false},
		{"on-what-is-privileged", func(f *Facts) { f.Ticket.Class, f.Asks.Class = PasswordChange, Cancellation }, false},
		{"graver-than-what-is-privileged", func(f *Facts) {
			f.Ticket.Class, f.Asks.Class, f.More.Read = PasswordChange, Cancellation, PasswordChange
		}, true},
		{"what-its-words-say", func(f *Facts) {
			f.Ticket.Class, f.Asks.Class, f.More.Read = PasswordChange, Cancellation, Cancellation
		}, false},
		{"another-client", func(f *Facts) { f.Person.Client = "south" }, false},
		{"removed", func(f *Facts) { f.Person.Removed = true }, false},
		{"stranger", func(f *Facts) { f.Person = Person{} }, false},
		{"forged", func(f *Facts) { f.Sender = Sender{Result: ResultNone} }, false},
		{"spf", func(f *Facts) { f.Sender.By = BySPF }, false},
		{"machine", func(f *Facts) { f.Kind = KindAutoReply }, false},
		{"the-same-bytes", func(f *Facts) { f.Duplicate = true }, false},
		{"deferred", func(f *Facts) { f.Sender = Sender{Result: ResultTempError} }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := good()
			f.Answer, f.Ticket.Class, f.Asks = Answer{Intent: Unclear}, Question, Asks{Class: PasswordChange, Score: 1}
			rebind(&f, Names{Threads: []string{"T-1"}})
			f.Ticket.Client = f.Person.Client
			tt.spoil(&f)
			d := Decide(f)
			if d.Has(EffectLook) != tt.want || len(d.Effects) > 1 || len(d.Effects) == 1 && !tt.want {
				t.Errorf("Decide() = %+v, want a look: %v", d, tt.want)
			}
			if tt.want && !f.Reads() {
				t.Error("its class is not read")
			}
		})
	}
	// What answers a question of ours is not read, and what doesn't is.
	for intent, want := range map[Intent]bool{Yes: false, No: false, Unclear: true} {
		f := good()
		f.Answer, f.Ticket.Class, f.Ticket.Client, f.Asks = Answer{Intent: intent}, MinorChange, f.Person.Client, Asks{Class: PasswordChange, Score: 1}
		if d := Decide(f); f.Reads() != want || d.Has(EffectLook) != want {
			t.Errorf("%s: read %v, %+v", intent, f.Reads(), d)
		}
	}
}
