package policy

// Reads reports whether it is read what class a message asks for: where it may
// open a ticket, and where it follows one.
func (f Facts) Reads() bool { return f.Binding.Ticket == "" && f.Person.ID != "" || f.follows() }

// follows reports whether somebody of its client writes on a ticket that asks for
// nothing privileged, and answers no question of ours.
func (f Facts) follows() bool {
	answers := f.Binding.LiveToken != nil && f.Person.Means(f.Answer) != Unclear
	return f.Binding.Ticket != "" && f.Person.ID != "" && !f.Person.Removed && f.Person.Client == f.Ticket.Client &&
		!f.Ticket.Class.Privileged() && !answers
}

// asksMore reports whether a proved message asks for more than its ticket is for,
// whatever became of that. It gives the ticket nothing and raises nothing, as
// nothing signed may tie it to the ticket; but a person looks.
func (f Facts) asksMore(d Decision) bool {
	return d.Outcome == Applied && d.Ticket == f.Ticket.ID && !d.Denies() && f.follows() &&
		f.Sender.Proves(false) && //rule:8 what-is-not-proved-marks-nothing TestAsksMore/forged
		f.Ticket.Class.Below(f.Asks.OfMail())
}
