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

// adding is what the tickets of these tests ask for.
const adding = "Please add bob@home.example and take off bob@client.example; our mail goes to bob@home.example. He gets the permission dns-change, too, and the role primary."

// allowed gives an account-change ticket that kim was just allowed to carry out.
func (d *desk) allowed(t *testing.T, contact, request string) Ticket {
	t.Helper()
	ticket := d.approved(t, contact, request)
	if a := d.may(t, ticket.ID, policy.AccountChange, "kim"); a.Decision != policy.Allow {
		t.Fatalf("%+v", a)
	}
	return ticket
}

// approved gives one that nobody has asked to carry out.
func (d *desk) approved(t *testing.T, contact, request string) Ticket {
	t.Helper()
	ticket, err := d.Open(OpenRequest{Contact: contact, Channel: policy.Phone, Class: policy.AccountChange, Subject: "Another address", Request: request, Agent: "kim"})
	check(t, err)
	wants(t, d.receive(t, d.reply(d.last(t, "confirm", ticket.ID), policy.Yes)), "confirmed")
	check(t, d.Tick())
	wants(t, d.receive(t, d.reply(d.last(t, policy.NoticeApprove, ticket.ID), policy.Yes)), "approved")
	d.send(t)
	d.turn(72 * time.Hour)
	return ticket
}

// edit changes a ticket as nobody can.
func (d *desk) edit(t *testing.T, id string, change func(*Ticket)) {
	t.Helper()
	check(t, d.engine.Update(func(tx kv.Tx) error {
		ticket, err := load(tx, id)
		if err != nil {
			return err
		}
		change(&ticket)
		return save(tx, ticket)
	}))
}

func (d *desk) person(t *testing.T, addr string) (c clients.Contact) {
	t.Helper()
	check(t, d.KV().View(func(v kv.View) (err error) { c, _, err = clients.ByAddress(v, addr); return err }))
	return c
}

// as is an agent at the socket.
func as(agent string) By { return By{UID: 1000, User: agent, Agent: agent, Via: "socket"} }

var root = By{Owner: true, User: "root", Via: "command"}

// TestWidening: what widens who can prove needs an allow that stands, of the agent
// who does it, for just that. Each row spoils one fact.
func TestWidening(t *testing.T) {
	more := func(p ...clients.Permission) *[]clients.Permission { return &p }
	tests := []struct {
		name  string
		spoil func(*testing.T, *desk, *ContactChange)
		wrong string // empty: it is done
	}{
		{"address", func(*testing.T, *desk, *ContactChange) {}, ""},
		{"no-ticket", func(_ *testing.T, _ *desk, in *ContactChange) { in.Ticket = "" }, "with --ticket"},
		{"no-ticket-by-a-lead", func(_ *testing.T, _ *desk, in *ContactChange) { in.Ticket, in.Agent = "", "max" }, "with --ticket"},
		{"no-such-ticket", func(_ *testing.T, _ *desk, in *ContactChange) { in.Ticket = "T-99" }, "no such ticket"},
		{"another-agent", func(_ *testing.T, _ *desk, in *ContactChange) { in.Agent = "lee" }, "does not allow that now"},
		{"disabled", func(t *testing.T, d *desk, in *ContactChange) {
			check(t, d.engine.Update(func(tx kv.Tx) error {
				a, _, err := staff.Get(tx, "kim")
				a.Disabled = true
				return errors.Join(err, kv.Save(tx, "agent/kim", a))
			}))
		}, "is disabled"},
		{"last-moment", func(_ *testing.T, d *desk, _ *ContactChange) { d.turn(policy.ReceiptLife - time.Millisecond) }, ""},
		{"late", func(_ *testing.T, d *desk, _ *ContactChange) { d.turn(policy.ReceiptLife) }, "does not allow that now"},
		{"not-asked", func(t *testing.T, d *desk, in *ContactChange) { in.Ticket = d.approved(t, bob, adding).ID }, "countersign authorize"},
		{"used-before", func(t *testing.T, d *desk, in *ContactChange) {
			one := *in
			one.Change = clients.Change{Permissions: more("all", "dns-change")}
			_, err := d.Directory.SetContact(as("kim"), one)
			check(t, err)
		}, "was used for a change"},
		{"edited", func(t *testing.T, d *desk, in *ContactChange) {
			_, err := d.Edit(EditRequest{Ticket: in.Ticket, Request: adding + "!", Agent: "kim"})
			check(t, err)
		}, "does not allow that now"},
		{"closed", func(t *testing.T, d *desk, in *ContactChange) {
			_, err := d.Conclude(Closing{Ticket: in.Ticket, Agent: "kim", NotDone: "she called again"})
			check(t, err)
		}, "does not allow that now"},
		{"disputed", func(t *testing.T, d *desk, in *ContactChange) {
			wants(t, d.receive(t, d.reply(d.last(t, "confirm", in.Ticket), policy.No)), "denied")
		}, "does not allow that now"},
		{"client-stopped", func(t *testing.T, d *desk, in *ContactChange) {
			ticket, l := d.ask(t, ada, policy.DNSChange)
			d.receive(t, d.reply(l, policy.Yes))
			d.receive(t, d.reply(d.last(t, "confirmed", ticket.ID), policy.No))
		}, "does not allow that now"},
		{"put-back-by-another-no", func(t *testing.T, d *desk, in *ContactChange) {
			_, l := d.ask(t, bob, policy.DNSChange) // a no to what was used up already leaves it; but who confirmed is gone
			d.receive(t, d.reply(l, policy.No))
			d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = more2("ask") })
		}, "does not allow that now"},
		{"approver-removed", func(t *testing.T, d *desk, in *ContactChange) {
			d.contact(t, "ada", func(c *clients.Contact) { c.Status, c.Ended = clients.Removed, d.Now() })
		}, "does not allow that now"},
		{"restored", func(t *testing.T, d *desk, in *ContactChange) {
			check(t, d.engine.Update(func(tx kv.Tx) error { return kv.Save(tx, epochKey, epoch{Number: 1}) }))
		}, "does not allow that now"},
		{"another-class", func(t *testing.T, d *desk, in *ContactChange) {
			ticket, l := d.ask(t, bob, policy.DNSChange)
			d.receive(t, d.reply(l, policy.Yes))
			d.may(t, ticket.ID, policy.DNSChange, "kim")
			in.Ticket = ticket.ID
		}, "does not allow that now"},
		{"another-client", func(t *testing.T, d *desk, in *ContactChange) { in.Contact = eve }, "is a ticket of client c1"},
		{"another-address", func(_ *testing.T, _ *desk, in *ContactChange) { in.AddAddresses = []string{"bob@evil.example"} }, `does not say "add b***@evil.example"`},
		{"longer-address", func(_ *testing.T, _ *desk, in *ContactChange) { in.AddAddresses = []string{"b@home.example"} }, `does not say "add b***@home.example"`},
		{"address-to-go", func(t *testing.T, d *desk, in *ContactChange) {
			in.Ticket = d.allowed(t, bob, "Please take old@client.example off, add bob@home.example.").ID
			in.AddAddresses = []string{"old@client.example"}
		}, `does not say "add o***@client.example"`},
		{"first-to-go", func(t *testing.T, d *desk, in *ContactChange) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = append(c.Addresses, "old@client.example") })
			in.Ticket = d.allowed(t, bob, "Please take old@client.example off, add bob@home.example.").ID
			in.First = "old@client.example"
		}, `does not say "first o***@client.example"`},
		{"first-in-words", func(t *testing.T, d *desk, in *ContactChange) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = append(c.Addresses, "old@client.example") })
			in.Ticket = d.allowed(t, bob, "Our mail to him: first old@client.example.").ID
			in.Change = clients.Change{First: "old@client.example"}
		}, ""},
		{"first-named", func(_ *testing.T, _ *desk, in *ContactChange) { in.First = home }, ""},
		{"first-not-named", func(t *testing.T, d *desk, in *ContactChange) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = append(c.Addresses, "other@client.example") })
			in.Change = clients.Change{First: "other@client.example"}
		}, "to which our mail would go"},
		{"another-contact", func(_ *testing.T, _ *desk, in *ContactChange) {
			in.Contact, in.Change = ada, clients.Change{AddAddresses: []string{home}}
		}, "names no address of ada"},
		{"another-contact-named", func(t *testing.T, d *desk, in *ContactChange) {
			in.Ticket = d.allowed(t, bob, "Please give Ada (ada@client.example) another address: add ada@home.example.").ID
			in.Contact, in.Change = ada, clients.Change{AddAddresses: []string{"ada@home.example"}}
		}, ""},
		{"permission", func(t *testing.T, d *desk, in *ContactChange) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = more2("account-change") })
			in.Change = clients.Change{Permissions: more("account-change", "dns-change")}
		}, ""},
		{"another-permission", func(t *testing.T, d *desk, in *ContactChange) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = more2("account-change") })
			in.Change = clients.Change{Permissions: more("account-change", "server-change")}
		}, `does not say "permission server-change"`},
		{"permission-of-a-service", func(t *testing.T, d *desk, in *ContactChange) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = more2("account-change") })
			in.Change = clients.Change{Permissions: more("account-change", "dns-change:web-3")}
		}, `does not say "permission dns-change:web-3"`},
		{"primary", func(_ *testing.T, _ *desk, in *ContactChange) { in.Change = clients.Change{Role: new(clients.Primary)} }, ""},
		{"primary-not-named", func(t *testing.T, d *desk, in *ContactChange) {
			in.Ticket = d.allowed(t, bob, "Please add bob@home.example. Our primary contact Ada agrees.").ID
			in.Change = clients.Change{Role: new(clients.Primary)}
		}, `does not say "role primary"`},
		{"permission-by-the-way", func(t *testing.T, d *desk, in *ContactChange) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = more2("account-change") })
			in.Ticket = d.allowed(t, bob, "Please add bob@home.example, that is all; no permissions but that.").ID
			in.Change = clients.Change{Permissions: more("account-change", "all")}
		}, `does not say "permission all"`},
		{"list-taken-away", func(t *testing.T, d *desk, in *ContactChange) {
			d.contact(t, "ada", func(c *clients.Contact) { c.Permissions = more2("ask", "approve") })
			in.Ticket = d.allowed(t, bob, "Please add ada@home.example to ada@client.example, and take off the permissions ask and approve.").ID
			in.Contact, in.Change = ada, clients.Change{Permissions: more()}
		}, `does not say "permission all"`},
		{"list-taken-away-for-all", func(t *testing.T, d *desk, in *ContactChange) {
			d.contact(t, "ada", func(c *clients.Contact) { c.Permissions = more2("ask", "approve") })
			in.Ticket = d.allowed(t, bob, "Please give ada@client.example the permission all instead of the permissions ask and approve.").ID
			in.Contact, in.Change = ada, clients.Change{Permissions: more()}
		}, ""},
		{"takes-off-what-it-names", func(_ *testing.T, _ *desk, in *ContactChange) { in.RemoveAddresses = []string{bob} }, ""},
		{"takes-off-more", func(t *testing.T, d *desk, in *ContactChange) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = append(c.Addresses, "other@client.example") })
			in.RemoveAddresses = []string{"other@client.example"}
		}, "it takes a lead"},
		{"name-beside", func(_ *testing.T, _ *desk, in *ContactChange) { in.Name = new("Robert") }, "it takes a lead"},
		{"of-staff", func(_ *testing.T, _ *desk, in *ContactChange) { in.AddAddresses = []string{"kim@desk.example"} }, "address of staff"},
		{"of-another", func(_ *testing.T, _ *desk, in *ContactChange) { in.AddAddresses = []string{eve} }, "already on file for client c2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			in := ContactChange{Contact: bob, Change: clients.Change{AddAddresses: []string{home}}, Ticket: d.allowed(t, bob, adding).ID, Agent: "kim"}
			tt.spoil(t, d, &in)
			check(t, d.Tick())
			before := d.dump(t)
			in.DryRun = true
			tried, dry := d.Directory.SetContact(root, in)
			if after := d.dump(t); len(after) != len(before) || after["audit/head"] != before["audit/head"] {
				t.Errorf("a dry run wrote")
			}
			in.DryRun = false
			out, err := d.Directory.SetContact(root, in)
			if fmt.Sprint(err) != fmt.Sprint(dry) {
				t.Errorf("a dry run said %v, and then %v", dry, err)
			}
			if tt.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wrong) {
					t.Fatalf("SetContact() = %+v, %v; want %q", out, err, tt.wrong)
				}
				if after := d.dump(t); len(after) != len(before) {
					t.Errorf("what was refused wrote")
				}
				return
			}
			check(t, err)
			if tried.DryRun = false; fmt.Sprint(tried) != fmt.Sprint(out) {
				t.Errorf("tried %+v\ndone  %+v", tried, out)
			}
			if len(out.Widens) == 0 || out.Ticket != in.Ticket || len(out.Cools) == 0 || out.Told == 0 {
				t.Errorf("%+v", out)
			}
			s := d.show(t, in.Ticket)
			if happened(s, "file changed") != 1 || s.Change == "" || strings.Contains(s.Change, home) {
				t.Errorf("the ticket says %q: %+v", s.Change, s.History)
			}
			var used Ticket
			check(t, d.KV().View(func(v kv.View) (err error) { used, err = load(v, in.Ticket); return err }))
			e, err := d.Explain(used.Receipt)
			if err != nil || e.Change != s.Change {
				t.Errorf("the receipt says %q, %v", e.Change, err)
			}
			if _, err := d.Directory.SetContact(root, ContactChange{Contact: out.Contact.ID, Change: clients.Change{AddAddresses: []string{"third@home.example"}}, Ticket: in.Ticket, Agent: "kim"}); !errors.Is(err, ErrNotAllowed) {
				t.Errorf("a second change by the same ticket: %v", err)
			}
		})
	}
}

func more2(p ...clients.Permission) []clients.Permission { return p }

// TestTwoAtOnce: two sessions with one receipt make one change.
func TestTwoAtOnce(t *testing.T) {
	d := openDesk(t, nil)
	ticket := d.allowed(t, bob, "Please add bob@home.example and add bob@mail.example.")
	results := make(chan error, 2)
	for _, addr := range []string{home, "bob@mail.example"} {
		go func() {
			_, err := d.Directory.SetContact(as("kim"), ContactChange{Contact: bob, Change: clients.Change{AddAddresses: []string{addr}}, Ticket: ticket.ID})
			results <- err
		}()
	}
	if a, b := <-results, <-results; (a == nil) == (b == nil) {
		t.Errorf("%v and %v", a, b)
	}
	if c := d.person(t, bob); len(c.Addresses) != 2 {
		t.Errorf("%+v", c.Addresses)
	}
}

// TestWhoMayChange: who may change what. An allowed ticket is there for those who
// name one; no role goes without where it widens.
func TestWhoMayChange(t *testing.T) {
	name := clients.Change{Name: new("Robert")}
	language := clients.Change{Language: new("nb")}
	zone := clients.Change{Zone: new("Europe/Oslo")}
	less := clients.Change{Permissions: &[]clients.Permission{"ask"}}
	gone := clients.Change{RemoveAddresses: []string{"bob2@client.example"}}
	address := clients.Change{AddAddresses: []string{home}}
	role := clients.Change{Role: new(clients.Authorised)}
	for _, tt := range []struct {
		name   string
		by     By
		change clients.Change
		ticket bool
		ok     bool
	}{
		{"agent-widens", as("kim"), address, true, true},
		{"lead-widens", as("max"), address, true, false}, // it is kim's receipt
		{"lead-widens-without", as("max"), address, false, false},
		{"admin-widens-without", as("ida"), address, false, false},
		{"root-widens-without", root, address, false, false},
		{"agent-narrows", as("kim"), less, false, false},
		{"agent-takes-an-address", as("kim"), gone, false, false},
		{"agent-renames", as("kim"), name, false, false},
		{"agent-language", as("kim"), language, false, false},
		{"agent-zone", as("kim"), zone, false, false},
		{"lead-narrows", as("max"), less, false, true},
		{"lead-takes-an-address", as("max"), gone, false, true},
		{"lead-renames", as("max"), name, false, true},
		{"lead-language", as("max"), language, false, true},
		{"lead-zone", as("max"), zone, false, true},
		{"lead-takes-the-role", as("max"), role, false, true},
		{"new-lead", as("new"), less, false, false},
		{"admin-narrows", as("ida"), less, false, true},
		{"root-narrows", root, less, false, true},
		{"in-another-name", as("kim"), less, false, false},
		{"nobody", By{UID: 7, Via: "socket"}, less, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			in := ContactChange{Contact: bob, Change: tt.change}
			ticket := d.allowed(t, bob, adding)
			if tt.ticket {
				in.Ticket = ticket.ID
			}
			check(t, d.engine.Update(func(tx kv.Tx) error {
				_, err := staff.Add(tx, staff.Agent{ID: "ida", Role: staff.RoleAdmin, Email: "ida@desk.example"})
				_, err2 := staff.Add(tx, staff.Agent{ID: "new", Role: staff.RoleLead, Email: "new@desk.example", Counts: d.Now().Add(time.Minute)})
				return errors.Join(err, err2)
			}))
			d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = append(c.Addresses, "bob2@client.example") })
			if tt.name == "lead-takes-the-role" {
				in.Contact, in.Permissions = ada, &[]clients.Permission{"all"}
			}
			if tt.name == "in-another-name" {
				in.Agent = "max"
			}
			out, err := d.Directory.SetContact(tt.by, in)
			if (err == nil) != tt.ok {
				t.Fatalf("SetContact() = %+v, %v", out, err)
			}
			if err != nil {
				return
			}
			check(t, d.Tick())
			if out.Told == 0 || d.count(policy.NoticeChanged, out.Ticket) != out.Told {
				t.Errorf("told %d of %+v", d.count(policy.NoticeChanged, out.Ticket), out)
			}
			if again, err := d.Directory.SetContact(tt.by, in); tt.change.AddAddresses == nil && tt.change.RemoveAddresses == nil && (err != nil || again.Told > 0 || again.Ticket != "") {
				t.Errorf("once more: %+v, %v", again, err)
			}
		})
	}
}

// TestAddContact: a client's first contacts come by an administrator, within its
// first day and before its first ticket; all others by a ticket that names them.
func TestAddContact(t *testing.T) {
	nils := NewContact{Client: "new", Addresses: []string{"nils@new.example"}, Name: "Nils", Role: clients.Primary}
	second := NewContact{Client: "new", Addresses: []string{"eva@new.example"}, Name: "Eva"}
	d := memoryDesk(t, nil)
	check(t, d.engine.Update(func(tx kv.Tx) error {
		_, err := staff.Add(tx, staff.Agent{ID: "ida", Role: staff.RoleAdmin, Email: "ida@desk.example"})
		return errors.Join(err, clients.PutClient(tx, clients.Client{ID: "new", Name: "New", Imported: d.Now()}))
	}))
	for _, agent := range []string{"kim", "max"} {
		if _, err := d.Directory.AddContact(as(agent), nils); !errors.Is(err, ErrNotAllowed) {
			t.Errorf("the first contact by %s: %v", agent, err)
		}
	}
	for _, in := range []NewContact{nils, second} {
		in.DryRun = true
		if out, err := d.Directory.AddContact(as("ida"), in); err != nil || out.Contact.Addresses[0] != in.Addresses[0] {
			t.Errorf("tried: %+v, %v", out, err)
		}
		in.DryRun = false
		if out, err := d.Directory.AddContact(as("ida"), in); err != nil || len(out.Cools) > 0 || out.Ticket != "" || out.Told > 0 {
			t.Errorf("first contacts: %+v, %v", out, err)
		}
	}
	d.ask(t, "nils@new.example", policy.DNSChange)
	d.turn(time.Second)
	third := NewContact{Client: "new", Addresses: []string{"zoe@new.example"}}
	if _, err := d.Directory.AddContact(as("ida"), third); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("after the first ticket: %v", err)
	}
	if _, err := d.Directory.AddContact(root, NewContact{Client: "c1", Addresses: []string{"zoe@client.example"}}); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("where there are contacts: %v", err)
	}

	ticket := d.allowed(t, bob, "Please add zoe@client.example as a contact, who may ask for dns-change.")
	in := NewContact{Client: "c1", Addresses: []string{"zoe@client.example"}, Permissions: more2("dns-change"), Ticket: ticket.ID, Agent: "kim"}
	for what, spoil := range map[string]func(*NewContact){
		"primary":    func(in *NewContact) { in.Role = clients.Primary },
		"permission": func(in *NewContact) { in.Permissions = more2("all") },
		"address":    func(in *NewContact) { in.Addresses = append(in.Addresses, "zoe@evil.example") },
		"client":     func(in *NewContact) { in.Client = "c2" },
		"nowhere":    func(in *NewContact) { in.Client = "c9" },
	} {
		wrong := in
		wrong.Addresses = slices.Clone(in.Addresses)
		if spoil(&wrong); what == "nowhere" {
			_, err := d.Directory.AddContact(as("kim"), wrong)
			if _, invalid := errors.AsType[*InvalidError](err); !invalid {
				t.Errorf("no such client: %v", err)
			}
			continue
		}
		if out, err := d.Directory.AddContact(as("kim"), wrong); !errors.Is(err, ErrNotAllowed) {
			t.Errorf("another %s: %+v, %v", what, out, err)
		}
	}
	out, err := d.Directory.AddContact(as("kim"), in)
	check(t, err)
	if out.Ticket != ticket.ID || out.Told != 1 || len(out.Cools) == 0 {
		t.Errorf("%+v", out)
	}
	check(t, d.Tick())
	if l := d.last(t, policy.NoticeChanged, ticket.ID); l.To != ada || !strings.Contains(l.Request, "z***@client.example added") || strings.Contains(l.Request, "zoe@client.example") {
		t.Errorf("told %s: %s", l.To, l.Request)
	}
	_, l := d.ask(t, "zoe@client.example", policy.DNSChange)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "cooling")

	// who was removed comes back as who they were, and all of theirs is new
	_, err = d.Directory.RemoveContact(as("max"), "zoe@client.example", "", false)
	check(t, err)
	d.turn(time.Hour)
	if _, err := d.Directory.AddContact(as("ida"), NewContact{Client: "c1", Addresses: []string{"zoe@client.example"}}); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("who was removed, without a ticket: %v", err)
	}
	in.Ticket = d.allowed(t, bob, "Please add zoe@client.example again, who may ask for dns-change.").ID
	back, err := d.Directory.AddContact(as("kim"), in)
	check(t, err)
	if c := back.Contact; c.ID != out.Contact.ID || !c.Since["zoe@client.example"].Equal(d.Now()) || !c.Gained["dns-change"].Equal(d.Now()) || !c.Ended.IsZero() {
		t.Errorf("%+v", c)
	}
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "token_superseded")
}

// TestSaysTo: an address is to be added where the word is right before it.
func TestSaysTo(t *testing.T) {
	for text, want := range map[string]bool{
		"Please add bob@home.example.":                                  true,
		"ADD\nBob@Home.Example, and take off the other":                 true,
		"add <bob@home.example> (Bob)":                                  true,
		`add "bob@home.example"`:                                        true,
		"not that one, please add bob@home.example":                     true,
		"bob@home.example":                                              false,
		"please readd bob@home.example":                                 false,
		"add the address bob@home.example":                              false,
		"add new@home.example, bob@home.example is to go":               false,
		"add new@home.example and bob@home.example is to go":            false,
		"nothing to add. bob@home.example is to go":                     false,
		"nothing to add, bob@home.example is to go":                     false,
		"nothing to add: bob@home.example is to go":                     false,
		"nothing to add (bob@home.example is to go)":                    false,
		"do not add bob@home.example again":                             false,
		"don't add bob@home.example again":                              false,
		"you don\u2019t add bob@home.example, you take it off":          false,
		"never add bob@home.example, but add ada@home.example":          false,
		"add evil,bob@home.example":                                     false,
		"add bob@home.example.evil.example":                             false,
		"add x-bob@home.example":                                        false,
		"Never add bob@home.example.\nIf he asks, add bob@home.example": true,
	} {
		if got := saysTo(text, "add", home); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
