package clients

import (
	"fmt"
	"slices"

	"countersign/internal/kv"
	"countersign/policy"
)

// owners finds the contact that the row is about and those who lose an address to
// it. shared tells that somebody has an address of theirs, too, and keeps it.
func (opt ImportOptions) owners(tx kv.Tx, r row, next Contact, o *outcome) (old Contact, ok bool, losers []Contact, shared bool, err error) {
	for _, a := range next.Addresses {
		is, err := opt.Desk.IsStaff(tx, a)
		if err != nil {
			return old, ok, nil, false, err
		}
		if is {
			o.problem(r, "email", "%s is an address of staff, or may reach staff; an agent must not be able to confirm", a)
		}
		all, err := having(tx, a)
		if err != nil {
			return old, ok, nil, false, err
		}
		own := slices.DeleteFunc(slices.Clone(all), func(c Contact) bool { return c.Client != next.Client })
		switch c, found := opt.meant(r, next, own); {
		case len(all) == 0:
			if err := opt.looks(tx, r, next, a, o); err != nil {
				return old, ok, nil, false, err
			}
		case ok && slices.ContainsFunc(own, func(c Contact) bool { return c.ID == old.ID }):
		case found && !ok:
			old, ok = c, true
		case opt.AllowShared:
			shared = true
			o.warnings = append(o.warnings, Problem{Line: r.line, Column: "email", Code: policy.CodeSharedAddress, Text: fmt.Sprintf("%s is shared with %s: mail from it that answers no question of ours is nobody's", a, names(all))})
		case len(own) == 1:
			o.problem(r, "email", "%s is already on file for another contact of this client (%s). Needs --allow-shared, for both to have it", a, own[0].ID)
		case len(own) > 1:
			o.problem(r, "email", "%s is on file for several contacts of this client (%s); give the name of one of them as it is on file, or first an address that is theirs alone", a, names(own))
		default:
			for _, c := range all {
				if losers, err = opt.take(tx, r, a, c, losers, o); err != nil {
					return old, ok, nil, false, err
				}
			}
		}
	}
	return old, ok, losers, shared, nil
}

// meant gives which of the contacts of its client, who have an address of it, the
// row is about: the only one, or the one of that name. Where an address may be
// shared, one of another name is another person.
func (opt ImportOptions) meant(r row, next Contact, own []Contact) (Contact, bool) {
	if len(own) == 1 && (!opt.AllowShared || r.fields["name"] == "") {
		return own[0], true
	}
	i := slices.IndexFunc(own, func(c Contact) bool { return skeleton(c.Name) == skeleton(next.Name) })
	if i < 0 {
		return Contact{}, false
	}
	return own[i], true
}

// looks warns of an address that looks like another one on file.
func (opt ImportOptions) looks(tx kv.Tx, r row, next Contact, a string, o *outcome) error {
	other, colleague, err := LookAlike(tx, a)
	// People of one domain have similar names; so may the addresses of one person.
	if other != "" && !colleague && !slices.Contains(next.Addresses, other) { //rule:6.15 look-alikes-are-warned-of TestImportLookAlike
		o.warnings = append(o.warnings, Problem{Line: r.line, Column: "email", Code: policy.CodeLookAlike, Text: fmt.Sprintf("%s looks like %s, which is on file", a, other)})
	}
	return err
}

// take takes an address from a contact of another client, where it may be moved.
func (opt ImportOptions) take(tx kv.Tx, r row, a string, c Contact, losers []Contact, o *outcome) ([]Contact, error) {
	halt := false
	if opt.Stopped != nil {
		var err error
		if halt, err = opt.Stopped(tx, c.Client); err != nil {
			return nil, err
		}
	}
	switch {
	case halt: //rule:6.8 nobody-leaves-a-stop TestNobodyLeavesAStop
		o.problem(r, "email", "already on file for client %s (contact %s), which is stopped or locked: nobody is moved out of it before that ends", c.Client, c.ID)
		return losers, nil
	case !opt.AllowMove: //rule:6.15 moving-an-address-is-asked TestImportReports/moved
		o.problem(r, "email", "already on file for client %s (contact %s): would be moved. Needs --allow-move, or --allow-shared for both to have it", c.Client, c.ID)
		return losers, nil
	}
	i := slices.IndexFunc(losers, func(l Contact) bool { return l.ID == c.ID })
	if i < 0 {
		losers, i = append(losers, c), len(losers)
	}
	losers[i].Addresses = slices.DeleteFunc(slices.Clone(losers[i].Addresses), func(x string) bool { return x == a })
	if len(losers[i].Addresses) == 0 {
		losers[i].Status, losers[i].Ended = Removed, opt.Now
	}
	return losers, nil
}
