package tickets

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/clients/delegates"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

const una = "una@client.example"

// delegating is a desk where Nils may approve what Bob asks for, as Ada may, and Una
// may ask questions only.
func delegating(t failer) *desk {
	t.Helper()
	d := memoryDesk(t, nil)
	check(t, d.kv.Update(func(tx kv.Tx) error {
		return errors.Join(
			clients.PutContact(tx, clients.Contact{ID: "nils", Client: "c1", Name: "Nils Holm", Role: clients.Authorised, Status: clients.Active, Addresses: []string{nils, "nils@home.example"},
				Permissions: []clients.Permission{"ask", clients.Approve}}),
			clients.PutContact(tx, clients.Contact{ID: "una", Client: "c1", Name: "Una Berg", Role: clients.Authorised, Status: clients.Active, Addresses: []string{una}}))
	}))
	return d
}

// names is the request that Una approves in the place of Nils for a week.
func (d *desk) names() DelegateRequest {
	return DelegateRequest{For: nils, To: una, From: d.clock(), Until: d.clock().Add(7 * 24 * time.Hour), Agent: "kim"}
}

// delegate has Nils name Una so, and confirm it.
func (d *desk) delegate(t failer, o DelegateRequest) ShownDelegation {
	t.Helper()
	out, err := d.Delegate(o)
	check(t, err)
	wants(t, d.receive(t, d.reply(d.last(t, policy.NoticeConfirm, out.Ticket), policy.Yes)), "confirmed")
	check(t, d.Tick())
	return d.delegation1(t, out.ID)
}

func (d *desk) delegation1(t failer, id string) (out ShownDelegation) {
	t.Helper()
	check(t, d.Delegations("", func(one ShownDelegation) error {
		if one.ID == id {
			out = one
		}
		return nil
	}))
	return out
}

// toldOfKind gives to whom letters of a kind went for a ticket, in order.
func (d *desk) toldOfKind(kind policy.NoticeKind, ticket string) (all []string) {
	for _, l := range d.letters {
		if l.Kind == kind && l.Ticket == ticket {
			all = append(all, l.To)
		}
	}
	slices.Sort(all)
	return all
}

// TestDelegate: the contact in whose place it is is asked in words, their proved yes
// makes it and nothing before does.
func TestDelegate(t *testing.T) {
	d := delegating(t)
	o := d.names()
	o.Classes = []policy.Class{policy.SubscriptionChange, policy.Cancellation, policy.Cancellation}
	out, err := d.Delegate(o)
	check(t, err)
	asked := d.last(t, policy.NoticeConfirm, out.Ticket)
	if asked.To != nils || asked.Token == "" || d.count(policy.NoticeDelegate, out.Ticket) != 0 {
		t.Errorf("asked: %+v", asked)
	}
	for _, words := range []string{"Una Berg (una)", "Nils Holm (nils)", "25 November 2026, 09:00 UTC", "2 December 2026, 09:00 UTC", "the end of a service or account (cancellation)", "subscription-change", "people of Client"} {
		if !strings.Contains(asked.Request, words) {
			t.Errorf("the question does not say %q: %s", words, asked.Request)
		}
	}
	if strings.Contains(asked.Request, una) || strings.Contains(asked.Subject, "@") {
		t.Errorf("the question holds an address: %q, %q", asked.Subject, asked.Request)
	}
	check(t, d.Tick())
	if out = d.delegation1(t, out.ID); out.State != delegates.Asked || !out.Confirmed.IsZero() || out.By != "kim" || len(out.Classes) != 2 {
		t.Errorf("before the yes: %+v", out)
	}
	d.turn(time.Hour)
	wants(t, d.receive(t, d.reply(asked, policy.Yes)), "confirmed")
	out = d.delegation1(t, out.ID)
	if out.State != delegates.Waits || !out.Confirmed.Equal(d.clock()) || !out.Counts.Equal(d.clock().Add(72*time.Hour)) {
		t.Errorf("after the yes: %+v", out)
	}
	d.state(t, out.Ticket, policy.StateClosed)
	if a := d.may(t, out.Ticket, policy.AccountChange, "kim"); a.Decision != policy.Deny {
		t.Errorf("its ticket allows: %+v", a)
	}
	d.turn(72 * time.Hour)
	if out = d.delegation1(t, out.ID); out.State != delegates.Live {
		t.Errorf("after it cooled: %+v", out)
	}
	d.turn(7 * 24 * time.Hour)
	if out = d.delegation1(t, out.ID); out.State != delegates.Over {
		t.Errorf("after its time: %+v", out)
	}
}

// TestDelegateYes: each row spoils one fact of the yes that makes it.
func TestDelegateYes(t *testing.T) {
	for _, tt := range []struct {
		name   string
		spoil  func(failer, *desk, *policy.Evidence)
		reason string
	}{
		{"unclear", func(_ failer, _ *desk, e *policy.Evidence) { e.Answer.Intent = policy.Unclear }, "unclear_answer"},
		{"of-the-delegate", func(_ failer, _ *desk, e *policy.Evidence) { e.From = una }, "other_contact"},
		{"of-the-primary", func(_ failer, _ *desk, e *policy.Evidence) { e.From = ada }, "other_contact"},
		{"of-staff", func(_ failer, _ *desk, e *policy.Evidence) { e.From = "max@desk.example" }, "staff_address"},
		{"without-the-token", func(_ failer, _ *desk, e *policy.Evidence) { e.Tokens = nil }, "no_token"},
		{"unproved", func(_ failer, _ *desk, e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultNone} }, "token_only"},
		{"by-spf", func(_ failer, _ *desk, e *policy.Evidence) {
			e.Sender = policy.Sender{Result: policy.ResultPass, By: policy.BySPF}
		}, "token_only"},
		{"of-a-machine", func(_ failer, _ *desk, e *policy.Evidence) { e.Kind = policy.KindAutoReply }, "auto_reply"},
		{"without-the-permission", func(t failer, d *desk, _ *policy.Evidence) {
			d.contact(t, "nils", func(c *clients.Contact) { c.Permissions = []clients.Permission{"ask"} })
		}, "no_permission"},
		{"of-a-new-approver", func(t failer, d *desk, _ *policy.Evidence) {
			d.contact(t, "nils", func(c *clients.Contact) { gained("approve")(c, d.clock()) })
		}, "cooling"},
		{"of-one-who-was-removed", func(t failer, d *desk, _ *policy.Evidence) {
			d.contact(t, "nils", func(c *clients.Contact) { c.Status = clients.Removed })
		}, "contact_removed"},
		{"after-it-was-ended", func(t failer, d *desk, _ *policy.Evidence) {
			_, err := d.EndDelegation("T-1", "max")
			check(t, err)
		}, "ticket_closed"},
		{"after-its-ticket-was-closed", func(t failer, d *desk, _ *policy.Evidence) {
			_, err := d.CloseTicket("T-1", "kim")
			check(t, err)
		}, "ticket_closed"},
		{"after-a-restore", func(t failer, d *desk, _ *policy.Evidence) {
			check(t, d.kv.Update(func(tx kv.Tx) error { return kv.Save(tx, epochKey, epoch{Number: 1}) }))
		}, "token_superseded"},
		{"after-the-question-expired", func(t failer, d *desk, e *policy.Evidence) {
			d.turn(169 * time.Hour)
			check(t, d.Tick())
		}, "ticket_expired"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := delegating(t)
			o := d.names()
			o.Until = o.Until.AddDate(0, 1, 0)
			out, err := d.Delegate(o)
			check(t, err)
			e := d.reply(d.last(t, policy.NoticeConfirm, out.Ticket), policy.Yes)
			tt.spoil(t, d, &e)
			wants(t, d.receive(t, e), tt.reason)
			check(t, d.Tick())
			if out = d.delegation1(t, out.ID); !out.Confirmed.IsZero() || out.State == delegates.Waits || out.State == delegates.Live || d.count(policy.NoticeDelegate, out.Ticket) > 0 {
				t.Errorf("it was made: %+v", out)
			}
		})
	}
}

// TestDelegateTold: every address of the one it is of, the delegate and the primary
// contact are told; when it ends, the two whose matter it is.
func TestDelegateTold(t *testing.T) {
	d := delegating(t)
	out := d.delegate(t, d.names())
	if got := d.toldOfKind(policy.NoticeDelegate, out.Ticket); !slices.Equal(got, []string{ada, nils, "nils@home.example", una}) {
		t.Errorf("told: %v", got)
	}
	l := d.last(t, policy.NoticeDelegate, out.Ticket)
	if asked := d.last(t, policy.NoticeConfirm, out.Ticket); l.Request != asked.Request || !strings.Contains(l.Reason, "28 November 2026, 09:00 UTC") || l.Token != "" {
		t.Errorf("it says %+v", l)
	}
	if _, err := d.EndDelegation(strings.ToLower(out.ID), "max"); err != nil {
		t.Fatal(err)
	}
	check(t, d.Tick())
	check(t, d.Tick())
	if got := d.toldOfKind(policy.NoticeDelegateEnded, out.Ticket); !slices.Equal(got, []string{nils, "nils@home.example", una}) {
		t.Errorf("told of its end: %v", got)
	}
}

// TestDelegateEndedUntold: of what ended before it could be told, only the end is.
func TestDelegateEndedUntold(t *testing.T) {
	d := delegating(t)
	out, err := d.Delegate(d.names())
	check(t, err)
	d.receive(t, d.reply(d.last(t, policy.NoticeConfirm, out.Ticket), policy.Yes))
	_, err = d.EndDelegation(out.ID, "max")
	check(t, err)
	check(t, d.Tick())
	if d.count(policy.NoticeDelegate, out.Ticket) != 0 || d.count(policy.NoticeDelegateEnded, out.Ticket) != 3 {
		t.Errorf("told %d times of it, %d times of its end", d.count(policy.NoticeDelegate, out.Ticket), d.count(policy.NoticeDelegateEnded, out.Ticket))
	}
}

// TestDelegateDenied: a no of whoever was told ends it, and disputes its ticket.
func TestDelegateDenied(t *testing.T) {
	for _, who := range []string{nils, "nils@home.example", una, ada} {
		d := delegating(t)
		out := d.delegate(t, d.names())
		i := slices.IndexFunc(d.letters, func(l Letter) bool { return l.Kind == policy.NoticeDelegate && l.To == who })
		if m := d.receive(t, d.reply(d.letters[i], policy.No)); !m.Decision.Denies() {
			t.Errorf("the no of %s: %+v", who, m.Decision)
		}
		d.state(t, out.Ticket, policy.StateDisputed)
		if out = d.delegation1(t, out.ID); out.State != delegates.Ended || out.Why != policy.CodeDenied || out.EndedBy != "" {
			t.Errorf("after the no of %s: %+v", who, out)
		}
		check(t, d.Tick())
		if len(d.told) == 0 || len(d.toldOfKind(policy.NoticeDelegateEnded, out.Ticket)) != 3 {
			t.Errorf("after the no of %s staff got %d mails, and of the end were told %v", who, len(d.told), d.toldOfKind(policy.NoticeDelegateEnded, out.Ticket))
		}
		if _, err := d.EndDelegation(out.ID, "max"); !errors.Is(err, ErrNotAllowed) {
			t.Errorf("ended again: %v", err)
		}
	}
}

// TestDelegateDeniedFirst: a no instead of the yes makes nothing, and nobody is told
// that it would.
func TestDelegateDeniedFirst(t *testing.T) {
	d := delegating(t)
	out, err := d.Delegate(d.names())
	check(t, err)
	l := d.last(t, policy.NoticeConfirm, out.Ticket)
	wants(t, d.receive(t, d.reply(l, policy.No)), "denied")
	d.receive(t, d.reply(l, policy.Yes))
	check(t, d.Tick())
	if out = d.delegation1(t, out.ID); out.State != delegates.Ended || !out.Confirmed.IsZero() || d.count(policy.NoticeDelegate, out.Ticket)+d.count(policy.NoticeDelegateEnded, out.Ticket) != 0 {
		t.Errorf("%+v", out)
	}
}

// TestDelegateRefused: each row asks for what can't be, and nobody is asked.
func TestDelegateRefused(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*desk, *DelegateRequest)
		says  string
	}{
		{"no-agent", func(_ *desk, o *DelegateRequest) { o.Agent = "nobody" }, "nobody"},
		{"for-nobody", func(_ *desk, o *DelegateRequest) { o.For = "x@client.example" }, "for: "},
		{"to-nobody", func(_ *desk, o *DelegateRequest) { o.To = "x@client.example" }, "to: "},
		{"to-themselves", func(_ *desk, o *DelegateRequest) { o.To = o.For }, "same mailbox"},
		{"the-same-mailbox", func(d *desk, o *DelegateRequest) {
			o.To = "una"
			d.contact(nil2{}, "una", func(c *clients.Contact) { c.Addresses = append(c.Addresses, "nils+una@client.example") })
		}, "same mailbox"},
		{"of-another-client", func(_ *desk, o *DelegateRequest) { o.To = eve }, "another client"},
		{"for-one-who-may-not-approve", func(_ *desk, o *DelegateRequest) { o.For, o.To = una, bob }, "may not approve"},
		{"address-of-staff", func(d *desk, o *DelegateRequest) {
			d.contact(nil2{}, "una", func(c *clients.Contact) { c.Addresses = []string{"una@desk.example"} })
			o.To = "una"
		}, "staff"},
		{"no-from", func(_ *desk, o *DelegateRequest) { o.From = time.Time{} }, "from: "},
		{"no-until", func(_ *desk, o *DelegateRequest) { o.Until = time.Time{} }, "until: "},
		{"backwards", func(_ *desk, o *DelegateRequest) { o.From, o.Until = o.Until, o.From }, "until: "},
		{"past", func(_ *desk, o *DelegateRequest) { o.From, o.Until = start.AddDate(0, 0, -2), start }, "is over"},
		{"too-long", func(_ *desk, o *DelegateRequest) { o.Until = o.From.Add(maxDelegated + time.Second) }, "90 days at most"},
		{"too-far", func(_ *desk, o *DelegateRequest) {
			o.From = start.Add(maxDelegated + time.Second)
			o.Until = o.From.Add(time.Hour)
		}, "within 90 days"},
		{"over-before-it-cooled", func(_ *desk, o *DelegateRequest) { o.Until = start.Add(72 * time.Hour) }, "cools"},
		{"unknown-class", func(_ *desk, o *DelegateRequest) { o.Classes = []policy.Class{"everything"} }, "class: "},
		{"question", func(_ *desk, o *DelegateRequest) { o.Classes = []policy.Class{policy.Question} }, "class: "},
		{"unknown-channel", func(_ *desk, o *DelegateRequest) { o.Channel = "pigeon" }, "channel: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := delegating(t)
			o := d.names()
			tt.spoil(d, &o)
			out, err := d.Delegate(o)
			if err == nil || !strings.Contains(err.Error(), tt.says) || len(d.letters) > 0 {
				t.Errorf("Delegate() = %+v, %v, want %q; %d letters", out, err, tt.says, len(d.letters))
			}
		})
	}
	longest := delegating(t)
	o := longest.names()
	o.From = start.Add(maxDelegated)
	o.Until = o.From.Add(maxDelegated)
	if _, err := longest.Delegate(o); err != nil {
		t.Errorf("the longest, as late as may be: %v", err)
	}
}

type nil2 struct{}

func (nil2) Helper()               {}
func (nil2) Fatalf(string, ...any) {}

// TestDelegateTwice: for one contact, time and class there is one; when that has
// ended, or is of before a restore, there may be another.
func TestDelegateTwice(t *testing.T) {
	d := delegating(t)
	first := d.delegate(t, d.names())
	o := d.names()
	o.To = bob
	if _, err := d.Delegate(o); !errors.Is(err, ErrNotAllowed) || !strings.Contains(err.Error(), first.ID) {
		t.Errorf("a second one: %v", err)
	}
	later := o
	later.From, later.Until = o.Until, o.Until.AddDate(0, 0, 7)
	if _, err := d.Delegate(later); err != nil {
		t.Errorf("behind it: %v", err)
	}
	check(t, d.kv.Update(func(tx kv.Tx) error { return kv.Save(tx, epochKey, epoch{Number: 1}) }))
	if first = d.delegation1(t, first.ID); first.State != delegates.Void {
		t.Errorf("after a restore: %+v", first)
	}
	second, err := d.Delegate(o)
	check(t, err)
	_, err = d.EndDelegation(second.ID, "max")
	check(t, err)
	if _, err = d.Delegate(o); err != nil {
		t.Errorf("after the first was ended: %v", err)
	}
}

// TestDelegateEnd: it takes a lead, once.
func TestDelegateEnd(t *testing.T) {
	d := delegating(t)
	out := d.delegate(t, d.names())
	check(t, d.kv.Update(func(tx kv.Tx) error {
		_, err := staff.Add(tx, staff.Agent{ID: "new", Role: staff.RoleLead, Email: "new@desk.example", Counts: start.Add(time.Hour)})
		return err
	}))
	for name, agent := range map[string]string{"agent": "kim", "a-new-lead": "new", "nobody": "nobody"} {
		t.Run(name, func(t *testing.T) {
			if _, err := d.EndDelegation(out.ID, agent); err == nil {
				t.Error("ended")
			}
			if out := d.delegation1(t, out.ID); out.State != delegates.Waits {
				t.Errorf("it is %+v", out)
			}
		})
	}
	if got, err := d.EndDelegation(out.ID, "max"); err != nil || got.State != delegates.Ended || got.EndedBy != "max" {
		t.Errorf("EndDelegation() = %+v, %v", got, err)
	}
	if _, err := d.EndDelegation(out.ID, "max"); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("twice: %v", err)
	}
	if _, err := d.EndDelegation("T-99", "max"); !errors.Is(err, delegates.ErrNone) {
		t.Errorf("none: %v", err)
	}
}

// TestDelegateStays: what was asked is not edited; it would be other words than
// those that were confirmed.
func TestDelegateStays(t *testing.T) {
	d := delegating(t)
	out, err := d.Delegate(d.names())
	check(t, err)
	if _, err := d.Edit(EditRequest{Ticket: out.Ticket, Request: "Eve may", Agent: "kim"}); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("Edit() = %v", err)
	}
	if _, err := d.AskAgain(out.Ticket, "kim"); err != nil {
		t.Errorf("AskAgain() = %v", err)
	}
	wants(t, d.receive(t, d.reply(d.last(t, policy.NoticeConfirm, out.Ticket), policy.Yes)), "confirmed")
}

// TestDelegateStopped: while nothing privileged is done for the client nobody is named,
// and a yes that comes then makes nothing, later either.
func TestDelegateStopped(t *testing.T) {
	for name, halt := range map[string]func(*desk){
		"client_stopped": func(d *desk) {
			ticket, l := d.ask(t, bob, policy.DNSChange)
			d.receive(t, d.reply(l, policy.Yes))
			d.receive(t, d.reply(l, policy.No))
			d.state(t, ticket.ID, policy.StateDisputed)
		},
		"client_locked": func(d *desk) {
			_, err := d.LockClient(By{}, LockRequest{Client: "c1", Agent: "max", Reason: "her laptop is gone"})
			check(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := delegating(t)
			out, err := d.Delegate(d.names())
			check(t, err)
			halt(d)
			later := d.names()
			later.From, later.Until = later.Until, later.Until.AddDate(0, 0, 7)
			if _, err := d.Delegate(later); !errors.Is(err, ErrNotAllowed) || !strings.Contains(err.Error(), name) {
				t.Errorf("Delegate() = %v", err)
			}
			d.receive(t, d.reply(d.last(t, policy.NoticeConfirm, out.Ticket), policy.Yes))
			if out = d.delegation1(t, out.ID); out.State != delegates.Ended || string(out.Why) != name || !out.Confirmed.IsZero() {
				t.Errorf("after the yes: %+v", out)
			}
			d.state(t, out.Ticket, policy.StateClosed)
		})
	}
}
