package policy

// name adds that an answer to our mail about a ticket whose subject says nothing
// names it, if it is one line of the ticket's own contact, proved. No other mail
// names a ticket, nor does a yes or a no, and once it has a name none; nor is the
// subject changed of what a contact was or is to be asked about.
func (f Facts) name(d *Decision) {
	said := f.Person.Means(f.Answer)
	switch {
	case d.Outcome != Applied || d.Ticket != f.Ticket.ID || d.Denies() || !f.Ticket.Nameless || f.Line == "" || said == Yes || said == No:
		return
	case f.Person.ID != f.Ticket.Contact || f.Person.Staff || f.Person.Removed: //rule:6.10 only-the-contact-names-a-ticket TestName/colleague
		return
	case !f.Sender.Proves(false): //rule:6.2 what-is-not-proved-names-nothing TestName/forged
		return
	case f.Ticket.State.Over() || f.Ticket.State == StateDisputed || f.Ticket.Class.Privileged(): //rule:6.6 a-subject-that-is-quoted-stays part=3 TestName/privileged
		return
	}
	for _, n := range f.Binding.Heard {
		if n.Names && n.Ticket == f.Ticket.ID { //rule:6.10 an-answer-names-its-ticket =true TestName/another-mail-of-ours
			d.with(Effect{Kind: EffectName})
			d.Reasons = append([]Reason{Because(CodeNamed)}, d.Reasons...)
			return
		}
	}
}
