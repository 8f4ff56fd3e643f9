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
	"countersign/tickets/outbox"
)

// acted gives a ticket that was confirmed by its contact and allowed to lee. Kim
// opened it.
func (d *desk) acted(t failer, contact string, class policy.Class) Ticket {
	t.Helper()
	ticket, l := d.ask(t, contact, class)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
	if a := d.may(t, ticket.ID, class, "lee"); a.Decision != policy.Allow {
		t.Fatalf("%+v", a)
	}
	return ticket
}

// done says that it was done, by who was allowed to.
func (d *desk) done(t failer, id string) {
	t.Helper()
	_, err := d.Conclude(Closing{Ticket: id, Agent: "lee", Done: "new password for web1 set"})
	check(t, err)
}

// tolds gives whom letters of that kind went to, each with the address.
func (d *desk) tolds(kind policy.NoticeKind) (to []string) {
	for _, l := range d.letters {
		if l.Kind == kind {
			to = append(to, l.To)
		}
	}
	slices.Sort(to)
	return to
}

// TestDoneIsOwed: what was allowed is not closed without a word of what was done,
// whoever closes it and whatever the ticket has become.
func TestDoneIsOwed(t *testing.T) {
	for name, change := range map[string]func(*desk, string){
		"allowed": func(*desk, string) {},
		"edited since": func(d *desk, id string) {
			_, err := d.Edit(EditRequest{Ticket: id, Request: "another password", Agent: "kim"})
			check(t, err)
		},
		"a question since": func(d *desk, id string) {
			_, err := d.Edit(EditRequest{Ticket: id, Request: "How is it done?", Class: policy.Question, Agent: "kim"})
			check(t, err)
		},
		"restored since": func(d *desk, _ string) {
			check(t, d.engine.Update(func(tx kv.Tx) error { return kv.Save(tx, epochKey, epoch{Number: 1, Began: d.Now()}) }))
		},
		"allowed before that was kept": func(d *desk, id string) { d.edit(t, id, func(t *Ticket) { t.Allowed = nil }) },
	} {
		t.Run(name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket := d.acted(t, bob, policy.PasswordChange)
			change(d, ticket.ID)
			for _, agent := range []string{"kim", "lee", "max"} {
				if _, err := d.CloseTicket(ticket.ID, agent); !errors.Is(err, ErrNotAllowed) || !strings.Contains(err.Error(), "--done") || !strings.Contains(err.Error(), "lee or a lead") {
					t.Errorf("closed by %s: %v", agent, err)
				}
			}
			if s := d.show(t, ticket.ID); s.Owes != "lee" || s.Done != nil || s.State == policy.StateClosed {
				t.Errorf("%+v", s)
			}
			d.done(t, ticket.ID)
			s := d.show(t, ticket.ID)
			if s.Owes != "" || s.Done == nil || s.Done.Agent != "lee" || s.Done.Text != "new password for web1 set" || s.Done.Receipt == "" || s.State != policy.StateClosed || happened(s, "done") != 1 || happened(s, "closed") != 1 {
				t.Errorf("%+v", s)
			}
			check(t, d.Tick())
			if l := d.last(t, policy.NoticeDone, ticket.ID); l.To != bob || l.Request != "New password for web1" || l.Reason != "new password for web1 set" || l.AgentName != "lee" || !l.Confirmed.Equal(start) || l.Reference == "" {
				t.Errorf("%+v", l)
			}
		})
	}
}

// TestDoneRefused: who may say what of which ticket. Each row spoils one thing of
// what lee may say.
func TestDoneRefused(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*desk, *Closing)
		wrong string // empty: it is closed
	}{
		{"done", func(*desk, *Closing) {}, ""},
		{"not-done", func(_ *desk, c *Closing) { c.Done, c.NotDone = "", "they called again" }, ""},
		{"both", func(_ *desk, c *Closing) { c.NotDone = "x" }, "say one of them"},
		{"two-lines", func(_ *desk, c *Closing) { c.Done = "a\nb" }, "in one line"},
		{"blank", func(_ *desk, c *Closing) { c.Done = "  " }, "in one line"},
		{"long", func(_ *desk, c *Closing) { c.Done = strings.Repeat("x", maxDone+1) }, "at most 240"},
		{"longest", func(_ *desk, c *Closing) { c.Done = strings.Repeat("x", maxDone) }, ""},
		{"a-lead", func(_ *desk, c *Closing) { c.Agent = "max" }, ""},
		{"another-agent", func(_ *desk, c *Closing) { c.Agent = "kim" }, "was allowed to lee; they say what was done, or a lead does"},
		{"nobody-of-ours", func(_ *desk, c *Closing) { c.Agent = "ada" }, "no such agent"},
		{"never-allowed", func(d *desk, c *Closing) {
			ticket, l := d.ask(t, bob, policy.DNSChange)
			d.receive(t, d.reply(l, policy.Yes))
			c.Ticket, c.Agent = ticket.ID, "max"
		}, "was never allowed"},
		{"never-allowed-not-done", func(d *desk, c *Closing) {
			ticket, _ := d.ask(t, bob, policy.DNSChange)
			*c = Closing{Ticket: ticket.ID, Agent: "max", NotDone: "no answer"}
		}, "was never allowed"},
		{"lost-by-a-restore", func(d *desk, c *Closing) {
			d.edit(t, c.Ticket, func(t *Ticket) { t.UsedBy, t.Receipt, t.Allowed = "", "", nil })
			d.turn(time.Hour)
			check(t, d.engine.Update(func(tx kv.Tx) error { return kv.Save(tx, epochKey, epoch{Number: 1, Began: d.Now()}) }))
			c.Agent = "max"
		}, "put back from an older copy"},
		{"disputed", func(d *desk, c *Closing) {
			wants(t, d.receive(t, d.reply(d.last(t, policy.NoticeConfirm, c.Ticket), policy.No)), "denied")
		}, "said no"},
		{"disputed-and-closed", func(d *desk, c *Closing) {
			wants(t, d.receive(t, d.reply(d.last(t, policy.NoticeConfirm, c.Ticket), policy.No)), "denied")
			_, err := d.CloseTicket(c.Ticket, "lee")
			check(t, err)
			if s := d.show(t, c.Ticket); s.Owes != "" {
				t.Errorf("%s owes word of what is to be undone", s.Owes)
			}
		}, "said no"},
		{"twice", func(d *desk, c *Closing) { d.done(t, c.Ticket) }, "said of T-1 already, by lee"},
		{"not-done-after-done", func(d *desk, c *Closing) { d.done(t, c.Ticket); c.Done, c.NotDone = "", "x" }, "said of T-1 already"},
		{"done-after-not-done", func(d *desk, c *Closing) {
			_, err := d.Conclude(Closing{Ticket: c.Ticket, Agent: "lee", NotDone: "x"})
			check(t, err)
		}, ""},
		{"a-no-is-waiting", func(d *desk, c *Closing) {
			e := d.reply(d.last(t, policy.NoticeConfirm, c.Ticket), policy.No)
			e.Sender = policy.Sender{Result: policy.ResultTempError}
			d.receive(t, e)
		}, ""},
		{"a-small-change", func(d *desk, c *Closing) {
			ticket, _ := d.ask(t, bob, policy.MinorChange)
			c.Ticket = ticket.ID
			c.Agent = "kim"
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket := d.acted(t, bob, policy.PasswordChange)
			c := Closing{Ticket: ticket.ID, Agent: "lee", Done: "new password for web1 set"}
			tt.spoil(d, &c)
			got, err := d.Conclude(c)
			if tt.wrong == "" && (err != nil || got.State != policy.StateClosed || got.Done == nil) || tt.wrong != "" && (err == nil || !strings.Contains(err.Error(), tt.wrong)) {
				t.Errorf("Conclude(%+v) = %s, %v; want %q", c, got.State, err, tt.wrong)
			}
		})
	}
}

// TestDoneIsTold: the requester and one other person are told, and an address that
// the change took off the file.
func TestDoneIsTold(t *testing.T) {
	put := func(d *desk, c clients.Contact) {
		c.Client, c.Status = "c1", clients.Active
		check(t, d.engine.Update(func(tx kv.Tx) error { return clients.PutContact(tx, c) }))
	}
	ticketOf := func(contact string) func(*desk) string {
		return func(d *desk) string { return d.acted(t, contact, policy.PasswordChange).ID }
	}
	for _, tt := range []struct {
		name   string
		of     func(*desk) string
		before func(*desk)
		done   []string
		others []string
		left   []string
		says   string // the history
	}{
		{"requester-and-primary", ticketOf(bob), func(*desk) {}, []string{bob}, []string{ada}, nil, "So is a second person, ada."},
		{"primary-and-another", ticketOf(ada), func(*desk) {}, []string{ada}, []string{bob}, nil, "So is a second person, bob."},
		{"primary-first", ticketOf(bob), func(d *desk) {
			put(d, clients.Contact{ID: "aaa", Role: clients.Authorised, Addresses: []string{"zoe@client.example"}, Permissions: []clients.Permission{clients.Approve}})
		}, []string{bob}, []string{ada}, nil, "So is a second person, ada."},
		{"no-second", ticketOf(ada), func(d *desk) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Permissions = []clients.Permission{"ask"} })
		}, []string{ada}, nil, nil, "No second person may approve"},
		{"same-mailbox", ticketOf(ada), func(d *desk) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Addresses = []string{"ada+bob@client.example"} })
		}, []string{ada}, nil, nil, "No second person may approve"},
		{"newly-may-approve", ticketOf(ada), func(d *desk) {
			d.contact(t, "bob", func(c *clients.Contact) { gained(string(clients.Approve))(c, d.clock()) })
		}, []string{ada}, []string{bob}, nil, "So is a second person, bob."},
		{"requester-removed", ticketOf(bob), func(d *desk) {
			d.contact(t, "bob", func(c *clients.Contact) { c.Status, c.Ended = clients.Removed, d.clock() })
		}, nil, []string{ada}, nil, "The requester is not on file any longer"},
		{"address-changed", func(d *desk) string {
			ticket := d.allowed(t, bob, adding)
			_, err := d.Directory.SetContact(as("kim"), ContactChange{Contact: bob, Ticket: ticket.ID, Agent: "kim", Change: clients.Change{AddAddresses: []string{"bob@home.example"}, RemoveAddresses: []string{bob}}})
			check(t, err)
			return ticket.ID
		}, func(*desk) {}, []string{"bob@home.example"}, []string{ada}, []string{bob}, "So is who was on file before that (addresses: 1)."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			id := tt.of(d)
			check(t, d.Tick())
			tt.before(d)
			_, err := d.Conclude(Closing{Ticket: id, Agent: "max", Done: "done so"})
			check(t, err)
			d.restart(t)
			for range 3 {
				check(t, d.Tick())
				d.send(t)
			}
			if to := d.tolds(policy.NoticeDone); !slices.Equal(to, tt.done) {
				t.Errorf("told as the requester: %v, want %v", to, tt.done)
			}
			if to := d.tolds(policy.NoticeDoneTold); !slices.Equal(to, tt.others) {
				t.Errorf("told beside them: %v, want %v", to, tt.others)
			}
			if to := d.tolds(policy.NoticeDoneLeft); !slices.Equal(to, tt.left) {
				t.Errorf("told as who left: %v, want %v", to, tt.left)
			}
			for _, o := range d.outbox(t, id) {
				if o.Kind == policy.NoticeDoneLeft && o.State != outbox.Sent {
					t.Errorf("%+v", o)
				}
			}
			if s := d.show(t, id); !slices.ContainsFunc(s.History, func(e Event) bool { return e.Event == "done" && strings.Contains(e.Text, tt.says) }) {
				t.Errorf("the history lacks %q: %v", tt.says, s.History)
			}
			for _, l := range d.letters {
				if l.Kind == policy.NoticeDoneLeft && (!strings.Contains(l.Because, "not on file any longer") || strings.Contains(l.Request, "bob@home.example") || !strings.Contains(l.Request, "b***@home.example")) {
					t.Errorf("%+v", l)
				}
			}
		})
	}
}

// TestNotDone: that nothing was done is told to the requester alone.
func TestNotDone(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket := d.acted(t, bob, policy.PasswordChange)
	_, err := d.Conclude(Closing{Ticket: ticket.ID, Agent: "lee", NotDone: "he called again"})
	check(t, err)
	check(t, d.Tick())
	if l := d.last(t, policy.NoticeNotDone, ticket.ID); l.To != bob || l.Reason != "he called again" || len(d.tolds(policy.NoticeDone))+len(d.tolds(policy.NoticeDoneTold)) > 0 {
		t.Errorf("%+v", d.letters)
	}
	wants(t, d.receive(t, d.reply(d.last(t, policy.NoticeNotDone, ticket.ID), policy.No)), "denied")
	d.state(t, ticket.ID, policy.StateDisputed)
}

// TestDoneDenied: a no of whoever was told what was done disputes it, however late:
// the client stops, and staff hear what was done, when and by whom, once.
func TestDoneDenied(t *testing.T) {
	for _, tt := range []struct {
		name   string
		to     string
		before func(*desk, *testing.T)
		heard  bool
	}{
		{"requester", bob, func(*desk, *testing.T) {}, true},
		{"requester-a-year-later", bob, func(d *desk, t *testing.T) { d.turn(365 * 24 * time.Hour) }, true},
		{"second", ada, func(*desk, *testing.T) {}, true},
		{"second-a-year-later", ada, func(d *desk, t *testing.T) { d.turn(365 * 24 * time.Hour) }, true},
		{"second-who-may-nothing-since", ada, func(d *desk, t *testing.T) {
			d.contact(t, "ada", func(c *clients.Contact) { c.Role, c.Permissions = clients.Authorised, []clients.Permission{"ask"} })
		}, true},
		{"second-removed", ada, func(d *desk, t *testing.T) { d.removed(t, "ada", 29*24*time.Hour) }, true},
		{"second-removed-long-ago", ada, func(d *desk, t *testing.T) { d.removed(t, "ada", 31*24*time.Hour) }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket := d.acted(t, bob, policy.PasswordChange)
			d.turn(time.Hour)
			d.done(t, ticket.ID)
			check(t, d.Tick())
			kind := policy.NoticeDone
			if tt.to == ada {
				kind = policy.NoticeDoneTold
			}
			l := d.last(t, kind, ticket.ID)
			if l.To != tt.to {
				t.Fatalf("%+v", l)
			}
			tt.before(d, t)
			check(t, d.Tick())
			d.told = nil
			for range 2 {
				d.receive(t, d.reply(l, policy.No))
				check(t, d.Tick())
			}
			want := map[bool]policy.State{true: policy.StateDisputed, false: policy.StateClosed}[tt.heard]
			d.state(t, ticket.ID, want)
			mails := 0
			for _, m := range d.told {
				if m.Kind == policy.NoticeStopped && m.To == "max@desk.example" {
					mails++
					if !strings.Contains(m.Reason, "This was done on 2026-11-25 10:00 UTC by lee (d-") || !strings.Contains(m.Reason, "new password for web1 set") {
						t.Errorf("the lead was told %q", m.Reason)
					}
				}
			}
			if tt.heard != (mails == 1) {
				t.Errorf("%d alarms: %+v", mails, d.told)
			}
			other, ol := d.ask(t, bob, policy.DNSChange)
			d.receive(t, d.reply(ol, policy.Yes))
			if a := d.may(t, other.ID, policy.DNSChange, "lee"); has(a, "client_stopped") != tt.heard {
				t.Errorf("%+v", a)
			}
		})
	}
}

// removed removes a contact, and turns the clock.
func (d *desk) removed(t *testing.T, id string, ago time.Duration) {
	d.contact(t, id, func(c *clients.Contact) { c.Status, c.Ended = clients.Removed, d.clock() })
	d.turn(ago)
}

// TestUnsaid: who was allowed to and says nothing is asked after 7 days, a lead 2 days
// later, once each, over restarts; nobody where that has come to an end.
func TestUnsaid(t *testing.T) {
	for _, tt := range []struct {
		name         string
		change       func(*desk, string) // after the allow
		agent, leads int
	}{
		{"nothing-said", func(*desk, string) {}, 1, 1},
		{"said", func(d *desk, id string) { d.done(t, id) }, 0, 0},
		{"said-that-it-was-not", func(d *desk, id string) {
			_, err := d.Conclude(Closing{Ticket: id, Agent: "lee", NotDone: "x"})
			check(t, err)
		}, 0, 0},
		{"said-after-7-days", func(d *desk, id string) {
			d.turn(unsaidAfter)
			check(t, d.Tick())
			d.turn(time.Hour)
			check(t, d.Tick())
			d.done(t, id)
		}, 1, 0},
		{"edited", func(d *desk, id string) {
			_, err := d.Edit(EditRequest{Ticket: id, Request: "another password", Agent: "kim"})
			check(t, err)
		}, 1, 1},
		{"disputed", func(d *desk, id string) {
			wants(t, d.receive(t, d.reply(d.last(t, policy.NoticeConfirm, id), policy.No)), "denied")
		}, 0, 0},
		{"agent-disabled", func(d *desk, _ string) {
			check(t, d.engine.Update(func(tx kv.Tx) error {
				a, _, err := staff.Get(tx, "lee")
				a.Disabled = true
				return errors.Join(err, kv.Save(tx, "agent/lee", a))
			}))
		}, 0, 2}, // a lead hears both
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket := d.acted(t, bob, policy.PasswordChange)
			tt.change(d, ticket.ID)
			for range 24 {
				check(t, d.Tick())
				d.turn(12 * time.Hour)
				d.restart(t)
			}
			agent, leads := 0, 0
			for _, l := range d.told {
				if l.Kind != policy.NoticeUnsaid && l.Kind != policy.NoticeUnsaidLead {
					continue
				}
				if !strings.Contains(l.Reason, "allowed to lee on 2026-11-25 09:00 UTC (d-") {
					t.Errorf("%+v", l)
				}
				switch {
				case l.To == "lee@desk.example" && l.Kind == policy.NoticeUnsaid && l.At.Sub(start) < unsaidAfter+13*time.Hour:
					agent++
				case l.To == "max@desk.example":
					leads++
				case l.To != "kim@desk.example" || l.Kind == policy.NoticeUnsaid: // who opened it hears what leads do
					t.Errorf("%+v", l)
				}
			}
			if agent != tt.agent || leads != tt.leads {
				t.Errorf("lee was told %d times, max %d; want %d, %d: %+v", agent, leads, tt.agent, tt.leads, d.told)
			}
		})
	}
}

// TestDoneTwiceAllowed: an edit after an allow is no way not to tell of it: with what
// was done the customer hears what was allowed before, and so does a lead after a no.
func TestDoneTwiceAllowed(t *testing.T) {
	d := memoryDesk(t, nil)
	d.Store.opt.Fits = func(s string) error {
		if len(s) > 3000 {
			return errors.New("too long")
		}
		return nil
	}
	ticket := d.acted(t, bob, policy.PasswordChange)
	harmless := strings.Repeat("and a mail to say so ", 138)
	for _, request := range []string{"a password for everybody", harmless} {
		d.turn(time.Hour)
		_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: request, Agent: "kim"})
		check(t, err)
		check(t, d.Tick())
		d.receive(t, d.reply(d.last(t, policy.NoticeConfirm, ticket.ID), policy.Yes))
		d.mayLocked(t, ticket.ID, "lee", "")
	}
	d.done(t, ticket.ID)
	check(t, d.Tick())
	for kind, to := range map[policy.NoticeKind]string{policy.NoticeDone: bob, policy.NoticeDoneTold: ada} {
		l := d.last(t, kind, ticket.ID)
		for _, said := range []string{"and a mail to say so", "2026-11-25 10:00 UTC this was allowed to lee, before the request was changed: a password for everybody",
			"2026-11-25 09:00 UTC this was allowed to lee, before the request was changed: New password for web1"} {
			if l.To != to || !strings.Contains(l.Request, said) || d.Store.opt.Fits(l.Request) != nil {
				t.Errorf("%s to %s lacks %q: %s", kind, l.To, said, l.Request)
			}
		}
	}
	d.told = nil
	d.receive(t, d.reply(d.last(t, policy.NoticeDoneTold, ticket.ID), policy.No))
	d.state(t, ticket.ID, policy.StateDisputed)
	check(t, d.Tick())
	if !slices.ContainsFunc(d.told, func(l Letter) bool {
		return l.To == "max@desk.example" && strings.Contains(l.Reason, "Before an edit it was allowed to lee on 2026-11-25 10:00 UTC (d-")
	}) {
		t.Errorf("the leads were told %+v", d.told)
	}
}

// TestActsAreNamed: the alarm of a no names what was done of the same contact's other
// requests, which are not asked again; what is long past, or another's, it does not.
func TestActsAreNamed(t *testing.T) {
	d := memoryDesk(t, nil)
	old := d.acted(t, bob, policy.PasswordChange)
	d.done(t, old.ID)
	d.turn(actLife + time.Hour)
	var acted []string
	for range maxActsNamed + 2 {
		acted = append(acted, d.acted(t, bob, policy.PasswordChange).ID)
		d.turn(time.Minute)
	}
	d.done(t, acted[len(acted)-1])
	adas := d.acted(t, ada, policy.PasswordChange)
	confirms := len(d.tolds(policy.NoticeConfirm))
	ticket, l := d.ask(t, bob, policy.DNSChange)
	check(t, d.Tick())
	d.told = nil
	wants(t, d.receive(t, d.reply(l, policy.No)), "denied")
	check(t, d.Tick())
	for _, id := range acted {
		if a := d.may(t, id, policy.PasswordChange, "kim"); a.Decision != policy.Deny {
			t.Errorf("%+v", a)
		}
	}
	if n := len(d.tolds(policy.NoticeConfirm)); n != confirms+1 {
		t.Errorf("%d questions, want %d", n, confirms+1)
	}
	i := slices.IndexFunc(d.told, func(l Letter) bool { return l.Kind == policy.NoticeSaidNo && l.To == "max@desk.example" })
	if i < 0 {
		t.Fatalf("%+v", d.told)
	}
	also := d.told[i].Also
	newest := acted[len(acted)-1]
	if !strings.HasPrefix(also, newest+" was done on 2026-12-25 ") || !strings.Contains(also, acted[len(acted)-2]+" was allowed to lee on ") || !strings.HasSuffix(also, "and 2 more") ||
		strings.Contains(also+" ", old.ID+" ") || strings.Contains(also, adas.ID) {
		t.Errorf("the alarm says %q", also)
	}
	if s := d.show(t, ticket.ID); !strings.Contains(fmt.Sprint(s.History), "Of this contact, before that: "+newest) {
		t.Errorf("%v", s.History)
	}
}

// TestDoneDeniedByWhoLeft: the address that left the file by what was done may object to
// it for 30 days.
func TestDoneDeniedByWhoLeft(t *testing.T) {
	for after, want := range map[time.Duration]policy.State{29 * 24 * time.Hour: policy.StateDisputed, 31 * 24 * time.Hour: policy.StateClosed} {
		d := memoryDesk(t, nil)
		ticket := d.allowed(t, bob, adding)
		_, err := d.Directory.SetContact(as("kim"), ContactChange{Contact: bob, Ticket: ticket.ID, Agent: "kim", Change: clients.Change{AddAddresses: []string{"bob@home.example"}, RemoveAddresses: []string{bob}}})
		check(t, err)
		_, err = d.Conclude(Closing{Ticket: ticket.ID, Agent: "kim", Done: "so"})
		check(t, err)
		check(t, d.Tick())
		d.turn(after)
		d.receive(t, d.reply(d.last(t, policy.NoticeDoneLeft, ticket.ID), policy.No))
		d.state(t, ticket.ID, want)
	}
}
