package tickets

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

// objects is a no, to the mail that told of a change, from an address that it went to.
func (d *desk) objects(t *testing.T, from string) {
	t.Helper()
	check(t, d.Tick())
	d.receive(t, d.reply(d.letter(t, policy.NoticeChanged, from), policy.No))
	check(t, d.Tick())
}

// lead2 makes pat a lead beside max.
func (d *desk) lead2(t *testing.T) {
	t.Helper()
	check(t, d.engine.Update(func(tx kv.Tx) error {
		_, err := staff.Add(tx, staff.Agent{ID: "pat", Role: staff.RoleLead, Email: "pat@desk.example"})
		return err
	}))
}

// TestUndo: where somebody has objected to a change, a lead who had no hand in it takes
// back what it did, once and for thirty days.
func TestUndo(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*testing.T, *desk, *ContactChange, *By)
		wrong string // empty: it is done
	}{
		{"lead", func(*testing.T, *desk, *ContactChange, *By) {}, ""},
		{"by-the-new-address", func(_ *testing.T, _ *desk, in *ContactChange, _ *By) { in.Contact = home }, ""},
		{"by-id", func(_ *testing.T, _ *desk, in *ContactChange, _ *By) { in.Contact = "bob" }, ""},
		{"another-contact", func(_ *testing.T, _ *desk, in *ContactChange, _ *By) { in.Contact = ada }, "changed contact bob"},
		{"root-as-a-lead", func(_ *testing.T, _ *desk, in *ContactChange, by *By) { in.Agent, *by = "max", root }, ""},
		{"root-alone", func(_ *testing.T, _ *desk, _ *ContactChange, by *By) { *by = root }, "name the lead"},
		{"agent", func(_ *testing.T, _ *desk, _ *ContactChange, by *By) { *by = as("lee") }, "it takes a lead"},
		{"opener", func(t *testing.T, d *desk, in *ContactChange, _ *By) {
			d.edit(t, in.Undo, func(t *Ticket) { t.OpenedBy = "max" })
		}, "it takes a lead"},
		{"editor", func(t *testing.T, d *desk, in *ContactChange, _ *By) {
			d.edit(t, in.Undo, func(t *Ticket) { t.Edited = []string{"max"} })
		}, "it takes a lead"},
		{"who-did-it", func(t *testing.T, d *desk, in *ContactChange, _ *By) {
			d.edit(t, in.Undo, func(t *Ticket) { t.Change.By = "max" })
		}, "it takes a lead"},
		{"in-another-name", func(_ *testing.T, _ *desk, in *ContactChange, by *By) { in.Agent, *by = "max", as("kim") }, "kim is not max"},
		{"not-disputed", func(t *testing.T, d *desk, _ *ContactChange, _ *By) {
			check(t, d.engine.Update(func(tx kv.Tx) error { return tx.Delete(stopPrefix + "c1") }))
		}, "nobody has objected"},
		{"last-moment", func(_ *testing.T, d *desk, _ *ContactChange, _ *By) { d.turn(clients.LeftLife - time.Millisecond) }, ""},
		{"late", func(_ *testing.T, d *desk, _ *ContactChange, _ *By) { d.turn(clients.LeftLife) }, "is so for 30 days"},
		{"late-and-forgotten", func(t *testing.T, d *desk, _ *ContactChange, _ *By) {
			d.turn(clients.LeftLife)
			check(t, d.Tick())
			for key := range d.dump(t) {
				if strings.HasPrefix(key, undoPrefix) {
					t.Errorf("kept %s", key)
				}
			}
		}, "is so for 30 days"},
		{"twice", func(t *testing.T, d *desk, in *ContactChange, _ *By) {
			_, err := d.Directory.SetContact(as("pat"), *in)
			check(t, err)
		}, "was taken back by T-"},
		{"after-a-rename", func(t *testing.T, d *desk, _ *ContactChange, _ *By) {
			_, err := d.Directory.SetContact(as("max"), ContactChange{Contact: home, Change: clients.Change{Name: new("Robert")}})
			check(t, err)
		}, ""},
		{"changed-since", func(t *testing.T, d *desk, _ *ContactChange, _ *By) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = append(c.Addresses, "x@client.example") })
		}, "was changed again since"},
		{"and-more", func(_ *testing.T, _ *desk, in *ContactChange, _ *By) { in.Name = new("Robert") }, "nothing else to change"},
		{"and-a-ticket", func(_ *testing.T, _ *desk, in *ContactChange, _ *By) { in.Ticket = in.Undo }, "nothing else to change"},
		{"no-such-ticket", func(_ *testing.T, _ *desk, in *ContactChange, _ *By) { in.Undo = "T-99" }, "no such ticket"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, changed := changedDesk(t)
			d.lead2(t)
			was := d.person(t, home)
			d.objects(t, bob)
			in, by := ContactChange{Contact: bob, Undo: changed.Ticket}, as("max")
			tt.spoil(t, d, &in, &by)
			in.DryRun = true
			tried, dry := d.Directory.SetContact(by, in)
			in.DryRun = false
			out, err := d.Directory.SetContact(by, in)
			if fmt.Sprint(err) != fmt.Sprint(dry) {
				t.Errorf("a dry run said %v, and then %v", dry, err)
			}
			if tt.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wrong) {
					t.Fatalf("SetContact() = %+v, %v; want %q", out, err, tt.wrong)
				}
				return
			}
			check(t, err)
			if tried.DryRun = false; fmt.Sprint(tried) != fmt.Sprint(out) {
				t.Errorf("tried %+v\ndone  %+v", tried, out)
			}
			c := d.person(t, bob)
			if !slices.Equal(c.Addresses, []string{bob}) || len(c.Since) > 0 || !c.First.At.IsZero() || len(out.Cools) > 0 || c.Role != was.Role || !c.LeftLately(home, d.Now()) {
				t.Errorf("%+v cools %+v", c, out.Cools)
			}
			check(t, d.Tick())
			if got := d.heard(policy.NoticeChanged, out.Ticket); !slices.Equal(got, []string{ada, bob, home}) || out.Told != 3 {
				t.Errorf("told %v, %d", got, out.Told)
			}
			if s := d.show(t, changed.Ticket); happened(s, "taken back") != 1 {
				t.Errorf("%+v", s.History)
			}
			if by := d.stoppedBy(t, "c1"); !slices.Contains(by, changed.Ticket) {
				t.Errorf("the stop has ended: %v", by)
			}
			if _, err := d.Directory.SetContact(as("pat"), in); !errors.Is(err, ErrNotAllowed) {
				t.Errorf("once more: %v", err)
			}
			d.objects(t, home) // who lost it again objects, too; but an undo is not undone
			if _, err := d.Directory.SetContact(as("pat"), ContactChange{Contact: bob, Undo: out.Ticket}); err == nil || !strings.Contains(err.Error(), "or of what took something back") {
				t.Errorf("an undo was undone: %v", err)
			}
		})
	}
}

// TestUndoNarrowed: rights that a lead took, and a contact whom one took off, come
// back with all that they had; what came by an import or is new is not undone.
func TestUndoNarrowed(t *testing.T) {
	d := memoryDesk(t, nil)
	d.lead2(t)
	all := fmt.Sprint(d.person(t, bob).Permissions)
	out, err := d.Directory.SetContact(as("max"), ContactChange{Contact: bob, Change: clients.Change{Permissions: &[]clients.Permission{"ask"}}})
	check(t, err)
	d.objects(t, bob)
	if _, err := d.Directory.SetContact(as("max"), ContactChange{Contact: bob, Undo: out.Ticket}); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("who took it gave it back: %v", err)
	}
	back, err := d.Directory.SetContact(as("pat"), ContactChange{Contact: bob, Undo: out.Ticket})
	if c := d.person(t, bob); err != nil || fmt.Sprint(c.Permissions) != all || len(back.Widens) == 0 || len(back.Cools) > 0 {
		t.Errorf("%+v, %v: %+v", back, err, c)
	}

	gone, err := d.Directory.RemoveContact(as("max"), bob, "", false)
	check(t, err)
	d.objects(t, bob)
	back, err = d.Directory.SetContact(as("pat"), ContactChange{Contact: bob, Undo: gone.Ticket})
	if c := d.person(t, bob); err != nil || c.Status != clients.Active || !c.Ended.IsZero() || len(back.Cools) > 0 || len(c.Left) > 0 || back.Told != 2 {
		t.Errorf("%+v, %v: %+v", back, err, c)
	}

	d.imports(t, "c1,,bob@client.example;bob@home.example,Bob,authorised,all,\n")
	d.objects(t, bob)
	if by := d.stoppedBy(t, "c1"); len(by) != 3 {
		t.Fatalf("stopped by %v", by)
	} else if _, err := d.Directory.SetContact(as("pat"), ContactChange{Contact: bob, Undo: by[2]}); err == nil || !strings.Contains(err.Error(), "not of an import") {
		t.Errorf("an import was undone: %v", err)
	}
}
