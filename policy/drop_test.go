package policy

import "testing"

// TestDrops: only mail of nobody on file, about nothing of ours, is dropped, and only
// where the mailbox is set to that.
func TestDrops(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*Facts)
		want  bool
	}{
		{"stranger", func(*Facts) {}, true},
		{"unproved", func(f *Facts) { f.Sender = Sender{Result: ResultNone} }, true},
		{"forged", func(f *Facts) { f.Sender = Sender{Result: ResultFail} }, true},
		{"alike", func(f *Facts) { f.Person.LooksLike = "ada@north.example" }, true},
		{"held", func(f *Facts) { f.Drops = false }, false},
		{"contact", func(f *Facts) { f.Person = Person{ID: "ada", May: true} }, false},
		{"removed", func(f *Facts) { f.Person = Person{ID: "ada", Removed: true} }, false},
		{"staff", func(f *Facts) { f.Person.Staff = true }, false},
		{"shared-address", func(f *Facts) { f.Person.Shared = []string{"ada", "nils"} }, false},
		{"with-our-token", func(f *Facts) { f.Ticket = good().Ticket; rebind(f, names()) }, false},
		{"about-a-ticket", func(f *Facts) { f.Ticket = good().Ticket; rebind(f, Names{Threads: []string{"T-1"}}) }, false},
		{"machine", func(f *Facts) { f.Kind = KindAutoReply }, false},
		{"set-aside", func(f *Facts) { f.Refusals = []Reason{Because(CodeAmbiguousHeader)} }, false},
		{"deferred", func(f *Facts) { f.Sender = Sender{Result: ResultTempError}; f.Standing = Known }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := good()
			f.Kind, f.Ticket, f.Person, f.Drops = KindNew, Ticket{}, Person{}, true
			rebind(&f, Names{})
			tt.spoil(&f)
			d := Decide(f)
			if got := d.Because(CodeDropped); got != tt.want || d.Reason() == CodeDropped {
				t.Errorf("Decide() = %+v, want it dropped: %v", d, tt.want)
			}
		})
	}
}
