package policy

// name adds that an answer to our mail about a ticket whose subject says nothing
// names it, if it is one line of the ticket's own contact, proved. No other mail
// names a ticket, nor does a yes or a no, and once it has a name none; nor is the
// subject changed of what a contact was or is to be asked about.
func (f Facts) name(d *Decision) {
	if d.Outcome != Applied || d.Ticket != f.Ticket.ID || d.Denies() || !f.Ticket.Nameless || f.Line == "" ||
		f.Person.ID != f.Ticket.Contact || f.Person.Staff || f.Person.Removed || !f.Sender.Proves(false) || //rule:6.10 only-the-contact-names-a-ticket part=1 TestName/colleague
		f.Ticket.State.Over() || f.Ticket.State == StateDisputed || f.Ticket.Class.Privileged() { //rule:6.6 a-subject-that-is-quoted-stays part=3 TestName/privileged
		return
	}
	if said := f.Person.Means(f.Answer); said == Yes || said == No {
		return
	}
	for _, n := range f.Binding.Heard {
		if n.Names && n.Ticket == f.Ticket.ID && n.Contact == f.Person.ID { //rule:6.10 an-answer-names-its-ticket =false TestName/line
			d.with(Effect{Kind: EffectName})
			d.Reasons = append([]Reason{Because(CodeNamed)}, d.Reasons...)
			return
		}
	}
}
