package policy

import "testing"

// TestNudge: a contact is told once that a subject would help, where their own mail
// has none and opened a ticket, and they are asked nothing.
func TestNudge(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*Facts)
		want  bool
	}{
		{"opened", func(*Facts) {}, true},
		{"small-change", func(f *Facts) { f.Asks.Class = MinorChange }, true},
		{"in-doubt", func(f *Facts) { f.Asks = Asks{Class: PasswordChange, Look: true, Score: 0.4} }, true},
		{"a-subject", func(f *Facts) { f.Nameless = false }, false},
		{"asked-back", func(f *Facts) { f.Asks = Asks{Class: PasswordChange, Score: 1} }, false},
		{"asked-whether-they-wrote", func(f *Facts) { f.ToUsSigned = false }, false},
		{"no-permission", func(f *Facts) { f.Person.May, f.Asks.Class = false, PasswordChange }, false},
		{"stranger", func(f *Facts) { f.Person = Person{} }, false},
		{"staff", func(f *Facts) { f.Person.Staff = true }, false},
		{"forged", func(f *Facts) { f.Sender = Sender{Result: ResultNone} }, false},
		{"machine", func(f *Facts) { f.Kind = KindAutoReply }, false},
		{"on-a-ticket", func(f *Facts) { f.Ticket = good().Ticket; rebind(f, Names{Threads: []string{"T-1"}}) }, false},
		{"told-about-a-ticket", func(f *Facts) {
			f.Inquiry, f.About = Inquiry{Numbers: []string{"T-9"}, Asks: true}, About{Known: true, Others: []string{"T-9"}}
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := good()
			f.Kind, f.Ticket, f.ToUs, f.ToUsSigned, f.Nameless, f.Answer = KindNew, Ticket{}, true, true, true, Answer{Intent: Unclear}
			rebind(&f, Names{})
			tt.spoil(&f)
			if d := Decide(f); d.Has(EffectNudge) != tt.want || d.Has(EffectNudge) && d.Has(EffectNotice) {
				t.Errorf("Decide() = %+v, want a nudge: %v", d, tt.want)
			}
		})
	}
}

// TestName: each row changes one thing of a line that answers our mail about a
// subject that says nothing.
func TestName(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*Facts)
		want  bool
	}{
		{"line", func(*Facts) {}, true},
		{"no-line", func(f *Facts) { f.Line = "" }, false},
		{"named-already", func(f *Facts) { f.Ticket.Nameless = false }, false},
		{"another-mail-of-ours", func(f *Facts) { f.Binding.Heard[0].Names = false }, false},
		{"no-mail-of-ours", func(f *Facts) { rebind(f, Names{Threads: []string{"T-1"}}) }, false},
		{"unsigned", func(f *Facts) {
			n := names()
			n.References[0].Notice.Names = true
			f.Sender.Covered = []string{"from"}
			rebind(f, Names{References: n.References})
		}, false},
		{"yes", func(f *Facts) { f.Answer.Intent = Yes }, false},
		{"no", func(f *Facts) { f.Answer.Intent = No }, false},
		{"colleague", func(f *Facts) { f.Person.ID = "nils" }, false},
		{"forged", func(f *Facts) { heard := f.Binding; f.Sender = Sender{Result: ResultNone}; f.Binding = heard }, false},
		{"machine", func(f *Facts) { f.Kind = KindAutoReply }, false},
		{"closed", func(f *Facts) { f.Ticket.State = StateClosed }, false},
		{"privileged", func(f *Facts) { f.Ticket.Class = PasswordChange }, false},
		{"the-same-bytes", func(f *Facts) { f.Duplicate = true }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := good()
			n := names()
			n.References[0].Notice.Names, n.References[0].Notice.Tells = true, true
			f.Answer, f.Line, f.Ticket.Class, f.Ticket.Nameless = Answer{Intent: Unclear}, "web-3: login fails", Question, true
			rebind(&f, Names{References: n.References})
			tt.spoil(&f)
			d := Decide(f)
			if d.Has(EffectName) != tt.want || (d.Reason() == CodeNamed) != tt.want {
				t.Errorf("Decide() = %+v, want it named: %v", d, tt.want)
			}
		})
	}
}
