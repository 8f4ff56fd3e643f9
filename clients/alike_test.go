package clients_test

import (
	"fmt"
	"strings"
	"testing"

	"countersign/clients"
	"countersign/internal/kv"
)

// onFile is a directory with some addresses.
func OnFile(t testing.TB, addresses ...string) kv.Store {
	t.Helper()
	s := kv.Memory()
	for i, a := range addresses {
		put(t, s, clients.Contact{ID: fmt.Sprint("c-", i), Client: "north", Addresses: []string{a}})
	}
	return s
}

func put(t testing.TB, s kv.Store, c clients.Contact) {
	t.Helper()
	if err := s.Update(func(tx kv.Tx) error { return clients.PutContact(tx, c) }); err != nil {
		t.Fatal(err)
	}
}

func looksLike(t testing.TB, s kv.Store, addr string) (found string, colleague bool) {
	t.Helper()
	if err := s.View(func(v kv.View) (err error) { found, colleague, err = clients.LookAlike(v, addr); return err }); err != nil {
		t.Fatal(err)
	}
	return found, colleague
}

func TestLookAlike(t *testing.T) {
	tests := []struct {
		name, file, addr string
		alike, colleague bool
	}{
		{"zero-for-o", "ada@north.example", "ada@n0rth.example", true, false},
		{"one-for-l", "lila@hill.example", "lila@hi1l.example", true, false},
		{"l-for-i", "ida@timber.example", "lda@tlmber.example", true, false},
		{"rn-for-m", "tom@timber.example", "tom@tirnber.example", true, false},
		{"m-for-rn", "ada@corner.example", "ada@comer.example", true, false},
		{"vv-for-w", "ada@western.example", "ada@vvestern.example", true, false},
		{"cyrillic", "ada@north.example", "ada@xn--nrth-55d.example", true, false},
		{"greek", "ada@north.example", "ada@xn--nrth-0nd.example", true, false},
		{"accent", "ada@north.example", "ada@xn--nrth-5qa.example", true, false},
		{"hyphen", "ada@northwind.example", "ada@north-wind.example", true, false},
		{"dot-in-local-part", "adaberg@north.example", "ada.berg@north.example", true, true},
		{"dots-in-local-part", "adaberg@north.example", "a.da.b.erg@north.example", true, true},
		{"doubled-letter", "ada@north.example", "ada@nortth.example", true, false},
		{"missing-letter", "ada@north.example", "ada@noth.example", true, false},
		{"other-letter", "ada@north.example", "ada@nerth.example", true, false},
		{"swapped-letters", "ada@north.example", "ada@notrh.example", true, false},
		{"first-letter", "ada@north.example", "ada@borth.example", true, false},
		{"last-letter", "ada@north.example", "ada@nortg.example", true, false},
		{"ending-of-domain", "ada@north.com", "ada@north.co", true, false},
		{"local-part", "ada.berg@north.example", "ada.borg@north.example", true, true},
		{"local-part-swapped", "ada.berg@north.example", "ada.breg@north.example", true, true},
		{"slip-and-shape", "ada@north.example", "ada@n0rthh.example", true, false},

		{"itself", "ada@north.example", "ada@north.example", false, false},
		{"another", "ada@north.example", "bob@south.example", false, false},
		{"another-local-part", "ada@north.example", "eve@n0rth.example", false, false},
		{"two-slips", "ada@north.example", "ada@nerht.example", false, false},
		{"slip-in-both", "ada.berg@north.example", "ada.borg@nerth.example", false, false},
		{"short-domain", "ada@nord.example", "ada@nard.example", false, false},
		{"short-local-part", "anna@north.example", "anne@north.example", false, false},
		{"numbered", "desk21@north.example", "desk27@north.example", false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := OnFile(t, tt.file, "somebody@else.example")
			found, colleague := looksLike(t, s, tt.addr)
			want := ""
			if tt.alike {
				want = tt.file
			}
			if found != want || colleague != tt.colleague {
				t.Errorf("LookAlike(%s) = %q, colleague %v, want %q, %v", tt.addr, found, colleague, want, tt.colleague)
			}
		})
	}
}

// TestLookAlikeEverySlip: wherever one letter is more, less, other or swapped
// with the next, the address on file is found.
func TestLookAlikeEverySlip(t *testing.T) {
	for _, file := range []string{"adabe@zyxwu.example", "adaberg@zyxwuv.example", "heddabergqu@zyxwuvabkj.co.example"} {
		s := OnFile(t, file)
		at := strings.IndexByte(file, '@')
		end := strings.LastIndexByte(file, '.')
		try := func(i int, addr string) {
			if i == at || addr == file {
				return
			}
			if found, _ := looksLike(t, s, addr); found != file {
				t.Errorf("LookAlike(%s) = %q, want %s", addr, found, file)
			}
		}
		for i := range end {
			try(i, file[:i]+file[i+1:])
			try(i, file[:i]+"k"+file[i+1:])
			try(i, file[:i]+"k"+file[i:])
			if i+1 != at && i+1 < end {
				try(i, file[:i]+string(file[i+1])+string(file[i])+file[i+2:])
			}
		}
	}
}

// TestLookAlikeIndex: an address is found as long as it is on file, beside
// others that look the same, and not longer.
func TestLookAlikeIndex(t *testing.T) {
	s := OnFile(t, "ada@north.example", "ada@n0rth.example", "eve@south.example")
	if found, _ := looksLike(t, s, "ada@nor-th.example"); found != "ada@north.example" {
		t.Errorf("of two: %q", found)
	}
	put(t, s, clients.Contact{ID: "c-0", Client: "north", Addresses: []string{"ada@elsewhere.example"}})
	for _, addr := range []string{"ada@nor-th.example", "ada@nortth.example"} {
		if found, _ := looksLike(t, s, addr); found != "ada@n0rth.example" {
			t.Errorf("after one is gone, %s looks like %q", addr, found)
		}
	}
	put(t, s, clients.Contact{ID: "c-1", Client: "north", Addresses: []string{"ada@elsewhere2.example"}})
	if found, _ := looksLike(t, s, "ada@nortth.example"); found != "" {
		t.Errorf("after both are gone: %q", found)
	}
	n := 0
	err := s.View(func(v kv.View) error {
		return v.Scan("near/", "", func(key string, value []byte) error { n += strings.Count(string(value), "@"); return nil })
	})
	if err != nil || n != 3*2 { // two for each domain; the local parts are too short
		t.Errorf("%d entries are left, %v", n, err)
	}
}

// TestLookAlikeBound: however many addresses look the same, a key holds so many.
func TestLookAlikeBound(t *testing.T) {
	s := kv.Memory()
	for i := range 100 {
		put(t, s, clients.Contact{ID: fmt.Sprint("c-", i), Client: "north", Addresses: []string{strings.Repeat("-", i%60) + "a" + strings.Repeat("_", i/60) + "@north.example"}})
	}
	err := s.View(func(v kv.View) error {
		return v.Scan("alike/", "", func(key string, value []byte) error {
			if n := strings.Count(string(value), "\n") + 1; n > 64 {
				t.Errorf("%s holds %d", key, n)
			}
			return nil
		})
	})
	if found, _ := looksLike(t, s, "a+@north.example"); err != nil || found == "" {
		t.Errorf("%q, %v", found, err)
	}
}

// TestTakenFor: of the addresses beside the sender's one that is on file is told.
func TestTakenFor(t *testing.T) {
	s := OnFile(t, "ada@north.example")
	for _, tt := range []struct {
		addr        string
		shown       []string
		like, shows string
	}{
		{"x@evil.example", []string{"ada@north.example"}, "", "ada@north.example"},
		{"x@evil.example", []string{"bob@north.example"}, "", ""},
		{"ada@n0rth.example", []string{"ada@north.example"}, "ada@north.example", "ada@north.example"},
		{"x@evil.example", []string{"a@b.example", "c@b.example", "d@b.example", "e@b.example", "ada@north.example"}, "", ""},
	} {
		var like, shows string
		if err := s.View(func(v kv.View) (err error) { like, shows, err = clients.TakenFor(v, tt.addr, tt.shown); return err }); err != nil {
			t.Fatal(err)
		}
		if like != tt.like || shows != tt.shows {
			t.Errorf("TakenFor(%s, %v) = %q, %q, want %q, %q", tt.addr, tt.shown, like, shows, tt.like, tt.shows)
		}
	}
}
