package policy

import (
	"slices"
	"time"
)

// Lead is an agent who approved, as the directory is when somebody wants to act.
// The zero value may nothing.
type Lead struct {
	Leads bool // is a lead, or more, who counts and is not disabled
	Wrote bool // opened or edited the ticket
}

// barred says why a lead's approval counts for nothing now, "" if it counts.
func (l Lead) barred(p Proof, a Action) Code {
	switch {
	case p.Agent == a.Agent: //rule:6.5 executor-approves-nothing TestLeadApproves/carries-it-out
		return CodeOwnApproval
	case !l.Leads || l.Wrote: //rule:6.5 lead-at-the-act part=2 TestLeadApproves/wrote-it
		return CodeLeadBarred
	}
	return ""
}

// LostWait is how long after two leads have agreed that a mailbox is lost, and
// everybody was told, nothing is done yet.
const LostWait = 7 * 24 * time.Hour

// lostMailbox is what a ticket demands that says that its contact lost their
// mailbox: no answer of theirs, but two leads, and a long wait.
var lostMailbox = Demand{Approval: true, Leads: 2, Wait: LostWait}

func (a Action) lostMailbox() bool { return a.Ticket.Lost && a.Class == AccountChange }

// demands gives what the class asks for on this ticket.
func (a Action) demands() Demand {
	if a.lostMailbox() {
		return lostMailbox
	}
	return a.Class.Demands()
}

// agreed are the second persons whose approval counts now: leads, and whether a
// contact is among them.
func (a Action) agreed() (leads int, contact bool) {
	var who []string
	for _, p := range a.given(ProofApproval) {
		switch {
		case a.void(p) != "":
		case p.Agent == "":
			contact = true
		case !slices.Contains(who, p.Agent): //rule:6.5 two-leads-are-two =true TestLostMailbox/one-lead-twice
			who = append(who, p.Agent)
		}
	}
	return len(who), contact
}

// approvalMissing names what is missing of the second person's agreement. Where a
// lead stands in for one, the caller's code is asked for, too, if there is one.
func approvalMissing(a Action, _ *Authorization) (why []Reason) {
	d := a.demands()
	if !d.Approval {
		return nil
	}
	leads, contact := a.agreed()
	switch {
	case d.Leads > 0 && leads >= d.Leads, d.Leads == 0 && contact:
		return nil
	case d.Leads == 0 && leads > 0 && !(a.CodeSet && !a.has(ProofCode)): //rule:6.5 lead-and-code part=3 TestLeadApproves/code-set
		return nil
	case d.Leads == 0 && leads > 0:
		why = []Reason{Because(CodeCodeMissing)}
		for _, code := range a.wanting(ProofCode) {
			why = append(why, a.because(code))
		}
		return why
	}
	why = []Reason{Because(CodeApprovalMissing)}
	for _, code := range a.wanting(ProofApproval) {
		why = append(why, a.because(code))
	}
	if len(why) > 1 && len(a.Approval) == 0 {
		why = append(why, Because(CodeApprovalLost))
	}
	return append(why, a.Approval...)
}

// waiting names the wait that is not over, and when it is.
func waiting(a Action, _ *Authorization) []Reason {
	end := a.WaitEnds()
	if a.demands().Wait == 0 || !a.Now.Before(end) {
		return nil
	}
	text := " It ends " + end.UTC().Format("2006-01-02 15:04 UTC") + "."
	known := a.Untold
	if a.lostMailbox() {
		known = a.Approval // that the mailbox answers is told to the end
	}
	if a.untold() {
		text = " It begins when every address on file was told."
	}
	r := Because(CodeWaiting)
	r.Text += text
	return append([]Reason{r}, known...)
}
