package policy

import (
	"slices"
	"strings"
)

// Reason is the code that settled the matter.
func (d Decision) Reason() Code {
	if len(d.Reasons) == 0 {
		return ""
	}
	return d.Reasons[0].Code
}

// Because reports whether a reason of that code is among those of the decision.
func (d Decision) Because(code Code) bool {
	return slices.ContainsFunc(d.Reasons, func(r Reason) bool { return r.Code == code })
}

// rules are tried in order; the first that applies settles the matter. Only
// the last ones grant anything, and falling off the end refuses.
var rules = []struct {
	name string
	rule func(Facts) (Decision, bool)
}{
	{"refused", refused}, //rule:6.1 refused-proves-nothing TestDecide/refused
	{"seen", seen},
	{"locking", locking}, //rule:8 a-lock-opens-nothing TestLocking/new-mail
	{"machine", machine}, //rule:6.7 machine-is-no-answer TestDecide/kind-unknown
	{"no-answer-of-dns", undecided},
	{"unproved", unproved},
	{"weakly-proved", weaklyProved}, //rule:6.2 weak-is-no-sender TestDecide/nothing-vouches
	{"stranger", stranger},
	{"unbound-answer", unboundAnswer},
	{"opening", opening},
	{"further", further},
	{"unbound", unbound},             //rule:6.4 unbound-proves-nothing TestDecide/superseded
	{"lifting", lifting},             //rule:6.8 lifting-proves-no-request TestLifting/yes
	{"unlocking", unlocking},         //rule:8 unlocking-proves-nothing-else TestUnlocking/yes
	{"approving", approving},         //rule:6.5 approving-proves-nothing-else TestApproving/yes
	{"lost-mailbox", mailboxAnswers}, //rule:6.9 lost-mailbox-asks-nothing TestMailboxAnswers
	{"other-contact", otherContact},
	{"ticket-over", over},
	{"answer", answer},
}

// Decide judges one message by the table "What a message comes to" of the
// design, section 8.
func Decide(f Facts) Decision {
	f.Answer = f.Answer.to(f.askedFor()...)
	d := settle(f)
	if f.NoRoom && (d.Outcome == SetAside || d.Reason() == CodeDNSGaveUp) {
		d.Reasons = append(slices.Clone(d.Reasons), Because(CodeNoRoom))
	}
	if f.asksMore(d) { //rule:8 more-is-looked-at TestAsksMore/request
		d.with(Effect{Kind: EffectLook})
	}
	f.lock(&d) //rule:8 a-lock-is-heard-in-an-answer TestLocking/answer
	f.tell(&d)
	f.name(&d)
	for i, r := range d.Reasons {
		if r.Code == CodeSharedAddress {
			d.Reasons[i].Text = strings.TrimSuffix(r.Text, ".") + " (" + strings.Join(f.Person.Shared, ", ") + ")."
		}
	}
	if f.drops(d) {
		d.Reasons = append(d.Reasons, Because(CodeDropped))
	}
	if d.Outcome == Applied {
		d.Reasons = append(d.Reasons, lookAlike(f.Person)...)
	}
	return d
}

// lookAlike warns of a stranger who could be taken for a contact. It comes
// behind what settled the matter and changes nothing of it.
func lookAlike(p Person) (out []Reason) {
	if p.ID != "" || p.Staff {
		return nil
	}
	if p.LooksLike != "" {
		out = append(out, Reason{CodeLookAlike, "The sender's address looks like " + p.LooksLike + ", which is on file, and is another one."})
	}
	if p.Shows != "" {
		out = append(out, Reason{CodeLookAlike, "The name beside the sender's address shows " + p.Shows + ", which is on file and did not send this."})
	}
	return out
}

func settle(f Facts) Decision {
	for _, r := range rules {
		if d, ok := r.rule(f); ok {
			d.Rule = r.name
			return d
		}
	}
	return Decision{Verdict: Rejected, Outcome: SetAside, Rule: "no-rule", Reasons: []Reason{{CodeNoRule, "No rule allows this message."}}}
}

// file keeps a message with the ticket that it names and gives it nothing. What
// the sender check had to say comes behind the codes.
func file(f Facts, v Verdict, codes ...Code) Decision {
	d := Decision{Verdict: v, Outcome: Applied, Ticket: f.Binding.Ticket}
	for _, c := range codes {
		d.Reasons = append(d.Reasons, Because(c))
	}
	for _, r := range slices.Concat(f.Sender.Reasons, f.Binding.Reasons) {
		if !slices.ContainsFunc(d.Reasons, func(have Reason) bool { return have.Code == r.Code }) {
			d.Reasons = append(d.Reasons, r)
		}
	}
	return d
}
