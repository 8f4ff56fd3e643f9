package rulebook

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/policy"
	"countersign/policy/classify"
)

// Failure is an example that came out otherwise.
type Failure struct {
	Where     string `json:"where"`
	Request   string `json:"request"`
	Want, Got string `json:"-"`
	Why       string `json:"why"`
}

// Try judges every example of the file, those of the classes as a customer's mail is
// read, and each [[example]] as an agent who asks would be answered.
func (b Book) Try() (tried int, failed []Failure) {
	for _, c := range policy.Classes {
		for _, e := range b.Examples[c] {
			tried++
			if r := classify.Read(classify.Text{Own: e.Text}); r.Class != c {
				failed = append(failed, Failure{Where: e.Where, Request: e.Text, Want: string(c), Got: string(r.Class), Why: readAs(r)})
			}
		}
	}
	for _, c := range b.Cases {
		tried++
		if f, ok := b.try(c); !ok {
			failed = append(failed, f)
		}
	}
	return tried, failed
}

// readAs says what a class rests on.
func readAs(r classify.Result) string {
	var on []string
	for _, m := range r.Matches {
		on = append(on, m.Rule)
	}
	why := "It is read so"
	if len(on) > 0 {
		why += " by " + strings.Join(on, ", ")
	}
	return strings.TrimSpace(why + ". " + r.Why)
}

// sometime is when examples are judged.
var sometime = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// try judges one example.
func (b Book) try(c Case) (Failure, bool) {
	f := Failure{Where: c.Where, Request: cmp.Or(c.Request, c.Subject), Want: string(c.Decision)}
	if c.Class == "" {
		c.Class = classify.Read(classify.Text{Subject: c.Subject, Own: c.Request}).Class
	}
	a := b.action(c)
	answer := policy.Authorize(a)
	demand := a.Demands()
	f.Got = string(answer.Decision)
	var why []string
	for _, r := range answer.Reasons {
		why = append(why, r.Text)
	}
	f.Why = string(c.Class) + ": " + strings.Join(why, " ")
	for _, r := range demand.Rules {
		if !strings.Contains(f.Why, r) {
			f.Why += " The rule " + r + " applies."
		}
	}
	if answer.Decision != c.Decision {
		return f, false
	}
	if c.Rule != "" && !slices.ContainsFunc(demand.Rules, func(r string) bool { return strings.HasPrefix(r, c.Rule+" (") }) {
		f.Want, f.Got = "the rule "+c.Rule, "it does not apply"
		return f, false
	}
	return f, true
}

// action is what an agent asks who may carry it out, for a ticket on which the proofs
// of an example are and that nothing stands against.
func (b Book) action(c Case) policy.Action {
	const contact, client, agent, checker = "requester", "example", "agent", "another system"
	person := policy.Giver{Active: true, Client: cmp.Or(c.Client, client), May: true, OnFile: true, Code: policy.HeldCode{Stands: true, SetBy: "a third"}}
	m := policy.Matter{Client: cmp.Or(c.Client, client), Contact: cmp.Or(c.Contact, contact), Text: strings.TrimSpace(c.Subject + "\n" + c.Request)}
	if strings.Contains(c.Contact, "@") {
		m.Addresses = []string{strings.ToLower(c.Contact)}
	}
	a := policy.Action{Now: sometime, Class: c.Class, Channel: c.Channel, Agent: agent, Authority: true, OpenedBy: "another", Rules: b.Rules, Matter: m, Contact: person, Checkers: []string{checker},
		Ticket: policy.Ticket{ID: "T-0", Client: person.Client, Contact: contact, Class: c.Class, State: policy.StateUnconfirmed, Revision: 1}}
	life := cmp.Or(a.Demands().Life, policy.ProofLife)
	add := func(p policy.Proof) {
		p.Revision, p.At, p.Giver = 1, sometime.Add(-c.After), person
		p.Expires = p.At.Add(life)
		a.Proofs = append(a.Proofs, p)
	}
	for _, k := range c.Proofs {
		p := policy.Proof{Kind: k, Contact: contact}
		if k == policy.ProofExternal {
			p.Checker = checker
		}
		add(p)
		if k == policy.ProofReply { // which says who wrote, too
			add(policy.Proof{Kind: policy.ProofSender, Contact: contact})
		}
	}
	for i := range c.Approvals.Contacts + c.Approvals.Either {
		add(policy.Proof{Kind: policy.ProofApproval, Contact: "approver " + strconv.Itoa(i)})
	}
	for i := range c.Approvals.Leads {
		add(policy.Proof{Kind: policy.ProofApproval, Agent: "lead " + strconv.Itoa(i), ByRule: true, Lead: policy.Lead{Leads: true}})
	}
	return a
}
