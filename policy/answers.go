package policy

// stranger: the sender is proved, and is nobody whose word counts here, unless
// it is a no from where a question was sent before that address left the file.
func stranger(f Facts) (Decision, bool) {
	switch p := f.Person; {
	case p.Staff: //rule:6.5 staff-confirms-nothing TestDecide/staff
		return objected(f, file(f, Unauthenticated, CodeStaffAddress)), true
	case p.ID == "" && f.Binding.LiveToken != nil:
		d := file(f, Unauthenticated, CodeOtherAddress, f.nobody())
		if !f.Ticket.State.Over() {
			d.notice(NoticeOtherAddress) //rule:6.10 answer-from-elsewhere-is-told TestAsks
		}
		return denied(f, d), true
	case len(p.Shared) > 0: //rule:6.5 shared-address-proves-nothing TestDecide/shared-address
		return denied(f, file(f, Unauthenticated, CodeSharedAddress)), true
	case p.ID == "" && f.Binding.Ticket != "":
		return denied(f, file(f, Unauthenticated, CodeUnknownSender, CodeOtherAddress)), true
	case p.ID == "":
		return file(f, Unauthenticated, CodeUnknownSender), true
	case p.Removed:
		return denied(f, file(f, Unauthenticated, CodeContactRemoved)), true
	}
	return Decision{}, false
}

// nobody says why no contact is known by the address.
func (f Facts) nobody() Code {
	if len(f.Person.Shared) > 0 {
		return CodeSharedAddress
	}
	return CodeUnknownSender
}

// opening: a contact writes about nothing that we know yet. A mail that was
// signed for somebody else could be sent to us by anybody who ever got it.
func opening(f Facts) (Decision, bool) {
	if f.Binding.Ticket != "" {
		return Decision{}, false
	}
	d := Decision{Verdict: Unauthenticated, Outcome: Applied}
	class := f.Asks.OfMail()
	var because Code
	switch {
	case f.ToUsSigned && f.Sender.SignedAt.IsZero(): //rule:6.4 undated-opens-nothing TestOpening/undated
		because = CodeUndated // as old as anybody likes
	case f.ToUsSigned && !f.Sender.Proves(class.Privileged()): //rule:6.3 shared-mailbox-opens-nothing-privileged TestOpening/border-privileged
		because = CodeBorderNotExclusive
	case f.ToUsSigned:
		because = CodeOpened
	case f.ToUs:
		because = CodeToUnsigned
	case f.Sender.Covers("to") || f.Sender.Covers("cc"):
		because = CodeToOther
	default:
		because = CodeToUnsigned
	}
	d.Reasons = []Reason{Because(because)}
	switch {
	case !f.Person.May: //rule:6.5 opening-needs-the-permission TestOpening/no-permission
		f.unpermitted(&d, because == CodeOpened)
	case because == CodeOpened:
		d.Verdict = Authenticated
		d.with(Effect{Kind: EffectOpen})
		d.prove(ProofSender)
		if (class.Demands().AsksBack() || f.AsksBack) && !f.doubtful() { //rule:6.1 own-mail-is-no-confirmation TestOpening/privileged
			d.notice(NoticeConfirm)
		} else if f.Nameless && !f.Inquires() { // who is asked has a mail of ours already
			d.with(Effect{Kind: EffectNudge}) //rule:6.10 only-their-own-mail-is-nudged TestNudge/opened
		}
	// whoever has old mail of theirs must not have us ask again and again
	case f.Waits != "": //rule:6.10 old-mail-asks-once tickets.TestOldMailAsksOnce
		d.Ticket = f.Waits
		d.with(Effect{Kind: EffectJoin})
		d.Reasons = append(d.Reasons, Because(CodeAskedAlready))
	default:
		d.with(Effect{Kind: EffectOpen})
		if !f.doubtful() { //rule:8 doubt-asks-nobody =true TestOpening/privileged-in-doubt-to-unsigned
			d.notice(NoticeConfirm)
		}
	}
	d.Reasons = append(d.Reasons, f.Binding.Reasons...)
	return d, true
}

// unpermitted: nobody is asked for what an answer could not give. But people see
// it, as the words may be read wrongly, and what anybody could send again they
// see on one ticket. A question that may not be asked is none.
func (f Facts) unpermitted(d *Decision, toUs bool) {
	d.Reasons = append([]Reason{Because(CodeNoPermission)}, d.Reasons...)
	switch {
	case toUs:
		d.Reasons = d.Reasons[:1]
		if f.Asks.OfMail() != Question {
			d.with(Effect{Kind: EffectOpen})
		}
	case f.Asks.OfMail() == Question:
	case f.Waits != "": //rule:6.10 old-mail-shows-once tickets.TestOldMailUnpermitted
		d.Ticket = f.Waits
		d.with(Effect{Kind: EffectJoin})
	default:
		d.with(Effect{Kind: EffectOpen})
	}
}

// Unasked reports whether of a mail that may open a ticket nobody is asked.
func (f Facts) Unasked() bool { return !f.Person.May || f.doubtful() }

// unbound: the sender is proved, but nothing signed ties the message to the
// ticket that it names.
func unbound(f Facts) (Decision, bool) {
	if f.Binding.Bound == BoundToken || f.Binding.Bound == BoundReference {
		return Decision{}, false
	}
	code := CodeNotBound
	switch {
	case f.Ticket.State == StateDisputed: // a no takes every question of its ticket back
		code = CodeDisputed
	case len(f.Binding.Reasons) > 0:
		code = f.Binding.Reasons[0].Code
	}
	d := file(f, Unauthenticated, code)
	if d = denied(f, d); d.Denies() {
		return d, true
	}
	return stopped(f, d), true
}

// lifting: the answer of the primary contact to the question whether the stop
// of the client shall end. It proves nothing for the ticket itself.
func lifting(f Facts) (Decision, bool) {
	n := f.Binding.Notice
	if !n.Lifts {
		return Decision{}, false
	}
	switch intent := f.Person.Means(f.Answer); {
	case f.saysNo() && n.askedOf(f.Evidence, f.Person): //rule:6.8 a-no-to-a-lift-comes-at-any-time TestLifting/no-while-cooling
		d := file(f, Authenticated, CodeStaysStopped)
		d.with(f.disputes()) // which stops them again where the stop has been lifted
		if f.Binding.Bound == BoundToken {
			d.with(Effect{Kind: EffectSpend})
		}
		return d, true
	case f.Person.ID != n.Contact: //rule:6.8 only-who-was-asked-lifts TestLifting/another-contact
		return denied(f, file(f, Unauthenticated, CodeOtherContact)), true
	case f.Person.Cooling: //rule:6.8 who-cools-lifts-nothing TestLifting/cooling
		return file(f, Unauthenticated, CodeCooling), true
	case f.Binding.Bound != BoundToken: //rule:6.8 lifting-needs-the-token TestLifting/reference-only
		return file(f, Authenticated, CodeNoToken), true
	case intent == Yes:
		d := file(f, Authenticated, CodeLifted)
		d.with(Effect{Kind: EffectLift})
		d.with(Effect{Kind: EffectSpend})
		return d, true
	}
	return file(f, Authenticated, CodeUnclearAnswer), true
}

// otherContact: a message is for a ticket of its own contact. Another contact
// proves nothing here, but a no of one who may ask for the class stops it.
func otherContact(f Facts) (Decision, bool) {
	switch {
	case f.Person.ID != f.Ticket.Contact || f.Person.ID != f.Binding.Notice.Contact: //rule:6.5 another-contact-proves-nothing TestDecide/other-contact
		d := file(f, Unauthenticated, CodeOtherContact)
		if f.Person.Means(f.Answer) == No {
			if mayDeny(f.Evidence, f.Person, f.Ticket, *f.Binding.Notice) {
				d.with(f.disputes())
			}
			f.disputeAlso(&d)
		}
		return d, true
	// a no counts where a yes would not
	case f.Person.Means(f.Answer) == No: //rule:6.8 a-no-counts-where-no-yes TestDecide/no-while-cooling
		return Decision{}, false
	case !f.Person.May: //rule:6.5 a-yes-needs-the-permission TestDecide/no-permission
		return file(f, Unauthenticated, CodeNoPermission), true
	case f.Person.Cooling && f.Ticket.Class.Privileged(): //rule:6.5 new-answers-nothing-privileged TestDecide/cooling
		return file(f, Unauthenticated, CodeCooling), true
	}
	return Decision{}, false
}

// over: nothing more is proved on a ticket that has ended, but a no still comes
// in time to be looked at.
func over(f Facts) (Decision, bool) {
	if f.Person.Means(f.Answer) == No { //rule:6.8 a-no-after-the-end TestDecide/no-after-close
		return Decision{}, false
	}
	switch f.Ticket.State {
	case StateClosed:
		return file(f, Authenticated, CodeTicketClosed), true
	case StateExpired: //rule:6.9 expired-is-proved-no-more TestDecide/expired
		return file(f, Authenticated, CodeTicketExpired), true
	}
	return Decision{}, false
}

// answer: the contact of the ticket wrote, proved and bound.
func answer(f Facts) (Decision, bool) {
	token := f.Binding.Bound == BoundToken
	d := Decision{Verdict: Authenticated, Outcome: Applied, Ticket: f.Ticket.ID}
	intent := f.Person.Means(f.Answer)
	if intent == No || f.Ticket.State != StateDisputed {
		d.prove(ProofSender)
	}
	switch {
	case intent == No: //rule:6.8 no-beats-yes TestDecide/no
		d.Reasons = []Reason{Because(CodeDenied)}
		if token {
			d.with(Effect{Kind: EffectSpend})
		}
		d.with(f.disputes())
		f.disputeAlso(&d)
		d.notice(NoticeDisputed)
	case f.Ticket.State == StateDisputed: //rule:6.8 disputed-for-good TestDecide/disputed
		d.Reasons = []Reason{Because(CodeDisputed)}
	case !token: //rule:6.4 a-yes-needs-the-token TestDecide/reference-only
		if len(f.Binding.Reasons) == 0 {
			d.Reasons = []Reason{Because(CodeNoToken)}
			asked := !f.Binding.Notice.Tells || f.Expects.Ticket == f.Ticket.ID
			if intent == Yes && f.Ticket.State != StateConfirmed && asked { //rule:6.10 a-yes-to-courtesy-asks-where-asked part=3 TestYesToCourtesy
				d.notice(NoticeAnswerHere) // or the contact would wait for us, and we for the contact
			}
		}
	case intent == Yes: //rule:6.9 a-yes-is-a-yes =true TestDecide/unclear
		d.prove(ProofReply)
		d.with(Effect{Kind: EffectSpend})
		d.notice(NoticeConfirmed)
		d.Reasons = []Reason{Because(CodeConfirmed)}
	default:
		d.notice(NoticeClearer)
		d.Reasons = []Reason{Because(CodeUnclearAnswer)}
	}
	if !token {
		d.Reasons = append(d.Reasons, f.Binding.Reasons...)
	}
	return d, true
}
