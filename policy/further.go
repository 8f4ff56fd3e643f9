package policy

import "time"

// Further is what decides whether the contact of a ticket, who asks on it for more
// than it is for, is asked about all of that at once. The zero value is no.
type Further struct {
	May    bool      // they may ask for it
	Fits   bool      // every notice can quote whole what was asked and this together
	Used   bool      // what was asked was allowed already
	Opened time.Time // the ticket
	Read   Class     // that was read of the ticket's words as they are
}

// further: the contact of a ticket asks on it, surely, for something graver. The
// ticket has that class from now on and the words beside those that it had, nothing
// of it is proved, and the contact is asked about all. So it needs to be tied to the
// ticket by no more than by name: whoever sends a mail of theirs on gets nothing.
func further(f Facts) (Decision, bool) {
	if !f.asksFurther() {
		return Decision{}, false
	}
	d := Decision{Verdict: Authenticated, Outcome: Applied, Ticket: f.Ticket.ID, Reasons: []Reason{Because(CodeAskedFurther)}}
	d.with(Effect{Kind: EffectFurther})
	d.notice(NoticeConfirm)
	return d, true
}

// Further reports whether a message asks for so much more than its ticket is for,
// if it is proved to come from the contact of that, that it may become part of it.
func (f Facts) Further() bool {
	c := f.Asks.OfMail()
	return f.follows() && f.Person.ID == f.Ticket.Contact && //rule:6.5 another-contact-raises-nothing TestFurther/colleague
		f.Asks.Sure() && f.Ticket.Class.Below(c)
}

func (f Facts) asksFurther() bool {
	c, more, b, said := f.Asks.OfMail(), f.More, f.Binding, f.Person.Means(f.Answer)
	switch {
	case !f.Further() || f.doubtful() || !more.Read.Below(c): // what the ticket's own words say is nothing new
		return false
	case said == Yes || said == No || f.saysNo(): //rule:6.8 a-no-raises-nothing TestFurther/no TestFurther/yes
		return false
	case !f.Sender.Proves(c.Privileged()): //rule:6.3 shared-mailbox-raises-nothing TestFurther/border
		return false
	case f.Ticket.State.Over() || f.Ticket.State == StateDisputed || f.Ticket.Lost || more.Used: //rule:6.8 what-is-over-is-not-raised TestFurther/closed TestFurther/disputed
		return false
	case !more.May: //rule:8 who-may-not-ask-raises-nothing TestFurther/no-permission
		return false
	case !more.Fits: //rule:6.6 what-cant-be-quoted-raises-nothing TestFurther/too-long
		return false
	case b.Notice != nil && (b.Notice.Lifts || b.Notice.Approves):
		return false
	case b.Bound == BoundToken || b.Bound == BoundReference:
		return true
	}
	// Mail that is surely to us, from after the ticket was opened: an old one can't be aimed at it.
	return f.ToUsSigned && !f.Sender.SignedAt.Before(more.Opened.Add(-Skew)) //rule:6.4 old-mail-raises-nothing =true TestFurther/old TestFurther/to-unsigned
}
