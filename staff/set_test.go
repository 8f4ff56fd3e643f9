package staff_test

import (
	"errors"
	"maps"
	"testing"
	"time"

	"countersign/clients/onfile"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// cooled are the terms of an administrator at that time.
func cooled(at time.Time) staff.Terms { return staff.Terms{Now: at, Cooling: 3 * day} }

// desk is a store with sam, an agent who may change passwords.
func desk(t *testing.T) kv.Store {
	t.Helper()
	s := kv.Memory()
	a := sam()
	a.Teams, a.Added, a.Counts = []string{"hosting"}, noon.Add(-9*day), noon.Add(-9*day)
	update(t, s, func(tx kv.Tx) error { _, err := staff.Add(tx, a); return err })
	return s
}

func update(t *testing.T, s kv.Store, fn func(kv.Tx) error) {
	t.Helper()
	if err := s.Update(fn); err != nil {
		t.Fatal(err)
	}
}

func set(t *testing.T, s kv.Store, ch staff.Change, terms staff.Terms) (a staff.Agent) {
	t.Helper()
	update(t, s, func(tx kv.Tx) (err error) { a, err = staff.Set(tx, "sam", ch, terms); return err })
	return a
}

func ptr[T any](v T) *T { return &v }

// TestSetCools: what an agent newly gets counts after the cooling time, and
// everything else of theirs counts meanwhile; what is taken back ends it.
func TestSetCools(t *testing.T) {
	lead, admin, agent := staff.RoleLead, staff.RoleAdmin, staff.RoleAgent
	authority := func(c ...string) staff.Change { return staff.Change{Authorities: &c} }
	carriesOut := func(c policy.Class) func(staff.Agent, time.Time) bool {
		return func(a staff.Agent, at time.Time) bool { return a.CarriesOut(c, at) }
	}
	has := func(r staff.Role) func(staff.Agent, time.Time) bool {
		return func(a staff.Agent, at time.Time) bool { return a.Has(r, at) }
	}
	mailTo := func(addr string) func(staff.Agent, time.Time) bool {
		return func(a staff.Agent, at time.Time) bool { return a.MailTo(at) == addr }
	}
	type step struct {
		after time.Duration // since noon
		ch    staff.Change
		once  bool // by the owner of the desk
	}
	tests := []struct {
		name  string
		steps []step
		has   func(staff.Agent, time.Time) bool
		from  time.Duration // since noon, when they have it; negative: always
		until bool          // they have it before that instead
	}{
		{"role", []step{{0, staff.Change{Role: &lead}, false}}, has(lead), 3 * day, false},
		{"role-by-the-owner", []step{{0, staff.Change{Role: &admin}, true}}, has(admin), 0, false},
		{"role-meanwhile", []step{{0, staff.Change{Role: &admin}, false}}, has(agent), -1, false},
		{"role-higher-still", []step{{0, staff.Change{Role: &lead}, false}, {day, staff.Change{Role: &admin}, false}}, has(lead), 3 * day, false},
		{"role-higher-still-highest", []step{{0, staff.Change{Role: &lead}, false}, {day, staff.Change{Role: &admin}, false}}, has(admin), 4 * day, false},
		{"role-said-again", []step{{0, staff.Change{Role: &lead}, false}, {day, staff.Change{Role: &lead}, false}}, has(lead), 3 * day, false},
		{"role-said-again-by-the-owner", []step{{0, staff.Change{Role: &lead}, false}, {day, staff.Change{Role: &lead}, true}}, has(lead), day, false},
		{"role-taken-back-and-given", []step{{0, staff.Change{Role: &lead}, false}, {day, staff.Change{Role: &agent}, false}, {2 * day, staff.Change{Role: &lead}, false}}, has(lead), 5 * day, false},
		{"role-taken", []step{{0, staff.Change{Role: &lead}, true}, {day, staff.Change{Role: &agent}, false}}, has(lead), day, true},
		{"authority", []step{{0, authority("password-change", "dns-change"), false}}, carriesOut(policy.DNSChange), 3 * day, false},
		{"authority-of-before", []step{{0, authority("password-change", "dns-change"), false}}, carriesOut(policy.PasswordChange), -1, false},
		{"authority-for-all", []step{{0, authority("all"), false}}, carriesOut(policy.Cancellation), 3 * day, false},
		{"authority-for-all-of-before", []step{{0, authority("all"), false}}, carriesOut(policy.PasswordChange), -1, false},
		{"authority-taken", []step{{day, authority(), false}}, carriesOut(policy.PasswordChange), day, true},
		{"something-else", []step{{0, authority("password-change", "dns-change"), false}, {day, staff.Change{Teams: &[]string{"dns"}}, true}}, carriesOut(policy.DNSChange), 3 * day, false},
		{"unix-user", []step{{0, staff.Change{UnixUser: ptr("sam2")}, false}}, func(a staff.Agent, at time.Time) bool { return !at.Before(a.KnownFrom()) }, 3 * day, false},
		{"address", []step{{0, staff.Change{Email: ptr("sam@home.example")}, false}}, mailTo("sam@home.example"), 3 * day, false},
		{"address-meanwhile", []step{{0, staff.Change{Email: ptr("sam@home.example")}, false}}, mailTo("sam@desk.example"), 3 * day, true},
		{"address-by-the-owner", []step{{0, staff.Change{Email: ptr("sam@home.example")}, true}}, mailTo("sam@home.example"), 0, false},
		{"address-taken-back", []step{{0, staff.Change{Email: ptr("sam@home.example")}, false}, {day, staff.Change{Email: ptr("sam@desk.example")}, false}}, mailTo("sam@desk.example"), -1, false},
		{"address-and-another", []step{{0, staff.Change{Email: ptr("sam@home.example")}, false}, {day, staff.Change{Email: ptr("sam@far.example")}, false}}, mailTo("sam@desk.example"), 4 * day, true},
		{"enabled", []step{{0, staff.Change{Enable: true}, false}}, has(agent), 3 * day, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := desk(t)
			if tt.name == "enabled" {
				update(t, s, func(tx kv.Tx) error { _, err := staff.Disable(tx, "sam"); return err })
			}
			var a staff.Agent
			for _, st := range tt.steps {
				a = set(t, s, st.ch, staff.Terms{Now: noon.Add(st.after), Cooling: 3 * day, AtOnce: st.once})
			}
			// whatever was so before the last step is not asked of what came of it
			from := noon.Add(tt.steps[len(tt.steps)-1].after)
			for _, at := range []time.Time{from, noon.Add(tt.from - time.Second), noon.Add(tt.from), noon.Add(30 * day)} {
				if at.Before(from) {
					continue
				}
				want := tt.from < 0 || at.Before(noon.Add(tt.from)) == tt.until
				if got := tt.has(a, at); got != want {
					t.Errorf("at %s they have it: %v (%+v)", at, got, a)
				}
			}
		})
	}
}

// TestAgentCools: what doesn't count yet is shown with its end, and nothing else.
func TestAgentCools(t *testing.T) {
	s := desk(t)
	a := set(t, s, staff.Change{Role: ptr(staff.RoleLead), Authorities: &[]string{"password-change", "dns-change"}}, cooled(noon))
	got := map[string]time.Time{}
	for _, c := range a.Cools(noon) {
		got[c.What] = c.Until
	}
	if want := map[string]time.Time{"lead": noon.Add(3 * day), "dns-change": noon.Add(3 * day)}; !maps.Equal(got, want) {
		t.Errorf("%v cools, want %v", got, want)
	}
	if all := a.Cools(noon.Add(3 * day)); len(all) > 0 {
		t.Errorf("for ever: %v", all)
	}
}

// TestSetRefuses: each row spoils one thing of a change that could be made.
func TestSetRefuses(t *testing.T) {
	for name, ch := range map[string]staff.Change{
		"role":             {Role: ptr(staff.Role("leda"))},
		"class":            {Authorities: &[]string{"dns-chnage"}},
		"address-form":     {Email: ptr("sam")},
		"address-none":     {Email: ptr("")},
		"address-taken":    {Email: ptr("sue@desk.example")},
		"address-mailbox":  {Email: ptr("sue+sam@desk.example")},
		"address-contacts": {Email: ptr("ada@north.example")},
		"unix-user-taken":  {UnixUser: ptr("sue")},
		"unix-user-form":   {UnixUser: ptr("a b")},
	} {
		t.Run(name, func(t *testing.T) {
			s := desk(t)
			update(t, s, func(tx kv.Tx) error {
				_, err := staff.Add(tx, staff.Agent{ID: "sue", Email: "sue@desk.example", UnixUser: "sue"})
				return errors.Join(err, onfile.TakeForContact(tx, "ada@north.example", "c-1"))
			})
			err := s.Update(func(tx kv.Tx) error { _, err := staff.Set(tx, "sam", ch, cooled(noon)); return err })
			if !errors.Is(err, staff.ErrInvalid) {
				t.Errorf("Set(%+v) = %v", ch, err)
			}
		})
	}
	s := desk(t)
	set(t, s, staff.Change{Email: ptr("SAM@desk.example"), UnixUser: ptr("sam")}, cooled(noon)) // their own
	err := s.Update(func(tx kv.Tx) error { _, err := staff.Set(tx, "sma", staff.Change{}, cooled(noon)); return err })
	if !errors.Is(err, staff.ErrNone) {
		t.Errorf("nobody is changed: %v", err)
	}
}

// TestSetUnixUser: nobody is known by a Unix user that was taken from them.
func TestSetUnixUser(t *testing.T) {
	s := desk(t)
	set(t, s, staff.Change{UnixUser: ptr("sam2")}, cooled(noon))
	_ = s.View(func(v kv.View) error {
		_, old, err := staff.ByUnixUser(v, "sam")
		a, now, err2 := staff.ByUnixUser(v, "sam2")
		if old || !now || a.ID != "sam" || err != nil || err2 != nil {
			t.Errorf("by the old one %v, by the new one %v", old, now)
		}
		return nil
	})
	if a := set(t, s, staff.Change{UnixUser: ptr("")}, cooled(noon)); a.UnixUser != "" || len(a.Given) > 0 {
		t.Errorf("%+v", a)
	}
}

// TestFreed: an address that was an agent's is one of staff for the cooling time,
// and then it and its domain are as if they had never been.
func TestFreed(t *testing.T) {
	type step struct {
		after time.Duration
		to    string
		once  bool
	}
	for _, tt := range []struct {
		name  string
		steps []step
		addr  string
		staff time.Duration // since noon; until then it is staff's
		at    bool          // and its domain for ever
	}{
		{"freed", []step{{0, "sam@home.example", false}}, "sam@old.example", 3 * day, false},
		{"by-the-owner", []step{{0, "sam@home.example", true}}, "sam@old.example", 3 * day, false},
		{"its-mailbox", []step{{0, "sam@home.example", false}}, "sam+x@old.example", 3 * day, false},
		{"gets-mail-still", []step{{0, "sam@home.example", false}, {day, "sam@far.example", false}}, "sam@old.example", 4 * day, false},
		{"freed-twice", []step{{0, "sam@home.example", true}, {day, "sam@old.example", true}, {2 * day, "sam@far.example", true}}, "sam@old.example", 5 * day, false},
		{"back-again", []step{{0, "sam@home.example", false}, {day, "sam@old.example", false}}, "sam@old.example", 99 * day, true},
		{"same-mailbox", []step{{0, "sam+desk@old.example", false}}, "sam@old.example", 99 * day, true},
		{"others-at-its-domain", []step{{0, "sam@home.example", false}}, "sam@old.example", 3 * day, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := kv.Memory()
			agents := []staff.Agent{{ID: "sam", Email: "sam@old.example"}}
			if tt.name == "others-at-its-domain" {
				agents = append([]staff.Agent{{ID: "sue", Email: "sue@old.example"}}, agents...)
			}
			update(t, s, func(tx kv.Tx) (err error) {
				for _, a := range agents {
					_, err2 := staff.Add(tx, a)
					err = errors.Join(err, err2)
				}
				return err
			})
			// freed by the domain alone, the address would be staff's for others still
			is := func() (addr string, domain bool) {
				_ = s.View(func(v kv.View) (err error) {
					addr, _ = onfile.Agent(v, tt.addr)
					domain, err = onfile.Desk{}.IsStaff(v, "other@old.example")
					return err
				})
				return addr, domain
			}
			next := 0
			for at := time.Duration(0); at <= 6*day; at += 12 * time.Hour {
				if next < len(tt.steps) && at == tt.steps[next].after {
					set(t, s, staff.Change{Email: &tt.steps[next].to}, staff.Terms{Now: noon.Add(at), Cooling: 3 * day, AtOnce: tt.steps[next].once})
					next++
				}
				release(t, s, noon.Add(at))
				addr, domain := is()
				if want := at < tt.staff; (addr != "") != want || domain != (want || tt.at) {
					t.Errorf("after %s: %s is of %q, the domain staff's: %v", at, tt.addr, addr, domain)
				}
			}
		})
	}
}

func release(t *testing.T, s kv.Store, now time.Time) {
	t.Helper()
	var due []staff.Freed
	if err := s.View(func(v kv.View) (err error) { due, err = staff.DueFreed(v, now, 100); return err }); err != nil {
		t.Fatal(err)
	}
	for _, f := range due {
		update(t, s, func(tx kv.Tx) error { return f.Release(tx, now) })
	}
}

// TestFreedMeanwhile: who comes to the domain of an address that is just given
// back makes it one of staff.
func TestFreedMeanwhile(t *testing.T) {
	s := kv.Memory()
	update(t, s, func(tx kv.Tx) error {
		_, err := staff.Add(tx, staff.Agent{ID: "sam", Email: "sam@old.example"})
		_, err2 := staff.Set(tx, "sam", staff.Change{Email: ptr("sam@new.example")}, cooled(noon))
		return errors.Join(err, err2)
	})
	var due []staff.Freed
	_ = s.View(func(v kv.View) (err error) { due, err = staff.DueFreed(v, noon.Add(3*day), 100); return err })
	if len(due) != 1 || !due[0].Last {
		t.Fatalf("%+v", due)
	}
	update(t, s, func(tx kv.Tx) error {
		_, err := staff.Add(tx, staff.Agent{ID: "sue", Email: "sue@old.example"})
		return errors.Join(err, due[0].Release(tx, noon.Add(3*day)))
	})
	_ = s.View(func(v kv.View) error {
		if is, err := (onfile.Desk{}).IsStaff(v, "other@old.example"); !is || err != nil {
			t.Errorf("the domain of sue is staff's: %v, %v", is, err)
		}
		return nil
	})
}

// TestTooManyAddresses: an agent doesn't make any number of addresses staff's.
func TestTooManyAddresses(t *testing.T) {
	s := desk(t)
	var err error
	n := 0
	for ; err == nil && n < 40; n++ {
		err = s.Update(func(tx kv.Tx) error {
			_, err := staff.Set(tx, "sam", staff.Change{Email: ptr("sam" + string(rune('a'+n)) + "@desk.example")}, cooled(noon))
			return err
		})
	}
	if !errors.Is(err, staff.ErrInvalid) || n != 17 {
		t.Errorf("the %d. change of address: %v", n, err)
	}
}

// TestDisable: who is disabled has no right left, and can't be disabled twice.
func TestDisable(t *testing.T) {
	s := desk(t)
	update(t, s, func(tx kv.Tx) error { _, err := staff.Disable(tx, "sam"); return err })
	_ = s.View(func(v kv.View) error {
		a, _, err := staff.Get(v, "sam")
		is, err2 := onfile.Desk{}.IsStaff(v, "sam@desk.example")
		if err != nil || err2 != nil || a.Has(staff.RoleAgent, noon) || !is {
			t.Errorf("%+v; their address is staff's: %v", a, is)
		}
		return nil
	})
	for id, want := range map[string]error{"sam": staff.ErrInvalid, "sma": staff.ErrNone} {
		if err := s.Update(func(tx kv.Tx) error { _, err := staff.Disable(tx, id); return err }); !errors.Is(err, want) {
			t.Errorf("disable %s: %v", id, err)
		}
	}
}
