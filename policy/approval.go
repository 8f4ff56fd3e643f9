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
var lostMailbox = Demand{Second: Second{Leads: 2}, Wait: LostWait, Channels: written}

// Demands gives what is asked for before this is done.
func (a Action) Demands() Demand { return a.demands() }

func (a Action) lostMailbox() bool { return a.Ticket.Lost && a.Class == AccountChange }

// demands gives what the class asks for on this ticket.
func (a Action) demands() Demand {
	d := a.Rules.Demand(a.Class, a.Matter)
	if a.lostMailbox() {
		extra := slices.DeleteFunc(slices.Clone(d.Extra), func(e Extra) bool { return e.What != waits || d.Wait <= lostMailbox.Wait })
		return Demand{Second: lostMailbox.Second, Wait: max(lostMailbox.Wait, d.Wait), Channels: d.Channels, Words: d.Words, Where: d.Where, Rules: d.Rules, Extra: extra}
	}
	return d
}

// agreed are the second persons whose approval counts now. A lead whom the rules did
// not ask stands in for a contact.
type agreed struct{ contacts, leads, standIns int }

func (a Action) agreed() (out agreed) {
	var who []Proof
	var leads []Proof
	var mailboxes []string
	for _, p := range a.given(ProofApproval) {
		if a.void(p) != "" || slices.ContainsFunc(who, p.sameAs) { //rule:6.5 two-leads-are-two part=2 TestLostMailbox/one-lead-twice
			continue
		}
		who = append(who, p)
		shares := func(box string) bool { return slices.Contains(mailboxes, box) }
		switch {
		case slices.ContainsFunc(p.mailboxes(), shares): //rule:6.5 one-mailbox-agrees-once TestSeveralApprove/two-share-a-mailbox
		case p.Agent == "":
			mailboxes = append(mailboxes, p.mailboxes()...)
			out.contacts++
		default:
			leads = append(leads, p)
		}
	}
	out.leads = len(leads)
	var taken []string // a seat whose own voice, or another lead, was heard is no lead's
	for _, p := range who {
		if p.Agent == "" {
			taken = append(taken, p.voice())
		}
	}
	for _, p := range leads {
		if p.ByRule || p.For != "" && slices.Contains(taken, p.For) { //rule:6.5 one-seat-one-voice part=2 TestSeveralApprove/who-came-back
			continue
		}
		taken = append(taken, p.For)
		out.standIns++
	}
	return out
}

// lacks says who has still to agree of those that are asked for, and how many leads
// stand in for contacts.
func (g agreed) lacks(s Second) (out Second, standIns int) {
	standIns = min(g.standIns, max(0, s.Contacts-g.contacts))
	out.Contacts = max(0, s.Contacts-g.contacts-standIns) //rule:6.5 contacts-are-asked-for TestSeveralApprove/one-contact
	out.Leads = max(0, s.Leads-(g.leads-standIns))        //rule:6.5 leads-are-asked-for TestSeveralApprove/no-lead-by-rule
	out.Either = max(0, s.Either-g.contacts-g.leads)      //rule:6.5 either-is-asked-for TestSeveralApprove/one-of-either
	return out, standIns
}

// Lacks says who has still to agree, as the rules are and who has agreed may now.
func (a Action) Lacks() Second {
	lacks, _ := a.agreed().lacks(a.demands().Second)
	return lacks
}

// StandIns is how many leads agreed whom the rules did not ask, so in the place of
// contacts.
func (a Action) StandIns() int { return a.agreed().standIns }

// approvalMissing names what is missing of the agreement of others. Where a
// lead stands in for one, the caller's code is asked for, too, if there is one.
func approvalMissing(a Action, _ *Authorization) (why []Reason) {
	d := a.demands()
	if !d.Approval() {
		return nil
	}
	switch lacks, standIns := a.agreed().lacks(d.Second); {
	case !lacks.None():
	case standIns > 0 && a.CodeSet && !a.has(ProofCode): //rule:6.5 lead-and-code TestLeadApproves/code-set
		why = []Reason{a.because(CodeCodeMissing)}
		for _, code := range a.wanting(ProofCode) {
			why = append(why, a.because(code))
		}
		return why
	default:
		return nil
	}
	why = []Reason{a.because(CodeApprovalMissing)}
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
	r := a.because(CodeWaiting)
	r.Text += text
	return append([]Reason{r}, known...)
}
