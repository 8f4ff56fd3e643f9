package tickets

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/kv"
	"countersign/mailer"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/outbox"
)

// fail lets the server refuse whatever waits for the ticket's contact.
func (d *desk) fail(t failer, ticket, why string) {
	t.Helper()
	for _, o := range d.outbox(t, ticket) {
		if o.State == outbox.Queued && o.Agent == "" {
			check(t, d.Outbox.Attempt(o.ID, d.Now()))
			check(t, d.Outbox.Failed(o.ID, why))
		}
	}
}

// mails gives the letters to staff since, as kind and recipient, after Tick.
func (d *desk) mails(t failer) (all []string) {
	t.Helper()
	check(t, d.Tick())
	for _, l := range d.told {
		name, _, _ := strings.Cut(l.To, "@")
		all = append(all, string(l.Kind)+" "+name)
	}
	d.told = nil
	return all
}

func wantMails(t *testing.T, d *desk, want ...string) {
	t.Helper()
	if got := d.mails(t); !slices.Equal(got, want) {
		t.Fatalf("mails to staff: %q, want %q", got, want)
	}
}

// agents changes the agents of the desk.
func (d *desk) agents(t failer, change func(*staff.Agent)) {
	t.Helper()
	check(t, d.kv.Update(func(tx kv.Tx) error {
		for _, id := range []string{"kim", "lee", "max"} {
			a, _, err := staff.Get(tx, id)
			if err != nil {
				return err
			}
			change(&a)
			if err := kv.Save(tx, "agent/"+id, a); err != nil {
				return err
			}
		}
		return nil
	}))
}

// TestRefusedIsTold: who opened the ticket is told by mail that its question was
// refused, and nothing in the mail binds an answer or names the address.
func TestRefusedIsTold(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.fail(t, ticket.ID, "550 no <"+bob+"> for "+l.ReplyTo+" ["+l.Reference+"]")
	wantMails(t, d)
	d.turn(gather)
	check(t, d.Tick())
	if len(d.told) != 1 {
		t.Fatalf("%+v", d.told)
	}
	told := d.told[0]
	if told.Kind != "undeliverable" || told.To != "kim@desk.example" || told.Ticket != ticket.ID || told.Subject != ticket.Subject || !strings.Contains(told.Reason, "550 no") {
		t.Errorf("told %+v", told)
	}
	for _, secret := range []string{l.Token, l.Reference, bob} {
		if strings.Contains(fmt.Sprintf("%+v", told), secret) {
			t.Errorf("the mail holds %s: %+v", secret, told)
		}
	}
	out := d.outbox(t, ticket.ID)
	if o := out[len(out)-1]; o.Agent != "kim" || o.Class != "B" || o.Kind != "undeliverable" || o.Origin != "staff:kim" || o.State != outbox.Queued {
		t.Errorf("in the outbox: %+v", o)
	}
}

// TestWhoIsTold: each row changes one thing of who has a ticket whose question
// was refused.
func TestWhoIsTold(t *testing.T) {
	tests := []struct {
		name   string
		ticket func(*Ticket)
		agent  func(*staff.Agent)
		want   []string
	}{
		{"opener", nil, nil, []string{"undeliverable kim"}},
		{"assigned-to-another", func(t *Ticket) { t.Assignee = "lee" }, nil, []string{"undeliverable kim"}},
		{"opened-by-mail", func(t *Ticket) { t.OpenedBy, t.Assignee = "", "" }, nil, nil},
		{"opened-by-mail-and-assigned", func(t *Ticket) { t.OpenedBy, t.Assignee = "", "lee" }, nil, []string{"undeliverable lee"}},
		{"opened-by-mail-and-edited", func(t *Ticket) { t.OpenedBy, t.Assignee, t.Edited = "", "", []string{"kim", "lee"} }, nil, []string{"undeliverable kim", "undeliverable lee"}},
		{"opener-disabled", nil, func(a *staff.Agent) { a.Disabled = a.ID == "kim" }, []string{"undeliverable max"}},
		{"nobody-left", nil, func(a *staff.Agent) { a.Disabled = true }, nil},
		{"lead-disabled-too", nil, func(a *staff.Agent) { a.Disabled = a.ID != "lee" }, nil},
		{"administrator-left", nil, func(a *staff.Agent) {
			if a.Disabled = a.ID != "lee"; !a.Disabled {
				a.Role = staff.RoleAdmin
			}
		}, []string{"undeliverable lee"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket, _ := d.ask(t, bob, policy.PasswordChange)
			if tt.ticket != nil {
				check(t, d.kv.Update(func(tx kv.Tx) error {
					got, err := load(tx, ticket.ID)
					tt.ticket(&got)
					check(t, err)
					return save(tx, got)
				}))
			}
			if tt.agent != nil {
				d.agents(t, tt.agent)
			}
			d.fail(t, ticket.ID, "550 no")
			check(t, d.Tick())
			d.turn(gather)
			wantMails(t, d, tt.want...)
		})
	}
}

// TestLeads: a lead who wrote a request is not the only one to hear of a no to it.
func TestLeads(t *testing.T) {
	agents := []staff.Agent{
		{ID: "kim", Role: staff.RoleAgent, Teams: []string{"a"}},
		{ID: "max", Role: staff.RoleLead, Teams: []string{"a"}},
		{ID: "ned", Role: staff.RoleLead, Teams: []string{"b"}},
		{ID: "new", Role: staff.RoleLead, Teams: []string{"a"}, Counts: start.Add(time.Hour)},
	}
	for _, tt := range []struct {
		ticket Ticket
		want   []string
	}{
		{Ticket{OpenedBy: "kim"}, []string{"kim", "max"}},
		{Ticket{OpenedBy: "max"}, []string{"max", "ned"}},
		{Ticket{OpenedBy: "kim", Edited: []string{"max"}}, []string{"kim", "ned"}},
		{Ticket{OpenedBy: "kim", Assignee: "ned"}, []string{"kim", "ned", "max"}},
		{Ticket{}, []string{"max", "ned"}},
		{Ticket{Edited: []string{"kim"}}, []string{"kim", "max", "ned"}},
		{Ticket{Edited: []string{"max", "ned"}}, []string{"max", "ned"}}, // the only ones who could hear of it
	} {
		if got := (alert{Kind: "said_no"}).told(tt.ticket, agents, start); !slices.Equal(got, tt.want) {
			t.Errorf("a no to %+v is told to %q, want %q", tt.ticket, got, tt.want)
		}
	}
	admins := []staff.Agent{{ID: "max", Role: staff.RoleLead}, {ID: "mia", Role: staff.RoleAdmin}}
	for _, tt := range []struct {
		agents []staff.Agent
		ticket Ticket
		want   []string
	}{
		{agents, Ticket{OpenedBy: "kim"}, []string{"max"}},
		{agents, Ticket{OpenedBy: "max"}, []string{"ned"}},
		{agents, Ticket{OpenedBy: "kim", Assignee: "ned", Edited: []string{"max"}}, []string{"ned"}},
		{admins, Ticket{OpenedBy: "max"}, []string{"mia"}},
	} {
		if got := (alert{Kind: policy.NoticeLeadApproves}).told(tt.ticket, tt.agents, start); !slices.Equal(got, tt.want) {
			t.Errorf("that a lead has to approve %+v is told to %q, want %q", tt.ticket, got, tt.want)
		}
	}
}

// TestNoIsTold: a no is told at once to who opened the ticket and to the lead,
// and one that stops the client says so.
func TestNoIsTold(t *testing.T) {
	d := memoryDesk(t, nil)
	_, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.No))
	wantMails(t, d, "said_no kim", "said_no max")
	_, l = d.ask(t, ada, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	d.receive(t, d.reply(l, policy.No))
	wantMails(t, d, "stopped kim", "stopped max")
	wantMails(t, d)
}

// TestStoppedAgainIsTold: a no that stops the client again, after the stop was
// lifted, is told again on the same day.
func TestStoppedAgainIsTold(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, ada, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.Yes))
	for range 2 {
		d.receive(t, d.reply(l, policy.No))
		d.receive(t, d.reply(l, policy.No)) // changes nothing any more
		wantMails(t, d, "stopped kim", "stopped max")
		_, err := d.Lift(ticket.ID, "max", "a mistake")
		check(t, err)
		wants(t, d.receive(t, d.reply(d.last(t, "lift", ticket.ID), policy.Yes)), "lifted")
		d.turn(time.Hour)
	}
}

// TestToldOnceADay: of what is not urgent, a ticket is told of once a day.
func TestToldOnceADay(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, _ := d.ask(t, bob, policy.PasswordChange)
	for _, want := range [][]string{{"undeliverable kim"}, nil} {
		d.fail(t, ticket.ID, "550 no")
		_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "Another", Agent: "kim"})
		check(t, err)
		check(t, d.Tick())
		d.turn(gather)
		wantMails(t, d, want...)
	}
	d.turn(24 * time.Hour)
	d.fail(t, ticket.ID, "550 no")
	check(t, d.Tick())
	d.turn(gather)
	wantMails(t, d, "undeliverable kim")
}

// TestFloodOfBounces: what comes back of hundreds of tickets is a few mails to
// the agent, takes nothing of the customers' budgets, and comes to an end.
func TestFloodOfBounces(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.PerHour, o.PerDay = 1000, 3 })
	const many = 200
	for range many {
		ticket, _ := d.ask(t, bob, policy.PasswordChange)
		d.fail(t, ticket.ID, "550 no")
	}
	check(t, d.Tick())
	d.turn(gather)
	check(t, d.Tick())
	if len(d.told) != 1 || d.told[0].Kind != "several" || d.told[0].Reason != fmt.Sprint(many) ||
		strings.Count(d.told[0].Request, "\n") != maxTold || !strings.Contains(d.told[0].Request, fmt.Sprintf("And %d more", many-maxTold)) {
		t.Fatalf("%+v", d.told)
	}
	wantMails(t, d, "several kim")
	left := 0
	for key := range d.dump(t) {
		if strings.HasPrefix(key, "tell/") || strings.HasPrefix(key, "alert/") {
			left++
		}
	}
	if left != 0 {
		t.Errorf("%d alerts are left", left)
	}
	d.turn(time.Hour - 5*time.Minute) // an hour begins
	sent := 0
	for range 59 { // a bounce a minute
		ticket, _ := d.ask(t, bob, policy.PasswordChange)
		d.fail(t, ticket.ID, "550 no")
		d.turn(time.Minute)
		sent += len(d.mails(t))
	}
	if sent != mailsHourly {
		t.Errorf("%d mails to one agent in an hour", sent)
	}
	d.turn(time.Hour)
	d.mails(t)
	_, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.No)) // its own budget: it waits for none of these
	wantMails(t, d, "said_no kim", "said_no max")
}

// TestMailToStaffIsNotTold: a mail to staff that is refused, or comes back, makes
// no other, and is nothing between the ticket's contact and a proof.
func TestMailToStaffIsNotTold(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.No))
	check(t, d.Tick())
	before := len(d.show(t, ticket.ID).History)
	for _, told := range d.told {
		path := strings.TrimSuffix(strings.TrimPrefix(told.ReturnPath, "support+b-"), "@desk.example")
		id := strings.TrimSuffix(told.MessageID, "@desk.example")
		for _, b := range []policy.Bounce{{ReturnPaths: []string{path}, Sent: []string{id}}, {Sent: []string{id}}, {ReturnPaths: []string{path}, Sent: []string{strings.TrimSuffix(l.MessageID, "@desk.example")}}} {
			b.Status = "5.1.1"
			e := policy.Evidence{Kind: policy.KindBounce, Bounce: b}
			d.fresh(&e)
			if m := d.receive(t, e); m.Ticket != "" {
				t.Errorf("a bounce of a mail to staff is filed with %s", m.Ticket)
			}
		}
	}
	if s := d.show(t, ticket.ID); len(s.History) != before {
		t.Errorf("%+v", s.History[before:])
	}
	d.told = nil
	for _, o := range d.outbox(t, ticket.ID) {
		if o.Agent != "" {
			check(t, d.Outbox.Attempt(o.ID, d.Now()))
			check(t, d.Outbox.Failed(o.ID, "550 no"))
		}
	}
	if s := d.show(t, ticket.ID); happened(s, "undeliverable") != 0 || happened(s, "staff not told") != 2 {
		t.Errorf("%+v", s.History)
	}
	check(t, d.Tick())
	d.turn(time.Hour)
	wantMails(t, d)
}

// TestNoIsToldAtLeastOnce: where nobody knows whether the server has the mail
// that tells of a no, as after a crash, it is sent once more, and where nobody
// knows it then the ticket says so.
func TestNoIsToldAtLeastOnce(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	d.receive(t, d.reply(l, policy.No))
	wantMails(t, d, "said_no kim", "said_no max")
	for i := range 2 {
		due, err := d.Outbox.Due(d.Now(), 10, false)
		check(t, err)
		due = slices.DeleteFunc(due, func(o outbox.Outgoing) bool { return o.Agent == "" })
		if len(due) != 2 {
			t.Fatalf("%d mails to staff are due at attempt %d: %+v", len(due), i, due)
		}
		for _, o := range due {
			check(t, d.Outbox.Attempt(o.ID, d.Now()))
			check(t, d.Outbox.Unknown(o.ID, "cut"))
		}
		d.turn(15 * time.Minute)
	}
	if s := d.show(t, ticket.ID); happened(s, "perhaps sent") != 2 {
		t.Errorf("%+v", s.History)
	}
}

// TestMailToStaffGoesToStaff: an agent who was disabled since is sent nothing; a
// lead is told instead, where it has not been written yet.
func TestMailToStaffGoesToStaff(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, _ := d.ask(t, bob, policy.PasswordChange)
	d.fail(t, ticket.ID, "550 no")
	check(t, d.Tick())
	d.agents(t, func(a *staff.Agent) { a.Disabled = a.ID == "kim" })
	d.turn(gather)
	wantMails(t, d)
	wantMails(t, d, "undeliverable max")
	for name, change := range map[string]func(*staff.Agent){
		"disabled":        func(a *staff.Agent) { a.Disabled = true },
		"another-mailbox": func(a *staff.Agent) { a.Email = a.ID + "@elsewhere.example" },
	} {
		d := memoryDesk(t, nil)
		ticket, _ := d.ask(t, bob, policy.PasswordChange)
		d.fail(t, ticket.ID, "550 no")
		check(t, d.Tick())
		d.turn(gather)
		wantMails(t, d, "undeliverable kim")
		d.agents(t, change)
		out := d.outbox(t, ticket.ID)
		o := out[len(out)-1]
		if due, err := d.Outbox.Due(d.Now(), 10, true); err != nil || len(due) != 0 || d.Outbox.Attempt(o.ID, d.Now()) == nil {
			t.Errorf("%s: %+v is due, %v", name, due, err)
		}
	}
}

// TestLongWordsHideNoNo: what servers say at length keeps no mail from being
// written, in which a no may stand, and the no stands first.
func TestLongWordsHideNoNo(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.Fits = mailer.Fits })
	for i := range maxTold {
		ticket, err := d.Open(OpenRequest{Contact: bob, Channel: policy.Phone, Class: policy.PasswordChange, Subject: strings.Repeat("www.", 30), Agent: "kim"})
		check(t, err)
		if i < maxTold-1 {
			d.fail(t, ticket.ID, "550 "+strings.Repeat("\U0001f600", 200))
			continue
		}
		d.receive(t, d.reply(d.last(t, "confirm", ticket.ID), policy.No))
	}
	check(t, d.Tick())
	l := d.told[0]
	if l.Kind != "several" || l.Reason != fmt.Sprint(maxTold) || !strings.HasPrefix(l.Request, "T-12 ") || mailer.Fits(l.Request) != nil {
		t.Errorf("%+v: %v", l, mailer.Fits(l.Request))
	}
}
