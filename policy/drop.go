package policy

// drops reports whether nothing is kept of a message but that it was there: it is of
// nobody on file, about no ticket, at a mailbox that drops such mail. It changes
// nothing, so nothing depends on its words.
func (f Facts) drops(d Decision) bool {
	p := f.Person
	return f.Drops && d.Outcome == Applied && d.Ticket == "" && p.ID == "" &&
		!p.Staff && //rule:6.11 staff-is-not-dropped TestDrops/staff
		len(p.Shared) == 0 && //rule:6.11 who-shares-is-not-dropped TestDrops/shared-address
		len(d.Effects) == 0
}
