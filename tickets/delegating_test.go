package tickets

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/clients/delegates"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/approvals"
	"countersign/tickets/outbox"
)

// sentTo gives the latest question for an approval of a ticket that went to an address.
func (d *desk) sentTo(t failer, ticket, to string) Letter {
	t.Helper()
	for _, l := range slices.Backward(d.letters) {
		if l.Kind == policy.NoticeApprove && l.Ticket == ticket && l.To == to {
			return l
		}
	}
	t.Fatalf("%s was not asked to approve %s", to, ticket)
	return Letter{}
}

// inPlace is a desk where Una's delegation of a week counts, and what Bob asks for is
// to be approved.
func inPlace(t failer) (d *desk, of ShownDelegation, ticket Ticket) {
	t.Helper()
	d = delegating(t)
	of = d.delegate(t, d.names())
	d.turn(72 * time.Hour)
	ticket, _ = d.sought(t, policy.Cancellation)
	return d, of, ticket
}

// TestDelegateApproves: a delegate is asked beside the one in whose place it is, in
// words that say so; their yes is what was missing, and the record says for whom.
func TestDelegateApproves(t *testing.T) {
	d, _, ticket := inPlace(t)
	asked, own := d.sentTo(t, ticket.ID, una), d.sentTo(t, ticket.ID, nils)
	if asked.For != "Nils Holm" || asked.Request != own.Request || own.For != "" || asked.Token == own.Token {
		t.Errorf("asked: %+v", asked)
	}
	if a := d.may(t, ticket.ID, policy.Cancellation, "kim"); a.Decision != policy.Hold || !strings.Contains(texts(a.Reasons), "Una Berg for Nils Holm by mail") {
		t.Errorf("before the answer: %+v", a)
	}
	m := d.receive(t, d.reply(asked, policy.Yes))
	wants(t, m, "approved")
	if got := policy.Decide(m.Facts); got.Reason() != policy.CodeApproved || m.Facts.Person.For != "nils" {
		t.Errorf("decided again: %+v of %+v", got, m.Facts.Person)
	}
	a := d.approval(t, ticket.ID)
	if a.State != approvals.Approved || len(a.Given) != 1 || a.Given[0].Contact != "una" || a.Given[0].For != "nils" {
		t.Errorf("approval: %+v", a)
	}
	got := d.may(t, ticket.ID, policy.Cancellation, "kim")
	if got.Decision != policy.Allow {
		t.Fatalf("approved: %+v", got)
	}
	e, err := d.Explain(got.Receipt)
	check(t, err)
	b, err := json.Marshal(e.Receipt.Proofs)
	check(t, err)
	if !e.Genuine || !strings.Contains(string(b), `"for":"nils"`) {
		t.Errorf("the receipt says %s", b)
	}
	shown, err := d.Approval(a.ID, "max")
	check(t, err)
	i := slices.IndexFunc(shown.Approvers, func(p Approver) bool { return p.Contact == "una" })
	if i < 0 || shown.Approvers[i].ForName != "Nils Holm" || len(shown.Given) != 1 || shown.Given[0].For != "nils" {
		t.Errorf("shown: %+v", shown.ShownApproval)
	}
	if !slices.ContainsFunc(d.show(t, ticket.ID).History, func(e Event) bool {
		return e.Event == "approved" && strings.Contains(e.Text, "una for nils")
	}) {
		t.Errorf("the history does not say for whom: %+v", d.show(t, ticket.ID).History)
	}
}

// spoilDelegation is what may come between the question and the answer, or between
// that and the act: what it makes of a yes, and of one that was given.
var spoilDelegation = []struct {
	name   string
	spoil  func(failer, *desk, ShownDelegation)
	answer string // the reason of the yes
	act    string // why it allows nothing; empty: it allows
}{
	{"nothing", func(failer, *desk, ShownDelegation) {}, "approved", ""},
	{"over", func(t failer, d *desk, _ ShownDelegation) { d.turn(4*24*time.Hour + time.Hour) }, "delegate_over", ""},
	{"ended", func(t failer, d *desk, of ShownDelegation) {
		_, err := d.EndDelegation(of.ID, "max")
		check(t, err)
	}, "delegate_over", "delegate_over"},
	{"denied", func(t failer, d *desk, of ShownDelegation) {
		d.receive(t, d.reply(d.last(t, policy.NoticeDelegate, of.Ticket), policy.No))
	}, "delegate_over", "client_stopped"},
	{"no-pending", func(t failer, d *desk, of ShownDelegation) {
		e := d.reply(d.last(t, policy.NoticeDelegate, of.Ticket), policy.No)
		e.Sender = policy.Sender{Result: policy.ResultTempError}
		if m := d.receive(t, e); m.Verdict != policy.Deferred {
			t.Fatalf("%+v", m.Decision)
		}
	}, "delegate_over", "delegate_over"},
	{"principal-may-no-longer", func(t failer, d *desk, _ ShownDelegation) {
		d.contact(t, "nils", func(c *clients.Contact) { c.Permissions = []clients.Permission{"ask"} })
	}, "delegate_over", "no_permission"},
	{"principal-removed", func(t failer, d *desk, _ ShownDelegation) {
		d.contact(t, "nils", func(c *clients.Contact) { c.Status = clients.Removed })
	}, "delegate_over", "contact_removed"},
	{"principal-moved", func(t failer, d *desk, _ ShownDelegation) {
		d.contact(t, "nils", func(c *clients.Contact) { c.Client = "c2" })
	}, "delegate_over", "contact_moved"},
	{"principal-cools", func(t failer, d *desk, _ ShownDelegation) {
		d.contact(t, "nils", func(c *clients.Contact) { gained("approve")(c, d.clock()) })
	}, "delegate_over", "cooling"},
	{"principal-has-the-requesters-mailbox", func(t failer, d *desk, _ ShownDelegation) {
		d.contact(t, "nils", func(c *clients.Contact) {
			c.Addresses = append(c.Addresses, strings.Replace(bob, "@", "+n@", 1))
		})
	}, "delegate_over", "other_contact"},
	{"principal-has-another-address", func(t failer, d *desk, _ ShownDelegation) {
		d.contact(t, "nils", func(c *clients.Contact) { c.Addresses = c.Addresses[1:] })
	}, "approved", ""},
	{"delegate-removed", func(t failer, d *desk, _ ShownDelegation) {
		d.contact(t, "una", func(c *clients.Contact) { c.Status = clients.Removed })
	}, "contact_removed", "contact_removed"},
	{"delegate-moved", func(t failer, d *desk, _ ShownDelegation) {
		d.contact(t, "una", func(c *clients.Contact) { c.Client = "c2" })
	}, "contact_moved", "contact_moved"},
	{"delegate-has-the-requesters-mailbox", func(t failer, d *desk, _ ShownDelegation) {
		d.contact(t, "una", func(c *clients.Contact) {
			c.Addresses = append(c.Addresses, strings.Replace(bob, "@", "+u@", 1))
		})
	}, "other_contact", "other_contact"},
	{"restored", func(t failer, d *desk, _ ShownDelegation) {
		check(t, d.kv.Update(func(tx kv.Tx) error { return kv.Save(tx, epochKey, epoch{Number: 1}) }))
	}, "approval_over", "restored"},
}

// TestDelegateAnswers: each row spoils one fact before a delegate's yes.
func TestDelegateAnswers(t *testing.T) {
	for _, tt := range spoilDelegation {
		t.Run(tt.name, func(t *testing.T) {
			d, of, ticket := inPlace(t)
			l := d.sentTo(t, ticket.ID, una)
			tt.spoil(t, d, of)
			wants(t, d.receive(t, d.reply(l, policy.Yes)), tt.answer)
			if a := d.approval(t, ticket.ID); (a.State == approvals.Approved) != (tt.answer == "approved") {
				t.Errorf("the approval is %s", a.State)
			}
		})
	}
}

// TestDelegateTaken: each row spoils one fact after a delegate's yes, before somebody
// wants to act.
func TestDelegateTaken(t *testing.T) {
	for _, tt := range spoilDelegation {
		t.Run(tt.name, func(t *testing.T) {
			d, of, ticket := inPlace(t)
			wants(t, d.receive(t, d.reply(d.sentTo(t, ticket.ID, una), policy.Yes)), "approved")
			tt.spoil(t, d, of)
			a := d.may(t, ticket.ID, policy.Cancellation, "kim")
			if (a.Decision == policy.Allow) != (tt.act == "") || tt.act != "" && !has(a, tt.act) {
				t.Errorf("%+v, want %q", a, tt.act)
			}
			if a.Decision != policy.Allow && len(a.Next) == 0 {
				t.Error("there is no way to a yes")
			}
		})
	}
}

// TestDelegateRefuses: a no of either of the two refuses, also of a delegate who may
// not approve any longer.
func TestDelegateRefuses(t *testing.T) {
	for name, first := range map[string]func(*desk, ShownDelegation, Ticket){
		"at-once": func(*desk, ShownDelegation, Ticket) {},
		"after-it-ended": func(d *desk, of ShownDelegation, _ Ticket) {
			_, err := d.EndDelegation(of.ID, "max")
			check(t, err)
		},
		"after-the-yes-of-the-other": func(d *desk, _ ShownDelegation, ticket Ticket) {
			d.receive(t, d.reply(d.sentTo(t, ticket.ID, nils), policy.Yes))
		},
	} {
		t.Run(name, func(t *testing.T) {
			d, of, ticket := inPlace(t)
			l := d.sentTo(t, ticket.ID, una)
			first(d, of, ticket)
			d.receive(t, d.reply(l, policy.No))
			if a := d.approval(t, ticket.ID); a.State != approvals.Refused || a.Given[len(a.Given)-1].For != "nils" {
				t.Errorf("%+v", a)
			}
			if a := d.may(t, ticket.ID, policy.Cancellation, "kim"); a.Decision != policy.Deny || !has(a, "approval_refused") {
				t.Errorf("%+v", a)
			}
		})
	}
	d, _, ticket := inPlace(t)
	d.receive(t, d.reply(d.sentTo(t, ticket.ID, una), policy.Yes))
	d.receive(t, d.reply(d.sentTo(t, ticket.ID, nils), policy.No))
	if a := d.may(t, ticket.ID, policy.Cancellation, "kim"); a.Decision != policy.Deny || !has(a, "approval_refused") {
		t.Errorf("after the no of the one in whose place it was: %+v", a)
	}
}

// TestDelegateAsked: each row says whether a delegate is asked, of what somebody asks
// for once the delegation has cooled.
func TestDelegateAsked(t *testing.T) {
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name string
		do   func(failer, *desk) (requester string)
		want string // who is asked in the place of whom
	}{
		{"counts", func(t failer, d *desk) string { d.delegate(t, d.names()); d.turn(3 * day); return bob }, "una for nils"},
		{"cools", func(t failer, d *desk) string { d.delegate(t, d.names()); d.turn(3*day - time.Second); return bob }, ""},
		{"not-confirmed", func(t failer, d *desk) string {
			_, err := d.Delegate(d.names())
			check(t, err)
			d.turn(3 * day)
			return bob
		}, ""},
		{"over", func(t failer, d *desk) string { d.delegate(t, d.names()); d.turn(7 * day); return bob }, ""},
		{"another-class", func(t failer, d *desk) string {
			o := d.names()
			o.Classes = []policy.Class{policy.SubscriptionChange}
			d.delegate(t, o)
			d.turn(3 * day)
			return bob
		}, ""},
		{"this-class", func(t failer, d *desk) string {
			o := d.names()
			o.Classes = []policy.Class{policy.SubscriptionChange, policy.Cancellation}
			d.delegate(t, o)
			d.turn(3 * day)
			return bob
		}, "una for nils"},
		{"ended", func(t failer, d *desk) string {
			of := d.delegate(t, d.names())
			d.turn(3 * day)
			_, err := d.EndDelegation(of.ID, "max")
			check(t, err)
			return bob
		}, ""},
		{"requester-is-the-delegate", func(t failer, d *desk) string {
			o := d.names()
			o.To = bob
			d.delegate(t, o)
			d.turn(3 * day)
			return bob
		}, ""},
		{"of-the-requester", func(t failer, d *desk) string {
			d.contact(t, "nils", func(c *clients.Contact) { c.Permissions = []clients.Permission{clients.All, clients.Approve} })
			d.turn(3 * day)
			d.delegate(t, d.names())
			d.turn(3 * day)
			return nils
		}, ""},
		{"asked-on-their-own-account", func(t failer, d *desk) string {
			o := d.names()
			o.To = ada
			d.delegate(t, o)
			d.turn(3 * day)
			return bob
		}, ""},
		{"delegate-was-removed", func(t failer, d *desk) string {
			d.delegate(t, d.names())
			d.turn(3 * day)
			d.contact(t, "una", func(c *clients.Contact) { c.Status = clients.Removed })
			return bob
		}, ""},
		{"one-step", func(t failer, d *desk) string {
			d.contact(t, "una", func(c *clients.Contact) { c.Permissions = []clients.Permission{"ask", clients.Approve} })
			d.turn(3 * day)
			d.delegate(t, d.names())
			check(t, d.kv.Update(func(tx kv.Tx) error {
				return clients.PutContact(tx, clients.Contact{ID: "ivo", Client: "c1", Role: clients.Authorised, Status: clients.Active, Addresses: []string{"ivo@client.example"}})
			}))
			o := d.names()
			o.For, o.To = una, "ivo"
			d.delegate(t, o)
			d.contact(t, "una", func(c *clients.Contact) { c.Permissions = []clients.Permission{"ask"} })
			d.turn(3 * day)
			return bob
		}, "una for nils"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := delegating(t)
			ticket, l := d.ask(t, tt.do(t, d), policy.Cancellation)
			wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
			check(t, d.Tick())
			check(t, d.Tick())
			var got []string
			for _, one := range d.approval(t, ticket.ID).Asked {
				if one.For != "" {
					got = append(got, one.Contact+" for "+one.For)
				}
			}
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("asked %v, want %q", got, tt.want)
			}
		})
	}
}

// TestDelegateAskedLater: where a delegation begins to count while an approval is
// sought, the delegate is asked then, once.
func TestDelegateAskedLater(t *testing.T) {
	d := delegating(t)
	of := d.delegate(t, d.names())
	d.turn(71 * time.Hour)
	ticket, _ := d.sought(t, policy.Cancellation)
	if n := len(d.toldOfKind(policy.NoticeApprove, ticket.ID)); n != 2 {
		t.Fatalf("%d asked at first, want Ada and Nils", n)
	}
	d.turn(of.Counts.Sub(d.clock()))
	check(t, d.Tick())
	check(t, d.Tick())
	if got := d.toldOfKind(policy.NoticeApprove, ticket.ID); !slices.Equal(got, []string{ada, nils, una}) {
		t.Errorf("asked: %v", got)
	}
	wants(t, d.receive(t, d.reply(d.sentTo(t, ticket.ID, una), policy.Yes)), "approved")
}

// TestDelegateOneVoice: where two have to agree, somebody and their delegate are one.
func TestDelegateOneVoice(t *testing.T) {
	d, _, ticket := inPlace(t)
	d.SetRules(policy.Rules{Classes: map[policy.Class]policy.Demand{policy.Cancellation: {AnyOf: [][]policy.ProofKind{{policy.ProofReply}}, Second: policy.Second{Contacts: 2}, Channels: policy.Channels}}})
	for i, who := range []string{una, nils, ada} {
		d.receive(t, d.reply(d.sentTo(t, ticket.ID, who), policy.Yes))
		check(t, d.Tick())
		a := d.may(t, ticket.ID, policy.Cancellation, "kim")
		if want := map[bool]policy.Verb{true: policy.Allow, false: policy.Hold}[i == 2]; a.Decision != want {
			t.Errorf("after %s: %+v, want %s", who, a, want)
		}
	}
}

// TestDelegateEndedUnsent: a question that still waits for the mail server when the
// delegation ends does not go out, nor is the delegate reminded.
func TestDelegateEndedUnsent(t *testing.T) {
	d, of, ticket := inPlace(t)
	_, err := d.EndDelegation(of.ID, "max")
	check(t, err)
	check(t, d.Tick())
	for _, o := range d.outbox(t, ticket.ID) {
		if o.Kind == policy.NoticeApprove && (o.State == outbox.Queued) != (o.To != una) {
			t.Errorf("the question to %s is %s", o.To, o.State)
		}
	}
	d.turn(100 * time.Hour)
	check(t, d.Tick())
	if got := d.toldOfKind(policy.NoticeApproveReminder, ticket.ID); !slices.Equal(got, []string{ada, nils}) {
		t.Errorf("reminded: %v", got)
	}
}

// TestDelegateBut: a delegation whose time it is says why it gives nothing.
func TestDelegateBut(t *testing.T) {
	for _, tt := range spoilDelegation {
		d, of, _ := inPlace(t)
		tt.spoil(t, d, of)
		got := d.delegation1(t, of.ID)
		lets := tt.answer == "approved" || tt.name == "principal-cools" || strings.Contains(tt.name, "mailbox") // those are of a time, or of a request
		live := got.State == delegates.Live
		if (live && len(got.But) == 0) != lets {
			t.Errorf("%s: it is %s, but %v", tt.name, got.State, got.But)
		}
	}
}
