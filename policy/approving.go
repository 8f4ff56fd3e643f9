package policy

import "slices"

// approving: the answer of somebody who was asked whether they agree to what a
// ticket of another contact asks for. A yes counts from that very contact, by the
// token; a no from whoever was asked, however it is bound. It refuses, and is no
// dispute: nobody says that the requester did not ask.
func approving(f Facts) (Decision, bool) {
	n := f.Binding.Notice
	if !n.Approves {
		return Decision{}, false
	}
	intent, p := f.Person.Means(f.Answer), f.Person
	switch {
	case intent == No && (p.ID == n.Contact || p.Approves): //rule:6.8 approvers-no-refuses TestApproving/no
		d := file(f, Authenticated, CodeApprovalRefused)
		d.with(Effect{Kind: EffectRefuse, Ticket: f.Ticket.ID})
		f.refuse(&d)
		f.spends(&d)
		return d, true
	case p.ID != n.Contact, p.ID == f.Ticket.Contact, p.Requester: //rule:6.5 only-who-was-asked-approves TestApproving/another-contact TestApproving/requesters-mailbox
		return file(f, Unauthenticated, CodeOtherContact), true
	case p.For == f.Ticket.Contact: //rule:6.5 requesters-delegate-approves-nothing TestApproving/requesters-delegate
		return file(f, Unauthenticated, CodeOtherContact), true
	case p.Client != f.Ticket.Client: //rule:6.5 who-was-moved-approves-nothing TestApproving/moved
		return file(f, Unauthenticated, CodeContactMoved), true
	case !p.Approves && p.For != "":
		return file(f, Unauthenticated, CodeDelegateOver), true
	case !p.Approves: //rule:6.5 approving-needs-the-permission TestApproving/no-permission
		return file(f, Unauthenticated, CodeNoPermission), true
	case p.Cooling: //rule:6.5 who-cools-approves-nothing TestApproving/cooling
		return file(f, Unauthenticated, CodeCooling), true
	case f.Ticket.State != StateConfirmed || n.Revision != f.Ticket.Revision: //rule:6.6 approved-is-what-is-confirmed TestApproving/not-confirmed
		return file(f, Authenticated, CodeApprovalOver), true
	case f.Binding.Bound != BoundToken: //rule:6.4 approving-needs-the-token TestApproving/reference-only
		return file(f, Authenticated, CodeNoToken), true
	case intent == Yes:
		d := file(f, Authenticated, CodeApproved)
		d.prove(ProofApproval)
		f.spends(&d)
		return d, true
	}
	d := file(f, Authenticated, CodeUnclearAnswer)
	d.notice(NoticeApproveClearer)
	return d, true
}

// away reports whether a machine answered for somebody who was asked to approve. It
// says neither yes nor no. Such mail is rarely signed, so it has to come from an
// address of whom we asked and to hold the secret that their mailbox alone was sent:
// whoever forged it could have a lead decide in their place.
func (f Facts) away() bool {
	n := f.Binding.LiveToken
	if f.Kind != KindAutoReply || n == nil || !n.Approves || f.Person.Staff || f.Person.Removed {
		return false
	}
	return f.Person.ID == n.Contact && n.Asked //rule:6.7 away-says-the-mailbox-itself =true TestAway/another-contact
}

// spends adds that the token is used up, where one binds the answer.
func (f Facts) spends(d *Decision) {
	if f.Binding.Bound == BoundToken {
		d.with(Effect{Kind: EffectSpend})
	}
}

// refuse adds that a proved no refuses every approval for which the sender was
// asked and which the signature names, whatever became of the question since, of at
// most three tickets.
func (f Facts) refuse(d *Decision) {
	for _, n := range f.Binding.Approvals {
		refused := d.Refuses()
		if !f.Person.Staff && n.askedOf(f.Evidence, f.Person) && !slices.Contains(refused, n.Ticket) && len(refused) < 3 { //rule:6.8 a-dead-question-hears-a-refusal TestApproving/no-to-a-void-one
			d.with(Effect{Kind: EffectRefuse, Ticket: n.Ticket})
		}
	}
}

// refusal is the code of a no to what the sender was asked to agree to: of the first
// that it refuses.
func (f Facts) refusal(d Decision) Code {
	for _, n := range f.Binding.Approvals {
		if slices.Contains(d.Refuses(), n.Ticket) && n.Unlocks {
			return CodeStaysLocked
		}
	}
	return CodeApprovalRefused
}

// Refuses are the tickets to whose approval the message is a no.
func (d Decision) Refuses() (tickets []string) {
	for _, e := range d.Effects {
		if e.Kind == EffectRefuse {
			tickets = append(tickets, e.Ticket)
		}
	}
	return tickets
}

// unprovedRefusal: the secret that only an approver's mailbox was sent came back
// with a no from its address, yet nothing proves the sender. To refuse takes less
// than to agree.
func (f Facts) unprovedRefusal(n Notice) (Decision, bool) {
	if f.Person.ID == "" || f.Person.ID != n.Contact || f.Binding.Ticket != n.Ticket || f.Person.Means(f.Answer) != No { //rule:6.8 unproved-refusal-of-who-was-asked part=2 TestUnprovedRefusal/another-contact
		return Decision{}, false
	}
	code := CodeApprovalRefused
	if n.Unlocks {
		code = CodeStaysLocked
	}
	d := file(f, Unauthenticated, code, CodeTokenOnly, CodeNotAligned)
	d.with(Effect{Kind: EffectRefuse, Ticket: n.Ticket})
	return d, true
}

// mailboxAnswers: on a ticket that says that its contact lost their mailbox, that
// mailbox was proved to answer. It agrees to nothing by that: who took it over
// would say yes, too. A no disputes it as any.
func mailboxAnswers(f Facts) (Decision, bool) {
	if !f.Ticket.Lost || f.Person.ID != f.Ticket.Contact || f.Person.Means(f.Answer) == No || f.Ticket.State.Over() || f.Ticket.State == StateDisputed {
		return Decision{}, false
	}
	d := file(f, Authenticated, CodeMailboxAnswers)
	d.with(Effect{Kind: EffectAnswers})
	return d, true
}
