package clients_test

import (
	"testing"
	"time"

	"countersign/clients"
	"countersign/clients/onfile"
	"countersign/internal/kv"
)

func TestSet(t *testing.T) {
	now := day.Add(48 * time.Hour)
	desk := onfile.Desk{Addresses: []string{"sam@desk.example"}, Shared: []string{"desk.example"}}
	text := func(s string) *string { return &s }
	words := func(s ...clients.Permission) *[]clients.Permission { return &s }
	tests := []struct {
		name   string
		change clients.Change
		ok     bool
		new    string // what cools
	}{
		{"nothing", clients.Change{}, true, ""},
		{"name", clients.Change{Name: text("Nils")}, true, ""},
		{"primary", clients.Change{Role: new(clients.Primary)}, true, "primary"},
		{"more", clients.Change{Permissions: words("ask", "dns-change")}, true, "dns-change"},
		{"less", clients.Change{Permissions: words("question")}, true, ""},
		{"address", clients.Change{AddAddresses: []string{"N@other.example"}}, true, "n@other.example"},
		{"swap", clients.Change{AddAddresses: []string{"n@other.example"}, RemoveAddresses: []string{"nils@north.example"}}, true, "n@other.example first"},
		{"last-address", clients.Change{RemoveAddresses: []string{"nils@north.example"}}, false, ""},
		{"agent", clients.Change{AddAddresses: []string{"sam@desk.example"}}, false, ""},
		{"taken", clients.Change{AddAddresses: []string{"ada@home.example"}}, false, ""},
		{"permission", clients.Change{Permissions: words("everything")}, false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := kv.Memory()
			contacts(t, s, header+ada+"north,,nils@north.example,,,ask,\n")
			nils, _ := find(t, s, "nils@north.example")
			var c clients.Contact
			err := s.Update(func(tx kv.Tx) (err error) { c, err = clients.Set(tx, nils.ID, tt.change, now, desk); return err })
			if (err == nil) != tt.ok {
				t.Fatalf("Set(%+v) = %v", tt.change, err)
			}
			if got := newOf(c, now); tt.ok && got != tt.new {
				t.Errorf("Set(%+v) = %+v, new: %s, want %s", tt.change, c, got, tt.new)
			}
		})
	}
}

func TestRemove(t *testing.T) {
	s := kv.Memory()
	contacts(t, s, header+ada)
	c, _ := find(t, s, "ada@north.example")
	if err := s.Update(func(tx kv.Tx) error { _, err := clients.Remove(tx, c.ID, day); return err }); err != nil {
		t.Fatal(err)
	}
	if c, ok := find(t, s, "ada@north.example"); !ok || c.Status != clients.Removed || c.May("question", day, "") {
		t.Errorf("a removed contact = %+v, %v", c, ok)
	}
	contacts(t, s, header+ada, later)
	if c, _ := find(t, s, "ada@north.example"); c.Status == clients.Removed || c.Since["ada@north.example"].IsZero() {
		t.Errorf("who comes back has their address since %v: %+v", c.Since, c)
	}
}
