package policy

import (
	"slices"
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
	Expires  time.Time `json:"expires"`
}

// Ask is what an agent wants to do, and everything that the answer depends on.
type Ask struct {
	Now     time.Time
	Class   Class
	Channel Channel // where the agent is being asked now

	Agent     string
	Disabled  bool // the agent's account
	Authority bool // may carry out Class

	Ticket        Ticket
	Proofs        []Proof
	TokenClasses  []Class // classes for which the proof token stands in for reply
	ClientStopped bool    // after a dispute; see the design, 6.8
	UsedBy        string  // agent who was allowed this revision before
	UsedAt        time.Time
}

// Answer to an Ask. The zero value denies.
type Authorization struct {
	Decision Verb
	Reasons  []Reason
	Next     []string // the way to a yes, as stable words
	Repeat   bool     // the same agent within the life of the receipt: the same receipt again
}

// Authorize answers whether an agent may do something for a ticket now. It
// gathers everything that is missing, so that one answer shows the whole way
// to a yes.
func Authorize(a Ask) Authorization {
	d := a.Class.Demands()
	var deny, hold []Reason
	var next []string
	no := func(code, step string) { deny = append(deny, Because(code)); next = appendNew(next, step) }

	if a.Disabled {
		no("agent_disabled", "another_agent")
	}
	if !a.Authority && a.Class != Question {
		no("no_authority", "another_agent")
	}
	if a.Class != a.Ticket.Class && a.Class != Question {
		no("class_mismatch", "edit_ticket")
	}
	if a.Channel.Live() && !d.Live {
		no("channel_forbidden", "ask_by_email")
	}
	if a.ClientStopped && a.Class.Privileged() {
		no("client_stopped", "lift")
	}
	switch a.Ticket.State {
	case StateDisputed:
		no("disputed", "new_ticket")
	case StateClosed:
		no("ticket_closed", "new_ticket")
	case StateExpired:
		no("ticket_expired", "new_ticket")
	default:
		for _, code := range missing(a, d) {
			no(code, nextStep[code])
		}
	}
	if len(deny) == 0 && d.Approval && !a.has(ProofApproval) {
		hold = append(hold, Because("approval_missing"))
		next = appendNew(next, "await_approval")
	}
	if len(deny) == 0 && d.Wait > 0 && a.Now.Before(a.last().Add(d.Wait)) {
		hold = append(hold, Because("waiting"))
		next = appendNew(next, "await_time")
	}
	switch {
	case len(deny) > 0:
		return Authorization{Decision: Deny, Reasons: append(deny, hold...), Next: next}
	case len(hold) > 0:
		return Authorization{Decision: Hold, Reasons: hold, Next: next}
	case a.UsedBy == "" || a.Class == Question:
		return Authorization{Decision: Allow, Reasons: []Reason{Because("proved")}}
	case a.UsedBy == a.Agent && a.Now.Before(a.UsedAt.Add(ReceiptLife)) && !a.Now.Before(a.UsedAt.Add(-Skew)):
		return Authorization{Decision: Allow, Reasons: []Reason{Because("proved")}, Repeat: true}
	}
	return Authorization{Decision: Deny, Reasons: []Reason{Because("already_used")}, Next: []string{"edit_ticket"}}
}

var nextStep = map[string]string{
	"not_authenticated": "await_reply",
	"not_confirmed":     "await_reply",
	"proof_expired":     "edit_ticket",
	"code_missing":      "verify_code",
}

// missing names what the class demands and the ticket doesn't have.
func missing(a Ask, d Demand) []string {
	if len(d.AnyOf) == 0 || a.Class != a.Ticket.Class {
		return nil
	}
	expired := false
	for _, kind := range d.AnyOf {
		if a.has(kind) {
			return nil
		}
		expired = expired || a.had(kind)
	}
	if a.Class.StandsIn(a.TokenClasses) && a.has(ProofToken) && !a.Channel.Live() {
		return nil
	}
	switch {
	case expired:
		return []string{"proof_expired"}
	case slices.Contains(d.AnyOf, ProofCode) && a.Channel.Live():
		return []string{"code_missing"}
	case a.has(ProofSender):
		return []string{"not_confirmed"}
	}
	return []string{"not_authenticated"}
}

// has reports whether a proof of that kind for this very revision is alive. By
// chat or phone a message proves nothing about who is talking, so there a class
// that asks for code or sender wants the code.
func (a Ask) has(kind ProofKind) bool {
	if a.Channel.Live() && kind == ProofSender {
		return false
	}
	return slices.ContainsFunc(a.Proofs, func(p Proof) bool {
		return p.Kind == kind && p.Revision == a.Ticket.Revision && a.Now.Before(a.expiry(p))
	})
}

// had reports whether there was such a proof for this revision.
func (a Ask) had(kind ProofKind) bool {
	return slices.ContainsFunc(a.Proofs, func(p Proof) bool {
		return p.Kind == kind && p.Revision == a.Ticket.Revision && !a.Now.Before(a.expiry(p))
	})
}

// expiry is when a proof dies: 7 days from the last proof or the end of a wait.
func (a Ask) expiry(p Proof) time.Time {
	end := p.Expires
	if later := a.last().Add(a.Class.Demands().Wait).Add(p.Expires.Sub(p.At)); later.After(end) {
		end = later
	}
	return end
}

// last is when the last proof of this revision came, of those that the class
// asks for: a "thank you" renews no yes.
func (a Ask) last() (t time.Time) {
	d := a.Class.Demands()
	for _, p := range a.Proofs {
		asked := slices.Contains(d.AnyOf, p.Kind) || p.Kind == ProofApproval && d.Approval || p.Kind == ProofToken && a.Class.StandsIn(a.TokenClasses)
		if asked && p.Revision == a.Ticket.Revision && p.At.After(t) {
			t = p.At
		}
	}
	return t
}

func appendNew(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
