package policy

import (
	"testing"
	"time"
)

// TestUnboundAnswer: each row changes one thing of a proved yes in a new mail to us,
// from a contact who was asked something. It proves nothing, whatever it comes to.
func TestUnboundAnswer(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*Facts)
		want  bool
	}{
		{"yes", func(*Facts) {}, true},
		{"no", func(f *Facts) { f.Answer.Intent = No }, true},
		{"by-the-number", func(f *Facts) { f.Ticket = good().Ticket; rebind(f, Names{Threads: []string{"T-1"}}) }, true},
		{"unclear", func(f *Facts) { f.Answer.Intent = Unclear }, false},
		{"nothing-is-expected", func(f *Facts) { f.Expects = Expected{} }, false},
		{"on-another-ticket", func(f *Facts) {
			f.Ticket = good().Ticket
			f.Ticket.ID = "T-2"
			rebind(f, Names{Threads: []string{"T-2"}})
		}, false},
		{"by-the-token", func(f *Facts) { f.Ticket = good().Ticket; rebind(f, names()) }, false},
		{"by-a-dead-token", func(f *Facts) {
			f.Ticket = good().Ticket
			n := names()
			n.Tokens[0].Notice.Void, n.References[0].Notice.Void = true, true
			rebind(f, n)
		}, false},
		{"no-that-is-heard", func(f *Facts) {
			f.Ticket, f.Answer.Intent = good().Ticket, No
			n := names()
			n.References[0].Notice.Void = true
			rebind(f, Names{References: n.References})
		}, false},
		{"old", func(f *Facts) { f.Sender.SignedAt = f.Expects.Asked.Add(-Skew - time.Second) }, false},
		{"undated", func(f *Facts) { f.Sender.SignedAt = time.Time{} }, false},
		{"to-unsigned", func(f *Facts) { f.ToUsSigned = false }, false},
		{"forged", func(f *Facts) { f.Sender = Sender{Result: ResultNone} }, false},
		{"spf", func(f *Facts) { f.Sender.By = BySPF }, false},
		{"machine", func(f *Facts) { f.Kind = KindAutoReply }, false},
		{"stranger", func(f *Facts) { f.Person = Person{} }, false},
		{"removed", func(f *Facts) { f.Person.Removed = true }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := good()
			f.Kind, f.Ticket, f.ToUs, f.ToUsSigned = KindNew, Ticket{}, true, true
			f.Expects = Expected{Ticket: "T-1", Asked: f.Sender.SignedAt}
			rebind(&f, Names{})
			tt.spoil(&f)
			d := Decide(f)
			if (d.Notice() == NoticeAnswerHere) != tt.want || d.AnswersNothing() != tt.want {
				t.Fatalf("Decide() = %+v, want it answered: %v", d, tt.want)
			}
			if tt.want && (d.Ticket != "T-1" || d.Has(EffectOpen) || len(d.Proofs()) > 0 || d.Denies() || d.Verdict != Unauthenticated) {
				t.Errorf("Decide() = %+v", d)
			}
		})
	}
}

// TestYesToCourtesy: a yes to a mail that asks nothing is answered where something
// is asked, and only there.
func TestYesToCourtesy(t *testing.T) {
	for _, expects := range []Expected{{}, {Ticket: "T-1"}} {
		f := good()
		n := names()
		n.References[0].Notice.Tells = true
		f.Expects = expects
		rebind(&f, Names{References: n.References})
		if d := Decide(f); (d.Notice() == NoticeAnswerHere) != (expects.Ticket != "") || d.Reason() != CodeNoToken || d.Confirmed() {
			t.Errorf("with %+v Decide() = %+v", expects, d)
		}
	}
}
