package policy

import (
	"cmp"
	"slices"
	"time"
)

// CodeLife is how long the proof that a code gave counts.
const CodeLife = 30 * time.Minute

// Bounds of wrong codes. What is over is refused before anything is compared.
const (
	WrongCodesDay   = 5  // of one contact or client code, until the next midnight UTC
	WrongCodesAgent = 10 // typed by one agent, in an hour: fewer than of all, so that one agent stops nobody else
	WrongCodesHour  = 20 // over all codes, in an hour: one guess at each of many is one attack

	WrongRotatingDay = 3   // WrongCodesDay of a rotating code
	WrongAgentWeek   = 200 // typed by one agent, in seven days
)

// Wrong codes in seven days of which the leads are told, each day anew: who guesses
// slowly stays below the bounds.
const (
	ToldCodeWeek  = 12  // of one code
	ToldAgentWeek = 40  // typed by one agent
	ToldWeek      = 100 // over all
)

// HeldCode is the code by which a proof was given, as it is when somebody wants to
// act. The zero value proves nothing.
type HeldCode struct {
	Stands bool      // not cleared, changed or locked since
	SetBy  string    // agent
	Cools  time.Time // it is new until then, and stands beside no approval
}

// CodeTry is a try at a phone or chat code, and everything that the answer
// depends on. The zero value is refused.
type CodeTry struct {
	Now   time.Time
	Agent string // who types what the caller says

	Wrong      int // of this code, today, before this one
	AgentWrong int // of this agent, in the hour before
	HourWrong  int // of all, in the hour before
	AgentWeek  int // of this agent, in the week before
	Most       int // wrong ones of this code in a day; 0: WrongCodesDay

	Set      bool
	SetBy    string    // agent
	Locked   bool      // for good, after a no of the contact
	Restored bool      // it was set before the state was put back from an older copy
	Expires  time.Time // of a one-time code; else zero
	Used     bool      // it was a one-time code
	Match    bool      // what was typed is the code
}

// most is how many wrong ones the code stands in a day.
func (c CodeTry) most() int { return cmp.Or(c.Most, WrongCodesDay) }

// codeRefusals are tried before the try is counted. None says anything of the code.
var codeRefusals = []struct {
	code    Code
	applies func(CodeTry) bool
}{
	{CodeCodeOwn, func(c CodeTry) bool { return c.Set && c.Agent == c.SetBy }},                 //rule:6.5 who-set-a-code-verifies-none TestCodeTry/set-by-the-agent
	{CodeCodeBusy, func(c CodeTry) bool { return c.HourWrong >= WrongCodesHour }},              //rule:6.13 guesses-over-all-codes TestCodeTry/busy
	{CodeCodeAgentBusy, func(c CodeTry) bool { return c.AgentWrong >= WrongCodesAgent }},       //rule:6.13 guesses-of-an-agent TestCodeTry/agent-busy
	{CodeCodeAgentBusy, func(c CodeTry) bool { return c.AgentWeek >= WrongAgentWeek }},         //rule:6.13 guesses-of-an-agent-in-a-week TestCodeTry/agent-busy-for-days
	{CodeCodeLocked, func(c CodeTry) bool { return c.Wrong >= c.most() || c.Set && c.Locked }}, //rule:6.13 guesses-at-a-code TestCodeTry/locked
}

// codeAnswers are tried in order, once it is counted. Only the last of them is a
// yes; what stands before it says the same whatever was typed.
var codeAnswers = []struct {
	code    Code
	applies func(CodeTry) bool
}{
	{CodeCodeNotSet, func(c CodeTry) bool { return !c.Set }},
	{CodeCodeRestored, func(c CodeTry) bool { return c.Restored }},                                     //rule:7 code-of-before-a-restore TestCodeTry/restored
	{CodeCodeUsed, func(c CodeTry) bool { return c.Used }},                                             //rule:6.5 one-time-is-once TestCodeTry/used
	{CodeCodeExpired, func(c CodeTry) bool { return !c.Expires.IsZero() && !c.Now.Before(c.Expires) }}, //rule:6.5 one-time-ends TestCodeTry/expired
	{CodeCodeWrong, func(c CodeTry) bool { return !c.Match }},                                          //rule:6.5 a-code-has-to-match TestCodeTry/wrong
}

// Refused says why nothing is compared, "" if it is: then the try counts as a
// wrong one until Answer is a match.
func (c CodeTry) Refused() Code {
	for _, r := range codeRefusals {
		if r.applies(c) {
			return r.code
		}
	}
	return ""
}

// Answer is what a try that was counted comes to: CodeCodeMatch or why not.
func (c CodeTry) Answer() Code {
	for _, r := range codeAnswers {
		if r.applies(c) {
			return r.code
		}
	}
	return CodeCodeMatch
}

// ByCode reports whether a code can prove anything where that is demanded: it is
// enough for a small change, or asked for beside a reply, or beside a lead's approval.
func (d Demand) ByCode() bool { return d.Asks(ProofCode) || d.Approval() }

// ownCode reports whether somebody who set the code acts, wrote the request or
// approved it: they could have said it themselves.
func (a Action) ownCode(p Proof) bool {
	by := p.Giver.Code.SetBy                                                                                  // empty: nobody knows, and the contact's own mail is opened by nobody
	return by == "" || by == a.Agent || by == a.OpenedBy || slices.Contains(a.Edited, by) || by == p.Agent || //rule:6.5 who-set-a-code-opens-none part=3 TestCodeAtTheAct/set-by-the-opener
		slices.ContainsFunc(a.given(ProofApproval), func(p Proof) bool { return p.Agent == by }) //rule:6.5 who-set-a-code-approves-nothing TestLeadApproves/set-by-the-lead
}

// codeEnds is when the code ends that an allow rests on, zero where it rests on
// none, or something else proves it as well.
func (a Action) codeEnds() (end time.Time) {
	if a.Class != a.Ticket.Class || !a.restsOnCode() {
		return end
	}
	for _, p := range a.given(ProofCode) {
		if a.void(p) == "" && p.Expires.After(end) {
			end = p.Expires
		}
	}
	return end
}

// restsOnCode reports whether without the code there would be no yes.
func (a Action) restsOnCode() bool {
	d := a.demands()
	if _, standIns := a.agreed().lacks(d.Second); standIns > 0 && a.CodeSet {
		return true
	}
	return d.Asks(ProofCode) && !slices.ContainsFunc(a.lists(d), func(list []ProofKind) bool {
		return !slices.Contains(list, ProofCode) && !slices.ContainsFunc(list, func(k ProofKind) bool { return !a.has(k) })
	})
}
