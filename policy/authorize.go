package policy

import (
	"slices"
	"strings"
	"time"
)

// Verb is the answer to "may I do this now?". Only Allow is a yes.
type Verb string

// The answers.
const (
	Allow Verb = "allow"
	Hold  Verb = "hold" // only an approval or a wait is missing
	Deny  Verb = "deny"
)

// Lives of proofs and receipts.
const (
	ProofLife   = 7 * 24 * time.Hour
	ReceiptLife = 30 * time.Minute
)

// Proof is a proof on a ticket.
type Proof struct {
	Kind     ProofKind `json:"kind"`
	Revision int       `json:"revision"`
	At       time.Time `json:"at"`
	Message  string    `json:"message,omitempty"` // hash of the message that gave it
	Contact  string    `json:"contact,omitempty"` // who gave it
	Address  string    `json:"address,omitempty"` // from which
	Epoch    int       `json:"epoch,omitempty"`   // in which it was given; see Action.Epoch
	Expires  time.Time `json:"expires"`
	Agent    string    `json:"agent,omitempty"`   // of staff: a lead who approved, or who verified the code
	Code     string    `json:"code,omitempty"`    // whose code it was
	Version  int       `json:"version,omitempty"` // of that code
	Checker  string    `json:"checker,omitempty"` // the system that checked the person
	Giver    Giver     `json:"-"`                 // Contact as the directory is now
	ByRule   bool      `json:"by_rule,omitempty"` // a lead approved as the rules let leads, not in the place of a contact
	Lead     Lead      `json:"-"`                 // Agent, who approved, as the directory is now

	For        string     `json:"for,omitempty"`        // whose place it was given in; empty: their own
	By         string     `json:"delegation,omitempty"` // the ticket of the delegation by which
	Delegation Delegation `json:"-"`                    // that, as it is now
}

// Action is what an agent wants to do, and everything that the answer depends on.
type Action struct {
	Now     time.Time
	Class   Class
	Channel Channel // where the agent is being asked now

	Agent     string
	Disabled  bool // the agent's account
	Authority bool // may carry out Class
	// AgentFrom and AuthorityFrom are from when on what the agent was given counts:
	// all that they are, and the authority; zero, or past: it counts, or was not given.
	AgentFrom, AuthorityFrom time.Time

	OpenedBy string   // agent who opened the ticket; empty: the contact
	Edited   []string // agents who edited it

	Ticket        Ticket
	Rules         Rules
	Matter        Matter    // of the ticket
	Contact       Giver     // of the ticket
	Asked         []Cooling // of the address on file that is asked: no answer to that proves anything privileged
	Proofs        []Proof
	AskedAt       time.Time // when the contact was asked last for this revision; zero: not
	AskedUntil    time.Time // until when that can be answered
	TokenClasses  []Class   // classes for which the proof token stands in for reply
	ClientStopped bool      // after a dispute; see the design, 6.8
	StoppedFor    []string  // the tickets that were disputed
	Locks         []Lock    // of the client, or of one that the contact's mailboxes were locked with
	NoPending     time.Time // since when a mail that may be a no waits for DNS; zero: none does
	PutBack       Code      // why what was said counts no longer, as a reason code; nothing was said since
	Reasked       bool      // it was put back, and the contact was asked since
	UsedBy        string    // agent who was allowed this revision before
	UsedAt        time.Time
	UsedIn        int       // epoch
	Obstacles     []Reason  // what is known of why a proof has not come
	Checkers      []string  // systems whose check of a person counts
	Checks        []Reason  // what is known of checks of this person that have given no proof
	Refused       bool      // somebody who was asked to approve this revision said no
	Approval      []Reason  // what is known of why no approval has come
	CodeSet       bool      // a phone or chat code is set for the contact or the client
	Untold        []Reason  // what the mails wait for that tell others of it; none: all have left
	Told          time.Time // when everybody was told of it; zero: not yet of a lost mailbox, else nobody had to be
	// Epoch is how often the state was put back from an older copy. What was
	// proved or allowed in another may have been taken back or used up since.
	Epoch int
}

// Authorization is the answer to an Action. The zero value denies.
type Authorization struct {
	Decision Verb
	Rule     string // the name of the rule that settled it: the first that stands against it, or the one that allows it
	Reasons  []Reason
	Next     []string  // the way to a yes, as stable words
	Repeat   bool      // the same agent within the life of the receipt: the same receipt again
	Until    time.Time // an allow ends then, with the code that it rests on; zero: with its receipt
	AskNow   bool      // the ticket was put back, and this agent could act on it once it is answered
}

// denials are all tried, so that one answer shows the whole way to a yes. Each
// tells why it stands against it, given what those before it have found.
var denials = []struct {
	name string
	why  func(Action, *Authorization) []Reason
}{
	{"agent-disabled", agentDisabled},
	{"no-authority", noAuthority}, //rule:8 who-may-carry-out TestAuthorize/no-authority
	{"other-class", when(CodeClassMismatch, func(a Action) bool { return a.Class != a.Ticket.Class && a.Class != Question })}, //rule:6.6 a-ticket-is-for-its-class TestAuthorize/other-class
	{"channel", when(CodeChannelForbidden, func(a Action) bool { return !a.demands().By(a.Channel) })},                        //rule:8 chat-and-phone-may-not TestAuthorize/by-chat
	{"client-stopped", when(CodeClientStopped, func(a Action) bool { return a.ClientStopped && a.Class.Privileged() })},       //rule:6.8 a-stop-stops TestAuthorize/client-stopped
	{"client-locked", locked},  //rule:8 a-lock-locks TestLock/one
	{"contact-barred", barred}, //rule:6.5 rights-at-the-act TestRightsAtTheAct/no-yes-of-a-removed-one
	{"allowed-before-restore", when(CodeAlreadyUsed, func(a Action) bool { return a.UsedBy != "" && a.UsedIn != a.Epoch && a.Class != Question })}, //rule:7 allowed-before-a-restore TestRightsAtTheAct/used-before-a-restore
	{"no-pending", noPending},
	{"disputed", when(CodeDisputed, func(a Action) bool { return a.Ticket.State == StateDisputed })}, //rule:6.8 disputed-allows-nothing TestAuthorize/disputed
	{"closed", when(CodeTicketClosed, func(a Action) bool { return a.Ticket.State == StateClosed })},
	{"expired", when(CodeTicketExpired, func(a Action) bool { return a.Ticket.State == StateExpired })},              //rule:6.9 expired-allows-nothing TestAuthorize/expired
	{"approval-refused", when(CodeApprovalRefused, func(a Action) bool { return a.Refused && a.Class != Question })}, //rule:6.8 refused-allows-nothing TestApprovalRefused
	{"not-proved", notProved}, //rule:6.1 unproved-allows-nothing TestAuthorize/no-proof
}

// holds are tried where nothing stands against it: what is missing comes by itself.
var holds = []struct {
	name string
	why  func(Action, *Authorization) []Reason
}{
	{"approval", approvalMissing}, //rule:6.15 a-second-person-agrees TestAuthorize/approval-missing
	{"wait", waiting},
}

// Authorize answers whether an agent may do something for a ticket now. It
// gathers everything that is missing, so that one answer shows the whole way
// to a yes.
func Authorize(a Action) Authorization {
	out := a.answer()
	if out.Decision == Allow {
		out.Until = a.codeEnds()
	}
	return out
}

// answer is Authorize but for the end of an allow.
func (a Action) answer() (out Authorization) {
	for _, r := range denials {
		if why := r.why(a, &out); len(why) > 0 {
			out.against(Deny, r.name, why)
			for _, reason := range why {
				out.Next = appendNew(out.Next, nextStep[reason.Code])
			}
		}
	}
	if len(out.Reasons) > 0 {
		return out
	}
	for _, r := range holds {
		if why := r.why(a, &out); len(why) > 0 {
			out.against(Hold, r.name, why)
			for _, reason := range why {
				out.Next = appendNew(out.Next, nextStep[reason.Code])
			}
		}
	}
	if len(out.Reasons) > 0 {
		return out
	}
	switch {
	case a.Class == Question && a.Ticket.Class != Question:
		return Authorization{Decision: Allow, Rule: "question-only", Reasons: []Reason{a.questionOnly()}}
	case a.UsedBy == "" || a.Class == Question: //rule:6.11 an-allow-is-used-once =true TestAuthorize/used-by-another
		return Authorization{Decision: Allow, Rule: "proved", Reasons: []Reason{Because(CodeProved)}}
	case a.repeats(): //rule:6.11 a-receipt-is-one-agents =true TestAuthorize/used-by-another
		return Authorization{Decision: Allow, Rule: "same-receipt", Reasons: []Reason{Because(CodeProved)}, Repeat: true}
	}
	return Authorization{Decision: Deny, Rule: "used-up", Reasons: []Reason{Because(CodeAlreadyUsed)}, Next: []string{nextStep[CodeAlreadyUsed]}}
}

// against adds what a rule has against it.
func (out *Authorization) against(v Verb, rule string, why []Reason) {
	if out.Rule == "" {
		out.Decision, out.Rule = v, rule
	}
	for _, r := range why {
		out.Reasons = appendReason(out.Reasons, r)
	}
}

// when is the rule that has a reason where something holds.
func when(code Code, holds func(Action) bool) func(Action, *Authorization) []Reason {
	return func(a Action, _ *Authorization) []Reason {
		if !holds(a) {
			return nil
		}
		return []Reason{a.because(code)}
	}
}

func barred(a Action, _ *Authorization) []Reason {
	contact := a.Contact
	if a.lostMailbox() { // they ask for nothing: leads do, for whom they know
		contact.May, contact.Cools = true, nil
	}
	if code := contact.barred(a); code != "" {
		return []Reason{a.because(code)}
	}
	return nil
}

func noPending(a Action, _ *Authorization) []Reason {
	if a.NoPending.IsZero() || a.Class == Question { //rule:6.8 no-pending-denies =true TestAuthorize/no-pending
		return nil
	}
	r := Because(CodeNoPending)
	r.Text += " (since " + a.NoPending.UTC().Format(time.RFC3339) + ")"
	return []Reason{r}
}

// notProved names what the class demands and the ticket doesn't have, why that
// is so, and what is in the way of it.
func notProved(a Action, out *Authorization) (why []Reason) {
	if a.Ticket.State.Over() || a.Ticket.State == StateDisputed {
		return nil
	}
	lacks := missing(a, a.demands())
	if len(lacks) == 0 {
		return nil
	}
	add := func(code Code) { why = append(why, a.because(code)) }
	out.AskNow = a.PutBack != "" && !a.Reasked && !slices.ContainsFunc(out.Reasons, inTheWay)
	if a.PutBack == CodeRestored {
		add(a.PutBack)
	}
	switch {
	case a.PutBack == "" || !a.Reasked && !out.AskNow:
	case a.PutBack == CodeClientLocked:
		why = append(why, Reason{CodeAskedAfresh, "Nobody was asked while the client was locked; the address on file was asked now."})
	default:
		add(CodeAskedAfresh)
	}
	for _, code := range lacks {
		add(code)
	}
	if slices.ContainsFunc(lacks, func(code Code) bool { return nextStep[code] == "await_reply" }) {
		if a.Class.Privileged() && len(cooling(a.Asked, a.Now)) > 0 {
			add(CodeCooling)
		}
		why = append(why, a.Obstacles...)
	}
	return append(why, a.external(lacks)...)
}

// repeats reports whether it is the same agent within the life of the receipt.
func (a Action) repeats() bool {
	return a.UsedBy == a.Agent && a.Now.Before(a.UsedAt.Add(ReceiptLife)) && !a.Now.Before(a.UsedAt.Add(-Skew))
}

// inTheWay reports whether a contact is not asked afresh for a reason. Whoever
// may carry a thing out and wants to, on whatever channel, has them asked; while
// a no may be on its way, nobody does.
func inTheWay(r Reason) bool { return r.Code != CodeChannelForbidden && r.Code != CodeClientStopped } //rule:6.8 nobody-asks-who-could-not-act =false TestAskNow/no-authority

// because is the reason with what is known of when it ends, and of whose rule it is.
func (a Action) because(code Code) Reason {
	r := a.demands().byRule(Because(code))
	switch code {
	case CodeCooling:
		r.Text = a.coolingText()
	case CodeExternalMissing:
		return a.demands().byRule(a.checkers())
	case CodeClientStopped:
		if len(a.StoppedFor) > 0 {
			r.Text += " Disputed: " + strings.Join(a.StoppedFor, ", ") + "."
		}
	case CodeNotAuthenticated, CodeNotConfirmed:
		r.Text += a.askedText()
	}
	return r
}

// askedText says when the contact was asked, and until when they can answer.
func (a Action) askedText() string {
	switch {
	case a.AskedAt.IsZero():
		return ""
	case !a.Now.Before(a.AskedUntil):
		return " Asked " + inMinutes(a.AskedAt) + "; that can no longer be answered."
	}
	return " Asked " + inMinutes(a.AskedAt) + ", to be answered until " + inMinutes(a.AskedUntil) + "."
}

// questionOnly is the reason of an allow that reaches no further than a
// question, on a ticket that asks for more.
func (a Action) questionOnly() Reason {
	own := a
	own.Class, own.Authority = a.Ticket.Class, true
	why := "ask for that class."
	if d := Authorize(own); d.Decision != Allow {
		var texts []string
		for _, r := range d.Reasons {
			texts = append(texts, r.Text)
		}
		why = strings.Join(texts, " ")
	}
	return Reason{CodeQuestionOnly, "A question may be answered. The request of " + a.Ticket.ID + " itself (" + string(a.Ticket.Class) + ") is NOT allowed: " + why}
}

func appendNew[S ~string](list []S, s S) []S {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

func appendReason(list []Reason, r Reason) []Reason {
	if slices.ContainsFunc(list, func(have Reason) bool { return have.Code == r.Code }) {
		return list
	}
	return append(list, r)
}
