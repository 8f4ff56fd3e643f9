package policy

import (
	"reflect"
	"strings"
	"testing"
)

// TestLookAlike: that a stranger could be taken for a contact is said behind
// what settled the matter, by our own address, and changes nothing else.
func TestLookAlike(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*Facts)
		want  int // reasons look_alike
	}{
		{"stranger", func(f *Facts) {}, 1},
		{"stranger-without-a-ticket", func(f *Facts) { f.Ticket = Ticket{}; rebind(f, Names{}) }, 1},
		{"unproved", func(f *Facts) { f.Sender = Sender{Result: ResultNone} }, 1},
		{"forged", func(f *Facts) { f.Sender = Sender{Result: ResultFail} }, 1},
		{"shown-too", func(f *Facts) { f.Person.Shows = "ada@north.example" }, 2},
		{"shown-only", func(f *Facts) { f.Person.LooksLike, f.Person.Shows = "", "ada@north.example" }, 1},
		{"contact", func(f *Facts) { f.Person.ID, f.Person.May = "ada", true }, 0},
		{"staff", func(f *Facts) { f.Person.Staff = true }, 0},
		{"machine", func(f *Facts) { f.Kind = KindBounce }, 0},
		{"deferred", func(f *Facts) { f.Sender = Sender{Result: ResultTempError} }, 0},
		{"refused", func(f *Facts) { f.Refusals = []Reason{Because("too_large")} }, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := good()
			f.Person = Person{LooksLike: "ada@north.example"}
			tt.spoil(&f)
			d := Decide(f)
			f.Person.LooksLike, f.Person.Shows = "", ""
			plain := Decide(f)
			extra := d.Reasons[len(plain.Reasons):]
			for _, r := range extra {
				if r.Code != "look_alike" || !strings.Contains(r.Text, "ada@north.example") {
					t.Errorf("the reason %+v does not name the address on file", r)
				}
			}
			d.Reasons = d.Reasons[:len(plain.Reasons)]
			if len(extra) != tt.want || !reflect.DeepEqual(d, plain) {
				t.Errorf("%d more reasons, want %d; without them %+v, want %+v", len(extra), tt.want, d, plain)
			}
		})
	}
}
