package clients_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
)

// Each row says a permission as somebody types it, and as it is written, or what
// is wrong with it.
func TestParsePermission(t *testing.T) {
	tests := []struct{ name, in, want, wrong string }{
		{"class", "dns-change", "dns-change", ""},
		{"case-and-blanks", " DNS-Change ", "dns-change", ""},
		{"services", "dns-change:Web-3, mail.1,web-3", "dns-change:mail.1,web-3", ""},
		{"end", "all@2027-01-31", "all@2027-01-31", ""},
		{"both", "approve:web-3@2027-01-31", "approve:web-3@2027-01-31", ""},
		{"misspelt", "dns-chnage", "", "Did you mean dns-change?"},
		{"unknown", "everything", "", "any of all, privileged"},
		{"no-service", "dns-change:", "", "dns-change:web-3,mail-1"},
		{"blank-in-a-service", "dns-change:web 3", "", "no name of a service"},
		{"service-ends-in-a-dot", "dns-change:web-3.", "", "no name of a service"},
		{"service-of-manage", "manage-contacts:web-3", "", "for no service alone"},
		{"many-services", "dns-change:" + strings.Join(letters(17), ","), "", "17 services, at most 16"},
		{"most-services", "dns-change:" + strings.Join(letters(16), ","), "dns-change:" + strings.Join(letters(16), ","), ""},
		{"no-day", "dns-change@2027-02-30", "", "2027-01-31"},
		{"end-of-nothing", "dns-change@", "", "2027-01-31"},
		{"end-before-services", "dns-change@2027-01-31:web-3", "", "2027-01-31"},
		{"empty", "", "", "not a class or permission"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := clients.ParsePermission(tt.in)
			if string(p) != tt.want || (err == nil) != (tt.wrong == "") || err != nil && !strings.Contains(err.Error(), tt.wrong) {
				t.Fatalf("ParsePermission(%q) = %q, %v; want %q, %q", tt.in, p, err, tt.want, tt.wrong)
			}
			if again, err := clients.ParsePermission(string(p)); tt.wrong == "" && (err != nil || again != p || !p.Known()) {
				t.Errorf("once more: %q, %v", again, err)
			}
		})
	}
}

func letters(n int) (all []string) {
	for i := range n {
		all = append(all, string(rune('a'+i)))
	}
	return all
}

// TestMayLimited: a permission counts for its services, up to the end of its last
// day in UTC; whatever else there is beside it counts as it is.
func TestMayLimited(t *testing.T) {
	last := time.Date(2027, 1, 31, 23, 59, 59, 999e6, time.UTC)
	tests := []struct {
		name        string
		permissions []clients.Permission
		asked       clients.Permission
		at          time.Time
		service     string
		want        bool
	}{
		{"unlimited", words("dns-change"), "dns-change", last, "web-3", true},
		{"its-service", words("dns-change:mail-1,web-3"), "dns-change", last, "web-3", true},
		{"other-service", words("dns-change:mail-1,web-3"), "dns-change", last, "web-4", false},
		{"no-service-in-particular", words("dns-change:web-3"), "dns-change", last, "", false},
		{"last-moment", words("dns-change@2027-01-31"), "dns-change", last, "", true},
		{"day-after", words("dns-change@2027-01-31"), "dns-change", last.Add(time.Millisecond), "", false},
		{"day-after-in-another-zone", words("dns-change@2027-01-31"), "dns-change", last.Add(time.Millisecond).In(time.FixedZone("west", -8*3600)), "", false},
		{"ended-beside-another", words("dns-change@2027-01-30", "dns-change:web-3"), "dns-change", last, "web-3", true},
		{"group", words("privileged:web-3"), "dns-change", last, "web-3", true},
		{"group-elsewhere", words("privileged:web-3"), "dns-change", last, "", false},
		{"approve", words("approve:web-3@2027-01-31"), "approve", last, "web-3", true},
		{"approve-elsewhere", words("all:web-3"), "approve", last, "", false},
		{"question", words("dns-change@2020-01-31"), "question", last, "", true},
		{"all-ended-is-no-default", words("all@2020-01-31"), "minor-change", last, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := clients.Contact{Role: clients.Primary, Status: clients.Active, Permissions: tt.permissions}
			if got := c.May(tt.asked, tt.at, tt.service); got != tt.want {
				t.Errorf("May(%s, %v, %q) = %v", tt.asked, tt.at, tt.service, got)
			}
		})
	}
}

func words(all ...clients.Permission) []clients.Permission { return all }

// TestServiceIn: a mail is about a service of the contact's where its words name
// that one alone, as a whole word.
func TestServiceIn(t *testing.T) {
	c := clients.Contact{Permissions: words("dns-change:web-3,mail.1", "all:old@2020-01-31")}
	for text, want := range map[string]string{
		"Please restart web-3.":       "web-3",
		"WEB-3: it hangs":             "web-3",
		"(web-3)":                     "web-3",
		"web-3 and mail.1":            "",
		"web-3, web-3, web-3":         "web-3",
		"my-web-3":                    "",
		"web-30":                      "",
		"web-3.north.example":         "",
		"ann@web-3 writes":            "",
		"web-3ü":                      "",
		"web-30, I mean web-3":        "web-3",
		"the old one":                 "",
		"nothing of that":             "",
		"mail.1\nis what I speak of!": "mail.1",
	} {
		if got := c.ServiceIn(day, text); got != want {
			t.Errorf("ServiceIn(%q) = %q, want %q", text, got, want)
		}
	}
	if got := c.ServiceIn(day, "web-3", "mail.1"); got != "" {
		t.Errorf("two texts with two services: %q", got)
	}
}

// TestHeld: more services and a longer end cool, and what somebody had before
// goes on; taken back, nothing cools.
func TestHeld(t *testing.T) {
	const now, then = "dns-change", 48 * time.Hour
	tests := []struct {
		name          string
		first         string
		lines         []string
		service       string
		after         time.Duration // from the last import
		cools, widens bool
	}{
		{"same", "dns-change:web-3", []string{"dns-change:web-3"}, "web-3", 0, false, false},
		{"more-services", "dns-change:web-3", []string{"dns-change:web-3,web-4"}, "web-4", 0, true, true},
		{"more-services-the-old-one", "dns-change:web-3", []string{"dns-change:web-3,web-4"}, "web-3", 0, false, true},
		{"all-services", "dns-change:web-3", []string{"dns-change"}, "web-4", 0, true, true},
		{"all-services-the-old-one", "dns-change:web-3", []string{"dns-change"}, "web-3", 0, false, true},
		{"all-services-taken-back", "dns-change:web-3", []string{"dns-change", "dns-change:web-3"}, "web-3", 0, false, false},
		{"all-services-again", "dns-change:web-3", []string{"dns-change", "dns-change:web-3", "dns-change"}, "web-4", 0, true, true},
		{"longer", "dns-change@2026-12-31", []string{"dns-change@2027-12-31"}, "", 0, false, true},
		{"longer-taken-back", "dns-change@2026-12-31", []string{"dns-change@2027-12-31", "dns-change@2026-12-31"}, "", 0, false, false},
		{"longer-when-the-old-end-is-past", "dns-change@2026-11-27", []string{"dns-change@2027-12-31"}, "", 24 * time.Hour, true, true},
		{"shorter", "dns-change", []string{"dns-change@2027-12-31"}, "", 0, false, false},
		{"fewer-services", "dns-change", []string{"dns-change:web-3"}, "web-3", 0, false, false},
		{"ended-and-given-again", "dns-change@2026-11-25", []string{"dns-change"}, "", 0, true, true},
		{"group", "dns-change:web-3", []string{"privileged"}, "web-3", 0, false, true},
		{"group-elsewhere", "dns-change:web-3", []string{"privileged"}, "", 0, true, true},
		{"moved-to-another-service", "dns-change:web-3", []string{"dns-change:web-4", "dns-change:web-3"}, "web-3", 0, true, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := kv.Memory()
			line := func(may string) string { return header + ada + "north,,nils@north.example,Nils,,\"" + may + "\",\n" }
			contacts(t, s, line(tt.first))
			at := day.Add(then)
			var widens []string
			for _, may := range tt.lines {
				at = at.Add(time.Hour)
				r := contacts(t, s, line(may), func(o *clients.ImportOptions) {
					o.Now, o.Import = at, at.String()
					o.Changed = func(_ kv.Tx, old, next clients.Contact, _, _ bool) error {
						widens = old.Widens(next, at)
						return nil
					}
				})
				if len(r.Problems) > 0 {
					t.Fatal(r.Problems)
				}
			}
			c, _ := find(t, s, "nils@north.example")
			got := c.Got(now, tt.service, at.Add(tt.after))
			if !c.May(now, at.Add(tt.after), tt.service) || got.Equal(at) != tt.cools {
				t.Errorf("%+v got it at %v, imported at %v", c, got, at)
			}
			if (len(widens) > 0) != tt.widens {
				t.Errorf("widens %q", widens)
			}
			if len(c.Held) > 0 {
				if cools := slices.ContainsFunc(c.Dates(at), func(d clients.Dated) bool { return d.Since.Equal(at) }); !cools {
					t.Errorf("%v is kept, and nothing cools", c.Held)
				}
			}
		})
	}
}

// TestZone: zones are those of IANA, and a misspelt one is guessed at.
func TestZone(t *testing.T) {
	for zone, wrong := range map[string]string{
		"": "", "Europe/Oslo": "", "UTC": "", "America/Argentina/Buenos_Aires": "",
		"Europe/Olso": "Did you mean Europe/Oslo?", "oslo": "Did you mean Europe/Oslo?", "new york": "Did you mean America/New_York?",
		"Local": "not a time zone", "localtime": "not a time zone", "../etc/passwd": "not a time zone", "right/Europe/Oslo": "not a time zone", "/etc/localtime": "not a time zone", "Mars/Base": "not a time zone",
	} {
		s := kv.Memory()
		r := contacts(t, s, "client,client_name,email,zone\nnorth,,ada@north.example,"+zone+"\n")
		if (len(r.Problems) == 0) != (wrong == "") || wrong != "" && (r.Problems[0].Column != "zone" || !strings.Contains(r.Problems[0].Text, wrong)) {
			t.Errorf("%q: %+v, want %q", zone, r.Problems, wrong)
		}
		if c, _ := find(t, s, "ada@north.example"); wrong == "" && c.Zone != zone {
			t.Errorf("zone %q, want %q", c.Zone, zone)
		}
	}
}

// TestImportKeepsWhatItDoesNotName: a column that is not in the file changes nothing.
func TestImportKeepsWhatItDoesNotName(t *testing.T) {
	s := kv.Memory()
	contacts(t, s, "client,client_name,email,name,role,permissions,language,zone\nnorth,,ada@north.example,Ada,primary,dns-change,en,Europe/Oslo\n")
	if r := contacts(t, s, "client,email\nnorth,ada@north.example\n", later); r.Same != 1 {
		t.Errorf("%+v", r)
	}
}

// TestLeft: which addresses left the file is remembered for thirty days, of
// sixteen at most, and not of one that came back.
func TestLeft(t *testing.T) {
	s := kv.Memory()
	now := day
	at := func(addresses string) clients.Contact {
		now = now.Add(time.Hour)
		contacts(t, s, header+"north,,stays@north.example;"+addresses+",Ada,primary,,en\n", func(o *clients.ImportOptions) { o.Now, o.Import = now, now.String() })
		c, _ := find(t, s, "stays@north.example")
		return c
	}
	for i := range 18 {
		at(letters(18)[i] + "@north.example")
	}
	c := at("z@north.example")
	if len(c.Left) != 16 || !c.LeftLately("r@north.example", now) || c.LeftLately("b@north.example", now) || c.LeftLately("z@north.example", now) {
		t.Errorf("left: %v", c.Left)
	}
	gone := now
	if c = at("r@north.example"); c.LeftLately("r@north.example", now) || !c.LeftLately("z@north.example", now) {
		t.Errorf("came back: %v", c.Left)
	}
	c = at("y@north.example")
	if left := c.Left["z@north.example"]; !left.After(gone) || !c.LeftLately("z@north.example", left.Add(30*24*time.Hour-1)) || c.LeftLately("z@north.example", left.Add(30*24*time.Hour)) {
		t.Errorf("since when: %v", c.Left)
	}
	now = now.Add(30 * 24 * time.Hour)
	if c = at("x@north.example"); len(c.Left) != 1 {
		t.Errorf("after thirty days: %v", c.Left)
	}
}

// TestNamedIn: a permission is named as it is written, and a word that people use
// only in a list of permissions.
func TestNamedIn(t *testing.T) {
	for _, tt := range []struct {
		p    clients.Permission
		text string
		want bool
	}{
		{"dns-change", "He may do DNS-Change, too.", true},
		{"dns-change", "The dns change of last week is done.", false},
		{"dns-change", "the dns-changes", false},
		{"dns-change:web-3", "for dns-change:web-3.", true},
		{"dns-change:web-3", "for dns-change:web-3,mail-1", false},
		{"dns-change:mail-1,web-3", "for dns-change:mail-1,web-3.", true},
		{"dns-change", "for dns-change:web-3", false},
		{"dns-change", "for dns-change: web-3", false},
		{"dns-change", "for dns-change@2027-01-31", false},
		{"all:web-3", "that is all: web-3", false},
		{"all:web-3@2027-01-31", "permission all:web-3@2027-01-31.", true},
		{"all:web-3", "permission all:web-3@2027-01-31", false},
		{"all", "That is all.", false},
		{"all", "Permission all.", true},
		{"all", "permission: all", true},
		{"all", "the permissions dns-change:web-3, approve and all!", true},
		{"approve", "permissions ask; approve", true},
		{"approve", "Our permissions: Ada has to approve", false},
		{"all", "no other permissions, that is all", false},
		{"all", "permissions all: web-3", false},
		{"all", "all permissions", false},
		{"cancellation", "about the cancellation", false},
	} {
		if got := tt.p.NamedIn(tt.text); got != tt.want {
			t.Errorf("%q named in %q: %v, want %v", tt.p, tt.text, got, tt.want)
		}
	}
	for text, want := range map[string]bool{"the role\nprimary.": true, "ROLE PRIMARY": true, "our primary contact": false, "the role of the primary": false, "role primary-ish": false} {
		if got := clients.Primary.NamedIn(text); got != want {
			t.Errorf("role named in %q: %v, want %v", text, got, want)
		}
	}
}
