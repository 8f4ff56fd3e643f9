package tickets

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// TestCoolsWhy: of everything that cools it is said what came new, when, and by
// which write.
func TestCoolsWhy(t *testing.T) {
	narrow := func(t *testing.T, d *desk) {
		d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = []clients.Permission{clients.Minor} })
	}
	byImport := ", contact import i-1 of people.csv"
	for _, tt := range []struct {
		name string
		do   func(*testing.T, *desk)
		what string // of bob, where nobody else is named
		want string
	}{
		{"address", func(t *testing.T, d *desk) { d.imports(t, "c1,,bob@client.example;bob@home.example,,,all,\n") },
			"bob@home.example", "new address since 2026-11-25 09:00 UTC" + byImport},
		{"first", func(t *testing.T, d *desk) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = []string{bob, "bob@home.example"} })
			d.imports(t, "c1,,bob@home.example;bob@client.example,,,all,\n")
		}, "bob@home.example", "newly the first address since 2026-11-25 09:00 UTC" + byImport},
		{"permission", func(t *testing.T, d *desk) { narrow(t, d); d.imports(t, "c1,,bob@client.example,,,dns-change,\n") },
			"dns-change", "new permission since 2026-11-25 09:00 UTC" + byImport},
		{"role", func(t *testing.T, d *desk) { d.imports(t, "c1,,bob@client.example,,primary,all,\n") },
			"primary", "new role since 2026-11-25 09:00 UTC" + byImport},
		{"permission-of-the-role", func(t *testing.T, d *desk) { narrow(t, d); d.imports(t, "c1,,bob@client.example,,primary,,\n") },
			"dns-change", "new role since 2026-11-25 09:00 UTC" + byImport},
		{"contact", func(t *testing.T, d *desk) { d.imports(t, "c1,,zoe@client.example,,,dns-change,\n") },
			"zoe@client.example", "new contact since 2026-11-25 09:00 UTC" + byImport},
		{"client", func(t *testing.T, d *desk) {
			name := "0ther"
			_, err := d.Directory.SetClient(ida, ClientChange{Client: "c1", ClientChange: clients.ClientChange{Name: &name}, AllowAlike: true})
			check(t, err)
		}, "client", "looks like another client since 2026-11-25 09:00 UTC, client set"},
		{"later-writes", func(t *testing.T, d *desk) {
			narrow(t, d)
			d.imports(t, "c1,,bob@client.example,,,dns-change,\n")
			d.turn(time.Hour)
			d.imports(t, "c1,,bob@client.example,Bob,,dns-change;password-change,\n")
		}, "dns-change", "new permission since 2026-11-25 09:00 UTC" + byImport},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			tt.do(t, d)
			who := bob
			if strings.HasPrefix(tt.what, "zoe") {
				who = tt.what
			}
			var all []policy.Cooling
			check(t, d.kv.View(func(v kv.View) error {
				c, _, err := clients.ByAddress(v, who)
				if err == nil {
					all, err = d.Directory.Cools(v, c)
				}
				return err
			}))
			i := slices.IndexFunc(all, func(c policy.Cooling) bool { return c.What == tt.what })
			if i < 0 || all[i].Why != tt.want {
				t.Errorf("%+v, want %s: %s", all, tt.what, tt.want)
			}
		})
	}
}

// TestWritesForgotten: which write it was is known as long as it may cool, and for
// what is dated.
func TestWritesForgotten(t *testing.T) {
	d := memoryDesk(t, nil)
	get := func() (c clients.Contact) {
		check(t, d.kv.View(func(v kv.View) (err error) { c, _, err = clients.Get(v, "bob"); return err }))
		return c
	}
	for i, addresses := range []string{"a@home.example", "b@home.example", "c@home.example"} {
		d.imports(t, "c1,,"+addresses+";bob@client.example,,,all,\n")
		if w := get().Writes; len(w) != 1 {
			t.Errorf("after %d changes of one address: %v", i+1, w)
		}
		d.turn(time.Hour)
	}
	d.turn(91 * 24 * time.Hour)
	d.imports(t, "c1,,c@home.example;bob@client.example,Robert,,all,\n")
	if w := get().Writes; len(w) != 0 {
		t.Errorf("for ever: %v", w)
	}
}
