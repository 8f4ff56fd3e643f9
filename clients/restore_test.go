package clients_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/clients/onfile"
	"countersign/internal/kv"
)

// TestRestore: what one change took comes back as it was, and cools no more and no
// less; what was changed since stays, and so does what is somebody else's by now.
func TestRestore(t *testing.T) {
	const nils, second, fresh = "nils@north.example", "nils@second.example", "nils@fresh.example"
	first := day.Add(48 * time.Hour)
	check := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	set := func(t *testing.T, s kv.Store, now time.Time, id string, ch clients.Change) (c clients.Contact) {
		t.Helper()
		check(t, s.Update(func(tx kv.Tx) (err error) { c, err = clients.Set(tx, id, ch, now, onfile.Desk{}); return err }))
		return c
	}
	none := func(*testing.T, kv.Store, string) {}
	for _, tt := range []struct {
		name  string
		after time.Duration
		since func(*testing.T, kv.Store, string)
		kept  string
		wrong string
	}{
		{"as-it-was", time.Hour, none, "", ""},
		{"last-moment", clients.LeftLife - time.Millisecond, none, "", ""},
		{"left-long-ago", clients.LeftLife, none, "", "left the file too long ago"},
		{"changed-since", time.Hour, func(t *testing.T, s kv.Store, id string) {
			set(t, s, first.Add(2*time.Hour), id, clients.Change{Permissions: &[]clients.Permission{"ask"}})
		}, "role and permissions", ""},
		{"came-back-since", time.Hour, func(t *testing.T, s kv.Store, id string) {
			set(t, s, first.Add(2*time.Hour), id, clients.Change{RemoveAddresses: []string{second}})
			set(t, s, first.Add(3*time.Hour), id, clients.Change{AddAddresses: []string{second}})
		}, "addresses", ""},
		{"renamed-since", time.Hour, func(t *testing.T, s kv.Store, id string) {
			set(t, s, first.Add(2*time.Hour), id, clients.Change{Name: new("Nils Holm")})
		}, "", ""},
		{"all-changed-since", time.Hour, func(t *testing.T, s kv.Store, id string) {
			set(t, s, first.Add(2*time.Hour), id, clients.Change{RemoveAddresses: []string{second}, Permissions: &[]clients.Permission{"ask"}})
		}, "", "all that it changed was changed again since"},
		{"removed-since", time.Hour, func(t *testing.T, s kv.Store, id string) {
			check(t, s.Update(func(tx kv.Tx) error { _, err := clients.Remove(tx, id, first.Add(2*time.Hour)); return err }))
		}, "", "removed or brought back since"},
		{"anothers-by-now", time.Hour, func(t *testing.T, s kv.Store, _ string) {
			ada, _ := find(t, s, "ada@north.example")
			set(t, s, first.Add(2*time.Hour), ada.ID, clients.Change{AddAddresses: []string{nils}})
		}, "", "already on file"},
		{"staffs-by-now", time.Hour, none, "", "address of staff"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := kv.Memory()
			contacts(t, s, header+ada+"north,,nils@north.example,,,ask,\n")
			c, _ := find(t, s, nils)
			before := set(t, s, first, c.ID, clients.Change{AddAddresses: []string{second}, Permissions: &[]clients.Permission{"ask", "dns-change"}})
			after := set(t, s, first.Add(time.Hour), c.ID, clients.Change{AddAddresses: []string{fresh}, First: fresh, RemoveAddresses: []string{nils}, Permissions: &[]clients.Permission{"all"}})
			tt.since(t, s, c.ID)
			now, desk := first.Add(time.Hour+tt.after), onfile.Desk{}
			if tt.name == "staffs-by-now" {
				desk.Addresses = []string{nils}
			}
			var old, got clients.Contact
			var kept []string
			err := s.Update(func(tx kv.Tx) (err error) {
				old, got, kept, err = clients.Restore(tx, before, after, now, "undo", desk)
				return err
			})
			if tt.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wrong) {
					t.Fatalf("Restore() = %+v, %v; want %q", got, err, tt.wrong)
				}
				return
			}
			check(t, err)
			if strings.Join(kept, ", ") != tt.kept {
				t.Errorf("kept %v, want %q", kept, tt.kept)
			}
			if tt.kept != "addresses" && (fmt.Sprint(got.Addresses, got.Since, got.First) != fmt.Sprint(before.Addresses, before.Since, before.First) || !got.Left[fresh].Equal(now) || !got.Left[nils].IsZero()) {
				t.Errorf("%+v\nwas %+v", got, before)
			}
			if tt.kept != "role and permissions" && fmt.Sprint(got.Permissions, got.Gained, got.Held) != fmt.Sprint(before.Permissions, before.Gained, before.Held) {
				t.Errorf("%+v\nwas %+v", got, before)
			}
			if got.Name != old.Name || tt.kept == "addresses" && fmt.Sprint(got.Addresses, got.Since) != fmt.Sprint(old.Addresses, old.Since) {
				t.Errorf("%+v\nhad %+v", got, old)
			}
			if tt.kept == "" && (!got.Got(nils, "", now).IsZero() || !got.Got("dns-change", "", now).Equal(first) || got.WrittenBy(first) != before.WrittenBy(first)) {
				t.Errorf("cools %v", got.Dates(now))
			}
			if stored, _ := find(t, s, got.Addresses[0]); fmt.Sprint(stored.Addresses) != fmt.Sprint(got.Addresses) {
				t.Errorf("stored %+v", stored)
			}
		})
	}
}
