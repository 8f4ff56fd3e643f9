package tickets

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/policy"
)

func gained(right string) func(*clients.Contact, time.Time) {
	return func(c *clients.Contact, now time.Time) { c.Gained = map[string]time.Time{right: now} }
}

// TestCooling: what newly came on file or was widened proves nothing privileged
// for the cooling time, and what is not privileged at once.
func TestCooling(t *testing.T) {
	const cooling = 72 * time.Hour
	tests := []struct {
		name  string
		class policy.Class
		spoil func(*clients.Contact, time.Time)
		after time.Duration
		want  string
	}{
		{"old", policy.PasswordChange, func(*clients.Contact, time.Time) {}, 0, "confirmed"},
		{"address-new", policy.PasswordChange, func(c *clients.Contact, now time.Time) { c.Since = map[string]time.Time{c.Addresses[0]: now} }, 0, "cooling"},
		{"address-new-for-long", policy.PasswordChange, func(c *clients.Contact, now time.Time) { c.Since = map[string]time.Time{c.Addresses[0]: now} }, cooling - time.Second, "cooling"},
		{"address-old-enough", policy.PasswordChange, func(c *clients.Contact, now time.Time) { c.Since = map[string]time.Time{c.Addresses[0]: now} }, cooling, "confirmed"},
		{"other-address-new", policy.PasswordChange, func(c *clients.Contact, now time.Time) { c.Since = map[string]time.Time{"other@north.example": now} }, 0, "confirmed"},
		{"class-new", policy.PasswordChange, gained("password-change"), 0, "cooling"},
		{"class-new-for-long", policy.PasswordChange, gained("password-change"), cooling - time.Second, "cooling"},
		{"class-old-enough", policy.PasswordChange, gained("password-change"), cooling, "confirmed"},
		{"other-class-new", policy.PasswordChange, gained("dns-change"), 0, "confirmed"},
		{"approve-new", policy.PasswordChange, gained("approve"), 0, "confirmed"},
		{"primary-new", policy.PasswordChange, gained("primary"), 0, "confirmed"},
		{"widened", policy.PasswordChange, func(c *clients.Contact, now time.Time) { c.Widened = now }, 0, "cooling"},
		{"widened-long-ago", policy.PasswordChange, func(c *clients.Contact, now time.Time) { c.Widened = now }, cooling, "confirmed"},
		{"widened-small-class", policy.MinorChange, func(c *clients.Contact, now time.Time) { c.Widened = now }, 0, "confirmed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			_, l := d.ask(t, bob, tt.class)
			d.contact(t, "bob", func(c *clients.Contact) { tt.spoil(c, d.Now()) })
			d.turn(tt.after)
			wants(t, d.receive(t, d.reply(l, policy.Yes)), tt.want)
		})
	}
}

const home = "bob@home.example" // Bob's other address

// coolingDesk is a desk where Bob may ask for a new password. Each line is
// imported an hour behind the one before.
func coolingDesk(t *testing.T, lines ...string) *desk {
	t.Helper()
	d := memoryDesk(t, func(o *Options) { o.TokenClasses = []policy.Class{policy.PasswordChange} })
	d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = []clients.Permission{"password-change"} })
	for _, line := range lines {
		d.turn(time.Hour)
		if r := d.imports(t, line+"\n"); len(r.Problems) > 0 {
			t.Fatal(r.Problems)
		}
	}
	return d
}

// TestWidenedOnly: whatever imports there were, what was widened by them proves
// nothing privileged, and all else does. What was answered meanwhile is no proof
// later.
func TestWidenedOnly(t *testing.T) {
	const (
		now    = "c1,,bob@client.example,Bob,,password-change,"
		dns    = "c1,,bob@client.example,Bob,,password-change;dns-change,"
		second = "c1,,bob@client.example;bob@home.example,Bob,,password-change,"
		first  = "c1,,bob@home.example;bob@client.example,Bob,,password-change,"
	)
	for _, tt := range []struct {
		name  string
		lines []string
		class policy.Class
		from  string
		cools string // what does; empty: nothing
	}{
		{"nothing", []string{now}, policy.PasswordChange, bob, ""},
		{"question", []string{"c1,,bob@client.example,Bob,,password-change;question,"}, policy.PasswordChange, bob, ""},
		{"other-class", []string{dns}, policy.PasswordChange, bob, ""},
		{"class", []string{dns}, policy.DNSChange, bob, "dns-change"},
		{"class-taken-back", []string{dns, now}, policy.PasswordChange, bob, ""},
		{"class-given-again", []string{dns, now, dns}, policy.DNSChange, bob, "dns-change"},
		{"class-kept", []string{dns, now, dns}, policy.PasswordChange, bob, ""},
		{"all", []string{"c1,,bob@client.example,Bob,,all,"}, policy.Cancellation, bob, "cancellation"},
		{"all-kept", []string{"c1,,bob@client.example,Bob,,all,"}, policy.PasswordChange, bob, ""},
		{"primary", []string{"c1,,bob@client.example,Bob,primary,,"}, policy.ServerChange, bob, "server-change"},
		{"primary-kept", []string{"c1,,bob@client.example,Bob,primary,,"}, policy.PasswordChange, bob, ""},
		{"primary-taken-back", []string{"c1,,bob@client.example,Bob,primary,,", now}, policy.PasswordChange, bob, ""},
		{"other-address", []string{second}, policy.PasswordChange, bob, ""},
		{"address", []string{second}, policy.PasswordChange, home, "b***@home.example"},
		{"address-first", []string{first}, policy.PasswordChange, home, "b***@home.example"},
		{"asked-at-the-new-one", []string{first}, policy.PasswordChange, bob, "b***@home.example"},
		{"address-taken-back", []string{first, now}, policy.PasswordChange, bob, ""},
		{"first-taken-back", []string{first, second}, policy.PasswordChange, bob, ""},
		{"moved", []string{"c2,,bob@client.example,Bob,,password-change,"}, policy.PasswordChange, bob, "password-change"},
		{"name", []string{"c1,,bob@client.example,Bob Berg,,password-change,en"}, policy.PasswordChange, bob, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := coolingDesk(t, tt.lines...)
			ticket, l := d.ask(t, bob, tt.class)
			shown := slices.ContainsFunc(d.show(t, ticket.ID).Cools, func(c policy.Cooling) bool {
				return c.Until.Equal(d.clock().Add(d.opt.Cooling)) && (c.What == tt.cools || strings.Contains(tt.cools, "***") && c.What == home)
			})
			if asked := tt.from == l.To || l.To == home; asked && shown != (tt.cools != "") {
				t.Errorf("shown: %+v", d.show(t, ticket.ID).Cools)
			}
			e := d.reply(l, policy.Yes)
			e.From = tt.from
			m := d.receive(t, e)
			if tt.cools == "" {
				wants(t, m, "confirmed")
				if tt.class.Demands().Approval() {
					return
				}
				if a := d.may(t, ticket.ID, tt.class, "kim"); a.Decision != policy.Allow {
					t.Errorf("authorize: %+v", a)
				}
				return
			}
			wants(t, m, "cooling")
			a := d.may(t, ticket.ID, tt.class, "kim")
			ends := tt.cools + " until " + d.clock().Add(d.opt.Cooling).Format("2006-01-02 15:04 UTC")
			if asked := l.To == tt.from || l.To == home; a.Decision == policy.Allow || !has(a, "cooling") || asked && !strings.Contains(reasonText(a, "cooling"), ends) {
				t.Errorf("authorize: %+v, want %s", a, ends)
			}
			d.turn(d.opt.Cooling)
			if a := d.may(t, ticket.ID, tt.class, "kim"); a.Decision == policy.Allow || len(d.show(t, ticket.ID).Proofs) > 0 {
				t.Errorf("what was said while it cooled counts later: %+v", a)
			}
		})
	}
}

func reasonText(a Authorization, code string) string {
	for _, r := range a.Reasons {
		if string(r.Code) == code {
			return r.Text
		}
	}
	return ""
}

// TestFirstForAMoment: who reads another address of the contact's gets no yes
// through by having our question sent there, whatever they do with the order of
// the addresses behind it, with and without a signature.
func TestFirstForAMoment(t *testing.T) {
	for _, tt := range []struct {
		name string
		back bool // the order is taken back before the answer
		from string
		weak bool
		want string
	}{
		{"first", false, home, false, "cooling"},
		{"and-back", true, home, false, "cooling"},
		{"and-back-from-the-other", true, bob, false, "cooling"},
		{"weak", false, bob, true, "token_only"},
		{"weak-and-back", true, bob, true, "token_only"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := coolingDesk(t)
			d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = []string{bob, home} })
			d.turn(time.Hour)
			d.imports(t, "c1,,bob@home.example;bob@client.example,Bob,,password-change,\n")
			ticket, l := d.ask(t, bob, policy.PasswordChange)
			if l.To != home {
				t.Fatalf("asked at %s", l.To)
			}
			d.turn(time.Hour)
			if tt.back {
				d.imports(t, "c1,,bob@client.example;bob@home.example,Bob,,password-change,\n")
			}
			e := d.reply(l, policy.Yes)
			if e.From = tt.from; tt.weak {
				e.Sender = policy.Sender{Result: policy.ResultNone}
			}
			wants(t, d.receive(t, e), tt.want)
			if s := d.show(t, ticket.ID); len(s.Proofs) > 0 {
				t.Errorf("proofs: %+v", s.Proofs)
			}
			if !tt.back {
				return
			}
			if _, err := d.AskAgain(ticket.ID, "kim"); err != nil {
				t.Fatal(err)
			}
			wants(t, d.receive(t, d.reply(d.last(t, "confirm", ticket.ID), policy.Yes)), "confirmed")
		})
	}
}

// TestAskedAtNew: an address that is new has the secret of a question that went
// there, also where no record says since when questions do.
func TestAskedAtNew(t *testing.T) {
	d := coolingDesk(t)
	d.contact(t, "bob", func(c *clients.Contact) {
		c.Addresses, c.Since = []string{home, bob}, map[string]time.Time{home: d.clock()}
	})
	_, l := d.ask(t, bob, policy.PasswordChange)
	e := d.reply(l, policy.Yes)
	e.From = bob
	wants(t, d.receive(t, e), "cooling")
	d.turn(d.opt.Cooling)
	e = d.reply(l, policy.Yes)
	e.From = bob
	wants(t, d.receive(t, e), "confirmed")
}
