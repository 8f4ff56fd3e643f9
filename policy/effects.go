package policy

import (
	"cmp"
	"slices"
)

// EffectKind names one thing that can follow from a message. It is stored, so a
// name stays.
type EffectKind string

// The kinds of effects, in the order in which they are carried out.
const (
	EffectLock        EffectKind = "lock"         // the client of the sender is locked
	EffectOpen        EffectKind = "open"         // the message opens a ticket
	EffectJoin        EffectKind = "join"         // it is filed with the ticket that asks whether its contact wrote to us
	EffectProve       EffectKind = "prove"        // the ticket's revision gets a proof
	EffectSpend       EffectKind = "spend"        // the token is used up
	EffectUnprovedNo  EffectKind = "unproved_no"  // the ticket goes back to unconfirmed and is asked afresh
	EffectLift        EffectKind = "lift"         // the stop of the client ends
	EffectUnlock      EffectKind = "unlock"       // one agrees that the lock of the client is opened
	EffectRefuse      EffectKind = "refuse"       // a second person does not agree to what a ticket asks for
	EffectAnswers     EffectKind = "answers"      // the mailbox that is said to be lost answers
	EffectAway        EffectKind = "away"         // somebody who may approve seems to be away
	EffectDispute     EffectKind = "dispute"      // the ticket is disputed for good
	EffectDisputeAlso EffectKind = "dispute_also" // so is another ticket of the person asked
	EffectName        EffectKind = "name"         // its words become the ticket's subject
	EffectFurther     EffectKind = "further"      // the ticket asks for that, too, in a revision of its own
	EffectLook        EffectKind = "look"         // a person should look, as it asks for more than its ticket is for
	EffectLockAsked   EffectKind = "lock_asked"   // the leads are told that it asks for a lock and does not count
	EffectAbout       EffectKind = "tell_about"   // the sender is told of a ticket that they asked about, or that it is none of theirs
	EffectNudge       EffectKind = "nudge"        // the address on file is told that a subject would help
	EffectNotice      EffectKind = "ask"          // the address on file gets a notice
)

// Effect is one thing that follows from a message, with what it needs.
type Effect struct {
	Kind     EffectKind
	Proof    ProofKind  // that EffectProve gives
	Revision int        // of the request that the no of EffectDispute was said to
	Ticket   string     // that EffectDisputeAlso disputes, EffectRefuse and EffectAbout are about
	Notice   NoticeKind // that EffectNotice and EffectAbout send
}

// EffectTerms is what holds for every effect of a kind.
type EffectTerms struct {
	Counts   bool // the message has counted: its signature counts no second time
	Evidence bool // its bytes must outlive IMAP
	Denies   bool // it was heard as a no
}

// effects is the table of the kinds, in the order in which they are carried out.
var effects = []struct {
	kind  EffectKind
	terms EffectTerms
}{
	{EffectLock, EffectTerms{Counts: true, Evidence: true}},
	{EffectOpen, EffectTerms{Counts: true, Evidence: true}},
	{EffectJoin, EffectTerms{Counts: true}},
	{EffectProve, EffectTerms{Counts: true, Evidence: true}},
	{EffectSpend, EffectTerms{Counts: true}},
	{EffectUnprovedNo, EffectTerms{Evidence: true}}, // nothing proves who sent it, so it may come again
	{EffectLift, EffectTerms{Counts: true, Evidence: true}},
	{EffectUnlock, EffectTerms{Counts: true, Evidence: true}},
	{EffectRefuse, EffectTerms{Counts: true, Evidence: true, Denies: true}},
	{EffectAnswers, EffectTerms{Counts: true, Evidence: true}},
	{EffectAway, EffectTerms{}}, // a machine's mail uses nothing up, and its words are kept with the approval
	{EffectDispute, EffectTerms{Counts: true, Evidence: true, Denies: true}},
	{EffectDisputeAlso, EffectTerms{Counts: true, Evidence: true, Denies: true}},
	{EffectName, EffectTerms{Counts: true}},
	{EffectFurther, EffectTerms{Counts: true, Evidence: true}},
	{EffectLook, EffectTerms{}}, // nothing may tie it to its ticket but a name, so it uses nothing up
	{EffectLockAsked, EffectTerms{}},
	{EffectAbout, EffectTerms{Counts: true}},
	{EffectNudge, EffectTerms{Counts: true}},
	{EffectNotice, EffectTerms{Counts: true}},
}

// EffectKinds lists every kind, in the order in which they are carried out.
func EffectKinds() (kinds []EffectKind) {
	for _, e := range effects {
		kinds = append(kinds, e.kind)
	}
	return kinds
}

// order is the place of a kind in the table, -1 if it has none.
func (k EffectKind) order() int {
	for i, e := range effects {
		if e.kind == k {
			return i
		}
	}
	return -1
}

// Terms gives what holds for effects of the kind; of one that isn't known, that
// it counts and is evidence.
func (k EffectKind) Terms() EffectTerms {
	if i := k.order(); i >= 0 {
		return effects[i].terms
	}
	return EffectTerms{Counts: true, Evidence: true}
}

// with adds an effect to a decision, where it is carried out.
func (d *Decision) with(e Effect) {
	d.Effects = append(d.Effects, e)
	slices.SortStableFunc(d.Effects, func(a, b Effect) int { return cmp.Compare(a.Kind.order(), b.Kind.order()) })
}

// prove adds a proof to what follows.
func (d *Decision) prove(p ProofKind) { d.with(Effect{Kind: EffectProve, Proof: p}) }

// notice adds a notice to what follows.
func (d *Decision) notice(n NoticeKind) { d.with(Effect{Kind: EffectNotice, Notice: n}) }

// effect gives the first effect of a kind.
func (d Decision) effect(k EffectKind) (Effect, bool) {
	for _, e := range d.Effects {
		if e.Kind == k {
			return e, true
		}
	}
	return Effect{}, false
}

// Has reports whether an effect of that kind follows.
func (d Decision) Has(k EffectKind) bool {
	_, ok := d.effect(k)
	return ok
}

// any reports whether an effect follows for which that holds.
func (d Decision) any(holds func(EffectTerms) bool) bool {
	return slices.ContainsFunc(d.Effects, func(e Effect) bool { return holds(e.Kind.Terms()) })
}

// Counts reports whether the message has counted for something.
func (d Decision) Counts() bool { return d.any(func(t EffectTerms) bool { return t.Counts }) }

// Denies reports whether the message was heard as a no, by any ticket.
func (d Decision) Denies() bool { return d.any(func(t EffectTerms) bool { return t.Denies }) }

// Evidence reports whether the bytes of the message must outlive IMAP: somebody
// has to look at it, it is judged again, or something rests on it.
func (d Decision) Evidence() bool {
	return d.Outcome == SetAside || d.Outcome == OutcomeDefer || d.any(func(t EffectTerms) bool { return t.Evidence })
}

// Proofs are the proofs that the ticket's revision gets.
func (d Decision) Proofs() (proofs []ProofKind) {
	for _, e := range d.Effects {
		if e.Kind == EffectProve {
			proofs = append(proofs, e.Proof)
		}
	}
	return proofs
}

// Confirmed reports whether the message is the yes that was asked for.
func (d Decision) Confirmed() bool { return slices.Contains(d.Proofs(), ProofReply) }

// Also are the other tickets that the same no disputes.
func (d Decision) Also() (tickets []string) {
	for _, e := range d.Effects {
		if e.Kind == EffectDisputeAlso {
			tickets = append(tickets, e.Ticket)
		}
	}
	return tickets
}

// Notice is the notice that the address on file gets, "" if none.
func (d Decision) Notice() NoticeKind {
	e, _ := d.effect(EffectNotice)
	return e.Notice
}
