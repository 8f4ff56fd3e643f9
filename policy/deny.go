package policy

import "slices"

// denied adds that a proved no is heard by any notice that its signature names,
// whatever became of the question since: it can be said after an edit, the end
// of the ticket or of the contact's address. Nothing else of the message counts.
func denied(f Facts, d Decision) Decision {
	if !f.saysNo() {
		return d
	}
	f.disputeAlso(&d)
	if slices.ContainsFunc(f.Binding.Heard, func(n Notice) bool { return n.Ticket == f.Ticket.ID && mayDeny(f.Evidence, f.Person, f.Ticket, n) }) {
		d.with(f.disputes()) //rule:6.8 dead-token-hears-a-no TestNoWithDeadToken/spent
		if d.Notice() == "" && f.Person.ID == f.Ticket.Contact && !f.Person.Removed {
			d.notice(NoticeDisputed)
		}
	}
	if d.Denies() {
		d.Reasons = append(d.Reasons, Because(CodeDenied))
	}
	if f.refuse(&d); d.Has(EffectRefuse) {
		d.Reasons = append(d.Reasons, Because(f.refusal(d)))
	}
	return d
}

// objected is denied for an address that has come to be one of staff: whoever adds
// an agent at the domain of an address that left the file must not take its
// objection away. No other no of staff counts.
func objected(f Facts, d Decision) Decision {
	objects := func(n Notice) bool {
		return n.Ticket == f.Ticket.ID && n.Objects && mayDeny(f.Evidence, f.Person, f.Ticket, n)
	}
	if f.saysNo() && slices.ContainsFunc(f.Binding.Heard, objects) {
		d.with(f.disputes()) //rule:6.8 staff-since-may-object tickets.TestChanged/staffs-domain-by-now
		d.Reasons = append(d.Reasons, Because(CodeDenied))
	}
	return d
}

// saysNo reports whether the own words are a no, in the sender's language or in
// that of the person whom one of our questions went to at this very address.
func (f Facts) saysNo() bool {
	return f.Person.Means(f.Answer) == No || slices.ContainsFunc(slices.Concat(f.Binding.Heard, f.Binding.Approvals), func(n Notice) bool {
		return n.Address == f.From && f.Answer.For(n.Language) == No //rule:6.8 a-no-in-the-language-asked =false tickets.TestHeardWhoever/address-gone-in-their-language
	})
}

// askedFor are the classes of what the message may answer: of its ticket as it is,
// and of every question that it names.
func (f Facts) askedFor() []Class {
	classes := []Class{f.Ticket.Class}
	for _, n := range slices.Concat(f.Binding.Heard, f.Binding.Approvals) {
		classes = append(classes, n.Class)
	}
	if n := f.Binding.Notice; n != nil {
		classes = append(classes, n.Class)
	}
	return classes
}

// unheard reports whether the message is a no that a copy of it, which somebody
// changed where nothing is signed, had counted as something else. Of the same
// signature a no is heard once; nothing else of it counts.
func (f Facts) unheard() bool {
	return !f.SignatureNo && len(f.Binding.Heard)+len(f.Binding.Approvals) > 0 && f.saysNo() //rule:6.8 a-no-behind-a-copy =false tickets.TestNoBehindACopy
}

// mayDeny reports whether a proved no of that sender to that notice disputes its
// ticket, one that asks for it: of the one who was asked, from the address to which it went or another
// that is theirs now, of whoever was told of a change of the file, or of a contact of the client who may ask for the class, or
// for that of the notice: an edit takes nobody's no away. Nor does one give a no
// to a privileged class to who may only ask for what it became.
func mayDeny(e Evidence, p Person, t Ticket, n Notice) bool {
	if n.Bare { //rule:6.8 bare-denies-their-own-mail TestBareNotice/anothers-ticket
		return n.askedOf(e, p) && n.Contact == t.Contact && !p.Staff
	}
	may := p.May && (t.Class.Privileged() || !n.Class.Known() || !n.Class.Privileged()) || p.MayDeny
	return (!p.Staff || n.Objects) && (n.askedOf(e, p) && (n.Contact == t.Contact || n.Objects || n.Lifts) || //rule:6.8 staff-says-no-no TestMayDeny/staff
		p.ID != "" && !p.Removed && p.Client == t.Client && may && !t.State.Over())
}

// askedOf reports whether the sender is the one who was sent the notice. Who reads
// an address that left the file may object to that for some time only: it may be
// somebody else's by then.
func (n Notice) askedOf(e Evidence, p Person) bool {
	return p.ID != "" && !p.Removed && p.ID == n.Contact ||
		e.From != "" && e.From == n.Address &&
			!n.Late //rule:6.15 objection-has-its-time TestMayDeny/address-gone-for-long
}

// disputes is the dispute of the ticket.
func (f Facts) disputes() Effect { return Effect{Kind: EffectDispute, Revision: f.answered()} }

// answered is the revision of the request that a no was said to: the earliest
// that its signature names.
func (f Facts) answered() int {
	r := f.Ticket.Revision
	if n := f.Binding.Notice; n != nil {
		r = min(r, n.Revision)
	}
	for _, n := range f.Binding.Heard {
		if n.Ticket == f.Ticket.ID { //rule:6.8 a-no-is-to-its-revision TestAnswered
			r = min(r, n.Revision)
		}
	}
	return r
}

// disputeAlso adds the other tickets that the person was asked about and that the
// signature names, at most three: nobody knows which of them the no was meant for.
func (f Facts) disputeAlso(d *Decision) {
	for _, n := range f.Binding.Heard {
		also := d.Also()
		if n.Ticket != f.Ticket.ID && !n.Bare && n.askedOf(f.Evidence, f.Person) && !slices.Contains(also, n.Ticket) && len(also) < 3 { //rule:6.8 a-no-to-two-tickets TestTwoTickets/two-live-tokens
			d.with(Effect{Kind: EffectDisputeAlso, Ticket: n.Ticket})
		}
	}
}

// MayBeNo reports whether a message that can't be judged yet could turn out to
// be a no that disputes the ticket of a notice which it names: everything counts
// but a plain yes, of whoever the sender claims to be.
func MayBeNo(e Evidence, p Person, t Ticket, n Notice) bool {
	yes := p.Means(e.Answer) == Yes && (n.Address != e.From || e.Answer.For(n.Language) == Yes)
	if n.Approves { //rule:6.8 a-waiting-refusal-holds TestMayBeRefusal
		return !e.Kind.Machine() && !yes && !p.Staff && n.askedOf(e, p)
	}
	return !n.Lifts && !e.Kind.Machine() && !yes && mayDeny(e, p, t, n) //rule:6.8 a-waiting-no-holds =false TestMayDeny/asked
}
