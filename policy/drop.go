package policy

// drops reports whether nothing is kept of a message but that it was there: it is of
// nobody on file, about no ticket, at a mailbox that drops such mail. It changes
// nothing, so nothing depends on its words.
func (f Facts) drops(d Decision) bool {
	p := f.Person
	return f.Drops && d.Outcome == Applied && d.Ticket == "" && len(d.Effects) == 0 &&
		p.ID == "" && !p.Staff && len(p.Shared) == 0 //rule:6.11 only-strangers-are-dropped TestDrops/staff TestDrops/shared-address
}
