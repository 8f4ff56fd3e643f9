package policy

import "slices"

// Inquiry is that a message asks about tickets by their numbers, as people do who
// were called or written to in our name. The zero value asks nothing.
type Inquiry struct {
	Numbers []string // in its subject, its own words, and what it quotes; at most MaxInquired
	Asks    bool     // its own words ask something
	Real    bool     // they ask in known words whether it is really us
}

// MaxInquired is how many numbers of a message are looked up.
const MaxInquired = 5

// About is what the sender of an inquiry may be told. The zero value is nothing.
type About struct {
	Known  bool     // they are on file, and nobody else has their address
	Theirs []string // of the numbers, those of tickets that they may know of
	Others []string // and those that none of these has, whether there is such a ticket or not
	Cools  bool     // their address is too new for that
	Soon   bool     // they were told something less than an hour ago
}

// Inquires reports whether a contact, proved, asks about tickets, and answers no
// question of ours by that. Whoever answers a mail of ours has a ticket before
// their eyes: they ask whether it is ours only in words that say so.
func (f Facts) Inquires() bool {
	i, b := f.Inquiry, f.Binding
	asked := func(n Notice) bool { return n.Asked } // another's question is none to them, right or wrong
	answers := b.Notice != nil && b.Notice.Asked || slices.ContainsFunc(slices.Concat(b.Heard, b.Approvals), asked)
	switch {
	case !f.About.Known || f.Person.ID == "" || f.Person.Removed || f.Person.Staff || f.Kind.Machine(): //rule:6.10 strangers-are-told-nothing TestInquires/removed
		return false
	case !f.Sender.Proves(false): //rule:6.10 unproved-is-told-nothing TestInquires/unproved
		return false
	case b.LiveToken != nil || answers && f.Person.Means(f.Answer) != Unclear: //rule:6.8 an-answer-is-no-inquiry TestInquires/answers-our-question
		return false
	}
	return len(i.Numbers) > 0 && (i.Real || i.Asks && !answers)
}

// tell adds what the sender of an inquiry is told. A number that is another
// client's and one that is nobody's come to the same.
func (f Facts) tell(d *Decision) {
	if d.Outcome != Applied || d.Denies() || !f.Inquires() {
		return
	}
	switch a := f.About; {
	case a.Cools: //rule:6.5 new-address-is-told-nothing TestInquires/new-address
		d.Reasons = append(d.Reasons, Because(CodeAboutNew))
	case a.Soon: //rule:6.10 told-once-an-hour TestInquires/told-already
		d.Reasons = append(d.Reasons, Because(CodeAboutSoon))
	case len(a.Theirs) > 0:
		d.Reasons = append(d.Reasons, Because(CodeAbout))
		d.with(Effect{Kind: EffectAbout, Ticket: a.Theirs[0], Notice: NoticeAbout})
	default:
		d.Reasons = append(d.Reasons, Because(CodeAboutNone))
		d.with(Effect{Kind: EffectAbout, Notice: NoticeAboutNone})
	}
}

// doubtful reports whether a person looks before the contact is asked whether they
// asked for what was read in their mail: that is in doubt, or was quoted by who
// asks whether it is ours.
func (f Facts) doubtful() bool {
	return f.Asks.Doubtful() || f.Asks.OfMail().Privileged() && f.Inquires() //rule:8 an-inquiry-asks-nobody =f.Asks.Doubtful() TestInquires/words-of-the-other
}
