package tickets

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/approvals"
	"countersign/tickets/outbox"
)

// sought opens a ticket of Bob's for the class, confirmed, and gives the question
// that Ada got, who may approve.
func (d *desk) sought(t failer, class policy.Class) (Ticket, Letter) {
	t.Helper()
	ticket, l := d.ask(t, bob, class)
	wants(t, d.receive(t, d.reply(l, policy.Yes)), "confirmed")
	check(t, d.Tick())
	return ticket, d.last(t, policy.NoticeApprove, ticket.ID)
}

// approval gives the ticket's latest approval.
func (d *desk) approval(t failer, ticket string) (a approvals.Approval) {
	t.Helper()
	check(t, d.KV().View(func(v kv.View) error {
		all, err := approvals.Of(v, ticket)
		if len(all) > 0 {
			a = all[len(all)-1]
		}
		return err
	}))
	return a
}

// TestApproved: who may approve is asked once the contact has confirmed; their yes
// is what was missing.
func TestApproved(t *testing.T) {
	d := openDesk(t, nil)
	d.contact(t, "bob", func(c *clients.Contact) { c.Name = "Bob Hill" })
	ticket, l := d.ask(t, bob, policy.Cancellation)
	check(t, d.Tick())
	if n := d.count(policy.NoticeApprove, ticket.ID); n != 0 {
		t.Fatalf("%d asked before the contact has answered", n)
	}
	d.receive(t, d.reply(l, policy.Yes))
	if a := d.may(t, ticket.ID, policy.Cancellation, "kim"); a.Decision != policy.Hold || !has(a, "approval_missing") || !has(a, "approver_asked") {
		t.Errorf("before Tick: %+v", a)
	}
	check(t, d.Tick())
	check(t, d.Tick())
	if n := d.count(policy.NoticeApprove, ticket.ID); n != 1 {
		t.Fatalf("%d questions, want 1", n)
	}
	asked, held := d.last(t, policy.NoticeApprove, ticket.ID), d.last(t, policy.NoticeHeld, ticket.ID)
	if asked.To != ada || asked.Reason != "Bob Hill of Client" || asked.Request != l.Request || asked.Token == "" || !asked.Until.Equal(start.Add(168*time.Hour)) {
		t.Errorf("asked: %+v", asked)
	}
	if held.To != bob || strings.Contains(held.Reason, "@") || !strings.Contains(held.Reason, "another person") || d.count(policy.NoticeConfirmed, ticket.ID) != 0 {
		t.Errorf("held: %+v", held)
	}
	a := d.may(t, ticket.ID, policy.Cancellation, "kim")
	if i := slices.IndexFunc(a.Reasons, func(r policy.Reason) bool { return r.Code == policy.CodeApproverAsked }); a.Decision != policy.Hold || i < 0 ||
		!strings.Contains(a.Reasons[i].Text, "Needs 1 of 1 approvers (ada by mail); asked 2026-11-25 09:00 UTC.") || strings.Contains(a.Reasons[i].Text, "@") || a.Next[0] != "await_approval" {
		t.Errorf("asked: %+v", a)
	}
	d.turn(time.Hour)
	m := d.receive(t, d.reply(asked, policy.Yes))
	wants(t, m, "approved")
	if a := d.approval(t, ticket.ID); a.State != approvals.Approved || len(a.Given) != 1 || a.Given[0].Contact != "ada" || a.Given[0].Message != m.ID {
		t.Errorf("approval: %+v", a)
	}
	d.state(t, ticket.ID, policy.StateConfirmed)
	if a := d.may(t, ticket.ID, policy.Cancellation, "kim"); a.Decision != policy.Allow {
		t.Errorf("approved: %+v", a)
	}
}

// TestApprovedOnce: what was answered is answered.
func TestApprovedOnce(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.sought(t, policy.Cancellation)
	wants(t, d.receive(t, d.reply(l, policy.Unclear)), "unclear_answer")
	clearer := d.last(t, policy.NoticeApproveClearer, ticket.ID)
	wants(t, d.receive(t, d.reply(l, policy.Unclear)), "unclear_answer")
	if n := d.count(policy.NoticeApproveClearer, ticket.ID); n != 1 || clearer.To != ada {
		t.Errorf("%d clearer questions, to %s", n, clearer.To)
	}
	wants(t, d.receive(t, d.reply(clearer, policy.Yes)), "approved")
	for _, l := range []Letter{l, clearer} {
		if m := d.receive(t, d.reply(l, policy.Yes)); m.Decision.Counts() {
			t.Errorf("a second yes: %+v", m.Decision)
		}
		var n notice
		check(t, d.KV().View(func(v kv.View) (err error) {
			id, err := d.recall(v, tokenPrefix, l.Token)
			if err == nil {
				n, _, err = kv.Load[notice](v, noticePrefix+id)
			}
			return err
		}))
		if !n.Spent {
			t.Errorf("the token of %s is not spent", l.Kind)
		}
	}
	if a := d.approval(t, ticket.ID); a.State != approvals.Approved || len(a.Given) != 1 {
		t.Errorf("%+v", a)
	}
}

// TestApproverAnswers: each row changes one thing of Ada's yes, or of what comes
// before or after it.
func TestApproverAnswers(t *testing.T) {
	mail := func(change func(*policy.Evidence)) func(failer, *desk, *policy.Evidence) {
		return func(_ failer, _ *desk, e *policy.Evidence) { change(e) }
	}
	person := func(id string, change func(*desk, *clients.Contact)) func(failer, *desk, *policy.Evidence) {
		return func(t failer, d *desk, _ *policy.Evidence) {
			d.contact(t, id, func(c *clients.Contact) { change(d, c) })
		}
	}
	for _, tt := range []struct {
		name    string
		spoil   func(failer, *desk, *policy.Evidence)
		reason  string
		decides approvals.State
	}{
		{"yes", mail(func(*policy.Evidence) {}), "approved", approvals.Approved},
		{"no", mail(func(e *policy.Evidence) { e.Answer.Intent = policy.No }), "approval_refused", approvals.Refused},
		{"no-by-reference", mail(func(e *policy.Evidence) { e.Answer.Intent, e.Tokens = policy.No, nil }), "approval_refused", approvals.Refused},
		{"no-unproved", mail(func(e *policy.Evidence) {
			e.Answer.Intent, e.Sender = policy.No, policy.Sender{Result: policy.ResultNone}
		}), "approval_refused", approvals.Refused},
		{"no-forged-without-token", mail(func(e *policy.Evidence) {
			e.Answer.Intent, e.Sender, e.Tokens = policy.No, policy.Sender{Result: policy.ResultFail}, nil
		}), "dmarc_fail", approvals.Open},
		{"by-reference", mail(func(e *policy.Evidence) { e.Tokens = nil }), "no_token", approvals.Open},
		{"unproved", mail(func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultNone} }), "not_aligned", approvals.Open},
		{"by-spf", mail(func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultPass, By: policy.BySPF} }), "spf_only", approvals.Open},
		{"forged", mail(func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultFail} }), "dmarc_fail", approvals.Open},
		{"machine", mail(func(e *policy.Evidence) { e.Kind = policy.KindAutoReply }), "auto_reply", approvals.Open},
		{"signed-before", mail(func(e *policy.Evidence) { e.Sender.SignedAt = start.Add(-time.Hour) }), "signature_before_notice", approvals.Open},
		{"requester", mail(func(e *policy.Evidence) { e.From = bob }), "other_contact", approvals.Open},
		{"stranger", mail(func(e *policy.Evidence) { e.From = "mallory@evil.example" }), "other_address", approvals.Open},
		{"other-client", mail(func(e *policy.Evidence) { e.From = eve }), "other_contact", approvals.Open},
		{"staff", mail(func(e *policy.Evidence) { e.From = "max@desk.example" }), "staff_address", approvals.Open},
		{"late", mail(func(e *policy.Evidence) { e.Arrived = e.Arrived.Add(168*time.Hour + time.Second) }), "no_token", approvals.Open},
		{"no-permission", person("ada", func(_ *desk, c *clients.Contact) { c.Permissions = []clients.Permission{"ask"} }), "no_permission", approvals.Open},
		{"moved", person("ada", func(_ *desk, c *clients.Contact) { c.Client = "c2" }), "contact_moved", approvals.Open},
		{"removed", person("ada", func(_ *desk, c *clients.Contact) { c.Status = clients.Removed }), "contact_removed", approvals.Open},
		{"cooling", person("ada", func(d *desk, c *clients.Contact) { gained("approve")(c, d.clock()) }), "cooling", approvals.Open},
		{"another-right-cools", person("ada", func(d *desk, c *clients.Contact) { gained("dns-change")(c, d.clock()) }), "approved", approvals.Approved},
		{"has-the-requesters-mailbox", person("bob", func(_ *desk, c *clients.Contact) {
			c.Addresses = append(c.Addresses, strings.Replace(ada, "@", "+b@", 1))
		}), "other_contact", approvals.Open},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket, l := d.sought(t, policy.Cancellation)
			e := d.reply(l, policy.Yes)
			tt.spoil(t, d, &e)
			wants(t, d.receive(t, e), tt.reason)
			if a := d.approval(t, ticket.ID); a.State != tt.decides {
				t.Fatalf("the approval is %s, want %s", a.State, tt.decides)
			}
			d.state(t, ticket.ID, policy.StateConfirmed)
			want := map[approvals.State]policy.Verb{approvals.Approved: policy.Allow, approvals.Refused: policy.Deny, approvals.Open: policy.Hold}[tt.decides]
			if a := d.may(t, ticket.ID, policy.Cancellation, "kim"); a.Decision != want || has(a, "approval_refused") != (want == policy.Deny) {
				t.Errorf("%+v, want %s", a, want)
			}
		})
	}
}

// TestApprovalTaken: what was approved counts as long as who approved may.
func TestApprovalTaken(t *testing.T) {
	for _, tt := range []struct {
		name, reason string
		spoil        func(*desk, *clients.Contact)
	}{
		{"nothing", "", func(*desk, *clients.Contact) {}},
		{"removed", "contact_removed", func(_ *desk, c *clients.Contact) { c.Status = clients.Removed }},
		{"moved", "contact_moved", func(_ *desk, c *clients.Contact) { c.Client = "c2" }},
		{"permission", "no_permission", func(_ *desk, c *clients.Contact) { c.Permissions = []clients.Permission{"ask"} }},
		{"address", "address_gone", func(_ *desk, c *clients.Contact) { c.Addresses = []string{"ada@home.example"} }},
		{"cooling", "cooling", func(d *desk, c *clients.Contact) { gained("approve")(c, d.clock()) }},
		{"requesters-mailbox", "other_contact", func(_ *desk, c *clients.Contact) {
			c.Addresses = append(c.Addresses, strings.Replace(bob, "@", "+a@", 1))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			ticket, l := d.sought(t, policy.Cancellation)
			d.receive(t, d.reply(l, policy.Yes))
			d.contact(t, "ada", func(c *clients.Contact) { tt.spoil(d, c) })
			a := d.may(t, ticket.ID, policy.Cancellation, "kim")
			if tt.reason == "" && a.Decision != policy.Allow || tt.reason != "" && (a.Decision != policy.Hold || !has(a, tt.reason) || !has(a, "approval_lost")) {
				t.Errorf("%+v, want %q", a, tt.reason)
			}
		})
	}
}

// TestApprovalVoid: what ends the request, or its confirmation, ends the approval in
// the same step, whether it was given or not; no yes counts any more.
func TestApprovalVoid(t *testing.T) {
	for _, given := range []bool{false, true} {
		for _, tt := range []struct {
			name string
			do   func(*testing.T, *desk, Ticket)
		}{
			{"edit", func(t *testing.T, d *desk, k Ticket) {
				_, err := d.Edit(EditRequest{Ticket: k.ID, Request: "other words", Agent: "kim"})
				check(t, err)
			}},
			{"close", func(t *testing.T, d *desk, k Ticket) { _, err := d.CloseTicket(k.ID, "kim"); check(t, err) }},
			{"dispute", func(t *testing.T, d *desk, k Ticket) {
				wants(t, d.receive(t, d.reply(d.last(t, policy.NoticeHeld, k.ID), policy.No)), "denied")
			}},
			{"other-ticket-disputed", func(t *testing.T, d *desk, k Ticket) {
				_, l := d.ask(t, bob, policy.DNSChange)
				d.receive(t, d.reply(l, policy.No))
				check(t, d.Tick())
			}},
			{"restore", func(t *testing.T, d *desk, k Ticket) {
				check(t, d.kv.Update(func(tx kv.Tx) error { return kv.Save(tx, epochKey, epoch{Number: 1}) }))
			}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				d := memoryDesk(t, nil)
				ticket, l := d.sought(t, policy.Cancellation)
				if given {
					d.receive(t, d.reply(l, policy.Yes))
				}
				tt.do(t, d, ticket)
				if m := d.receive(t, d.reply(l, policy.Yes)); m.Decision.Counts() {
					t.Errorf("a late yes: %+v", m.Decision)
				}
				if a := d.may(t, ticket.ID, policy.Cancellation, "kim"); a.Decision != policy.Deny {
					t.Errorf("%+v", a)
				}
				if a := d.approval(t, ticket.ID); a.State != approvals.Void || a.Why == "" {
					t.Errorf("the approval is %+v", a)
				}
				check(t, d.Tick())
				if n := d.count(policy.NoticeApprove, ticket.ID); n != 1 {
					t.Errorf("asked %d times", n)
				}
			})
		}
	}
}

// TestApprovalAfresh: a request that is edited and confirmed anew has another
// approval; a yes to the first counts for nothing, a no refuses it.
func TestApprovalAfresh(t *testing.T) {
	for _, intent := range []policy.Intent{policy.Yes, policy.No} {
		d := memoryDesk(t, nil)
		ticket, first := d.sought(t, policy.Cancellation)
		_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "other words", Agent: "kim"})
		check(t, err)
		d.receive(t, d.reply(d.last(t, policy.NoticeConfirm, ticket.ID), policy.Yes))
		check(t, d.Tick())
		second := d.last(t, policy.NoticeApprove, ticket.ID)
		if second.Token == first.Token {
			t.Fatal("nobody was asked afresh")
		}
		wants(t, d.receive(t, d.reply(second, policy.Yes)), "approved")
		m := d.receive(t, d.reply(first, intent))
		a := d.may(t, ticket.ID, policy.Cancellation, "kim")
		if intent == policy.Yes && (m.Decision.Reason() != policy.CodeApprovalOver || a.Decision != policy.Allow) ||
			intent == policy.No && (!m.Decision.Has(policy.EffectRefuse) || a.Decision != policy.Deny || !has(a, "approval_refused")) {
			t.Errorf("%s to the first: %+v, then %+v", intent, m.Decision, a)
		}
	}
}

// TestApproversNoIsTold: a no of an approver refuses, before or after another's yes,
// and is no dispute: requester and leads are told, and nothing else stops.
func TestApproversNoIsTold(t *testing.T) {
	d := memoryDesk(t, nil)
	second(t, d)
	ticket, _ := d.sought(t, policy.Cancellation)
	var toAda, toNils Letter
	for _, l := range d.letters {
		switch {
		case l.Kind == policy.NoticeApprove && l.To == ada:
			toAda = l
		case l.Kind == policy.NoticeApprove:
			toNils = l
		}
	}
	wants(t, d.receive(t, d.reply(toAda, policy.Yes)), "approved")
	m := d.receive(t, d.reply(toNils, policy.No))
	if !m.Decision.Has(policy.EffectRefuse) || m.Decision.Has(policy.EffectDispute) {
		t.Fatalf("%+v", m.Decision)
	}
	d.state(t, ticket.ID, policy.StateConfirmed)
	if a := d.may(t, ticket.ID, policy.Cancellation, "kim"); a.Decision != policy.Deny || !has(a, "approval_refused") || a.Next[0] != "edit_ticket" {
		t.Errorf("%+v", a)
	}
	check(t, d.Tick())
	if l := d.last(t, policy.NoticeRefused, ticket.ID); l.To != bob || !strings.Contains(l.Reason, "refused") {
		t.Errorf("the requester was told %+v", l)
	}
	if !slices.ContainsFunc(d.told, func(l Letter) bool { return l.Kind == policy.NoticeNotApproved && l.To == "max@desk.example" }) {
		t.Errorf("staff were told %+v", d.told)
	}
	check(t, d.KV().View(func(v kv.View) error {
		if by, err := StoppedBy(v, "c1"); err != nil || len(by) > 0 {
			t.Errorf("the client is stopped by %v, %v", by, err)
		}
		return nil
	}))
}

// second adds Nils, who may approve, too.
func second(t failer, d *desk) {
	t.Helper()
	check(t, d.kv.Update(func(tx kv.Tx) error {
		return clients.PutContact(tx, clients.Contact{ID: "nils", Client: "c1", Role: clients.Authorised, Status: clients.Active,
			Addresses: []string{"nils@client.example"}, Permissions: []clients.Permission{clients.Approve}})
	}))
}

// TestRefusedAfterTheAct: a no after the thing was allowed lets nobody have the
// receipt again, and tells nobody that nothing was done.
func TestRefusedAfterTheAct(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.sought(t, policy.Cancellation)
	d.receive(t, d.reply(l, policy.Yes))
	if a := d.may(t, ticket.ID, policy.Cancellation, "kim"); a.Decision != policy.Allow {
		t.Fatalf("%+v", a)
	}
	if m := d.receive(t, d.reply(l, policy.No)); !m.Decision.Has(policy.EffectRefuse) {
		t.Fatalf("%+v", m.Decision)
	}
	if a := d.may(t, ticket.ID, policy.Cancellation, "kim"); a.Decision != policy.Deny || a.Receipt != "" || !has(a, "approval_refused") {
		t.Errorf("%+v", a)
	}
	check(t, d.Tick())
	if d.count(policy.NoticeRefused, ticket.ID) != 0 || !slices.ContainsFunc(d.told, func(l Letter) bool { return l.Kind == policy.NoticeNotApproved }) {
		t.Errorf("told: %+v, staff %+v", d.letters, d.told)
	}
}

// TestApproverSilent: silence refuses, when the question ends, and no later yes
// renews what was confirmed.
func TestApproverSilent(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.sought(t, policy.Cancellation)
	d.turn(168*time.Hour - time.Second)
	check(t, d.Tick())
	d.state(t, ticket.ID, policy.StateConfirmed)
	d.turn(time.Second)
	check(t, d.Tick())
	d.state(t, ticket.ID, policy.StateExpired)
	if l := d.last(t, policy.NoticeRefused, ticket.ID); l.To != bob || !strings.Contains(l.Reason, "in time") || d.count(policy.NoticeExpired, ticket.ID) != 0 {
		t.Errorf("told %+v", l)
	}
	if m := d.receive(t, d.reply(l, policy.Yes)); m.Decision.Counts() {
		t.Errorf("a late yes: %+v", m.Decision)
	}
	if a := d.approval(t, ticket.ID); a.State != approvals.Void || a.Why != policy.CodeTicketExpired {
		t.Errorf("%+v", a)
	}
}

// TestApprovalPending: an approver's no that waits for DNS holds the ticket.
func TestApprovalPending(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.sought(t, policy.Cancellation)
	d.receive(t, d.reply(l, policy.Yes))
	e := d.reply(l, policy.No)
	e.Sender = policy.Sender{Result: policy.ResultTempError}
	d.receive(t, e)
	if a := d.may(t, ticket.ID, policy.Cancellation, "kim"); a.Decision != policy.Deny || !has(a, "no_pending") {
		t.Errorf("%+v", a)
	}
}

// TestApprovalExposed: the question is void that people can read, and asked
// afresh once.
func TestApprovalExposed(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.sought(t, policy.Cancellation)
	for range 2 {
		e := d.reply(l, policy.Yes)
		e.Refusals, e.Carried = []policy.Reason{{Code: "too_deep", Text: "Too deep."}}, []string{l.Token}
		d.receive(t, e)
		check(t, d.Tick())
		check(t, d.Tick())
		wants(t, d.receive(t, d.reply(l, policy.Yes)), "approval_over")
		l = d.last(t, policy.NoticeApprove, ticket.ID)
	}
	if n := d.count(policy.NoticeApprove, ticket.ID); n != 2 {
		t.Errorf("asked %d times", n)
	}
	d.state(t, ticket.ID, policy.StateConfirmed)
}

// TestApprovalWithdrawn: a question for an approval that no longer stands does not
// go out.
func TestApprovalWithdrawn(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, _ := d.sought(t, policy.Cancellation)
	_, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "other words", Agent: "kim"})
	check(t, err)
	check(t, d.Tick())
	for _, o := range d.outbox(t, ticket.ID) {
		if o.Kind == policy.NoticeApprove && o.State != outbox.Canceled {
			t.Errorf("%+v", o)
		}
	}
}
