package policy

import "slices"

// Word says in one of four words what is known of who sent a message, or of
// whether a ticket's request was proved. It is the same on every surface, and
// never empty.
type Word string

// The four words.
const (
	WordProved     Word = "proved"
	WordNotProved  Word = "not proved"  // nobody vouched for it, or a stranger or a machine wrote
	WordRefused    Word = "refused"     // the domain's own policy is against it, it can be read in two ways, or somebody who was asked said no
	WordNotChecked Word = "not checked" // nobody could judge it yet
)

// Words are the four.
var Words = []Word{WordProved, WordNotProved, WordRefused, WordNotChecked}

// unjudged are why a message was set aside without its having been read.
var unjudged = []Code{CodePoison, CodeCrashed, CodeBytesLost, CodeUnrecordable}

// WordOf gives the word of a message. Proved says who wrote, not what it asks for.
func WordOf(f Facts, d Decision) Word {
	switch {
	case d.Verdict == Deferred || slices.Contains(unjudged, d.Reason()):
		return WordNotChecked
	case d.Verdict == Rejected || f.Sender.Result == ResultFail:
		return WordRefused
	case d.Verdict == Authenticated: //rule:6.2 only-authenticated-is-proved =true TestWordOf/not-aligned
		return WordProved
	case f.Sender.Result == ResultTempError && !f.Kind.Machine():
		return WordNotChecked
	}
	return WordNotProved
}

// Word gives the word of a ticket's request: proved where the proofs that its
// class asks for, an approval among them, are there and count now, wherever
// somebody may be asked for it. Of a question, for which nothing has to be proved,
// it is proved only where a proved message of its contact is there.
func (a Action) Word() Word {
	switch {
	case a.Ticket.State == StateDisputed || a.Refused: //rule:6.8 disputed-is-refused TestActionWord/disputed
		return WordRefused
	case !a.NoPending.IsZero(): //rule:6.8 what-may-be-a-no-is-not-proved TestActionWord/no-pending
		return WordNotChecked
	case a.proved(): //rule:6.1 proved-has-its-proofs =true TestActionWord/no-proof
		return WordProved
	case slices.ContainsFunc(a.Obstacles, func(r Reason) bool { return r.Code == CodeDNSTemperror }):
		return WordNotChecked
	}
	return WordNotProved
}

// proved reports whether the request has all the proofs that it needs.
func (a Action) proved() bool {
	a.Class, a.Channel = a.Ticket.Class, Email
	d := a.demands()
	if len(d.AnyOf) == 0 && !d.Approval() {
		return a.has(ProofSender) || a.has(ProofReply)
	}
	return len(missing(a, d)) == 0 && len(approvalMissing(a, nil)) == 0
}
