package clients_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/clients/onfile"
	"countersign/internal/kv"
)

func shared(o *clients.ImportOptions) { o.AllowShared = true }

const office = "office@north.example"

// TestByAddressShared: an address that several have names none of them, but who
// was removed.
func TestByAddressShared(t *testing.T) {
	s := kv.Memory()
	contacts(t, s, header+"north,,"+office+",Ada,primary,,\nsouth,,"+office+",Ben,primary,,\n", shared)
	look := func() (c clients.Contact, ok bool, err error) {
		_ = s.View(func(v kv.View) error { c, ok, err = clients.ByAddress(v, office); return nil })
		return c, ok, err
	}
	_, _, err := look()
	two, is := errors.AsType[*clients.SharedError](err)
	if !is || len(two.Contacts) != 2 {
		t.Fatalf("ByAddress = %v", err)
	}
	for _, word := range []string{two.Contacts[0].ID, two.Contacts[1].ID, "Ada of client north", "Ben of client south"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error does not name %s: %v", word, err)
		}
	}
	remove := func(id string) {
		if err := s.Update(func(tx kv.Tx) error { _, err := clients.Remove(tx, id, day); return err }); err != nil {
			t.Fatal(err)
		}
	}
	remove(two.Contacts[0].ID)
	if c, ok, err := look(); err != nil || !ok || c.Client != "south" || c.Status != clients.Active {
		t.Errorf("one removed: %+v, %v, %v", c, ok, err)
	}
	remove(two.Contacts[1].ID)
	if c, ok, err := look(); err != nil || !ok || c.Status != clients.Removed {
		t.Errorf("both removed: %+v, %v, %v", c, ok, err)
	}
	if like, _, err := lookAlike(s, "0ffice@north.example"); err != nil || like != office {
		t.Errorf("its look-alike: %q, %v", like, err)
	}
}

func lookAlike(s kv.Store, addr string) (like string, colleague bool, err error) {
	err = s.View(func(v kv.View) (err error) { like, colleague, err = clients.LookAlike(v, addr); return err })
	return like, colleague, err
}

// TestSharing: an address becomes a second contact's where that is said, cools for
// that one alone, and stays the first one's whatever becomes of the second.
func TestSharing(t *testing.T) {
	now := day.Add(24 * time.Hour)
	desk := onfile.Desk{Addresses: []string{"sam@desk.example"}, Shared: []string{"desk.example"}}
	ben := clients.Contact{Client: "west", Addresses: []string{office}, Name: "Ben"}
	imported := func(csv string, say bool) func(*testing.T, kv.Store) error {
		return func(t *testing.T, s kv.Store) error {
			r := contacts(t, s, header+csv, func(o *clients.ImportOptions) { o.Now, o.AllowShared = now, say })
			for _, p := range r.Problems {
				return errors.New(p.Text)
			}
			if len(r.Warnings) == 0 || !strings.Contains(r.Warnings[0].Text, "is shared with") {
				t.Errorf("warnings: %v", r.Warnings)
			}
			return nil
		}
	}
	added := func(c clients.Contact, say bool) func(*testing.T, kv.Store) error {
		return func(_ *testing.T, s kv.Store) error {
			return s.Update(func(tx kv.Tx) error {
				_, _, _, err := clients.Add(tx, c, true, say, now, "contact add", desk, nil)
				return err
			})
		}
	}
	set := func(say bool) func(*testing.T, kv.Store) error {
		return func(t *testing.T, s kv.Store) error {
			eve, _ := find(t, s, "eve@south.example")
			return s.Update(func(tx kv.Tx) error {
				_, err := clients.Set(tx, eve.ID, clients.Change{AddAddresses: []string{office}, AllowShared: say}, now, desk)
				return err
			})
		}
	}
	staffs := clients.Contact{Client: "south", Addresses: []string{"sam@desk.example"}}
	for _, tt := range []struct {
		name string
		do   func(*testing.T, kv.Store) error
		want string // of the error; empty: it is shared
	}{
		{"imported", imported("new,,"+office+",Ben,primary,,\n", true), ""},
		{"imported-same-client", imported("north,,"+office+",Ben,authorised,ask,\n", true), ""},
		{"imported-with-their-own", imported("south,,eve@south.example;"+office+",Eve,primary,,\n", true), ""},
		{"imported-unsaid", imported("new,,"+office+",Ben,primary,,\n", false), "Needs --allow-move, or --allow-shared"},
		{"imported-of-a-colleague-unsaid", imported("north,,zoe@north.example;"+office+",Zoe,authorised,ask,\n", false), "another contact of this client (c-1). Needs --allow-shared"},
		{"added", added(ben, true), ""},
		{"added-unsaid", added(ben, false), "Needs --allow-shared"},
		{"added-staffs", added(staffs, true), "staff"},
		{"set", set(true), ""},
		{"set-unsaid", set(false), "Needs --allow-shared"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := kv.Memory()
			contacts(t, s, header+"north,,"+office+",Ada,primary,,\nnorth,,zoe@north.example,Zoe,authorised,ask,\nsouth,,eve@south.example,Eve,primary,,\n")
			importClients(t, s, "west,Western\n", clients.ImportOptions{Now: day})
			err := tt.do(t, s)
			if tt.want != "" {
				if c, ok := find(t, s, office); !ok || c.Name != "Ada" || err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("error %v, want %q; it is of %+v", err, tt.want, c)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			all := holders(t, s)
			if len(all) != 2 || all[0].Name != "Ada" {
				t.Fatalf("shared by %+v", all)
			}
			if !all[0].Since[office].IsZero() || !all[1].Since[office].Equal(now) {
				t.Errorf("it cools for the first since %v, for the second since %v, want %v", all[0].Since[office], all[1].Since[office], now)
			}
			if err := s.Update(func(tx kv.Tx) error { _, err := clients.Remove(tx, all[1].ID, now); return err }); err != nil {
				t.Fatal(err)
			}
			if c, ok := find(t, s, office); !ok || c.ID != all[0].ID {
				t.Errorf("the second was removed, and it is of %+v", c)
			}
		})
	}
}

func holders(t *testing.T, s kv.Store) (all []clients.Contact) {
	t.Helper()
	if err := s.View(func(v kv.View) (err error) { all, err = clients.Holders(v, office); return err }); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestImportShared: of contacts who share an address an import knows each by
// another address, their client or their name; it guesses nobody.
func TestImportShared(t *testing.T) {
	s := kv.Memory()
	const file = header + "north,,ada@north.example;" + office + ",Ada,primary,,\nnorth,,ben@north.example;" + office + ",Ben,authorised,ask,\nsouth,,ada@south.example;" + office + ",Ada,primary,,\n"
	if r := contacts(t, s, file); r.Added != 1 || len(r.Rejected) != 2 || !strings.Contains(r.Problems[0].Text, "stands in line 2 already. Needs --allow-shared") {
		t.Errorf("without the word: %+v", r)
	}
	if r := contacts(t, s, file, shared); r.Added != 2 || r.Same != 1 || len(r.Problems) != 0 {
		t.Errorf("with it: %+v", r)
	}
	if r := contacts(t, s, file, shared); r.Same != 3 {
		t.Errorf("the same again: %+v", r)
	}
	for _, tt := range []struct{ line, name, text string }{
		{"north,,ben@north.example;" + office + ",Benjamin,authorised,ask,", "Benjamin", ""},
		{"north,,ada@north.example;" + office + ",Ada,primary,,sv", "Ada", ""},
		{"south,,ada@south.example;" + office + ",Zoe,primary,,", "Zoe", ""},
		{"north,," + office + ",Dan,authorised,ask,", "", "several contacts of this client"},
		{"east,," + office + ",Dan,authorised,ask,", "", "Needs --allow-move, or --allow-shared"},
	} {
		r := contacts(t, s, header+tt.line+"\n")
		switch {
		case tt.text != "" && (len(r.Problems) == 0 || !strings.Contains(r.Problems[0].Text, tt.text)):
			t.Errorf("%s: %+v", tt.line, r)
		case tt.text == "" && (r.Changed != 1 || len(holders(t, s)) != 3):
			t.Errorf("%s: %+v, %d share it", tt.line, r, len(holders(t, s)))
		}
	}
}
