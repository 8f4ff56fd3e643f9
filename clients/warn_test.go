package clients_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// TestWarn spoils one fact at a time of a contact of whom nothing is to be said.
func TestWarn(t *testing.T) {
	day := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	type facts struct {
		clients.Regard
		m *clients.MailFacts
	}
	address := func(f *facts, a string) { f.m.Address, f.Contact.Addresses[0] = a, a }
	for _, tt := range []struct {
		name  string
		spoil func(*facts)
		code  policy.Code
		says  string
	}{
		{"good", func(*facts) {}, "", ""},
		{"role", func(f *facts) { address(f, "info@north.example") }, policy.CodeRoleAddress, "info@north.example is an address of a task"},
		{"role-plus", func(f *facts) { address(f, "sales+ada@north.example") }, policy.CodeRoleAddress, ""},
		{"role-number", func(f *facts) { address(f, "office2@north.example") }, policy.CodeRoleAddress, ""},
		{"role-country", func(f *facts) { address(f, "support-eu@north.example") }, policy.CodeRoleAddress, ""},
		{"role-dashed", func(f *facts) { address(f, "it-support@north.example") }, policy.CodeRoleAddress, ""},
		{"role-german", func(f *facts) { address(f, "buchhaltung@north.example") }, policy.CodeRoleAddress, "who else reads it"},
		{"role-spanish", func(f *facts) { address(f, "ventas@north.example") }, policy.CodeRoleAddress, ""},
		{"role-french", func(f *facts) { address(f, "compta@north.example") }, policy.CodeRoleAddress, ""},
		{"role-portuguese", func(f *facts) { address(f, "vendas@north.example") }, policy.CodeRoleAddress, ""},
		{"person-with-such-a-name", func(f *facts) { address(f, "ada.post@north.example") }, "", ""},
		{"person-before-such-a-name", func(f *facts) { address(f, "infosino@north.example") }, "", ""},
		{"no-reply", func(f *facts) { address(f, "no-reply@north.example") }, policy.CodeNoReplyAddress, "nobody answers"},
		{"do-not-reply", func(f *facts) { address(f, "do_not.reply+7@north.example") }, policy.CodeNoReplyAddress, ""},
		{"shared", func(f *facts) { f.m.Shared = []string{"ada+x@north.example of c-2 (Bo of client north)"} }, policy.CodeSameMailbox, "ada+x@north.example of c-2"},
		{"alike", func(f *facts) { f.m.Alike = "ada@n0rth.example" }, policy.CodeLookAlike, "looks like ada@n0rth.example"},
		{"staff-alike", func(f *facts) { address(f, "sam@desk-example.test"); f.Staff = []string{"sam@deskexample.test"} }, policy.CodeStaffAlike, "address of our own"},
		{"staff-domain-alike", func(f *facts) { address(f, "ada@hostlng.test"); f.Staff = []string{"sam@hosting.test"} }, policy.CodeStaffAlike, ""},
		{"staff-name-alike-at-a-provider", func(f *facts) { address(f, "sam.hill@mail.test"); f.Staff = []string{"samhill@mail.test"} }, policy.CodeStaffAlike, ""},
		{"staff-elsewhere", func(f *facts) { address(f, "sam@north.example"); f.Staff = []string{"sam@desk.test"} }, "", ""},
		{"staff-short-domain", func(f *facts) { address(f, "ada@ab.test"); f.Staff = []string{"sam@ac.test"} }, "", ""},
		{"mixed-letters", func(f *facts) { address(f, "ada@xn--nrth-55d.example") }, policy.CodeMixedLetters, "read it as north.example"},
		{"umlauts", func(f *facts) { address(f, "ada@xn--mller-kva.example") }, "", ""},
		{"all-cyrillic", func(f *facts) { address(f, "ada@xn--80adxhks.xn--p1ai") }, "", ""},
		{"all-cyrillic-read-as-latin", func(f *facts) { address(f, "ada@xn--80ak6aa92e.test") }, policy.CodeMixedLetters, "apple.test"},
		{"own-domain", func(f *facts) { f.Services = []string{"web-3", "north.example"} }, policy.CodeOwnServer, "at north.example, which we run"},
		{"own-server", func(f *facts) { address(f, "ada@web-3.north.example"); f.Services = []string{"Web-3.north.example"} }, policy.CodeOwnServer, ""},
		{"below-own-domain", func(f *facts) { address(f, "ada@mail.north.example"); f.Services = []string{"north.example"} }, policy.CodeOwnServer, ""},
		{"beside-own-domain", func(f *facts) { f.Services = []string{"th.example", "mail.north.example", "example"} }, "", ""},
		{"own-domain-and-elsewhere", func(f *facts) {
			f.Services, f.Contact.Addresses = []string{"north.example"}, []string{"ada@north.example", "ada@home.test"}
		}, "", ""},
		{"own-domain-twice", func(f *facts) {
			f.Services, f.Contact.Addresses = []string{"north.example"}, []string{"ada@north.example", "ada@mail.north.example"}
		}, policy.CodeOwnServer, ""},
		{"unsigned", func(f *facts) { f.m.Unproved, f.m.Why = day, "no signature" }, policy.CodeDomainUnproved, "(no signature; last 2026-11-25)"},
		{"only-spf", func(f *facts) { f.m.Unproved, f.m.Why = day, "only SPF" }, policy.CodeDomainUnproved, `Tell them: "Ask whoever runs mail for north.example to sign it with DKIM`},
		{"p-none", func(f *facts) { f.m.Unproved, f.m.Why, f.m.Policy = day, "no signature", "none" }, policy.CodeDomainUnproved, "publishes p=none"},
		{"came-back", func(f *facts) { f.m.Failed, f.m.Said = day, "5.1.1 no such user" }, policy.CodeUndelivered, "came back (2026-11-25: 5.1.1 no such user)"},
		{"only-automatic", func(f *facts) { f.m.Automatic = day }, policy.CodeOnlyAutomatic, "only automatic answers"},
		{"removed", func(f *facts) { address(f, "info@north.example"); f.Contact.Status = clients.Removed }, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := facts{Regard: clients.Regard{Contact: clients.Contact{ID: "c-1", Status: clients.Active, Addresses: []string{"ada@north.example"}},
				Staff: []string{"support@desk.test"}, Mail: []clients.MailFacts{{Address: "ada@north.example"}}}}
			f.m = &f.Mail[0]
			tt.spoil(&f)
			got := clients.Warn(f.Regard)
			if tt.code == "" {
				if len(got) > 0 {
					t.Errorf("%+v", got)
				}
				return
			}
			if len(got) != 1 || got[0].Code != tt.code || got[0].Address != f.m.Address || !strings.Contains(got[0].Reason().Text, tt.says) || got[0].Do == "" {
				t.Errorf("%+v, want %s", got, tt.code)
			}
		})
	}
}

// TestRegardOf: of one mailbox and of look-alikes it is known whose they are, also
// once addresses come and go.
func TestRegardOf(t *testing.T) {
	s := kv.Memory()
	put := func(c clients.Contact) {
		t.Helper()
		c.Client, c.Role = "north", clients.Authorised
		if c.Status == "" {
			c.Status = clients.Active
		}
		if err := s.Update(func(tx kv.Tx) error { return clients.PutContact(tx, c) }); err != nil {
			t.Fatal(err)
		}
	}
	codes := func(id string, imported bool) (all []string) {
		t.Helper()
		if err := s.View(func(v kv.View) error {
			c, _, err := clients.Get(v, id)
			if err != nil {
				return err
			}
			r, err := clients.RegardOf(v, c, imported)
			for _, w := range clients.Warn(r) {
				all = append(all, string(w.Code)+" "+w.Address)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return all
	}
	want := func(id string, imported bool, want ...string) {
		t.Helper()
		if got := codes(id, imported); !slices.Equal(got, want) {
			t.Errorf("of %s: %q, want %q", id, got, want)
		}
	}
	put(clients.Contact{ID: "c-1", Name: "Ada", Addresses: []string{"ada@north.example"}})
	want("c-1", false)
	put(clients.Contact{ID: "c-2", Name: "Bo", Addresses: []string{"ada+bo@north.example"}})
	want("c-1", false, "same_mailbox ada@north.example")
	want("c-2", true, "same_mailbox ada+bo@north.example")
	put(clients.Contact{ID: "c-3", Name: "Cy", Addresses: []string{"ada+cy@north.example", "cy@north.example"}})
	want("c-3", false, "same_mailbox ada+cy@north.example")
	put(clients.Contact{ID: "c-2", Name: "Bo", Addresses: []string{"bo@north.example"}})
	put(clients.Contact{ID: "c-3", Name: "Cy", Addresses: []string{"ada+cy@north.example"}, Status: clients.Removed})
	want("c-1", false)
	put(clients.Contact{ID: "c-4", Name: "Di", Addresses: []string{"ada@n0rth.example"}})
	want("c-4", false, "look_alike ada@n0rth.example")
	put(clients.Contact{ID: "c-5", Name: "Ed", Addresses: []string{"ed@north.example", "ed@n0rth.example"}})
	want("c-5", false)
}
