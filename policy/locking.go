package policy

import "slices"

// locks reports whether the message is the LOCK of a primary contact: proved as a mail
// that opens a ticket is, in that its signature covers our address, or an answer to a
// mail of ours that went to them. Who newly is the primary contact may, too: it takes
// less to stop than to go on.
func (f Facts) locks() bool {
	p := f.Person
	switch {
	case !f.Locks || !p.MayLock || p.ID == "" || p.Removed || p.Staff || len(p.Shared) > 0 || f.Kind.Machine(): //rule:8 the-primary-contact-locks part=2 TestLocking/another-contact
		return false
	case !f.Sender.Proves(true): //rule:8 an-unproved-lock-locks-nothing TestLocking/by-spf
		return false
	case f.ToUsSigned && !f.Sender.SignedAt.IsZero(): //rule:6.4 a-lock-is-to-us =true TestLocking/to-unsigned
		return true
	}
	asked := func(n Notice) bool { return n.Contact == p.ID }
	b := f.Binding
	bound := b.Bound == BoundToken || b.Bound == BoundReference
	return bound && b.Notice != nil && asked(*b.Notice) || slices.ContainsFunc(slices.Concat(b.Heard, b.Approvals), asked)
}

// locking: a LOCK that is about no ticket, or whose signature a copy has used up where
// it was not read so. It opens nothing, and nothing else of it counts.
func locking(f Facts) (Decision, bool) {
	behind := f.SignatureUsed && !f.SignatureLock && !f.unheard()
	if f.Duplicate || f.SignatureUsed && !behind || f.Binding.Ticket != "" && !behind || !f.locks() {
		return Decision{}, false
	}
	d := file(f, Authenticated, CodeLocked)
	d.with(Effect{Kind: EffectLock})
	return d, true
}

// lock adds to what a message comes to that it locks the client of its sender, beside
// whatever it says to its ticket: it is no yes and no no there. Of one that does not
// count the leads are told.
func (f Facts) lock(d *Decision) {
	switch {
	case !f.Locks || d.Outcome != Applied || d.Has(EffectLock):
	case f.locks() && !f.SignatureUsed:
		d.with(Effect{Kind: EffectLock})
		d.Reasons = append(d.Reasons, Because(CodeLocked))
	case d.Ticket == "" && !d.Has(EffectOpen):
	case f.Person.ID != "" && !f.SignatureUsed && (f.Sender.Proves(false) || f.Binding.LiveToken != nil && f.Binding.LiveToken.Contact == f.Person.ID): //rule:8 who-writes-lock-is-seen part=3 TestLocking/forged-of-a-number
		d.with(Effect{Kind: EffectLockAsked})
		d.Reasons = append(d.Reasons, Because(CodeLockAsked))
	}
}
