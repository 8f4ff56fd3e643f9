package policy

import "testing"

// TestStandingOf: each row changes one thing of a message of which nothing can
// come, so the table shows what makes it worth waiting for.
func TestStandingOf(t *testing.T) {
	tests := []struct {
		name  string
		p     Person
		b     Binding
		asked bool
		want  Standing
	}{
		{"nobody", Person{}, Binding{}, false, Stranger},
		{"names-a-ticket", Person{}, Binding{Ticket: "T-1", Bound: BoundThread}, false, Stranger},
		{"contact", Person{ID: "ada"}, Binding{}, false, Known},
		{"removed", Person{ID: "ada", Removed: true}, Binding{}, false, Known},
		{"staff", Person{Staff: true}, Binding{}, false, Known},
		{"live-token-from-elsewhere", Person{}, Binding{LiveToken: &Notice{}}, false, Known},
		{"was-asked", Person{ID: "ada"}, Binding{}, true, Asked},
		{"staff-was-asked", Person{Staff: true}, Binding{}, true, Known},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := StandingOf(tt.p, tt.b, tt.asked); got != tt.want {
				t.Errorf("StandingOf() = %d, want %d", got, tt.want)
			}
		})
	}
}
