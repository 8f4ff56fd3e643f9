package policy_test

import (
	"strings"
	"time"

	"countersign/policy"
)

// This file says a question of matrix_axes_test.go in policy's words.

var matrixNow = time.Date(2025, time.March, 4, 12, 0, 0, 0, time.UTC)

const epoch = 2 // after a restore

func before(d time.Duration) time.Time { return matrixNow.Add(-d) }

func (q *asking) action() policy.Action {
	a := policy.Action{
		Now: matrixNow, Class: q.class, Channel: q.channel, Epoch: epoch,
		Agent: q.agentID(), Authority: !strings.HasSuffix(q.agent, "-authority"), Disabled: q.agent == "disabled" || q.agent == "new",
		OpenedBy: q.opener(),
		Ticket:   policy.Ticket{ID: "T-1", Client: "north", Contact: "ada", Class: q.of, State: q.stands(), Revision: 2},
		Rules:    q.rules(),
		Matter:   policy.Matter{Client: "north", Contact: "ada", Addresses: []string{"ada@north.example"}, Text: "Delete web-3"},
		Contact:  q.contact(),
		AskedAt:  before(30 * day), AskedUntil: before(-7 * day),
		ClientStopped: q.client == "stopped",
		Refused:       q.refused, CodeSet: q.codeSet,
		Checkers: []string{"idp"},
	}
	switch q.agent {
	case "new":
		a.AgentFrom = before(-time.Hour)
	case "new-authority":
		a.AuthorityFrom = before(-time.Hour)
	case "editor":
		a.Edited = []string{a.Agent}
	}
	if q.standsIn {
		a.TokenClasses = []policy.Class{q.class}
	}
	switch {
	case q.state == "put-back" && q.of.Privileged():
		a.PutBack = policy.CodeDenied
	case q.state == "unproved-no":
		a.PutBack = policy.CodeUnprovedNo
	}
	if q.person == "asked-cooling" && a.Ticket.State != policy.StateConfirmed {
		a.Asked = []policy.Cooling{{What: "ada@north.example", Until: before(-time.Hour)}}
	}
	if q.unheard {
		a.NoPending = before(time.Minute)
	}
	if q.untold {
		a.Untold = []policy.Reason{policy.Because(policy.CodeNoticeWaits)}
	}
	a.Locks = q.locks()
	if a.Ticket.Lost = q.lost; q.told > 0 {
		a.Told = before(q.told)
	}
	u := uses[q.used]
	if a.UsedBy, a.UsedIn = u.by, u.in; u.by == "the agent" {
		a.UsedBy = a.Agent
	}
	if u.by != "" {
		a.UsedAt = before(u.ago)
	}
	for i, p := range q.proofs {
		if q.putBack() && i != atCode && i != atExternal {
			continue // the store forgets them then
		}
		if p.given() {
			a.Proofs = append(a.Proofs, q.proof(p, &a))
		}
		if p.kind == reply { // which is sender + token + yes
			p.kind = sender
			a.Proofs = append(a.Proofs, q.proof(p, &a))
		}
	}
	return a
}

var uses = map[string]struct {
	by  string
	ago time.Duration
	in  int
}{
	"lately":              {"the agent", 5 * time.Minute, epoch},
	"at-its-end":          {"the agent", policy.ReceiptLife, epoch},
	"long-ago":            {"the agent", policy.ReceiptLife + 1, epoch},
	"by-another":          {"kim", 5 * time.Minute, epoch},
	"by-another-long-ago": {"kim", 31 * time.Minute, epoch},
	"before-restore":      {"the agent", 5 * time.Minute, epoch - 1},
}

// locks are those of the client; a window was opened by a lead and another contact.
func (q *asking) locks() []policy.Lock {
	if q.client == "" || q.client == "stopped" {
		return nil
	}
	shut := policy.Lock{Client: "north", By: "Lea", Since: before(day)}
	if q.client == "locked" {
		return []policy.Lock{shut}
	}
	lead := policy.Opener{Agent: "ludo", Leads: true, At: before(2 * time.Hour)}
	contact := policy.Opener{Person: "nils", At: before(time.Hour), Giver: onRecord("nils")}
	w := policy.Window{From: before(time.Hour), Until: before(-time.Hour), Epoch: epoch}
	switch q.client {
	case "window-over":
		w.Until = matrixNow
	case "window-early":
		w.From = before(-time.Minute)
	case "window-restored":
		w.Epoch--
	case "window-of-one", "window-of-one-twice":
		contact = lead
	case "window-of-one-mailbox":
		lead = contact
		lead.Giver.Mailboxes = append(lead.Giver.Mailboxes, address("nils-too"))
	case "window-of-removed":
		contact.Giver.Active = false
	case "window-of-moved":
		contact.Giver.Client = "south"
	case "window-of-forbidden":
		contact.Giver.May = false
	case "window-of-cooling":
		contact.Giver = spoiled(contact.Giver, "cooling", "nils", q.class, 0)
	case "window-of-address-left":
		contact.Giver.OnFile = false
	case "window-of-staff":
		contact.Giver.Staff = true
	case "window-of-no-lead":
		lead.Leads = false
	case "window-of-agent":
		lead.Agent = q.agentID()
	case "window-unheard":
		w.NoPending = before(time.Minute)
	}
	if w.Openers = []policy.Opener{lead, contact}; q.client == "window-of-one" {
		w.Openers = w.Openers[:1]
	}
	open := shut
	if open.Window = w; q.client == "second-lock" {
		return []policy.Lock{open, shut}
	}
	return []policy.Lock{open}
}

// opener is which agent opened the ticket.
func (q *asking) opener() string {
	for _, p := range q.proofs {
		if p.flaw == "lead-opened" {
			return p.by
		}
	}
	if q.agent == "opener" {
		return q.agentID()
	}
	return "kim"
}

// rules are the desk's, of every class but a question.
func (q *asking) rules() policy.Rules {
	d, known := desks[q.desk]
	if !known || q.desk == "" {
		return policy.Rules{}
	}
	rule := policy.Rule{Name: q.desk, Classes: policy.Classes[1:], Wait: d.wait,
		Second: policy.Second{Contacts: d.contacts, Leads: d.leads, Either: d.either}}
	if d.list != nil {
		rule.AnyOf = [][]policy.ProofKind{d.list}
	}
	if d.privileged {
		rule.Classes = nil
	}
	elsewhere := policy.Second{Contacts: 2, Leads: 2}
	switch q.desk {
	case "less-than-the-table":
		return onEachPrivileged(policy.Demand{AnyOf: anyOf(sender), Channels: policy.Channels})
	case "email-only":
		return onEachPrivileged(policy.Demand{AnyOf: anyOf(reply), Channels: []policy.Channel{policy.Email}})
	case "of-another-client":
		rule.Clients, rule.Second = []string{"south"}, elsewhere
	case "of-other-words":
		rule.Text, rule.Second = func(text string) bool { return strings.Contains(text, "rename") }, elsewhere
	case "of-a-contact-of-them":
		rule.Clients, rule.Contacts, rule.Second = []string{"south"}, []string{"ada"}, elsewhere
	}
	return policy.Rules{Source: "sha256:desk", More: []policy.Rule{rule}}
}

func onEachPrivileged(d policy.Demand) policy.Rules {
	r := policy.Rules{Source: "sha256:desk", Classes: map[policy.Class]policy.Demand{}}
	for _, c := range policy.Classes {
		if c.Privileged() {
			r.Classes[c] = d
		}
	}
	return r
}
