package policy

import (
	"slices"
	"time"
)

// Delegation is by what somebody approved in the place of another, as the store is
// when it is judged. The zero value gives nothing.
type Delegation struct {
	From, Until time.Time // it counts from, and before
	Ended       bool      // before its time
	Epoch       int       // in which whose place it is has confirmed it
	Classes     []Class   // empty: all that they may approve
	Of          Giver     // whose place it is, as the directory is now
}

// Covers reports whether it is for that class and counts at that time.
func (d Delegation) Covers(c Class, at time.Time, epoch int) bool {
	switch {
	case d.From.IsZero() || d.Ended: //rule:6.5 ended-delegates-nothing TestDelegateAtTheAct/ended
		return false
	case at.Before(d.From) || !at.Before(d.Until): //rule:6.5 delegation-has-its-time part=2 TestDelegateAtTheAct/answered-at-the-end
		return false
	case d.Epoch != epoch: //rule:7 delegation-of-before-a-restore TestDelegateAtTheAct/confirmed-before-a-restore
		return false
	}
	return len(d.Classes) == 0 || slices.Contains(d.Classes, c) //rule:6.5 delegation-is-for-its-classes =true TestDelegateAtTheAct/another-class
}

// barred says why what a delegate said counts for nothing now, "" if it counts: the
// delegation has to have counted when they said it, not to have been ended since,
// and whose place it is has to be able to approve themselves.
func (d Delegation) barred(p Proof, a Action) Code {
	switch {
	case p.For == a.Ticket.Contact || d.Of.Requester: //rule:6.5 requester-has-no-delegate part=1 TestDelegateAtTheAct/of-the-requester
		return CodeOtherContact
	case !d.Covers(a.Class, p.At, a.Epoch): //rule:6.5 delegation-at-the-act TestDelegateAtTheAct/ended
		return CodeDelegateOver
	}
	return d.Of.barred(a) //rule:6.5 delegate-as-long-as-they-may ="" TestDelegateAtTheAct/of-one-without-the-permission
}

// Lets reports whether a delegate may approve now what an action is about.
func (d Delegation) Lets(a Action) bool {
	return d.Covers(a.Class, a.Now, a.Epoch) && !d.Of.Requester && d.Of.barred(a) == ""
}

// sameAs reports whether two approvals are of one lead, of one contact, or in the
// place of one: somebody and their delegate have one voice.
func (p Proof) sameAs(q Proof) bool {
	return p.Agent == q.Agent && (p.Contact == q.Contact || p.voice() == q.voice()) //rule:6.5 delegate-is-no-second-voice =p.Agent==q.Agent&&p.Contact==q.Contact TestDelegateVoices
}

// mailboxes are those of who gave the proof, and of whose place it was given in.
func (p Proof) mailboxes() []string {
	return slices.Concat(p.Giver.Mailboxes, p.Delegation.Of.Mailboxes) //rule:6.5 principals-mailbox-agrees-once =p.Giver.Mailboxes TestDelegateVoices
}

// voice is whose place the proof was given in.
func (p Proof) voice() string {
	if p.For != "" {
		return p.For
	}
	return p.Contact
}
