package clients_test

import (
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
)

func TestSet(t *testing.T) {
	now := day.Add(48 * time.Hour)
	nobody := func(_ kv.Reader, a string) (bool, error) { return a == "sam@desk.example", nil }
	text := func(s string) *string { return &s }
	words := func(s ...string) *[]string { return &s }
	tests := []struct {
		name            string
		change          clients.Change
		ok, widens, new bool
	}{
		{"nothing", clients.Change{}, true, false, false},
		{"name", clients.Change{Name: text("Nils")}, true, false, false},
		{"primary", clients.Change{Role: text(clients.Primary)}, true, true, false},
		{"more", clients.Change{Permissions: words("ask", "dns-change")}, true, true, false},
		{"less", clients.Change{Permissions: words("question")}, true, false, false},
		{"address", clients.Change{AddAddress: "N@other.example"}, true, false, true},
		{"swap", clients.Change{AddAddress: "n@other.example", RemoveAddress: "nils@north.example"}, true, true, true},
		{"last-address", clients.Change{RemoveAddress: "nils@north.example"}, false, false, false},
		{"agent", clients.Change{AddAddress: "sam@desk.example"}, false, false, false},
		{"taken", clients.Change{AddAddress: "ada@home.example"}, false, false, false},
		{"permission", clients.Change{Permissions: words("everything")}, false, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := kv.Memory()
			contacts(t, s, header+ada+"north,,nils@north.example,,,ask,\n")
			nils, _ := find(t, s, "nils@north.example")
			var c clients.Contact
			err := s.Update(func(tx kv.Tx) (err error) { c, err = clients.Set(tx, nils.ID, tt.change, now, nobody); return err })
			if (err == nil) != tt.ok {
				t.Fatalf("Set(%+v) = %v", tt.change, err)
			}
			if tt.ok && (c.Widened.Equal(now) != tt.widens || c.Since["n@other.example"].Equal(now) != tt.new) {
				t.Errorf("Set(%+v) = %+v, want widens %v, new address %v", tt.change, c, tt.widens, tt.new)
			}
		})
	}
}

func TestRemove(t *testing.T) {
	s := kv.Memory()
	contacts(t, s, header+ada)
	c, _ := find(t, s, "ada@north.example")
	if err := s.Update(func(tx kv.Tx) error { _, err := clients.Remove(tx, c.ID); return err }); err != nil {
		t.Fatal(err)
	}
	if c, ok := find(t, s, "ada@north.example"); !ok || c.Status != clients.Removed || c.May("question") {
		t.Errorf("a removed contact = %+v, %v", c, ok)
	}
	contacts(t, s, header+ada, later)
	if c, _ := find(t, s, "ada@north.example"); c.Status == clients.Removed || c.Since["ada@north.example"].IsZero() {
		t.Errorf("who comes back has their address since %v: %+v", c.Since, c)
	}
}
