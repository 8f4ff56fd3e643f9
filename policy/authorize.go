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
	Epoch    int       `json:"epoch,omitempty"`   // in which it was given; see Ask.Epoch
	Expires  time.Time `json:"expires"`
	Giver    Giver     `json:"-"` // Contact as the directory is now
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
	Contact       Giver     // of the ticket
	Asked         []Cooling // of the address on file that is asked: no answer to that proves anything privileged
	Proofs        []Proof
	TokenClasses  []Class   // classes for which the proof token stands in for reply
	ClientStopped bool      // after a dispute; see the design, 6.8
	NoPending     time.Time // since when a mail that may be a no waits for DNS; zero: none does
	PutBack       string    // why what was said counts no longer, as a reason code; nothing was said since
	Reasked       bool      // it was put back, and the contact was asked since
	UsedBy        string    // agent who was allowed this revision before
	UsedAt        time.Time
	UsedIn        int      // epoch
	Obstacles     []Reason // what is known of why a proof has not come
	// Epoch is how often the state was put back from an older copy. What was
	// proved or allowed in another may have been taken back or used up since.
	Epoch int
}

// Answer to an Ask. The zero value denies.
type Authorization struct {
	Decision Verb
	Reasons  []Reason
	Next     []string // the way to a yes, as stable words
	Repeat   bool     // the same agent within the life of the receipt: the same receipt again
	AskNow   bool     // the ticket was put back, and this agent could act on it once it is answered
}

// Authorize answers whether an agent may do something for a ticket now. It
// gathers everything that is missing, so that one answer shows the whole way
// to a yes.
func Authorize(a Ask) Authorization {
	d := a.Class.Demands()
	var deny, hold []Reason
	var next []string
	no := func(code string) {
		deny = appendReason(deny, a.because(code))
		next = appendNew(next, nextStep[code])
	}

	if a.Disabled {
		no("agent_disabled")
	}
	if !a.Authority && a.Class != Question {
		no("no_authority")
	}
	if a.Class != a.Ticket.Class && a.Class != Question {
		no("class_mismatch")
	}
	if a.Channel.Live() && !d.Live {
		no("channel_forbidden")
	}
	if a.ClientStopped && a.Class.Privileged() {
		no("client_stopped")
	}
	if code := a.Contact.barred(a); code != "" {
		no(code)
	}
	if a.UsedBy != "" && a.UsedIn != a.Epoch && a.Class != Question {
		no("already_used") // before a restore
	}
	if !a.NoPending.IsZero() && a.Class != Question {
		deny = append(deny, Reason{"no_pending", Because("no_pending").Text + " (since " + a.NoPending.UTC().Format(time.RFC3339) + ")"})
		next = appendNew(next, "await_dns")
	}
	askNow := false
	switch a.Ticket.State {
	case StateDisputed:
		no("disputed")
	case StateClosed:
		no("ticket_closed")
	case StateExpired:
		no("ticket_expired")
	default:
		lacks := missing(a, d)
		askNow = a.PutBack != "" && !a.Reasked && len(lacks) > 0 && !slices.ContainsFunc(deny, inTheWay)
		if len(lacks) > 0 && a.PutBack == "restored" {
			no(a.PutBack)
		}
		if len(lacks) > 0 && a.PutBack != "" && (a.Reasked || askNow) {
			no("asked_afresh")
		}
		for _, code := range lacks {
			no(code)
		}
		if slices.ContainsFunc(lacks, func(code string) bool { return nextStep[code] == "await_reply" }) {
			if a.Class.Privileged() && len(cooling(a.Asked, a.Now)) > 0 {
				no("cooling")
			}
			for _, r := range a.Obstacles {
				deny = appendReason(deny, r)
				next = appendNew(next, nextStep[r.Code])
			}
		}
	}
	if len(deny) == 0 && d.Approval && !a.has(ProofApproval) {
		hold = append(hold, Because("approval_missing"))
		for _, code := range a.wanting(ProofApproval) {
			hold = appendReason(hold, a.because(code))
		}
		next = appendNew(next, "await_approval")
	}
	if len(deny) == 0 && d.Wait > 0 && a.Now.Before(a.last().Add(d.Wait)) {
		hold = append(hold, Because("waiting"))
		next = appendNew(next, "await_time")
	}
	switch {
	case len(deny) > 0:
		return Authorization{Decision: Deny, Reasons: append(deny, hold...), Next: next, AskNow: askNow}
	case len(hold) > 0:
		return Authorization{Decision: Hold, Reasons: hold, Next: next}
	case a.Class == Question && a.Ticket.Class != Question:
		return Authorization{Decision: Allow, Reasons: []Reason{a.questionOnly()}}
	case a.UsedBy == "" || a.Class == Question:
		return Authorization{Decision: Allow, Reasons: []Reason{Because("proved")}}
	case a.UsedBy == a.Agent && a.Now.Before(a.UsedAt.Add(ReceiptLife)) && !a.Now.Before(a.UsedAt.Add(-Skew)):
		return Authorization{Decision: Allow, Reasons: []Reason{Because("proved")}, Repeat: true}
	}
	return Authorization{Decision: Deny, Reasons: []Reason{Because("already_used")}, Next: []string{"edit_ticket"}}
}

// inTheWay reports whether a contact is not asked afresh for a reason. Whoever
// may carry a thing out and wants to, on whatever channel, has them asked; while
// a no may be on its way, nobody does.
func inTheWay(r Reason) bool { return r.Code != "channel_forbidden" && r.Code != "client_stopped" }

var nextStep = map[string]string{
	"agent_disabled":    "another_agent",
	"no_authority":      "another_agent",
	"class_mismatch":    "edit_ticket",
	"channel_forbidden": "ask_by_email",
	"client_stopped":    "lift",
	"contact_removed":   "put_on_file",
	"contact_moved":     "new_ticket",
	"no_permission":     "give_permission",
	"cooling":           "await_cooling",
	"disputed":          "new_ticket",
	"ticket_closed":     "new_ticket",
	"ticket_expired":    "new_ticket",
	"not_authenticated": "await_reply",
	"not_confirmed":     "await_reply",
	"restored":          "await_reply",
	"asked_afresh":      "await_reply",
	"proof_expired":     "edit_ticket",
	"address_gone":      "edit_ticket",
	"other_contact":     "edit_ticket",
	"staff_address":     "put_on_file",
	"already_used":      "edit_ticket",

	// Obstacles. Where the customer has to answer again, that is said already.
	"domain_unproved": "sign_mail",
	"undelivered":     "mend_delivery",
	"notice_waits":    "await_outbox",
	"outbox_held":     "release_outbox",
	"dns_temperror":   "await_dns",
	"dmarc_fail":      "sign_mail",
	"not_aligned":     "sign_mail",
	"spf_only":        "sign_mail",
	"token_only":      "sign_mail",
	"code_missing":    "verify_code",
}

// because is the reason with what is known of when it ends.
func (a Ask) because(code string) Reason {
	r := Because(code)
	if code == "cooling" {
		r.Text = a.coolingText()
	}
	return r
}

// questionOnly is the reason of an allow that reaches no further than a
// question, on a ticket that asks for more.
func (a Ask) questionOnly() Reason {
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
	return Reason{"question_only", "A question may be answered. The request of " + a.Ticket.ID + " itself (" + string(a.Ticket.Class) + ") is NOT allowed: " + why}
}

// missing names what the class demands and the ticket doesn't have.
func missing(a Ask, d Demand) []string {
	if len(d.AnyOf) == 0 || a.Class != a.Ticket.Class {
		return nil
	}
	kinds := slices.Clone(d.AnyOf)
	if a.Class.StandsIn(a.TokenClasses) && !a.Channel.Live() {
		kinds = append(kinds, ProofToken)
	}
	if slices.ContainsFunc(kinds, a.has) {
		return nil
	}
	wanting := a.wanting(kinds...)
	switch {
	case len(wanting) > 0:
		return wanting
	case slices.Contains(d.AnyOf, ProofCode) && a.Channel.Live():
		return []string{"code_missing"}
	case a.has(ProofSender):
		return []string{"not_confirmed"}
	}
	return []string{"not_authenticated"}
}

// given are the proofs of these kinds for this very revision. By chat or phone a
// message proves nothing about who is talking, so there a class that asks for
// code or sender wants the code.
func (a Ask) given(kinds ...ProofKind) (out []Proof) {
	for _, p := range a.Proofs {
		if slices.Contains(kinds, p.Kind) && p.Revision == a.Ticket.Revision && !(a.Channel.Live() && p.Kind == ProofSender) {
			out = append(out, p)
		}
	}
	return out
}

// has reports whether there is a proof of that kind that counts now.
func (a Ask) has(kind ProofKind) bool {
	return slices.ContainsFunc(a.given(kind), func(p Proof) bool { return a.void(p) == "" })
}

// wanting says why those of these kinds that were given count no longer.
func (a Ask) wanting(kinds ...ProofKind) (codes []string) {
	for _, p := range a.given(kinds...) {
		codes = appendNew(codes, a.void(p))
	}
	return codes
}

// void says why a proof counts for nothing now, "" if it counts.
func (a Ask) void(p Proof) string {
	if code := a.lost(p); code != "" {
		return code
	}
	if !a.Now.Before(a.expiry(p)) {
		return "proof_expired"
	}
	return ""
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
// asks for and that count: a "thank you" renews no yes.
func (a Ask) last() (t time.Time) {
	d := a.Class.Demands()
	for _, p := range a.Proofs {
		asked := slices.Contains(d.AnyOf, p.Kind) || p.Kind == ProofApproval && d.Approval || p.Kind == ProofToken && a.Class.StandsIn(a.TokenClasses)
		if asked && p.Revision == a.Ticket.Revision && p.At.After(t) && a.lost(p) == "" {
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

func appendReason(list []Reason, r Reason) []Reason {
	if slices.ContainsFunc(list, func(have Reason) bool { return have.Code == r.Code }) {
		return list
	}
	return append(list, r)
}
