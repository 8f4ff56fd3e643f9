package tickets

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/outbox"
)

// TestObstacles: whoever waits for a yes is told what is in its way, by authorize
// and by show, by which line of the rules, and who can do what about it.
func TestObstacles(t *testing.T) {
	sent := func(d *desk, ticket Ticket) outbox.Outgoing {
		all := d.outbox(t, ticket.ID)
		return all[len(all)-1]
	}
	mail := func(change func(*policy.Evidence)) func(*desk, Ticket, Letter) {
		return func(d *desk, ticket Ticket, l Letter) {
			o := sent(d, ticket)
			check(t, d.Outbox.Attempt(o.ID, d.Now()))
			check(t, d.Outbox.Sent(o.ID))
			e := d.reply(l, policy.Yes)
			change(&e)
			d.receive(t, e)
		}
	}
	change := func(d *desk, id string, change func(*clients.Contact)) {
		check(t, d.kv.Update(func(tx kv.Tx) error {
			c, _, err := clients.Get(tx, id)
			check(t, err)
			change(&c)
			return clients.PutContact(tx, c)
		}))
	}
	yes := func(d *desk, ticket Ticket, l Letter) { d.receive(t, d.reply(l, policy.Yes)) }
	for _, tt := range []struct {
		name, code, says, next string
		class                  policy.Class // empty: password-change
		decision               policy.Verb  // empty: deny
		spoil                  func(*desk, Ticket, Letter)
	}{
		{name: "not-sent-yet", code: "notice_waits", next: "await_outbox", spoil: func(*desk, Ticket, Letter) {}},
		{name: "nobody-answers", code: "not_authenticated", says: "Asked 2026-11-25 09:00 UTC, to be answered until 2026-12-02 09:00 UTC.", next: "await_reply", spoil: func(d *desk, ticket Ticket, _ Letter) {
			o := sent(d, ticket)
			check(t, d.Outbox.Attempt(o.ID, d.Now()))
			check(t, d.Outbox.Sent(o.ID))
		}},
		{name: "refused", code: "undelivered", says: "550 no such user", next: "mend_delivery", spoil: func(d *desk, ticket Ticket, _ Letter) {
			o := sent(d, ticket)
			check(t, d.Outbox.Attempt(o.ID, d.Now()))
			check(t, d.Outbox.Failed(o.ID, "550 no such user"))
		}},
		{name: "tried-again", code: "undelivered", says: "421 try later. It is tried again at 2026-11-25 10:00 UTC", next: "mend_delivery", spoil: func(d *desk, ticket Ticket, _ Letter) {
			o := sent(d, ticket)
			check(t, d.Outbox.Attempt(o.ID, d.Now()))
			check(t, d.Outbox.Retry(o.ID, d.Now().Add(time.Hour), false, "421 try later"))
		}},
		{name: "capped", code: "notice_waits", says: "until 2026-11-25 10:00 UTC (limit: contact", next: "await_outbox", spoil: func(d *desk, ticket Ticket, _ Letter) {
			o := sent(d, ticket)
			o.Paced, o.Cap, o.Next = true, "contact", d.Now().Add(time.Hour)
			check(t, d.engine.Update(func(tx kv.Tx) error { return kv.Save(tx, kv.Numbered("out/", o.ID), o) }))
		}},
		{name: "held-after-a-restore", code: "outbox_held", next: "release_outbox", spoil: func(d *desk, ticket Ticket, _ Letter) {
			d.backup(t)()
			d.may(t, ticket.ID, policy.PasswordChange, "kim")
		}},
		{name: "bounced", code: "undelivered", says: "5.1.1 no such user", next: "mend_delivery", spoil: mail(func(e *policy.Evidence) {
			*e = policy.Evidence{Kind: policy.KindBounce, RawHash: e.RawHash, Hash: e.Hash, Bounce: policy.Bounce{Sent: []string{e.Tokens[0].Value}, Status: "5.1.1", Diagnostic: "no such user"}}
		})},
		{name: "machine", code: "auto_reply", next: "await_person", spoil: mail(func(e *policy.Evidence) { e.Kind = policy.KindAutoReply })},
		{name: "list", code: "list", next: "await_person", spoil: mail(func(e *policy.Evidence) { e.Kind = policy.KindList })},
		{name: "other-address", code: "other_address", next: "answer_from_file", spoil: mail(func(e *policy.Evidence) { e.From = "bob@elsewhere.example" })},
		{name: "other-contact", code: "other_contact", next: "edit_ticket", spoil: mail(func(e *policy.Evidence) { e.From = ada })},
		{name: "forged", code: "claimed", says: "dmarc_fail", next: "look_at_mail", spoil: mail(func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultFail}; e.Tokens = nil })},
		{name: "domain-proves-nothing", code: "claimed", says: "not_aligned", next: "look_at_mail", spoil: mail(func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultNone}; e.Tokens = nil })},
		{name: "domain-was-never-proved", code: "domain_unproved", says: "client.example", next: "sign_mail", spoil: mail(func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultNone} })},
		{name: "forged-with-our-secret", code: "dmarc_fail", next: "sign_mail", spoil: mail(func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultFail} })},
		{name: "weak-yes", code: "token_only", next: "sign_mail", spoil: mail(func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultNone} })},
		{name: "unclear", code: "unclear_answer", next: "answer_plainly", spoil: mail(func(e *policy.Evidence) { e.Answer.Intent = policy.Unclear })},
		{name: "to-another-mail", code: "no_token", next: "answer_that_mail", spoil: mail(func(e *policy.Evidence) { e.Tokens, e.Recipients = nil, nil })},
		{name: "waits-for-dns", code: "dns_temperror", next: "await_dns", spoil: mail(func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultTempError} })},
		{name: "may-be-a-no", code: "no_pending", says: "(since 2026-11-25T09:00:00Z)", next: "await_dns", spoil: mail(func(e *policy.Evidence) {
			e.Answer.Intent, e.Sender = policy.No, policy.Sender{Result: policy.ResultTempError}
		})},
		{name: "cools", code: "cooling", says: "until 2026-11-28 08:00 UTC", next: "await_cooling", spoil: func(d *desk, ticket Ticket, l Letter) {
			change(d, "bob", func(c *clients.Contact) { c.Since = map[string]time.Time{bob: d.Now().Add(-time.Hour)} })
		}},
		{name: "removed", code: "contact_removed", next: "put_on_file", spoil: func(d *desk, ticket Ticket, l Letter) {
			yes(d, ticket, l)
			change(d, "bob", func(c *clients.Contact) { c.Status = clients.Removed })
		}},
		{name: "permission-lost", code: "no_permission", next: "give_permission", spoil: func(d *desk, ticket Ticket, l Letter) {
			yes(d, ticket, l)
			change(d, "bob", func(c *clients.Contact) { c.Permissions = []clients.Permission{clients.Minor} })
		}},
		{name: "stopped", code: "client_stopped", says: "Disputed: T-1.", next: "lift", spoil: func(d *desk, ticket Ticket, l Letter) {
			yes(d, ticket, l)
			d.receive(t, d.reply(l, policy.No))
		}},
		{name: "disputed", code: "disputed", next: "new_ticket", spoil: func(d *desk, ticket Ticket, l Letter) { d.receive(t, d.reply(l, policy.No)) }},
		{name: "locked", code: "client_locked", says: "by", next: "unlock", spoil: func(d *desk, ticket Ticket, l Letter) {
			yes(d, ticket, l)
			d.lockIt(t, "max")
		}},
		{name: "silent", code: "ticket_expired", next: "new_ticket", spoil: func(d *desk, _ Ticket, _ Letter) { d.turn(8 * 24 * time.Hour); check(t, d.Tick()) }},
		{name: "no-system-checks", code: "external_none", says: "(a check (policy.toml:9))", next: "name_external", spoil: func(d *desk, ticket Ticket, l Letter) {
			yes(d, ticket, l)
			d.SetRules(policy.Rules{More: []policy.Rule{{Name: "a check", Where: "policy.toml:9", AnyOf: [][]policy.ProofKind{{policy.ProofExternal}}}}})
		}},
		{name: "code-asked-for", code: "code_missing", says: "(policy.toml:4)", next: "verify_code", spoil: func(d *desk, ticket Ticket, l Letter) {
			yes(d, ticket, l)
			own := policy.PasswordChange.Demands()
			own.AnyOf, own.Where = [][]policy.ProofKind{{policy.ProofReply, policy.ProofCode}}, "policy.toml:4"
			d.SetRules(policy.Rules{Classes: map[policy.Class]policy.Demand{policy.PasswordChange: own}})
		}},
		{name: "second-person-by-rule", code: "approval_missing", says: "(deleting needs a second person (policy.toml:31))", next: "await_approval", decision: policy.Hold, spoil: func(d *desk, ticket Ticket, l Letter) {
			yes(d, ticket, l)
			d.SetRules(policy.Rules{More: []policy.Rule{{Name: "deleting needs a second person", Where: "policy.toml:31", Second: policy.Second{Contacts: 1}}}})
		}},
		{name: "approver-asked", code: "approver_asked", says: "asked 2026-11-25 09:00 UTC", next: "await_approval", class: policy.SubscriptionChange, decision: policy.Hold, spoil: func(d *desk, ticket Ticket, l Letter) {
			yes(d, ticket, l)
			check(t, d.Tick())
		}},
		{name: "wait", code: "waiting", says: "(slowly (policy.toml:40)). It ends 2026-11-25 11:00 UTC.", next: "await_time", decision: policy.Hold, spoil: func(d *desk, ticket Ticket, l Letter) {
			yes(d, ticket, l)
			d.SetRules(policy.Rules{More: []policy.Rule{{Name: "slowly", Where: "policy.toml:40", Wait: 2 * time.Hour}}})
		}},
		{name: "carried-out-before", code: "already_used", next: "edit_ticket", spoil: func(d *desk, ticket Ticket, l Letter) {
			yes(d, ticket, l)
			d.may(t, ticket.ID, policy.PasswordChange, "lee")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := memoryDesk(t, nil)
			tt.class = cmp.Or(tt.class, policy.PasswordChange)
			ticket, l := d.ask(t, bob, tt.class)
			tt.spoil(d, ticket, l)
			find := func(all []policy.Reason) bool {
				return slices.ContainsFunc(all, func(r policy.Reason) bool {
					return string(r.Code) == tt.code && r.Text != "" && strings.Contains(r.Text, tt.says)
				})
			}
			a := d.may(t, ticket.ID, tt.class, "kim")
			if a.Decision != cmp.Or(tt.decision, policy.Deny) || !find(a.Reasons) || !slices.Contains(a.Next, tt.next) || policy.StepText(tt.next) == "" {
				t.Errorf("authorize: %s %+v, next %q; want %s that says %q, next %s", a.Decision, a.Reasons, a.Next, tt.code, tt.says, tt.next)
			}
			if s := d.show(t, ticket.ID); slices.Contains(shownAs, tt.code) && !find(s.Obstacles) {
				t.Errorf("show: %+v", s.Obstacles)
			}
		})
	}
}

// shownAs are the obstacles that ticket show has, whoever asks.
var shownAs = []string{"notice_waits", "undelivered", "outbox_held", "auto_reply", "list", "other_address", "other_contact", "claimed", "domain_unproved", "dmarc_fail", "token_only", "unclear_answer", "no_token", "dns_temperror"}

// TestObstaclesPass: a proof clears them, an edit leaves them behind, and they
// are few.
func TestObstaclesPass(t *testing.T) {
	d := memoryDesk(t, nil)
	ticket, l := d.ask(t, bob, policy.PasswordChange)
	strange := func(change func(*policy.Evidence)) {
		e := d.reply(l, policy.Yes)
		change(&e)
		d.receive(t, e)
	}
	kept := func() (codes []string) {
		check(t, d.KV().View(func(v kv.View) error {
			held, err := load(v, ticket.ID)
			for _, o := range held.Obstacles {
				codes = append(codes, string(o.Code))
			}
			return err
		}))
		return codes
	}
	for range 3 {
		strange(func(e *policy.Evidence) { e.Kind = policy.KindAutoReply })
		strange(func(e *policy.Evidence) { e.From = "bob@elsewhere.example" })
		strange(func(e *policy.Evidence) { e.Kind = policy.KindList })
		strange(func(e *policy.Evidence) { e.From = ada })
		strange(func(e *policy.Evidence) { e.Sender = policy.Sender{Result: policy.ResultFail} })
	}
	if got := kept(); len(got) != maxObstacles || !slices.Contains(got, "dmarc_fail") {
		t.Errorf("kept: %v", got)
	}
	d.receive(t, d.reply(l, policy.Yes))
	if got := kept(); len(got) != 0 {
		t.Errorf("after a yes: %v", got)
	}
	strange(func(e *policy.Evidence) { e.Kind = policy.KindAutoReply })
	edited, err := d.Edit(EditRequest{Ticket: ticket.ID, Request: "another", Agent: "kim"})
	check(t, err)
	if s := d.show(t, edited.ID); slices.ContainsFunc(s.Obstacles, func(r policy.Reason) bool { return r.Code == "auto_reply" }) {
		t.Errorf("after an edit: %+v", s.Obstacles)
	}
}
