package policy

// unlocking: the answer of somebody who was asked whether the lock of their client shall
// be opened. A yes counts from that very contact, by the token; a no from whoever was
// asked, however it is bound, before and after. It is an answer to nothing else.
func unlocking(f Facts) (Decision, bool) {
	n, p := f.Binding.Notice, f.Person
	if !n.Unlocks {
		return Decision{}, false
	}
	switch intent := p.Means(f.Answer); {
	case intent == No && p.ID == n.Contact: //rule:6.8 a-no-keeps-it-locked TestUnlocking/no
		d := file(f, Authenticated, CodeStaysLocked)
		d.with(Effect{Kind: EffectRefuse, Ticket: f.Ticket.ID})
		f.refuse(&d)
		f.spends(&d)
		return d, true
	case p.ID != n.Contact: //rule:6.5 only-who-was-asked-unlocks TestUnlocking/another-contact
		return denied(f, file(f, Unauthenticated, CodeOtherContact)), true
	case p.Client != f.Ticket.Client: //rule:6.5 who-was-moved-unlocks-nothing TestUnlocking/moved
		return file(f, Unauthenticated, CodeContactMoved), true
	case !p.Unlocks: //rule:6.5 unlocking-needs-the-right TestUnlocking/no-permission
		return file(f, Unauthenticated, CodeNoPermission), true
	case p.Cooling: //rule:6.5 who-cools-unlocks-nothing TestUnlocking/cooling
		return file(f, Unauthenticated, CodeCooling), true
	case f.Binding.Bound != BoundToken: //rule:6.4 unlocking-needs-the-token TestUnlocking
		return file(f, Authenticated, CodeNoToken), true
	case intent == Yes:
		d := file(f, Authenticated, CodeUnlockAgreed)
		d.with(Effect{Kind: EffectUnlock})
		f.spends(&d)
		return d, true
	}
	return file(f, Authenticated, CodeUnclearAnswer), true
}
