package policy_test

import (
	"slices"
	"time"

	"countersign/policy"
)

// This file says what an agent is answered, by the text of the design and the
// tables of matrix_tables_test.go. It knows asking, which is in the design's
// words, and nothing of an Action. Where the design is silent, it says so, and
// takes the safer side or what can be done at all.

// refusals stand against it whatever was proved; the first that is so is told.
var refusals = []struct {
	sentence string
	so       func(q *asking) bool
}{
	{"the agent's account counts", func(q *asking) bool { return q.agent == "disabled" || q.agent == "new" }},
	{"agent: authorities (classes they may carry out); question needs no authority", func(q *asking) bool {
		return q.class != policy.Question && (q.agent == "without-authority" || q.agent == "new-authority")
	}},
	{"a class other than the ticket's own is refused, question apart", func(q *asking) bool {
		return q.class != q.of && q.class != policy.Question
	}},
	{"a class that is in the table", func(q *asking) bool { _, known := table[q.class]; return !known }},
	{"chat and phone deny a class marked never", func(q *asking) bool { return q.live() && table[q.class].live == "" }},
	{"channels: email, portal, api", func(q *asking) bool {
		return !slices.Contains(policy.Channels, q.channel) || q.demandsMore() && desks[q.desk].byMail && q.channel != policy.Email
	}},
	{"a proved no makes it disputed for good; silence is never consent", func(q *asking) bool { // for a question: silent
		return slices.Contains([]string{"disputed", "expired", "closed"}, q.state)
	}},
	{"every privileged class of the client stops, and a locked client's", func(q *asking) bool {
		return q.class.Privileged() && slices.Contains(locked, q.client)
	}},
	{"as the person is then", func(q *asking) bool {
		switch persons[q.person] {
		case "always":
			return true
		case "always but a question":
			return q.class != policy.Question && !q.lost // who lost it is not asked, two leads are
		case "privileged":
			return q.class.Privileged() && !q.lost
		}
		return false
	}},
	{"the first allow uses the revision up", func(q *asking) bool { // of before a restore it gives no receipt, and is none the less used: silent
		return q.class != policy.Question && !slices.Contains([]string{"", "lately"}, q.used) && !q.leave(usedHolds)
	}},
	{"mail that can't be judged yet holds that ticket", func(q *asking) bool { // whether hold or deny: silent
		return q.unheard && !(q.class == policy.Question && q.leave(questionUnheld))
	}},
	{"a no beats a yes, also an approver's", func(q *asking) bool { return q.refused && q.class != policy.Question }},
	{"an unproved no stops its ticket until a fresh notice is answered", func(q *asking) bool {
		return q.state == "unproved-no" && q.class != policy.Question && !q.leave(stopLeaks)
	}},
}

// codeLacks is said only where that is left as it is.
const codeLacks = "code beside a lead's approval"

// oracle answers a question by the design, and says by which of its sentences.
func oracle(q *asking) (policy.Verb, string) {
	for _, r := range refusals {
		if r.so(q) {
			return policy.Deny, r.sentence
		}
	}
	has := q.counting()
	if lists := table[q.class].lists; len(lists) > 0 && !q.lost && !q.proved(lists, has) {
		return policy.Deny, "proofs: any of"
	}
	if q.demandsMore() && desks[q.desk].list != nil && !has.all(desks[q.desk].list) {
		return policy.Deny, "a rule may ask for it beside reply"
	}
	agreed, standIn := q.agreed(has)
	switch {
	case !agreed:
		return policy.Hold, "reply + approval"
	case standIn && q.codeSet && !has.kind(code) && !q.leave(codeHolds):
		return policy.Deny, "a team lead approves, plus code when set; hold: only an approval or a wait is missing"
	case standIn && q.codeSet && !has.kind(code):
		return policy.Hold, codeLacks
	case q.waits(has):
		return policy.Hold, "wait, from the last proof"
	}
	if q.used != "" && q.used != "lately" && q.class != policy.Question {
		return policy.Deny, "used up"
	}
	return policy.Allow, "everything is there"
}

func (q *asking) live() bool { return q.channel == policy.Chat || q.channel == policy.Phone }

func (q *asking) demandsMore() bool {
	return q.class.Privileged() || q.class == policy.MinorChange && !desks[q.desk].privileged
}

// others are how many have to agree, of a lost mailbox two leads.
func (q *asking) others() (contacts, leads, either int) {
	if q.demandsMore() {
		contacts, leads, either = desks[q.desk].contacts, desks[q.desk].leads, desks[q.desk].either
	}
	if q.lost {
		return contacts, 2, either
	}
	if table[q.class].approval {
		contacts = max(contacts, 1)
	}
	return contacts, leads, either
}

func (q *asking) wait() time.Duration {
	wait := table[q.class].wait
	if q.lost {
		wait = 7 * day
	}
	if q.demandsMore() {
		wait = max(wait, desks[q.desk].wait)
	}
	return wait
}

// asks tells whether that kind plays a part: a proof is a fact that policy may demand.
func (q *asking) asks(k policy.ProofKind) bool {
	if k == approval {
		contacts, leads, either := q.others()
		return contacts+leads+either > 0
	}
	in := func(list []policy.ProofKind) bool {
		return slices.Contains(list, k) || k == reply && slices.Contains(list, sender)
	}
	return !q.lost && slices.ContainsFunc(table[q.class].lists, in) || q.demandsMore() && in(desks[q.desk].list) || k == token && q.tokenStandsIn()
}

// counting are the proofs that count now: nothing has voided them, and they live.
func (q *asking) counting() (has proofs) {
	for i, p := range q.proofs {
		void := voids[p.flaw]
		switch {
		case !p.given(), void == "always", void == "privileged" && q.class.Privileged():
		case p.lead != "" && p.by == q.agentID(): // 6.5: who executes can't approve
		case q.putBack() && i != atCode && i != atExternal: // 6.8: back to unconfirmed; these may have been given since
		case q.person == "asked-cooling" && q.class.Privileged() && i <= atToken: // 6.5: the address that is asked is new
		default:
			has[i] = p
		}
	}
	has = q.living(has)
	if has[atCode].flaw == "code-of-lead" && (q.agentID() == "lea" || slices.ContainsFunc(q.proofs[:], func(p proof) bool {
		return p.by == "lea" && p.flaw != "older-revision" && !q.putBack()
	})) {
		has[atCode] = proof{} // 6.5: no agent can make the person who confirms, and approve or act
	}
	return has
}

// living leaves those that live: 7 days from the last proof or the end of a wait.
// What was dead before the next was given stays dead: no late proof renews it.
// A code was said by whoever was on the line then, and nothing renews that.
func (q *asking) living(has proofs) (alive proofs) {
	for i, p := range has {
		life := q.wait() + 7*day
		switch {
		case !p.given():
		case p.kind == code:
			life = policy.CodeLife
		case q.untold: // the wait has not begun
			p.ago = 0
		case q.lost && q.told != 0: // it began then
			p.ago = min(q.renewed(has, p.ago, life), q.told)
		case q.asks(p.kind) || p.kind == sender:
			p.ago = q.renewed(has, p.ago, life)
		}
		if p.given() && p.ago < life {
			alive[i] = has[i]
		}
	}
	return alive
}

// renewed is how long ago the last proof was given before which none had died.
func (q *asking) renewed(has proofs, ago, life time.Duration) time.Duration {
	for _, p := range has {
		if p.given() && p.kind != code && q.asks(p.kind) && p.ago < ago && (ago-p.ago < life || q.leave(deadRise)) {
			return q.renewed(has, p.ago, life)
		}
	}
	return ago
}

// proved tells whether one of the lists is there. By chat and phone a small change
// takes the code of who is on the line.
func (q *asking) proved(lists [][]policy.ProofKind, has proofs) bool {
	if q.live() && table[q.class].live == "with code" {
		return has.kind(code)
	}
	return slices.ContainsFunc(lists, has.all) || q.tokenStandsIn() && has.kind(token)
}

// tokenStandsIn tells whether a token stands in for reply (and, as the default of
// token_classes is minor-change, for the mail that is enough there): never where
// somebody has to agree, nor where a desk asks for more (silent).
func (q *asking) tokenStandsIn() bool {
	return q.standsIn && !q.asks(approval) && (!q.demandsMore() || desks[q.desk].list == nil)
}

// kind tells whether there is a proof of that kind. A reply is sender + token + yes.
func (has proofs) kind(k policy.ProofKind) bool {
	return slices.ContainsFunc(has[:], func(p proof) bool { return p.kind == k || k == sender && p.kind == reply })
}

func (has proofs) all(list []policy.ProofKind) bool {
	return !slices.ContainsFunc(list, func(k policy.ProofKind) bool { return !has.kind(k) })
}

// agreed tells whether enough others have agreed, each person once, and whether a
// lead stands in for a contact, of whom there are fewer.
func (q *asking) agreed(has proofs) (enough, standIn bool) {
	contacts, places, leads := 0, 0, 0
	for i, p := range has {
		if p.kind != approval || slices.ContainsFunc(has[:i], func(other proof) bool {
			return other.kind == approval && other.same(p)
		}) {
			continue
		}
		if p.lead == "" {
			contacts++
			continue
		}
		leads++
		if p.lead == "in-place" {
			places++
		}
	}
	c, l, e := q.others()
	stands := min(places, max(0, c-contacts))
	return contacts+stands >= c && leads-stands >= l && contacts+leads >= e, stands > 0
}

// waits tells whether the wait goes on: from the last proof, and for a change of
// the file not before everybody was told. A code beside other proofs begins
// none (silent: it would be dead at the end).
func (q *asking) waits(has proofs) bool {
	if q.wait() == 0 {
		return false
	}
	last, said := 1000*day, 1000*day
	for _, p := range has {
		if p.kind == code && q.asks(code) {
			said = p.ago
		} else if p.given() && q.asks(p.kind) {
			last = min(last, p.ago)
		}
	}
	if last == 1000*day && !q.leave(codeWaitsNot) {
		last = said
	}
	if q.lost {
		last = min(last, q.told)
	}
	return last < q.wait() || q.untold
}
