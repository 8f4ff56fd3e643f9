package tickets

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/approvals"
)

// asks are rules that ask for these persons before something ends.
func asks(s policy.Second) policy.Rules {
	return policy.Rules{Source: "test", Classes: map[policy.Class]policy.Demand{policy.Cancellation: {AnyOf: [][]policy.ProofKind{{policy.ProofReply}}, Second: s, Channels: []policy.Channel{policy.Email}}}}
}

// third adds contacts who may approve beside Ada, and leads beside max.
func third(t failer, d *desk, contacts []string, leads ...string) {
	t.Helper()
	check(t, d.kv.Update(func(tx kv.Tx) error {
		for _, id := range contacts {
			if err := clients.PutContact(tx, clients.Contact{ID: id, Client: "c1", Name: strings.ToUpper(id[:1]) + id[1:] + " Holm", Role: clients.Authorised, Status: clients.Active,
				Addresses: []string{id + "@client.example"}, Permissions: []clients.Permission{clients.Approve}}); err != nil {
				return err
			}
		}
		for _, id := range leads {
			if _, err := staff.Add(tx, staff.Agent{ID: id, Role: staff.RoleLead, Email: id + "@desk.example", Authorities: []string{staff.All}}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// toApprove gives the latest question of a kind that went to an address.
func (d *desk) toApprove(t failer, kind policy.NoticeKind, to string) Letter {
	t.Helper()
	for _, l := range slices.Backward(d.letters) {
		if l.Kind == kind && l.To == to {
			return l
		}
	}
	t.Fatalf("no letter %s to %s", kind, to)
	return Letter{}
}

// answers is the answer of somebody who was asked to approve.
func (d *desk) answers(t failer, who string, intent policy.Intent) Message {
	t.Helper()
	return d.receive(t, d.reply(d.toApprove(t, policy.NoticeApprove, who+"@client.example"), intent))
}

// TestSeveralHaveToAgree: each row says what the rules ask for, who agrees in which
// order, and what the answer to an agent is after each.
func TestSeveralHaveToAgree(t *testing.T) {
	for _, tt := range []struct {
		name     string
		asks     policy.Second
		contacts []string // beside Ada
		agree    []string // a lead by @
		fails    string   // the last lead may not, as this says
		want     policy.Verb
		held     string // what the requester is told
	}{
		{name: "two-contacts", asks: policy.Second{Contacts: 2}, contacts: []string{"nils"}, agree: []string{"ada", "nils"}, want: policy.Allow},
		{name: "two-of-three", asks: policy.Second{Contacts: 2}, contacts: []string{"nils", "eva"}, agree: []string{"eva", "nils"}, want: policy.Allow},
		{name: "one-of-two", asks: policy.Second{Contacts: 2}, contacts: []string{"nils"}, agree: []string{"nils"}, want: policy.Hold},
		{name: "no-lead-where-enough-may", asks: policy.Second{Contacts: 2}, contacts: []string{"nils"}, agree: []string{"nils", "@max"}, fails: "another contact of the client may", want: policy.Hold},
		{name: "one-and-a-lead-in-place", asks: policy.Second{Contacts: 2}, agree: []string{"ada", "@max"}, want: policy.Allow, held: "another person of your organisation who may approve it and one of our team leads"},
		{name: "lead-before-the-one", asks: policy.Second{Contacts: 2}, agree: []string{"@max", "ada"}, want: policy.Allow},
		{name: "no-second-lead-in-place", asks: policy.Second{Contacts: 2}, agree: []string{"@max", "@pat"}, fails: "another contact of the client may", want: policy.Hold},
		{name: "contact-and-lead", asks: policy.Second{Contacts: 1, Leads: 1}, agree: []string{"@max", "ada"}, want: policy.Allow},
		{name: "contact-without-the-lead", asks: policy.Second{Contacts: 1, Leads: 1}, agree: []string{"ada"}, want: policy.Hold},
		{name: "two-leads-are-no-contact", asks: policy.Second{Contacts: 1, Leads: 1}, agree: []string{"@max", "@pat"}, fails: "another contact of the client may", want: policy.Hold},
		{name: "leads-alone", asks: policy.Second{Leads: 2}, agree: []string{"@max", "@pat"}, want: policy.Allow, held: "2 of our team leads"},
		{name: "either-contact", asks: policy.Second{Either: 1}, contacts: []string{"nils"}, agree: []string{"nils"}, want: policy.Allow},
		{name: "either-lead", asks: policy.Second{Either: 1}, agree: []string{"@max"}, want: policy.Allow},
		{name: "two-of-either", asks: policy.Second{Either: 2}, agree: []string{"ada", "@max"}, want: policy.Allow},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, func(o *Options) { o.Rules = asks(tt.asks) })
			third(t, d, tt.contacts, "pat")
			ticket, l := d.ask(t, bob, policy.Cancellation)
			d.receive(t, d.reply(l, policy.Yes))
			check(t, d.Tick())
			if n := d.count(policy.NoticeApprove, ticket.ID); (n > 0) != (tt.asks.Contacts+tt.asks.Either > 0) {
				t.Errorf("%d contacts asked", n)
			}
			if held := d.last(t, policy.NoticeHeld, ticket.ID); tt.held != "" && held.Reason != tt.held {
				t.Errorf("held: %q, want %q", held.Reason, tt.held)
			}
			for i, who := range tt.agree {
				a := d.may(t, ticket.ID, policy.Cancellation, "kim")
				if a.Decision != policy.Hold {
					t.Fatalf("before %s: %+v", who, a)
				}
				lead, ok := strings.CutPrefix(who, "@")
				if !ok {
					wants(t, d.answers(t, who, policy.Yes), "approved")
					continue
				}
				_, err := d.Approve(d.approval(t, ticket.ID).ID, lead, "called them back")
				if want := tt.fails; i < len(tt.agree)-1 && err != nil || i == len(tt.agree)-1 && (err != nil) != (want != "") || err != nil && !strings.Contains(err.Error(), want) {
					t.Errorf("%s: Approve() = %v, want %q", lead, err, want)
				}
			}
			if a := d.may(t, ticket.ID, policy.Cancellation, "lee"); a.Decision != tt.want {
				t.Errorf("%+v, want %s", a, tt.want)
			}
			if state := d.approval(t, ticket.ID).State; (state == approvals.Approved) != (tt.want == policy.Allow) {
				t.Errorf("the approval is %s", state)
			}
		})
	}
}

// TestStepsAreTold: the requester hears of each who agrees, and how many have to yet;
// the agent reads who is missing.
func TestStepsAreTold(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.Rules = asks(policy.Second{Contacts: 2}) })
	third(t, d, []string{"nils", "eva"})
	d.contact(t, "ada", func(c *clients.Contact) { c.Name = "Ada Berg" })
	ticket, _ := d.sought(t, policy.Cancellation)
	if l := d.last(t, policy.NoticeHeld, ticket.ID); l.Reason != "2 of Ada Berg, Eva Holm and Nils Holm" {
		t.Errorf("held: %q", l.Reason)
	}
	text := func() string {
		t.Helper()
		for _, r := range d.may(t, ticket.ID, policy.Cancellation, "kim").Reasons {
			if r.Code == policy.CodeApproverAsked {
				return r.Text
			}
		}
		return ""
	}
	if got, want := text(), "Needs 2 of 3 approvers (Ada Berg by mail, Eva Holm by mail, Nils Holm by mail); asked 2026-11-25 09:00 UTC. Without an answer A-1 ends 2026-12-02 09:00 UTC."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	d.turn(time.Hour)
	wants(t, d.answers(t, "nils", policy.Yes), "approved")
	if l := d.last(t, policy.NoticeAgreed, ticket.ID); l.To != bob || l.Reason != "Nils Holm" || l.Also != "one more has" || l.Token != "" {
		t.Errorf("agreed: %+v", l)
	}
	if got, want := text(), "Needs 1 of 2 approvers (Ada Berg by mail, Eva Holm by mail); asked 2026-11-25 09:00 UTC. Nils Holm agreed."; !strings.HasPrefix(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	wants(t, d.answers(t, "eva", policy.Yes), "approved")
	if l := d.last(t, policy.NoticeAgreed, ticket.ID); l.Reason != "Eva Holm" || l.Also != "" || d.count(policy.NoticeAgreed, ticket.ID) != 2 {
		t.Errorf("agreed: %+v", l)
	}
	if m := d.answers(t, "ada", policy.No); !m.Decision.Has(policy.EffectRefuse) {
		t.Fatalf("%+v", m.Decision)
	}
	if a := d.may(t, ticket.ID, policy.Cancellation, "kim"); a.Decision != policy.Deny {
		t.Errorf("a no after all: %+v", a)
	}
}

// TestOneOfTwoInTime: where one of two agreed and the other did not answer, it ends,
// and the requester is told so.
func TestOneOfTwoInTime(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.Rules = asks(policy.Second{Contacts: 2}) })
	second(t, d)
	ticket, _ := d.sought(t, policy.Cancellation)
	wants(t, d.answers(t, "nils", policy.Yes), "approved")
	d.turn(168 * time.Hour)
	check(t, d.Tick())
	d.state(t, ticket.ID, policy.StateExpired)
	if l := d.last(t, policy.NoticeRefused, ticket.ID); !strings.Contains(l.Reason, "not all who have to agree") {
		t.Errorf("told %+v", l)
	}
}

// TestSharedMailboxApprovesOnce: two contacts who read one mailbox are one person, who
// agrees once; a lead stands in for the one who is missing.
func TestSharedMailboxApprovesOnce(t *testing.T) {
	d := memoryDesk(t, func(o *Options) { o.Rules = asks(policy.Second{Contacts: 2}) })
	second(t, d)
	d.contact(t, "nils", func(c *clients.Contact) { c.Addresses = []string{"ada+nils@client.example"} })
	ticket, _ := d.sought(t, policy.Cancellation)
	wants(t, d.answers(t, "ada", policy.Yes), "approved")
	wants(t, d.receive(t, d.reply(d.toApprove(t, policy.NoticeApprove, "ada+nils@client.example"), policy.Yes)), "approved")
	if a := d.may(t, ticket.ID, policy.Cancellation, "kim"); a.Decision != policy.Hold {
		t.Errorf("%+v", a)
	}
	_, err := d.Approve(d.approval(t, ticket.ID).ID, "max", "called them back")
	check(t, err)
	if a := d.may(t, ticket.ID, policy.Cancellation, "kim"); a.Decision != policy.Allow {
		t.Errorf("with a lead: %+v", a)
	}
}

// TestLateRefusal: an approver's no that comes between an edit and the new yes of the
// contact, or after the end, refuses nothing and is told to the leads.
func TestLateRefusal(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(*testing.T, *desk, Ticket)
		says string
	}{
		{"edited", func(t *testing.T, d *desk, k Ticket) {
			_, err := d.Edit(EditRequest{Ticket: k.ID, Request: "other words", Agent: "kim"})
			check(t, err)
		}, "before an edit"},
		{"done-and-closed", func(t *testing.T, d *desk, k Ticket) {
			wants(t, d.answers(t, "ada", policy.Yes), "approved")
			d.may(t, k.ID, policy.Cancellation, "kim")
			_, err := d.Conclude(Closing{Ticket: k.ID, Agent: "kim", Done: "ended"})
			check(t, err)
		}, "after the ticket was closed"},
		{"closed", func(t *testing.T, d *desk, k Ticket) { _, err := d.CloseTicket(k.ID, "kim"); check(t, err) }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket, l := d.sought(t, policy.Cancellation)
			tt.do(t, d, ticket)
			d.receive(t, d.reply(l, policy.No))
			check(t, d.Tick())
			i := slices.IndexFunc(d.told, func(l Letter) bool { return l.Kind == policy.NoticeNotApproved })
			if (i >= 0) != (tt.says != "") || i >= 0 && !strings.Contains(d.told[i].Reason, tt.says) {
				t.Errorf("staff were told %+v, want %q", d.told, tt.says)
			}
		})
	}
}

// TestApproverReminded: who did not answer is reminded once, at half of their time, by
// day where they live, by a question of its own; who answered is not.
func TestApproverReminded(t *testing.T) {
	d := openDesk(t, func(o *Options) { o.Rules = asks(policy.Second{Contacts: 2}) })
	third(t, d, []string{"nils", "eva"})
	d.contact(t, "nils", func(c *clients.Contact) { c.Zone = "Europe/Oslo" }) // at half time it is 10 at night there
	d.contact(t, "ada", func(c *clients.Contact) { c.Zone = "America/New_York" })
	ticket, _ := d.sought(t, policy.Cancellation)
	d.turn(time.Hour)
	wants(t, d.answers(t, "eva", policy.Yes), "approved")
	look := func() (to []string) {
		t.Helper()
		check(t, d.Tick())
		for _, l := range d.letters {
			if l.Kind == policy.NoticeApproveReminder {
				to = append(to, l.To)
			}
		}
		return to
	}
	d.turn(83*time.Hour - time.Second)
	if to := look(); len(to) > 0 {
		t.Fatalf("reminded before half of the time: %v", to)
	}
	d.restart(t)
	d.turn(time.Second)
	if to := look(); !slices.Equal(to, []string{ada}) {
		t.Fatalf("reminded %v", to)
	}
	d.turn(9*time.Hour + 59*time.Minute) // nearly 8 in the morning there
	if to := look(); len(to) != 1 {
		t.Fatalf("reminded at night: %v", to)
	}
	d.turn(time.Minute)
	d.restart(t)
	if to := look(); !slices.Equal(to, []string{ada, "nils@client.example"}) {
		t.Fatalf("reminded %v", to)
	}
	d.turn(48 * time.Hour)
	if to := look(); len(to) != 2 {
		t.Fatalf("reminded again: %v", to)
	}
	l := d.toApprove(t, policy.NoticeApproveReminder, ada)
	if first := d.toApprove(t, policy.NoticeApprove, ada); l.Token == "" || l.Token == first.Token || l.Request != first.Request || !l.Until.Equal(first.Until) {
		t.Errorf("reminder: %+v", l)
	}
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "approved")
	if a := d.may(t, ticket.ID, policy.Cancellation, "kim"); a.Decision != policy.Allow {
		t.Errorf("%+v", a)
	}
	if m := d.answers(t, "ada", policy.Yes); m.Decision.Counts() {
		t.Errorf("the first question was not spent: %+v", m.Decision)
	}
}
