package tickets

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/approvals"
)

// awayDesk is a desk at which Bob's cancellation waits for Nils and Eva, and for the
// leads pat and lea, who may not decide yet.
func awayDesk(t failer, needs policy.Second) (*desk, Ticket) {
	t.Helper()
	d := memoryDesk(t, func(o *Options) { o.Rules = asks(needs) })
	d.contact(t, "ada", func(c *clients.Contact) { c.Permissions = []clients.Permission{"ask"} })
	third(t, d, []string{"nils", "eva"}, "pat", "lea")
	ticket, l := d.ask(t, bob, policy.Cancellation)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
	check(t, d.Tick())
	return d, ticket
}

// autoReply is what a machine answers to a letter: unsigned, by the token in our
// Message-ID alone.
func (d *desk) autoReply(l Letter, says string) policy.Evidence {
	e := d.reply(l, policy.Unclear)
	e.Kind, e.Text, e.Sender, e.References = policy.KindAutoReply, says, policy.Sender{}, nil
	e.Tokens = []policy.Mark{{Value: l.Token, Field: "in-reply-to"}}
	return e
}

// TestReassign: each row says to whom a lead gives the question, and why not.
func TestReassign(t *testing.T) {
	for _, tt := range []struct {
		name, to, by string
		asks         policy.Second
		do           func(*testing.T, *desk, Ticket)
		says         string // why not; empty: it is done
	}{
		{name: "contact", to: "eva@client.example", by: "max"},
		{name: "contact-by-another-case", to: "EVA@client.example", by: "max"},
		{name: "by-an-agent", to: "eva@client.example", by: "lee", says: "takes a lead who counts"},
		{name: "by-who-opened-it", to: "eva@client.example", by: "max", says: "you opened T-1", do: func(t *testing.T, d *desk, k Ticket) {
			d.edit(t, k.ID, func(t *Ticket) { t.OpenedBy = "max" })
		}},
		{name: "without-a-reason", to: "eva@client.example", by: "", says: "reason: say why"},
		{name: "to-nobody", to: " ", by: "max", says: "to: name"},
		{name: "unknown-address", to: "zoe@client.example", by: "max", says: "zoe@client.example"},
		{name: "other-client", to: eve, by: "max", says: "no contact of c1"},
		{name: "requester", to: bob, by: "max", says: "bob asks for it"},
		{name: "requesters-mailbox", to: "eva@client.example", by: "max", says: "shares their mailbox", do: func(t *testing.T, d *desk, _ Ticket) {
			d.contact(t, "eva", func(c *clients.Contact) { c.Addresses = append(c.Addresses, strings.Replace(bob, "@", "+e@", 1)) })
		}},
		{name: "no-permission", to: ada, by: "max", says: "ada may not approve it"},
		{name: "cools", to: "eva@client.example", by: "max", says: "cools until", do: func(t *testing.T, d *desk, _ Ticket) {
			d.contact(t, "eva", func(c *clients.Contact) { gained("approve")(c, d.clock()) })
		}},
		{name: "agreed", to: "eva@client.example", by: "max", asks: policy.Second{Contacts: 2}, says: "has agreed", do: func(t *testing.T, d *desk, _ Ticket) {
			wants(t, d.answers(t, "eva", policy.Yes), "approved")
		}},
		{name: "approved", to: "eva@client.example", by: "max", says: "approved already", do: func(t *testing.T, d *desk, _ Ticket) {
			wants(t, d.answers(t, "nils", policy.Yes), "approved")
		}},
		{name: "edited", to: "eva@client.example", by: "max", says: "void already", do: func(t *testing.T, d *desk, k Ticket) {
			_, err := d.Edit(EditRequest{Ticket: k.ID, Request: "other words", Agent: "kim"})
			check(t, err)
		}},
		{name: "a-no-waits", to: "eva@client.example", by: "max", says: "no_pending", do: func(t *testing.T, d *desk, k Ticket) {
			e := d.reply(d.toApprove(t, policy.NoticeApprove, "nils@client.example"), policy.No)
			e.Sender = policy.Sender{Result: policy.ResultTempError}
			d.receive(t, e)
		}},
		{name: "twice-a-day", to: "eva@client.example", by: "max", says: "once a day", do: func(t *testing.T, d *desk, k Ticket) {
			_, err := d.Reassign(Reassignment{Approval: d.approval(t, k.ID).ID, To: "eva@client.example", Agent: "pat", Reason: "away"})
			check(t, err)
		}},
		{name: "lead-where-none-may", to: "pat", by: "max", says: "another contact of the client may"},
		{name: "lead-for-who-is-away", to: "pat", by: "max", do: func(t *testing.T, d *desk, k Ticket) {
			d.receive(t, d.autoReply(d.toApprove(t, policy.NoticeApprove, "nils@client.example"), "away until Monday"))
		}},
		{name: "lead-by-rule", to: "pat", by: "max", asks: policy.Second{Contacts: 1, Leads: 1}},
		{name: "agent", to: "lee", by: "max", asks: policy.Second{Leads: 1}, says: "lee is no lead"},
		{name: "lead-who-opened-it", to: "pat", by: "max", asks: policy.Second{Leads: 1}, says: "pat opened or edited", do: func(t *testing.T, d *desk, k Ticket) {
			d.edit(t, k.ID, func(t *Ticket) { t.OpenedBy = "pat" })
		}},
		{name: "lead-unknown", to: "nobody", by: "max", asks: policy.Second{Leads: 1}, says: "nobody"},
		{name: "lead-who-approved", to: "pat", by: "max", asks: policy.Second{Leads: 2}, says: "pat has approved", do: func(t *testing.T, d *desk, k Ticket) {
			_, err := d.Approve(d.approval(t, k.ID).ID, "pat", "called them back")
			check(t, err)
		}},
		{name: "contact-where-leads-decide", to: "eva@client.example", by: "max", asks: policy.Second{Leads: 1}, says: "our leads alone"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.asks == (policy.Second{}) {
				tt.asks.Contacts = 1
			}
			d, ticket := awayDesk(t, tt.asks)
			if tt.do != nil {
				tt.do(t, d, ticket)
			}
			reason, told := "Nils is away", len(d.letters)
			if tt.by == "" {
				tt.by, reason = "max", ""
			}
			id := d.approval(t, ticket.ID).ID
			_, err := d.Reassign(Reassignment{Approval: id, To: tt.to, Agent: tt.by, Reason: reason})
			if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("Reassign() = %v, want %q", err, tt.says)
			}
			a := d.approval(t, ticket.ID)
			if err != nil {
				if len(a.Moved) > 1 || len(d.letters) != told {
					t.Errorf("%+v, %d letters", a, len(d.letters)-told)
				}
				return
			}
			check(t, d.Tick())
			l := d.last(t, policy.NoticeReassigned, ticket.ID)
			if len(a.Moved) != 1 || a.Moved[0].By != "max" || a.Moved[0].Reason != reason || happened(d.show(t, ticket.ID), "approval reassigned") != 1 {
				t.Errorf("%+v", a)
			}
			if !strings.Contains(tt.to, "@") {
				var to []string
				for _, l := range d.told {
					if l.Kind == policy.NoticeLeadApproves && strings.Contains(l.Reason, "gives it to you") || l.Kind == policy.NoticeSeveral {
						to = append(to, l.To)
					}
				}
				if !slices.Contains(to, "pat@desk.example") || l.Reason != "one of our team leads" {
					t.Errorf("staff told: %v, requester %q", to, l.Reason)
				}
				return
			}
			if d.count(policy.NoticeApprove, ticket.ID) != 3 || l.To != bob || l.Reason != "Eva Holm" {
				t.Errorf("%d questions, the requester was told %q", d.count(policy.NoticeApprove, ticket.ID), l.Reason)
			}
			wants(t, d.answers(t, "eva", policy.Yes), "approved")
		})
	}
}

// TestReassigned: who was asked before says no as before, and their yes counts.
func TestReassigned(t *testing.T) {
	for intent, want := range map[policy.Intent]policy.Verb{policy.Yes: policy.Allow, policy.No: policy.Deny} {
		d, ticket := awayDesk(t, policy.Second{Contacts: 1})
		_, err := d.Reassign(Reassignment{Approval: d.approval(t, ticket.ID).ID, To: "eva@client.example", Agent: "max", Reason: "away"})
		check(t, err)
		d.answers(t, "nils", intent)
		if a := d.may(t, ticket.ID, policy.Cancellation, "kim"); a.Decision != want {
			t.Errorf("%s: %+v", intent, a)
		}
	}
}

// TestApproverAway: a machine's answer for Nils approves nothing; requester and leads
// are told once, and a lead may agree in his place until he answers himself.
func TestApproverAway(t *testing.T) {
	says := "Hello,\nI am away until Monday [T-9-ABCDEF], call nils@home.example"
	for _, tt := range []struct {
		name  string
		asks  policy.Second
		leads []string
		then  func(*testing.T, *desk, Ticket)
		may   bool        // the last lead
		want  policy.Verb // at the end
	}{
		{name: "lead-in-his-place", leads: []string{"max"}, may: true, want: policy.Allow},
		{name: "eva-may-still", then: func(t *testing.T, d *desk, _ Ticket) { wants(t, d.answers(t, "eva", policy.Yes), "approved") }, want: policy.Allow},
		{name: "he-may-still", then: func(t *testing.T, d *desk, _ Ticket) { wants(t, d.answers(t, "nils", policy.Yes), "approved") }, want: policy.Allow},
		{name: "he-says-no", then: func(t *testing.T, d *desk, _ Ticket) { d.answers(t, "nils", policy.No) }, leads: []string{"max"}, want: policy.Deny},
		{name: "he-is-back", then: func(t *testing.T, d *desk, _ Ticket) {
			wants(t, d.answers(t, "nils", policy.Unclear), "unclear_answer")
		}, leads: []string{"max"}, want: policy.Hold},
		{name: "one-place-only", asks: policy.Second{Contacts: 2}, leads: []string{"max", "pat"}, want: policy.Hold},
		{name: "with-eva", asks: policy.Second{Contacts: 2}, leads: []string{"max"}, may: true, then: func(t *testing.T, d *desk, _ Ticket) { wants(t, d.answers(t, "eva", policy.Yes), "approved") }, want: policy.Allow},
		{name: "his-no-after-the-lead", leads: []string{"max"}, may: true, want: policy.Allow},
		{name: "restart", then: func(t *testing.T, d *desk, _ Ticket) { d.restart(t) }, leads: []string{"max"}, may: true, want: policy.Allow},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.asks == (policy.Second{}) {
				tt.asks.Contacts = 1
			}
			d, ticket := awayDesk(t, tt.asks)
			id := d.approval(t, ticket.ID).ID
			if _, err := d.Approve(id, "max", "called"); !errors.Is(err, ErrNotAllowed) {
				t.Fatalf("before: %v", err)
			}
			l := d.toApprove(t, policy.NoticeApprove, "nils@client.example")
			for range 2 {
				if m := d.receive(t, d.autoReply(l, says)); m.Outcome != policy.OutcomeIgnored || m.Decision.Counts() {
					t.Fatalf("%+v", m.Decision)
				}
			}
			a := d.may(t, ticket.ID, policy.Cancellation, "kim")
			if i := slices.IndexFunc(a.Reasons, func(r policy.Reason) bool { return r.Code == policy.CodeApproverAway }); a.Decision != policy.Hold || i < 0 ||
				!strings.Contains(a.Reasons[i].Text, "Nils Holm") || !strings.Contains(a.Reasons[i].Text, "away until Monday") || strings.Contains(a.Reasons[i].Text, "nils@home") || strings.Contains(a.Reasons[i].Text, "ABCDEF") {
				t.Errorf("%+v", a)
			}
			check(t, d.Tick())
			check(t, d.Tick())
			told := d.last(t, policy.NoticeAway, ticket.ID)
			if d.count(policy.NoticeAway, ticket.ID) != 1 || told.To != bob || told.Reason != "Nils Holm" || !strings.Contains(told.Also, "Eva Holm was asked, too") || !strings.Contains(told.Also, "team leads") {
				t.Errorf("the requester was told %+v", told)
			}
			staffTold := 0
			for _, l := range d.told {
				if l.Kind == policy.NoticeApproverAway && l.To == "max@desk.example" && strings.Contains(l.Reason, "away until Monday") {
					staffTold++
				}
			}
			if staffTold != 1 {
				t.Errorf("max was told %d times, %+v", staffTold, d.told)
			}
			if tt.then != nil {
				tt.then(t, d, ticket)
			}
			for i, lead := range tt.leads {
				_, err := d.Approve(id, lead, "called")
				if last := i == len(tt.leads)-1; (err == nil) != (!last || tt.may) {
					t.Errorf("%s: Approve() = %v", lead, err)
				}
			}
			if a := d.may(t, ticket.ID, policy.Cancellation, "kim"); a.Decision != tt.want {
				t.Errorf("%+v, want %s", a, tt.want)
			}
			if tt.name == "his-no-after-the-lead" {
				d.answers(t, "nils", policy.No)
				if a := d.may(t, ticket.ID, policy.Cancellation, "kim"); a.Decision != policy.Deny {
					t.Errorf("%+v", a)
				}
			}
		})
	}
}

// TestNotAway: what does not hold the secret that Nils was sent, or does not come from
// him, lets no lead in. The return path is such a secret, too.
func TestNotAway(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*desk, *policy.Evidence)
		away  bool
	}{
		{"nothing", func(*desk, *policy.Evidence) {}, true},
		{"to-the-return-path", func(d *desk, e *policy.Evidence) {
			l := d.toApprove(t, policy.NoticeApprove, "nils@client.example")
			_, path, _ := strings.Cut(l.ReturnPath, "+b-")
			secret, _, _ := strings.Cut(path, "@")
			e.Tokens = []policy.Mark{{Value: secret, Field: "to"}}
		}, true},
		{"from-elsewhere", func(_ *desk, e *policy.Evidence) { e.From = "nils@evil.example" }, false},
		{"from-eva", func(_ *desk, e *policy.Evidence) { e.From = "eva@client.example" }, false},
		{"without-the-token", func(_ *desk, e *policy.Evidence) { e.Tokens = nil }, false},
		{"a-receipt", func(_ *desk, e *policy.Evidence) { e.Kind = policy.KindReceipt }, false},
		{"a-list", func(_ *desk, e *policy.Evidence) { e.Kind = policy.KindList }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, ticket := awayDesk(t, policy.Second{Contacts: 1})
			e := d.autoReply(d.toApprove(t, policy.NoticeApprove, "nils@client.example"), "away")
			tt.spoil(d, &e)
			d.receive(t, e)
			a := d.approval(t, ticket.ID)
			if (len(a.Away()) > 0) != tt.away {
				t.Errorf("%+v, want away %v", a.Asked, tt.away)
			}
			if _, err := d.Approve(a.ID, "max", "called"); (err == nil) != tt.away {
				t.Errorf("Approve() = %v", err)
			}
		})
	}
}

// TestRulesReloaded: other rules while an approval is open or given count at once: who
// is missing by them is asked, keeping what was given, and what they no longer ask for
// is not waited for.
func TestRulesReloaded(t *testing.T) {
	none := policy.Rules{Classes: map[policy.Class]policy.Demand{policy.ServerChange: {AnyOf: [][]policy.ProofKind{{policy.ProofReply}}, Channels: []policy.Channel{policy.Email}}}}
	server := func(n int) policy.Rules {
		return policy.Rules{More: []policy.Rule{{Name: "two", Where: "policy.toml:1", Classes: []policy.Class{policy.ServerChange}, Second: policy.Second{Contacts: n}}}}
	}
	open := func(t *testing.T, rules policy.Rules) (*desk, Ticket) {
		d := memoryDesk(t, func(o *Options) { o.Rules = rules })
		third(t, d, []string{"nils", "eva"})
		ticket, l := d.ask(t, bob, policy.ServerChange)
		d.receive(t, d.reply(l, policy.Yes))
		check(t, d.Tick())
		return d, ticket
	}
	verb := func(t *testing.T, d *desk, ticket Ticket, want policy.Verb) Authorization {
		t.Helper()
		a := d.may(t, ticket.ID, policy.ServerChange, "kim")
		if a.Decision != want {
			t.Errorf("%+v, want %s", a, want)
		}
		return a
	}
	t.Run("more-after-it-was-given", func(t *testing.T) {
		d, ticket := open(t, server(1))
		wants(t, d.answers(t, "ada", policy.Yes), "approved")
		d.SetRules(server(2))
		if a := verb(t, d, ticket, policy.Hold); !has(a, "approver_asked") {
			t.Errorf("%+v", a)
		}
		check(t, d.Tick())
		if a := d.approval(t, ticket.ID); a.State != approvals.Open || len(a.Given) != 1 || d.count(policy.NoticeApprove, ticket.ID) != 3 {
			t.Errorf("%+v, %d asked", a, d.count(policy.NoticeApprove, ticket.ID))
		}
		wants(t, d.answers(t, "eva", policy.Yes), "approved")
		verb(t, d, ticket, policy.Allow)
	})
	t.Run("more-while-it-is-open", func(t *testing.T) {
		d, ticket := open(t, server(1))
		d.SetRules(server(2))
		wants(t, d.answers(t, "ada", policy.Yes), "approved")
		verb(t, d, ticket, policy.Hold)
		wants(t, d.answers(t, "nils", policy.Yes), "approved")
		verb(t, d, ticket, policy.Allow)
	})
	t.Run("less-and-more-again-before-it-was-looked", func(t *testing.T) {
		d, ticket := open(t, server(2))
		d.SetRules(server(1))
		wants(t, d.answers(t, "ada", policy.Yes), "approved")
		d.SetRules(server(2))
		verb(t, d, ticket, policy.Hold)
		wants(t, d.answers(t, "nils", policy.Yes), "approved")
		verb(t, d, ticket, policy.Allow)
	})
	t.Run("less-while-it-is-open", func(t *testing.T) {
		d, ticket := open(t, server(2))
		wants(t, d.answers(t, "ada", policy.Yes), "approved")
		d.SetRules(server(1))
		d.turn(lookAgain)
		check(t, d.Tick())
		if a := d.approval(t, ticket.ID); a.State != approvals.Approved {
			t.Errorf("%+v", a)
		}
		verb(t, d, ticket, policy.Allow)
	})
	t.Run("none-any-longer", func(t *testing.T) {
		d, ticket := open(t, server(1))
		d.SetRules(none)
		d.turn(168*time.Hour - time.Hour)
		check(t, d.Tick())
		if a := d.approval(t, ticket.ID); a.State != approvals.Void || a.Why != policy.CodeApprovalNotAsked {
			t.Errorf("%+v", a)
		}
		d.turn(time.Minute)
		check(t, d.Tick())
		d.state(t, ticket.ID, policy.StateConfirmed)
		verb(t, d, ticket, policy.Allow)
	})
	t.Run("none-just-before-the-end", func(t *testing.T) {
		d, ticket := open(t, server(1))
		d.turn(168*time.Hour - time.Minute)
		check(t, d.Tick())
		d.SetRules(none)
		d.turn(time.Minute)
		check(t, d.Tick())
		d.state(t, ticket.ID, policy.StateConfirmed)
	})
	t.Run("some-since-it-was-confirmed", func(t *testing.T) {
		d, ticket := open(t, none)
		d.SetRules(server(1))
		verb(t, d, ticket, policy.Hold)
		check(t, d.Tick())
		wants(t, d.answers(t, "ada", policy.Yes), "approved")
		verb(t, d, ticket, policy.Allow)
	})
	t.Run("refused-stays-refused", func(t *testing.T) {
		d, ticket := open(t, server(1))
		d.answers(t, "ada", policy.No)
		d.SetRules(none)
		verb(t, d, ticket, policy.Deny)
	})
	t.Run("used-up-is-not-asked-again", func(t *testing.T) {
		d, ticket := open(t, none)
		verb(t, d, ticket, policy.Allow)
		d.SetRules(server(1))
		d.turn(time.Hour)
		d.may(t, ticket.ID, policy.ServerChange, "kim")
		check(t, d.Tick())
		if n := d.count(policy.NoticeApprove, ticket.ID); n > 0 {
			t.Errorf("%d asked", n)
		}
	})
	t.Run("less-and-the-approver-gone", func(t *testing.T) {
		d, ticket := open(t, server(2))
		wants(t, d.answers(t, "ada", policy.Yes), "approved")
		wants(t, d.answers(t, "nils", policy.Yes), "approved")
		d.SetRules(server(1))
		d.contact(t, "ada", func(c *clients.Contact) { c.Status = clients.Removed })
		verb(t, d, ticket, policy.Allow)
	})
	t.Run("leads-no-longer", func(t *testing.T) {
		d, ticket := open(t, policy.Rules{Classes: map[policy.Class]policy.Demand{policy.ServerChange: {AnyOf: [][]policy.ProofKind{{policy.ProofReply}}, Second: policy.Second{Either: 1}, Channels: []policy.Channel{policy.Email}}}})
		_, err := d.Approve(d.approval(t, ticket.ID).ID, "max", "called")
		check(t, err)
		d.SetRules(server(1))
		verb(t, d, ticket, policy.Hold)
		check(t, d.Tick())
		wants(t, d.answers(t, "ada", policy.Yes), "approved")
		verb(t, d, ticket, policy.Allow)
	})
}

// TestFirstMailSaysWhy: who never had a mail of ours about a colleague's request, nor
// wrote to us, reads in the first why they get it, and in no other.
func TestFirstMailSaysWhy(t *testing.T) {
	d := openDesk(t, nil)
	ticket, first := d.sought(t, policy.Cancellation)
	if want := "because you may approve for Client."; !strings.Contains(first.Because, want) {
		t.Errorf("%q, want %q", first.Because, want)
	}
	if l := d.last(t, policy.NoticeConfirm, ticket.ID); l.Because != "" {
		t.Errorf("the requester reads %q", l.Because)
	}
	d.restart(t)
	if _, again := d.sought(t, policy.Cancellation); again.Because != "" {
		t.Errorf("a second mail says %q", again.Because)
	}
	other := memoryDesk(t, nil)
	_, l := other.ask(t, ada, policy.DNSChange)
	wants(t, other.receive(t, other.reply(l, policy.Yes)), "confirmed")
	if _, known := other.sought(t, policy.Cancellation); known.Because != "" {
		t.Errorf("who wrote to us before reads %q", known.Because)
	}
}

// TestLostTellsAllPrimaries: of a lost mailbox all primary contacts hear, and where
// there is nobody else, whoever may approve; of the leads all, of whatever team.
func TestLostTellsAllPrimaries(t *testing.T) {
	told := func(d *desk, ticket Ticket) (to []string) {
		for _, l := range d.letters {
			if l.Kind == policy.NoticeLost && l.Ticket == ticket.ID {
				to = append(to, l.To)
			}
		}
		slices.Sort(to)
		return to
	}
	for _, tt := range []struct {
		name string
		do   func(*desk)
		want []string
	}{
		{"two-primaries", func(d *desk) { d.contact(t, "nils", func(c *clients.Contact) { c.Role = clients.Primary }) }, []string{ada, bob, "nils@client.example"}},
		{"no-primary", func(d *desk) { d.contact(t, "ada", func(c *clients.Contact) { c.Role = clients.Authorised }) }, []string{bob, "nils@client.example"}},
	} {
		d := memoryDesk(t, nil)
		third(t, d, []string{"nils"}, "pat")
		d.agent(t, "pat", func(a *staff.Agent) { a.Teams = []string{"web"} })
		d.agent(t, "kim", func(a *staff.Agent) { a.Teams = []string{"web"} })
		tt.do(d)
		ticket, err := d.Open(OpenRequest{Lost: true, Contact: bob, Request: "Passport seen.", Agent: "kim"})
		check(t, err)
		check(t, d.Tick())
		if to := told(d, ticket); !slices.Equal(to, tt.want) {
			t.Errorf("%s: told %v, want %v", tt.name, to, tt.want)
		}
		for _, lead := range []string{"max@desk.example", "pat@desk.example"} {
			if !slices.ContainsFunc(d.told, func(l Letter) bool { return l.To == lead && l.Kind == policy.NoticeLeadApproves }) {
				t.Errorf("%s: %s did not hear of it", tt.name, lead)
			}
		}
	}
}
