package tickets

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

var theOwner = By{UID: 0, User: "root", Owner: true, Via: "socket"}

// admins brings administrators who count to the desk.
func (d *desk) admins(t failer, ids ...string) {
	t.Helper()
	for _, id := range ids {
		_, err := d.Directory.AddAgent(theOwner, staff.Agent{ID: id, Email: id + "@desk.example", Role: staff.RoleAdmin})
		check(t, err)
	}
}

func ptr[T any](v T) *T { return &v }

// TestSetAgent: who may change an agent, and what can't be made of one. Each row
// spoils one thing of a change that goes well.
func TestSetAgent(t *testing.T) {
	by := func(id string) By { return By{UID: 1, User: id, Agent: id, Via: "socket"} }
	for _, tt := range []struct {
		name string
		by   By
		id   string
		ch   staff.Change
		want error
	}{
		{"by-an-admin", ida, "kim", staff.Change{Role: ptr(staff.RoleLead)}, nil},
		{"by-the-owner", theOwner, "kim", staff.Change{Role: ptr(staff.RoleLead)}, nil},
		{"by-the-owner-who-is-an-agent", By{Agent: "ida", Owner: true}, "ida", staff.Change{Role: ptr(staff.RoleLead)}, nil},
		{"oneself", ida, "ida", staff.Change{UnixUser: ptr("ida2")}, ErrNotAllowed},
		{"by-a-lead", by("max"), "kim", staff.Change{Role: ptr(staff.RoleLead)}, ErrNotAllowed},
		{"by-nobody", by("eve"), "kim", staff.Change{Role: ptr(staff.RoleLead)}, ErrNotAllowed},
		{"nobody", ida, "kmi", staff.Change{Role: ptr(staff.RoleLead)}, ErrNoAgent},
		{"contacts-domain", ida, "kim", staff.Change{Email: ptr("kim@client.example")}, staff.ErrInvalid},
		{"contacts-domain-by-the-owner", theOwner, "kim", staff.Change{Email: ptr("kim@client.example")}, staff.ErrInvalid},
		{"contacts-address", ida, "kim", staff.Change{Email: ptr(ada)}, staff.ErrInvalid},
		{"no-admin-any-longer", by("ike"), "kim", staff.Change{Role: ptr(staff.RoleLead)}, ErrNotAllowed},
		{"no-admin-yet", by("new"), "kim", staff.Change{Role: ptr(staff.RoleLead)}, ErrNotAllowed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			d.admins(t, "ida", "ike")
			_, err := d.Directory.DisableAgent(ida, "ike")
			check(t, err)
			_, err = d.Directory.AddAgent(ida, staff.Agent{ID: "new", Email: "new@desk.example", Role: staff.RoleAdmin})
			check(t, err)
			before := d.dump(t)
			_, err = d.Directory.SetAgent(tt.by, tt.id, tt.ch)
			if !errors.Is(err, tt.want) {
				t.Fatalf("%v, want %v", err, tt.want)
			}
			if after := d.dump(t); (tt.want != nil) != (after["agent/"+tt.id] == before["agent/"+tt.id]) || tt.want != nil && after["audit/head"] != before["audit/head"] {
				t.Errorf("the record: %s", after["agent/"+tt.id])
			}
		})
	}
}

// TestLastAdmin: two administrators who are about to disable each other leave one;
// the owner of the desk may take that one, too.
func TestLastAdmin(t *testing.T) {
	d := memoryDesk(t, nil)
	d.admins(t, "ida", "ike")
	_, err := d.Directory.DisableAgent(ida, "ike")
	_, err2 := d.Directory.DisableAgent(By{Agent: "ike"}, "ida")
	if err != nil || !errors.Is(err2, ErrNotAllowed) {
		t.Errorf("%v, then %v", err, err2)
	}
	if _, err := d.Directory.SetAgent(By{Agent: "ike"}, "ida", staff.Change{Role: ptr(staff.RoleAgent)}); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("a disabled administrator takes the role of the last one: %v", err)
	}
	_, err = d.Directory.DisableAgent(theOwner, "ida")
	check(t, err)
}

// TestAgentRecorded: what is changed of an agent is in the audit log, with who did it.
func TestAgentRecorded(t *testing.T) {
	d := memoryDesk(t, nil)
	d.admins(t, "ida")
	_, err := d.Directory.SetAgent(ida, "kim", staff.Change{Role: ptr(staff.RoleLead)})
	check(t, err)
	_, err = d.Directory.DisableAgent(ida, "lee")
	check(t, err)
	log := d.directoryLog(t)
	set, disabled := log[len(log)-2], log[len(log)-1]
	if set.By != ida || set.Why != "agent set" || set.Written[0].Record != "agent kim" || string(set.Written[0].After["role"]) != `"lead"` || !set.Written[0].Cools() {
		t.Errorf("%+v", set)
	}
	if disabled.By != ida || disabled.Why != "agent disable" || string(disabled.Written[0].After["disabled"]) != "true" {
		t.Errorf("%+v", disabled)
	}
}

// TestNewAuthority: an agent carries out what they were given lately after the
// cooling time, and is told so; all else at once.
func TestNewAuthority(t *testing.T) {
	d := memoryDesk(t, nil)
	d.admins(t, "ida")
	_, err := d.Directory.SetAgent(theOwner, "kim", staff.Change{Authorities: &[]string{string(policy.DNSChange)}})
	check(t, err)
	_, err = d.Directory.SetAgent(ida, "kim", staff.Change{Authorities: &[]string{string(policy.DNSChange), string(policy.PasswordChange)}})
	check(t, err)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	other, l2 := d.ask(t, bob, policy.DNSChange)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
	wants(t, d.receive(t, d.reply(l2, policy.Yes)), "confirmed")
	a := d.may(t, ticket.ID, policy.PasswordChange, "kim")
	if a.Decision != policy.Deny || len(a.Reasons) != 1 || a.Reasons[0].Code != policy.CodeNoAuthority || !strings.Contains(a.Reasons[0].Text, "from 2026-11-28 09:00 UTC on") {
		t.Errorf("%+v", a)
	}
	if a := d.may(t, other.ID, policy.DNSChange, "kim"); a.Decision != policy.Allow {
		t.Errorf("what they had before: %+v", a)
	}
	d.turn(72 * time.Hour)
	if a := d.may(t, ticket.ID, policy.PasswordChange, "kim"); a.Decision != policy.Allow {
		t.Errorf("after the cooling time: %+v", a)
	}
}

// TestNewLead: who is to be a lead hears of a no, and lifts, after the cooling time.
func TestNewLead(t *testing.T) {
	d := memoryDesk(t, nil)
	d.admins(t, "ida")
	_, err := d.Directory.SetAgent(ida, "lee", staff.Change{Role: ptr(staff.RoleLead)})
	check(t, err)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
	wants(t, d.receive(t, d.reply(l, policy.No)), "denied")
	if _, err := d.Lift(ticket.ID, "lee", "a reason"); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("lifted by a lead whose role is new: %v", err)
	}
	var agents []staff.Agent
	check(t, d.kv.View(func(v kv.View) (err error) { agents, err = staff.List(v); return err }))
	for at, want := range map[time.Duration][]string{0: {"max"}, 72 * time.Hour: {"lee", "max"}} {
		if got := leads(Ticket{}, agents, d.Now().Add(at), "", 1); !slices.Equal(got, want) {
			t.Errorf("after %s the leads are %v, want %v", at, got, want)
		}
	}
}

// TestNewAddressOfStaff: mail to staff goes to the address that counts, and who had
// one of staff is not put on file at once.
func TestNewAddressOfStaff(t *testing.T) {
	d := memoryDesk(t, nil)
	d.admins(t, "ida")
	_, err := d.Directory.SetAgent(ida, "max", staff.Change{Email: ptr("max2@desk.example")})
	check(t, err)
	to := func() string {
		ticket, l := d.ask(t, bob, policy.PasswordChange)
		wants(t, d.receive(t, d.reply(l, policy.No)), "denied")
		check(t, d.Tick())
		for _, l := range d.told {
			if l.ToName == "max" && l.Ticket == ticket.ID {
				return l.To
			}
		}
		return ""
	}
	if got := to(); got != "max@desk.example" {
		t.Errorf("told at %s", got)
	}
	d.turn(72 * time.Hour)
	if got := to(); got != "max2@desk.example" {
		t.Errorf("after the cooling time told at %s", got)
	}
}

// TestAddressOfStaffFreed: Tick gives back what was an agent's address.
func TestAddressOfStaffFreed(t *testing.T) {
	d := memoryDesk(t, nil)
	d.admins(t, "ida")
	for _, to := range []string{"max@far.example", "max@home.example"} {
		_, err := d.Directory.SetAgent(theOwner, "max", staff.Change{Email: &to})
		check(t, err)
	}
	for _, tt := range []struct {
		after    time.Duration
		problems int
	}{{0, 1}, {71 * time.Hour, 1}, {time.Hour, 0}} {
		d.turn(tt.after)
		check(t, d.Tick())
		if r := d.imports(t, "c1,,zoe@far.example,,,,\n"); len(r.Problems) != tt.problems {
			t.Errorf("at %s: %+v", d.Now(), r.Problems)
		}
	}
}

// TestDisabledAtOnce: who is disabled does nothing more, gets no mail, and their
// tickets are nobody's.
func TestDisabledAtOnce(t *testing.T) {
	d := memoryDesk(t, nil)
	d.admins(t, "ida")
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
	opener := d.show(t, ticket.ID).Assignee
	_, err := d.Directory.DisableAgent(ida, opener)
	check(t, err)
	if a := d.may(t, ticket.ID, policy.PasswordChange, opener); a.Decision != policy.Deny || !has(a, "agent_disabled") {
		t.Errorf("%+v", a)
	}
	if _, err := d.Note(ticket.ID, opener, "a note"); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("a note: %v", err)
	}
	if s := d.show(t, ticket.ID); s.Assignee != "" || s.Left != opener {
		t.Errorf("assigned to %q, left by %q", s.Assignee, s.Left)
	}
	_, err = d.Note(ticket.ID, "lee", "I take care of it")
	check(t, err)
	wants(t, d.receive(t, d.reply(l, policy.No)), "denied")
	check(t, d.Tick())
	for _, l := range d.told {
		if l.ToName == opener {
			t.Errorf("%s is told of %s", opener, l.Ticket)
		}
	}
}

// TestDisabledWish: with who was disabled nobody agrees any longer.
func TestDisabledWish(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.Classify = byWords })
	d.admins(t, "ida")
	id := d.receive(t, d.asking(bob, asksFor(policy.PasswordChange))).Ticket
	_, err := d.lower(id, "kim")
	check(t, err)
	if d.show(t, id).Wish == nil {
		t.Fatal("no wish")
	}
	_, err = d.Directory.DisableAgent(ida, "kim")
	check(t, err)
	if w := d.show(t, id).Wish; w != nil {
		t.Errorf("the wish stands: %+v", w)
	}
	_, err = d.lower(id, "lee")
	if s := d.show(t, id); s.Class != policy.PasswordChange {
		t.Errorf("the ticket is a %s: %v", s.Class, err)
	}
}
