package tickets

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// barred gives the codes of why a contact can prove nothing.
func (d *desk) barred(t failer, id string) (codes []string) {
	t.Helper()
	check(t, d.kv.View(func(v kv.View) error {
		c, _, err := clients.Get(v, id)
		if err != nil {
			return err
		}
		all, err := d.Directory.Barred(v, c)
		for _, r := range all {
			codes = append(codes, string(r.Code))
		}
		return err
	}))
	return codes
}

// TestBarred: why a contact can prove nothing privileged, where that is so. Each
// row spoils one thing of a contact who can.
func TestBarred(t *testing.T) {
	perm := func(all ...clients.Permission) func(*testing.T, *desk) {
		return func(t *testing.T, d *desk) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = all })
		}
	}
	for _, tt := range []struct {
		name  string
		spoil func(*testing.T, *desk)
		want  []string
	}{
		{"nothing", func(*testing.T, *desk) {}, nil},
		{"removed", func(t *testing.T, d *desk) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Status = clients.Removed })
		}, []string{"contact_removed"}},
		{"no-permission", perm(clients.Minor), []string{"no_permission"}},
		{"permission-of-a-service", perm("dns-change:web-3"), nil},
		{"permission-that-ended", perm("dns-change@2026-11-24"), []string{"no_permission"}},
		{"stopped", func(t *testing.T, d *desk) {
			_, l := d.ask(t, ada, policy.PasswordChange)
			wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
			wants(t, d.receive(t, d.reply(l, policy.No)), "denied")
		}, []string{"client_stopped"}},
		{"first-address-became-staffs", func(_ *testing.T, d *desk) {
			d.Store.opt.Addresses = append(d.Store.opt.Addresses, "help@client.example")
		}, []string{"staff_address"}},
		{"first-address-cools", func(t *testing.T, d *desk) { d.imports(t, "c1,,new@home.example;bob@client.example,,,all,\n") }, []string{"cooling"}},
		{"another-address-cools", func(t *testing.T, d *desk) { d.imports(t, "c1,,bob@client.example;new@home.example,,,all,\n") }, nil},
		{"one-right-cools", func(t *testing.T, d *desk) {
			perm(clients.Permission(policy.DNSChange))(t, d)
			d.imports(t, "c1,,bob@client.example,,,dns-change;password-change,\n")
		}, nil},
		{"every-right-cools", func(t *testing.T, d *desk) {
			perm(clients.Minor)(t, d)
			d.imports(t, "c1,,bob@client.example,,,dns-change;password-change:web-3@2027-01-31,\n")
		}, []string{"cooling"}},
		{"every-right-cooled", func(t *testing.T, d *desk) {
			perm(clients.Minor)(t, d)
			d.imports(t, "c1,,bob@client.example,,,dns-change,\n")
			d.turn(72 * time.Hour)
		}, nil},
		{"client-like-another", func(t *testing.T, d *desk) {
			name := "0ther"
			_, err := d.Directory.SetClient(ida, ClientChange{Client: "c1", ClientChange: clients.ClientChange{Name: &name}, AllowAlike: true})
			check(t, err)
		}, []string{"cooling"}},
		{"never-proved", func(t *testing.T, d *desk) {
			d.knows(t, "client.example", provable{Unproved: start, Why: "no signature"})
		}, []string{"domain_unproved"}},
		{"proved-once", func(t *testing.T, d *desk) {
			d.knows(t, "client.example", provable{Unproved: start, Proved: start, Why: "no signature"})
		}, nil},
		{"another-domain", func(t *testing.T, d *desk) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = append(c.Addresses, "bob@home.example") })
			d.knows(t, "client.example", provable{Unproved: start, Why: "no signature"})
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			tt.spoil(t, d)
			if got := d.barred(t, "bob"); !slices.Equal(got, tt.want) {
				t.Errorf("barred by %v, want %v", got, tt.want)
			}
		})
	}
}

func (d *desk) knows(t failer, domain string, p provable) {
	t.Helper()
	check(t, d.kv.Update(func(tx kv.Tx) error { return kv.Save(tx, provesPrefix+domain, p) }))
}

// TestOpenTickets: what is open is shown beside whom it is for, with what waits for
// a second person, in the order of numbers.
func TestOpenTickets(t *testing.T) {
	d := memoryDesk(t, nil)
	for range 9 {
		_, err := d.Open(OpenRequest{Contact: bob, Channel: policy.Chat, Class: policy.Question, Subject: "How?", Agent: "kim"})
		check(t, err)
	}
	held, l := d.ask(t, bob, policy.Cancellation)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
	free, l := d.ask(t, bob, policy.PasswordChange)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
	closed, _ := d.ask(t, bob, policy.PasswordChange)
	_, err := d.CloseTicket(closed.ID, "kim")
	check(t, err)
	other, _ := d.ask(t, ada, policy.PasswordChange)
	show := func(contact string) (ids, waiting []string) {
		check(t, d.kv.View(func(v kv.View) error {
			all, err := d.Directory.Open(v, contact)
			for _, one := range all {
				if ids = append(ids, one.Ticket); one.Held {
					waiting = append(waiting, one.Ticket)
				}
			}
			return err
		}))
		return ids, waiting
	}
	ids, waiting := show("bob")
	if len(ids) != 11 || ids[8] != "T-9" || ids[9] != held.ID || ids[10] != free.ID || !slices.Equal(waiting, []string{held.ID}) {
		t.Errorf("open %v, held %v", ids, waiting)
	}
	if all, _ := show(""); len(all) != 12 || all[11] != other.ID {
		t.Errorf("of everybody %v", all)
	}
	asTicketShow := func() {
		t.Helper()
		check(t, d.kv.View(func(v kv.View) error {
			all, err := d.Directory.Open(v, "")
			for _, one := range all {
				if s := d.show(t, one.Ticket); one.Proof == "" || one.Proof != s.Proof || one.State != s.State {
					t.Errorf("%s is %s, %q, and %s, %q, in ticket show", one.Ticket, one.State, one.Proof, s.State, s.Proof)
				}
			}
			return err
		}))
	}
	asTicketShow()
	if restored, err := d.Log.CheckHead("of another store"); !restored || err != nil {
		t.Fatal(restored, err)
	}
	asTicketShow()
}

// TestClientRecorded: clients are written with who did it, and a dry run writes
// nothing.
func TestClientRecorded(t *testing.T) {
	d := memoryDesk(t, nil)
	name, services := "West", []string{"web-3"}
	before := len(d.directoryLog(t))
	for _, dry := range []bool{true, false} {
		_, err := d.Directory.AddClient(ida, ClientChange{Client: "west", ClientChange: clients.ClientChange{Name: &name}, DryRun: dry})
		check(t, err)
	}
	_, err := d.Directory.SetClient(ida, ClientChange{Client: "west", ClientChange: clients.ClientChange{Services: &services}})
	check(t, err)
	log := d.directoryLog(t)[before:]
	if len(log) != 2 || log[0].Why != "client add" || log[1].Why != "client set" || log[1].By != ida || string(log[1].Written[0].After["services"]) != `["web-3"]` {
		t.Errorf("%+v", log)
	}
	if _, err := d.Directory.SetClient(ida, ClientChange{Client: "wset"}); !errors.Is(err, ErrNoClient) {
		t.Errorf("nobody: %v", err)
	}
	if _, err := d.Directory.AddClient(ida, ClientChange{Client: "west"}); err == nil || !strings.Contains(err.Error(), "on file already") {
		t.Errorf("twice: %v", err)
	}
}
