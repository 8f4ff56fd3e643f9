package policy

// Reads reports whether it is read what class a message asks for: where it may
// open a ticket, and where it follows one.
func (f Facts) Reads() bool { return f.Binding.Ticket == "" && f.Person.ID != "" || f.follows() }

// follows reports whether somebody of its client writes on a ticket, and answers no
// question of ours.
func (f Facts) follows() bool {
	said := f.Person.Means(f.Answer)
	answers := (f.Binding.LiveToken != nil || f.Ticket.Class.Privileged()) && (said == Yes || said == No)
	return f.Binding.Ticket != "" && f.Person.ID != "" && !f.Person.Removed && f.Person.Client == f.Ticket.Client && !answers
}

// asksMore reports whether a proved message asks for more than its ticket is for,
// and the ticket has not become that. It gives the ticket nothing; but a person
// looks. What an agent calls privileged is so whatever its own words say.
func (f Facts) asksMore(d Decision) bool {
	asks := f.Asks.OfMail()
	return d.Outcome == Applied && d.Ticket == f.Ticket.ID && !d.Denies() && f.follows() && !d.Has(EffectFurther) &&
		f.Sender.Proves(false) && //rule:8 what-is-not-proved-marks-nothing TestAsksMore/forged
		f.Ticket.Class.Below(asks) && (!f.Ticket.Class.Privileged() || f.More.Read.Below(asks))
}
