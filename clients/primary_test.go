package clients_test

import (
	"fmt"
	"strings"
	"testing"

	"countersign/clients"
	"countersign/internal/kv"
)

func primaryOf(t *testing.T, s kv.Store, client string) (id string) {
	t.Helper()
	if err := s.View(func(v kv.View) (err error) { id, _, err = clients.PrimaryOf(v, client); return err }); err != nil {
		t.Fatal(err)
	}
	return id
}

// TestPrimaryOf: in whatever order primary contacts come and go, as long as one
// is there one is found, and of several the first.
func TestPrimaryOf(t *testing.T) {
	for _, tt := range []struct {
		name  string
		steps string // contact and what becomes of it: + primary, - authorised, x removed, > of another client
		want  string
	}{
		{"one", "a+", "a"},
		{"none", "a-", ""},
		{"two", "a+ b+", "a"},
		{"the-later-demoted", "a+ b+ b-", "a"},
		{"the-earlier-demoted", "a+ b+ a-", "b"},
		{"the-later-removed", "a+ b+ bx", "a"},
		{"the-earlier-removed", "a+ b+ ax", "b"},
		{"the-earlier-moved", "a+ b+ a>", "b"},
		{"demoted-and-back", "a+ b+ a- a+", "b"},
		{"again", "a+ b+ a+", "a"},
		{"all-gone", "a+ b+ a- bx", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := kv.Memory()
			for step := range strings.FieldsSeq(tt.steps) {
				id := step[:1]
				c := clients.Contact{ID: id, Client: "north", Role: clients.Primary, Status: clients.Active, Addresses: []string{id + "@north.example"}}
				switch step[1] {
				case '-':
					c.Role = clients.Authorised
				case 'x':
					c.Status = clients.Removed
				case '>':
					c.Client = "south"
				}
				put(t, s, c)
			}
			if got := primaryOf(t, s, "north"); got != tt.want {
				t.Errorf("after %s the primary contact is %q, want %q", tt.steps, got, tt.want)
			}
		})
	}
}

// TestPrimaryBound: so many primary contacts a client may have; one more is a
// line with a problem, and no other line suffers.
func TestPrimaryBound(t *testing.T) {
	s := kv.Memory()
	var b strings.Builder
	b.WriteString(header)
	for i := range 34 {
		fmt.Fprintf(&b, "north,,a%d@north.example,,primary,,\n", i)
	}
	r := contacts(t, s, b.String()+"south,,eve@south.example,,primary,,\n")
	if r.Added != 33 || len(r.Problems) != 2 || r.Problems[0].Line != 34 || r.Problems[0].Column != "role" {
		t.Errorf("import = added %d, %+v", r.Added, r.Problems)
	}
	if r := contacts(t, s, header+"north,,a0@north.example,Ada,primary,,\n", later); r.Changed != 1 {
		t.Errorf("one of them again: %+v", r)
	}
}
