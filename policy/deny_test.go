package policy

import "testing"

// TestMayDeny: whose no to a notice disputes its ticket.
func TestMayDeny(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*Evidence, *Person, *Ticket, *Notice)
		want  bool
	}{
		{"asked", func(*Evidence, *Person, *Ticket, *Notice) {}, true},
		{"asked-at-another-address", func(e *Evidence, _ *Person, _ *Ticket, _ *Notice) { e.From = "ada@home.example" }, true},
		{"void", func(_ *Evidence, _ *Person, _ *Ticket, n *Notice) { n.Void, n.Spent = true, true }, true},
		{"over", func(_ *Evidence, _ *Person, t *Ticket, _ *Notice) { t.State = StateClosed }, true},
		{"no-permission", func(_ *Evidence, p *Person, _ *Ticket, _ *Notice) { p.May = false }, true},
		{"address-gone", func(_ *Evidence, p *Person, _ *Ticket, _ *Notice) { *p = Person{} }, true},
		{"told-of-a-change", func(_ *Evidence, p *Person, t *Ticket, n *Notice) {
			p.ID, p.May, n.Contact, n.Objects, t.State = "nils", false, "nils", true, StateClosed
		}, true},
		{"told-of-something-else", func(_ *Evidence, p *Person, t *Ticket, n *Notice) {
			p.ID, p.May, n.Contact, t.State = "nils", false, "nils", StateClosed
		}, false},
		{"address-gone-told", func(_ *Evidence, p *Person, _ *Ticket, n *Notice) { *p, n.Objects = Person{}, true }, true},
		{"address-gone-for-long", func(_ *Evidence, p *Person, _ *Ticket, n *Notice) { *p, n.Objects, n.Late = Person{}, true, true }, false},
		{"nobody", func(e *Evidence, p *Person, _ *Ticket, n *Notice) { *p, e.From, n.Address = Person{}, "", "" }, false},
		{"staff", func(_ *Evidence, p *Person, _ *Ticket, _ *Notice) { p.Staff = true }, false},
		{"colleague", func(e *Evidence, p *Person, _ *Ticket, _ *Notice) { e.From, p.ID = "nils@north.example", "nils" }, true},
		{"removed-colleague", func(e *Evidence, p *Person, _ *Ticket, _ *Notice) {
			e.From, p.ID, p.Removed = "nils@north.example", "nils", true
		}, false},
		{"stranger", func(e *Evidence, p *Person, _ *Ticket, _ *Notice) { e.From, *p = "eve@evil.example", Person{} }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, n := good(), question()
			n.Address = f.From
			tt.spoil(&f.Evidence, &f.Person, &f.Ticket, &n)
			if got := mayDeny(f.Evidence, f.Person, f.Ticket, n); got != tt.want {
				t.Errorf("mayDeny() = %v, want %v", got, tt.want)
			}
			for intent, want := range map[Intent]bool{Yes: false, No: tt.want, Unclear: tt.want, "": tt.want} {
				f.Answer.Intent = intent
				if got := MayBeNo(f.Evidence, f.Person, f.Ticket, n); got != want {
					t.Errorf("MayBeNo(%q) = %v, want %v", intent, got, want)
				}
			}
			f.Answer.Intent, f.Kind = No, KindAutoReply
			if MayBeNo(f.Evidence, f.Person, f.Ticket, n) {
				t.Error("a machine may say no")
			}
			f.Kind, n.Lifts = KindReply, true
			if MayBeNo(f.Evidence, f.Person, f.Ticket, n) {
				t.Error("a no to the question of a lift is none to the ticket")
			}
		})
	}
}

// TestAnswered: a no is said to the earliest revision that its signature names,
// or to the ticket as it is.
func TestAnswered(t *testing.T) {
	for name, tt := range map[string]struct {
		notice int
		heard  []int
		want   int
	}{"bound": {3, []int{3}, 3}, "older": {0, []int{1}, 1}, "both": {3, []int{3, 2}, 2}, "nothing": {0, nil, 4}} {
		f := good()
		f.Ticket.Revision, f.Binding = 4, Binding{Ticket: "T-1", Heard: []Notice{{Ticket: "T-2", Revision: 1}}}
		if tt.notice > 0 {
			f.Binding.Notice = &Notice{Ticket: "T-1", Revision: tt.notice}
		}
		for _, r := range tt.heard {
			f.Binding.Heard = append(f.Binding.Heard, Notice{Ticket: "T-1", Revision: r})
		}
		if got := f.answered(); got != tt.want {
			t.Errorf("%s: revision %d, want %d", name, got, tt.want)
		}
	}
}
