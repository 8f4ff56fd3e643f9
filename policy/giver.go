package policy

import (
	"slices"
	"time"
)

// Giver is who gave a proof, or whose request it is, as the directory is when
// somebody wants to act. The zero value may nothing.
type Giver struct {
	Active bool      // is on file, and was not removed
	Client string    // to which they belong
	May    bool      // the ticket's contact: ask for the ticket's class; another: approve
	Cools  []Cooling // for which they prove nothing privileged
	OnFile bool      // the address that answered is on file for them
	Since  time.Time // from when it is; zero: it came with the first import
	Staff  bool      // the address that answered has come to be one of staff
	Code   HeldCode  // by which the proof code was given
	// Requester: they have a mailbox of the ticket's contact, so are no second person.
	Requester bool
	Mailboxes []string // to which their addresses lead: two who share one are one person
}

// barred says why the person's word counts for nothing now, "" if it counts.
// Whoever is on file may ask a question.
func (g Giver) barred(a Action) Code {
	switch {
	case !g.Active: //rule:6.5 removed-may-nothing TestRightsAtTheAct/removed
		return CodeContactRemoved
	case g.Client != a.Ticket.Client: //rule:6.5 moved-may-nothing-there TestRightsAtTheAct/moved
		return CodeContactMoved
	case !g.May && a.Class != Question: //rule:6.5 permission-at-the-act TestRightsAtTheAct/permission-taken-away
		return CodeNoPermission
	case a.Class.Privileged() && len(cooling(g.Cools, a.Now)) > 0: //rule:6.5 new-proves-nothing-privileged TestRightsAtTheAct/cooling
		return CodeCooling
	}
	return ""
}

// lost says why a proof of this revision counts for nothing, however young it
// is, "" if it counts.
func (a Action) lost(p Proof) Code {
	switch {
	// an approval is a second person's
	case (p.Kind == ProofApproval) == (p.Contact == a.Ticket.Contact): //rule:6.5 approval-is-a-second-persons TestRightsAtTheAct/proof-of-another
		return CodeOtherContact
	case p.Kind == ProofApproval && p.Giver.Requester: //rule:6.5 one-mailbox-is-one-person TestRightsAtTheAct/approver-has-the-requesters-mailbox
		return CodeOtherContact
	case p.Epoch != a.Epoch: //rule:7 proof-of-before-a-restore TestRightsAtTheAct/restored
		return CodeRestored
	case p.Kind == ProofApproval && p.Agent != "":
		return p.Lead.barred(p, a)
	case p.For != "" && p.Delegation.barred(p, a) != "": //rule:6.5 delegate-at-the-act TestDelegateAtTheAct/ended
		return p.Delegation.barred(p, a)
	case p.Kind.mailed() && !p.Giver.answers(p.At, a.Class): //rule:6.5 address-gone-takes-its-answer TestRightsAtTheAct/address-gone
		return CodeAddressGone
	case p.Kind == ProofCode && !p.Giver.Code.Stands: //rule:6.5 code-gone-takes-its-proof TestCodeAtTheAct/changed
		return CodeCodeVoid
	case p.Kind == ProofCode && a.ownCode(p): //rule:6.5 own-code-proves-nothing TestCodeAtTheAct/set-by-who-acts
		return CodeCodeOwn
	case p.Kind == ProofCode && a.Class.Privileged() && a.Now.Before(p.Giver.Code.Cools): //rule:6.5 new-code-stands-beside-nothing TestLeadApproves/code-is-new
		return CodeCooling
	case p.Kind == ProofExternal && !slices.Contains(a.Checkers, p.Checker): //rule:6.5 checker-at-the-act TestExternalAtTheAct/renamed
		return CodeExternalVoid
	case p.Giver.Staff: //rule:6.5 staff-since-proves-nothing TestRightsAtTheAct/address-of-staff
		return CodeStaffAddress
	}
	return p.Giver.barred(a)
}

// answers reports whether the address that answered at that time has been on
// file without a break. Nothing privileged is proved by an address that is new.
func (g Giver) answers(at time.Time, c Class) bool {
	return g.OnFile && (g.Since.Before(at) || !c.Privileged() && g.Since.Equal(at))
}
