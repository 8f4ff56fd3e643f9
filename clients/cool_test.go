package clients_test

import (
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
)

// newOf names what is the contact's since that time, rights before addresses,
// and "first" where the first address became it then.
func newOf(c clients.Contact, at time.Time) string {
	var all []string
	for _, what := range append(c.Rights(at), c.Addresses...) {
		if c.Got(what, "", at).Equal(at) {
			all = append(all, what)
		}
	}
	if c.First.At.Equal(at) {
		all = append(all, "first")
	}
	return strings.Join(all, " ")
}

// TestWidened: each import, an hour behind the one before, widens or narrows
// what Nils has; only what was widened is new, and taking it back ends that.
func TestWidened(t *testing.T) {
	const (
		first   = "north,,nils@north.example,Nils,authorised,password-change,en"
		all     = "user-change server-change network-change dns-change website-change data-access subscription-change account-change cancellation approve manage-contacts see-code"
		noNils  = "north,,lars@north.example,Lars,authorised,password-change,en"
		another = "north,,nils@north.example;n@home.example,Nils,authorised,password-change,en"
		swapped = "north,,n@home.example;nils@north.example,Nils,authorised,password-change,en"
	)
	may := func(p string) string { return "north,,nils@north.example,Nils,authorised," + p + ",en" }
	for _, tt := range []struct {
		name  string
		lines []string // since the first import
		new   string   // by the last of them
		old   string   // by the one before it, still
	}{
		{"nothing", []string{first}, "", ""},
		{"question", []string{may("password-change;question")}, "", ""},
		{"minor", []string{may("password-change;minor-change;ask")}, "", ""},
		{"class", []string{may("password-change;dns-change")}, "dns-change", ""},
		{"approve", []string{may("password-change;approve")}, "approve", ""},
		{"see-code", []string{may("password-change;see-code")}, "see-code", ""},
		{"narrower-and-wider", []string{may("dns-change")}, "dns-change", ""},
		{"class-beside-class", []string{may("password-change;dns-change"), may("password-change;dns-change;data-access")}, "data-access", "dns-change"},
		{"class-taken-back", []string{may("password-change;dns-change"), first}, "", ""},
		{"class-given-again", []string{may("password-change;dns-change"), first, may("password-change;dns-change")}, "dns-change", ""},
		{"class-taken-and-given", []string{may("ask"), first}, "password-change", ""},
		{"all", []string{may("all")}, all, ""},
		{"listed-then-all", []string{may("privileged"), may("all")}, "subscription-change account-change cancellation approve manage-contacts see-code",
			"user-change server-change network-change dns-change website-change data-access"},
		{"all-then-privileged", []string{may("all"), may("privileged")}, "", "user-change server-change network-change dns-change website-change data-access"},
		{"other-words-for-the-same", []string{may("password-change;ask")}, "", ""},
		{"primary", []string{"north,,nils@north.example,Nils,primary,password-change,en"}, "primary", ""},
		{"primary-of-all", []string{"north,,nils@north.example,Nils,primary,,en"}, all + " primary", ""},
		{"primary-taken-back", []string{"north,,nils@north.example,Nils,primary,,en", first}, "", ""},
		{"primary-again", []string{"north,,nils@north.example,Nils,primary,password-change,en", first, "north,,nils@north.example,Nils,primary,password-change,en"}, "primary", ""},
		{"address", []string{another}, "n@home.example", ""},
		{"address-first", []string{swapped}, "n@home.example first", ""},
		{"address-taken-back", []string{another, first}, "", ""},
		{"first-address-taken-back", []string{swapped, first}, "", ""},
		{"address-again", []string{another, first, another}, "n@home.example", ""},
		{"order", []string{another, swapped}, "first", "n@home.example"},
		{"order-taken-back", []string{another, swapped, another}, "", ""},
		{"order-again", []string{another, swapped, another, swapped}, "first", ""},
		{"the-other-is-left", []string{another, "north,,n@home.example,Nils,authorised,password-change,en"}, "first", "n@home.example"},
		{"replaced", []string{"north,,nils@north.example;x@north.example,Nils,authorised,password-change,en", "north,,x@north.example,Nils,authorised,password-change,en", "north,,nils@north.example;x@north.example,Nils,authorised,password-change,en"}, "nils@north.example first", ""},
		{"name", []string{"north,,nils@north.example,Nils Holm,authorised,password-change,nb"}, "", ""},
		{"moved", []string{"south,,nils@north.example,Nils,authorised,password-change,en"}, "password-change nils@north.example", ""},
		{"moved-and-back", []string{"south,,nils@north.example,Nils,authorised,password-change,en", first}, "password-change nils@north.example", ""},
		{"another-contact", []string{noNils}, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := kv.Memory()
			contacts(t, s, header+ada+first+"\nsouth,,eve@south.example,,,,\n")
			now := day.Add(48 * time.Hour)
			for _, line := range tt.lines {
				now = now.Add(time.Hour)
				if r := contacts(t, s, header+line+"\n", move, func(o *clients.ImportOptions) { o.Now = now }); len(r.Problems) > 0 {
					t.Fatal(r.Problems)
				}
			}
			c, ok := find(t, s, "nils@north.example")
			if !ok {
				c, _ = find(t, s, "n@home.example")
			}
			if got := newOf(c, now); got != tt.new {
				t.Errorf("new: %s, want %s", got, tt.new)
			}
			if got := newOf(c, now.Add(-time.Hour)); got != tt.old {
				t.Errorf("new before: %s, want %s", got, tt.old)
			}
		})
	}
}

// TestOrderAfterLong: the address that used to be first is new in that place
// once it has lost it for more than a day, and so is any other.
func TestOrderAfterLong(t *testing.T) {
	for _, tt := range []struct {
		after   time.Duration
		between string
		new     bool
	}{
		{24*time.Hour - time.Second, "", false},
		{24 * time.Hour, "", true},
		{time.Hour, "c@north.example;b@north.example;a@north.example", true},
		{time.Hour, "c@north.example;b@north.example", true},
	} {
		s := kv.Memory()
		at := func(now time.Time, addresses string) {
			contacts(t, s, header+"north,,"+addresses+",Ada,primary,,en\n", func(o *clients.ImportOptions) { o.Now = now })
		}
		at(day, "a@north.example;b@north.example;c@north.example")
		now := day.Add(72 * time.Hour)
		at(now, "b@north.example;a@north.example;c@north.example")
		if tt.between != "" {
			at(now.Add(time.Minute), tt.between)
		}
		now = now.Add(tt.after)
		at(now, "a@north.example;b@north.example;c@north.example")
		if c, _ := find(t, s, "a@north.example"); c.First.At.Equal(now) != tt.new {
			t.Errorf("after %v and %q: first since %v", tt.after, tt.between, c.First.At)
		}
	}
}

// TestLoserCools: where an address moves to another client, the next one of the
// contact who loses it comes first.
func TestLoserCools(t *testing.T) {
	s := kv.Memory()
	contacts(t, s, header+ada+"south,,eve@south.example,,,,\n")
	contacts(t, s, header+"south,,ada@north.example,,,,\n", later, move)
	if c, _ := find(t, s, "ada@home.example"); newOf(c, day.Add(24*time.Hour)) != "first" {
		t.Errorf("who lost the first address: %+v", c)
	}
}

// TestPutBack: everything of a removed contact who comes back is new.
func TestPutBack(t *testing.T) {
	s := kv.Memory()
	contacts(t, s, header+ada)
	c, _ := find(t, s, "ada@north.example")
	if err := s.Update(func(tx kv.Tx) error { _, err := clients.Remove(tx, c.ID, day); return err }); err != nil {
		t.Fatal(err)
	}
	contacts(t, s, header+ada, later)
	c, _ = find(t, s, "ada@north.example")
	if got := newOf(c, day.Add(24*time.Hour)); len(c.Rights(day)) < 10 || got != strings.Join(append(c.Rights(day), c.Addresses...), " ") {
		t.Errorf("new of who came back: %s", got)
	}
}

// TestOldWidened: a record that says when the contact was last widened, and not
// in what, says so of every right, until one is taken away and given again.
func TestOldWidened(t *testing.T) {
	s := kv.Memory()
	contacts(t, s, header+ada)
	c, _ := find(t, s, "ada@north.example")
	c.Widened = day.Add(time.Hour)
	if err := s.Update(func(tx kv.Tx) error { return clients.PutContact(tx, c) }); err != nil {
		t.Fatal(err)
	}
	if got := newOf(c, c.Widened); got != strings.Join(c.Rights(day), " ") {
		t.Errorf("new: %s", got)
	}
	contacts(t, s, header+"north,,ada@north.example;ada@home.example,Ada Berg,primary,dns-change,\n", later)
	now, _ := find(t, s, "ada@north.example")
	if got := newOf(now, c.Widened); got != "dns-change primary" || !now.Widened.IsZero() {
		t.Errorf("after a narrowing: %s of %+v", got, now)
	}
}
