package tickets

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/clients/codes"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/approvals"
)

// leadDesk is a desk at which no other contact of Bob's client may approve, with
// two leads more; lea is new to it.
func leadDesk(t failer) *desk {
	t.Helper()
	d := memoryDesk(t, nil)
	d.contact(t, "ada", func(c *clients.Contact) { c.Permissions = []clients.Permission{"ask"} })
	check(t, d.kv.Update(func(tx kv.Tx) error {
		for _, a := range []staff.Agent{{ID: "mia", Role: staff.RoleAdmin}, {ID: "lea", Role: staff.RoleLead, Counts: start.Add(time.Hour)}, {ID: "pat", Role: staff.RoleLead}} {
			a.Email, a.Authorities = a.ID+"@desk.example", []string{staff.All}
			if _, err := staff.Add(tx, a); err != nil {
				return err
			}
		}
		return nil
	}))
	return d
}

// led opens a ticket of Bob's that a lead has to approve, as kim.
func (d *desk) led(t failer) (Ticket, approvals.Approval) {
	t.Helper()
	ticket, l := d.ask(t, bob, policy.Cancellation)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
	check(t, d.Tick())
	return ticket, d.approval(t, ticket.ID)
}

// agent changes an agent as nothing but a later version would.
func (d *desk) agent(t failer, id string, change func(*staff.Agent)) {
	t.Helper()
	check(t, d.kv.Update(func(tx kv.Tx) error {
		a, _, err := staff.Get(tx, id)
		if err != nil {
			return err
		}
		change(&a)
		return kv.Save(tx, "agent/"+id, a)
	}))
}

// TestLeadApproves: where no contact may, a lead who had no hand in it approves, who
// still may when it is done; and does not do it.
func TestLeadApproves(t *testing.T) {
	for _, tt := range []struct {
		name, agent, reason string
		before, after       func(*testing.T, *desk, Ticket)
		approves            bool
		by                  string // who carries it out
		want                policy.Verb
		code                policy.Code
	}{
		{name: "lead", agent: "max", approves: true, want: policy.Allow},
		{name: "administrator", agent: "mia", approves: true, want: policy.Allow},
		{name: "no-reason", agent: "max", reason: " "},
		{name: "agent", agent: "lee"},
		{name: "opener", agent: "max", before: func(t *testing.T, d *desk, k Ticket) { d.edit(t, k.ID, func(t *Ticket) { t.OpenedBy = "max" }) }},
		{name: "nobody", agent: "nobody"},
		{name: "not-counting", agent: "lea"},
		{name: "counting-since", agent: "lea", approves: true, want: policy.Allow, before: func(_ *testing.T, d *desk, _ Ticket) { d.turn(time.Hour) }},
		{name: "editor", agent: "max", before: func(t *testing.T, d *desk, k Ticket) {
			_, err := d.Edit(EditRequest{Ticket: k.ID, Request: "other words", Agent: "max"})
			check(t, err)
			d.receive(t, d.reply(d.last(t, policy.NoticeConfirm, k.ID), policy.Yes))
			check(t, d.Tick())
		}},
		{name: "disabled", agent: "max", before: func(t *testing.T, d *desk, _ Ticket) { d.agent(t, "max", func(a *staff.Agent) { a.Disabled = true }) }},
		{name: "after-the-question", agent: "max", before: func(_ *testing.T, d *desk, _ Ticket) { d.turn(168 * time.Hour) }},
		{name: "closed", agent: "max", before: func(t *testing.T, d *desk, k Ticket) { _, err := d.CloseTicket(k.ID, "kim"); check(t, err) }},
		{name: "restored", agent: "max", before: func(t *testing.T, d *desk, _ Ticket) {
			check(t, d.kv.Update(func(tx kv.Tx) error { return kv.Save(tx, epochKey, epoch{Number: 1}) }))
		}},
		{name: "a-no-waits", agent: "max", before: func(t *testing.T, d *desk, k Ticket) {
			e := d.reply(d.last(t, policy.NoticeHeld, k.ID), policy.No)
			e.Sender = policy.Sender{Result: policy.ResultTempError}
			d.receive(t, e)
		}},
		{name: "carries-it-out", agent: "max", approves: true, by: "max", want: policy.Hold, code: policy.CodeOwnApproval},
		{name: "disabled-since", agent: "max", approves: true, want: policy.Hold, code: policy.CodeLeadBarred,
			after: func(t *testing.T, d *desk, _ Ticket) { d.agent(t, "max", func(a *staff.Agent) { a.Disabled = true }) }},
		{name: "role-taken-since", agent: "max", approves: true, want: policy.Hold, code: policy.CodeLeadBarred,
			after: func(t *testing.T, d *desk, _ Ticket) {
				d.agent(t, "max", func(a *staff.Agent) { a.Role = staff.RoleAgent })
			}},
		{name: "role-given-anew", agent: "max", approves: true, want: policy.Hold, code: policy.CodeLeadBarred,
			after: func(t *testing.T, d *desk, _ Ticket) {
				d.agent(t, "max", func(a *staff.Agent) { a.Counts = start.Add(time.Hour) })
			}},
		{name: "refused-since", agent: "max", approves: true, want: policy.Deny, code: policy.CodeApprovalRefused,
			after: func(t *testing.T, d *desk, k Ticket) {
				_, err := d.Refuse(d.approval(t, k.ID).ID, "pat", "not so")
				check(t, err)
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := leadDesk(t)
			ticket, _ := d.led(t)
			if a := d.may(t, ticket.ID, policy.Cancellation, "kim"); a.Decision != policy.Hold || !has(a, "lead_approves") || !slices.Contains(a.Next, "lead_approves") {
				t.Fatalf("before: %+v", a)
			}
			if tt.before != nil {
				tt.before(t, d, ticket)
			}
			id := d.approval(t, ticket.ID).ID
			_, err := d.Approve(id, tt.agent, strings.Replace("called them back"+tt.reason, "called them back ", " ", 1))
			if (err == nil) != tt.approves {
				t.Fatalf("Approve(%s) = %v", tt.agent, err)
			}
			if !tt.approves {
				if a := d.may(t, ticket.ID, policy.Cancellation, "lee"); a.Decision == policy.Allow {
					t.Errorf("%+v", a)
				}
				return
			}
			if _, err := d.Approve(id, "pat", "me too"); !errors.Is(err, ErrNotAllowed) {
				t.Errorf("twice: %v", err)
			}
			if tt.after != nil {
				tt.after(t, d, ticket)
			}
			by := tt.by
			if by == "" {
				by = "kim"
			}
			if a := d.may(t, ticket.ID, policy.Cancellation, by); a.Decision != tt.want || tt.code != "" && !has(a, string(tt.code)) {
				t.Errorf("%+v, want %s %s", a, tt.want, tt.code)
			}
		})
	}
}

// TestLeadStandsIn: a lead stands in only where nobody else may approve, nor could
// lately: who is removed, loses the permission or cools still counts as there.
func TestLeadStandsIn(t *testing.T) {
	nils := "nils@client.example"
	set := func(ch clients.Change) func(*testing.T, *desk) {
		return func(t *testing.T, d *desk) {
			check(t, d.kv.Update(func(tx kv.Tx) error { _, err := clients.Set(tx, "nils", ch, d.clock(), d.desk()); return err }))
		}
	}
	ask := []clients.Permission{"ask"}
	remove := func(t *testing.T, d *desk) {
		check(t, d.kv.Update(func(tx kv.Tx) error { _, err := clients.Remove(tx, "nils", d.clock()); return err }))
	}
	after := func(do func(*testing.T, *desk), by time.Duration) func(*testing.T, *desk) {
		return func(t *testing.T, d *desk) { do(t, d); d.turn(by) }
	}
	for _, tt := range []struct {
		name  string
		do    func(*testing.T, *desk)
		asked bool
		leads bool
		says  string
	}{
		{"another-may", func(*testing.T, *desk) {}, true, false, ""},
		{"approver-removed", remove, false, false, "could approve until"},
		{"approver-removed-long-ago", after(remove, 72*time.Hour), false, true, ""},
		{"permission-taken", set(clients.Change{Permissions: &ask}), false, false, "could approve until"},
		{"permission-taken-long-ago", after(set(clients.Change{Permissions: &ask}), 72*time.Hour), false, true, ""},
		{"cools", func(t *testing.T, d *desk) {
			d.contact(t, "nils", func(c *clients.Contact) { gained("approve")(c, d.clock()) })
		}, false, false, "cools until"},
		{"address-cools", func(t *testing.T, d *desk) {
			d.contact(t, "nils", func(c *clients.Contact) { c.Since = map[string]time.Time{nils: d.clock()} })
		}, false, false, "cools until"},
		{"same-mailbox", func(t *testing.T, d *desk) {
			d.contact(t, "nils", func(c *clients.Contact) { c.Addresses = []string{"bob+nils@client.example"} })
		}, false, true, ""},
		{"same-mailbox-lately", func(t *testing.T, d *desk) {
			set(clients.Change{AddAddresses: []string{"bob+nils@client.example"}})(t, d)
		}, false, false, "came to share a mailbox"},
		{"same-mailbox-for-long", after(set(clients.Change{AddAddresses: []string{"bob+nils@client.example"}}), 72*time.Hour), false, true, ""},
		{"for-a-service", func(t *testing.T, d *desk) {
			d.contact(t, "nils", func(c *clients.Contact) { c.Permissions = []clients.Permission{"approve:web-1"} })
		}, false, false, "for some services alone"},
		{"of-another-client", func(t *testing.T, d *desk) { d.contact(t, "nils", func(c *clients.Contact) { c.Client = "c2" }) }, false, true, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := leadDesk(t)
			second(t, d)
			tt.do(t, d)
			ticket, a := d.led(t)
			if d.count(policy.NoticeApprove, ticket.ID) > 0 != tt.asked || a.Leads > 0 != tt.leads || !strings.Contains(a.Blocked, tt.says) {
				t.Errorf("asked %d, %+v", d.count(policy.NoticeApprove, ticket.ID), a)
			}
			z := d.may(t, ticket.ID, policy.Cancellation, "kim")
			code := map[bool]string{true: "lead_approves", false: "nobody_approves"}[tt.leads]
			if tt.asked {
				code = "approver_asked"
			}
			if z.Decision != policy.Hold || !has(z, code) {
				t.Errorf("%+v, want %s", z, code)
			}
			if _, err := d.Approve(a.ID, "max", "called them back"); (err == nil) != tt.leads {
				t.Errorf("Approve() = %v", err)
			}
		})
	}
}

// TestApproverCools: who could not be asked since what they may is new is asked when
// it is so no longer.
func TestApproverCools(t *testing.T) {
	d := leadDesk(t)
	second(t, d)
	d.contact(t, "nils", func(c *clients.Contact) { gained("approve")(c, d.clock()) })
	ticket, a := d.led(t)
	if !a.Clears.Equal(start.Add(72 * time.Hour)) {
		t.Fatalf("%+v", a)
	}
	d.turn(72*time.Hour - time.Second)
	check(t, d.Tick())
	if d.count(policy.NoticeApprove, ticket.ID) != 0 {
		t.Fatal("asked too early")
	}
	d.turn(time.Second)
	check(t, d.Tick())
	l := d.last(t, policy.NoticeApprove, ticket.ID)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "approved")
	if d.count(policy.NoticeHeld, ticket.ID) != 1 {
		t.Error("the requester was told more than once")
	}
}

// TestManyApprovers: all are asked, within a bound, and each once, wherever it was
// cut off.
func TestManyApprovers(t *testing.T) {
	d := memoryDesk(t, nil)
	check(t, d.kv.Update(func(tx kv.Tx) error {
		for i := range maxApprovers + 3 {
			n := string(rune('a'+i/26)) + string(rune('a'+i%26))
			err := clients.PutContact(tx, clients.Contact{ID: "x" + n, Client: "c1", Role: clients.Authorised, Status: clients.Active,
				Addresses: []string{n + "@client.example"}, Permissions: []clients.Permission{clients.Approve}})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	ticket, l := d.ask(t, bob, policy.Cancellation)
	d.receive(t, d.reply(l, policy.Yes))
	id := d.approval(t, ticket.ID).ID
	check(t, d.kv.Update(func(tx kv.Tx) error { return d.askOne(tx, id, "xaa") })) // and then a crash
	check(t, d.Tick())
	d.turn(lookAgain)
	check(t, d.Tick())
	to := map[string]int{}
	for _, l := range d.letters {
		if l.Kind == policy.NoticeApprove {
			to[l.To]++
		}
	}
	if len(to) != maxApprovers || to[ada] != 1 || to["aa@client.example"] != 1 {
		t.Errorf("asked %v", to)
	}
}

// TestLeadWantsTheCode: where a code is set, a lead's approval counts beside that
// alone: who uses the mailbox may be one and the same as who has it. Neither a new
// code helps nor that it is taken away.
func TestLeadWantsTheCode(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*testing.T, *desk)
		said  codes.Secret
		want  policy.Verb
		code  string
	}{
		{"said", func(*testing.T, *desk) {}, bobs, policy.Allow, "proved"},
		{"not-said", func(*testing.T, *desk) {}, "", policy.Hold, "code_missing"},
		{"set-anew", func(t *testing.T, d *desk) { d.set(t, another) }, another, policy.Hold, "cooling"},
		{"cleared", func(t *testing.T, d *desk) {
			_, err := d.ClearCode(By{}, CodeRequest{Contact: bob, Agent: "max"})
			check(t, err)
		}, "", policy.Hold, "code_missing"},
		{"a-one-time-code-in-its-place", func(t *testing.T, d *desk) {
			_, err := d.SetCode(By{}, CodeRequest{Contact: bob, Agent: "max", Code: another, Kind: codes.Once})
			check(t, err)
		}, "", policy.Hold, "code_missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := leadDesk(t)
			d.set(t, bobs)
			d.turn(72 * time.Hour)
			ticket, a := d.led(t)
			_, err := d.Approve(a.ID, "pat", "called them back")
			check(t, err)
			tt.spoil(t, d)
			if tt.said != "" {
				if out := d.said(t, tt.said, ticket.ID); out.Result != policy.CodeCodeMatch {
					t.Fatalf("%+v", out)
				}
			}
			if z := d.may(t, ticket.ID, policy.Cancellation, "kim"); z.Decision != tt.want || !has(z, tt.code) {
				t.Errorf("%+v, want %s %s", z, tt.want, tt.code)
			}
		})
	}
}
