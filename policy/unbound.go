package policy

import "time"

// Expected is the sender's ticket that waits for their yes or no. The zero value is none.
type Expected struct {
	Ticket string
	Asked  time.Time // when they were asked last
}

// AnswersNothing reports whether the message was a yes or no that answers no question
// of ours, of who was asked one.
func (d Decision) AnswersNothing() bool { return d.Rule == "unbound-answer" }

// Answers reports whether the own words are a yes or a no.
func (f Facts) Answers() bool {
	said := f.Person.Means(f.Answer)
	return said == Yes || said == No
}

// unboundAnswer: a contact who waits for us says yes or no in a mail that is surely
// to us, but in none that answers our question: a new one, or under the ticket's
// number. It counts for nothing, and they are asked, once, to answer our mail
// itself, or they would wait for us, and we for them.
func unboundAnswer(f Facts) (Decision, bool) {
	b := f.Binding
	switch {
	case f.Expects.Ticket == "" || !f.Answers():
		return Decision{}, false
	case b.Ticket != "" && (b.Ticket != f.Expects.Ticket || b.Bound != BoundThread || len(b.Reasons) > 0):
		return Decision{}, false
	case f.saysNo() && len(b.Heard)+len(b.Approvals) > 0: // that is heard
		return Decision{}, false
	case !f.ToUsSigned || f.Sender.SignedAt.Before(f.Expects.Asked.Add(-Skew)): //rule:6.4 an-old-yes-asks-nothing TestUnboundAnswer/old TestUnboundAnswer/to-unsigned
		return Decision{}, false
	}
	code := CodeNotBound // which is what it is, whatever it says
	if b.Ticket == "" {
		code = CodeUnboundAnswer
	}
	d := file(f, Unauthenticated, code)
	if b.Ticket == "" {
		d.Ticket = f.Expects.Ticket
		d.with(Effect{Kind: EffectJoin})
	}
	d.notice(NoticeAnswerHere) //rule:6.10 an-unbound-answer-is-answered TestUnboundAnswer/yes
	return d, true
}
