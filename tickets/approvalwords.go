package tickets

import (
	"cmp"
	"fmt"
	"strings"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/approvals"
)

// askedFor says how many have to agree, as in "2 other contacts and a team lead".
func askedFor(s policy.Second) string {
	parts := []string{several(s.Contacts, "another contact", "other contacts"), several(s.Leads, "a team lead", "team leads")}
	if s.Either > s.Contacts+s.Leads {
		parts = append(parts, several(s.Either, "another contact or a team lead", "other contacts or team leads"))
	}
	return listed(parts, "and")
}

// several says a number of things, "" for none.
func several(n int, one, many string) string {
	switch n {
	case 0:
		return ""
	case 1:
		return one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// maxListed is how many people are named at once.
const maxListed = 3

// listed puts what is not empty one behind the other, as in "A, B and C".
func listed(all []string, word string) string {
	var some []string
	for _, one := range all {
		if one != "" {
			some = append(some, one)
		}
	}
	if len(some) < 2 {
		return strings.Join(some, "")
	}
	last := len(some) - 1
	return strings.Join(some[:last], ", ") + " " + word + " " + some[last]
}

// shortened cuts a list of people.
func shortened(all []string) []string {
	if len(all) > maxListed+1 {
		return append(all[:maxListed:maxListed], fmt.Sprintf("%d others", len(all)-maxListed))
	}
	return all
}

// colleague is what somebody is called to others of their organisation, "" where the
// file has no name of theirs.
func colleague(r kv.Reader, contact string) (string, error) {
	c, _, err := clients.Get(r, contact)
	return oneLine(c.Name), err
}

// colleagues are the names of contacts, none of any where one has none.
func colleagues(r kv.Reader, contacts []string) (names []string, err error) {
	for _, id := range contacts {
		name, err := colleague(r, id)
		if err != nil || name == "" {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// whoAgrees says to who asks for something who has to agree to it.
func whoAgrees(r kv.Reader, a approvals.Approval) (string, error) {
	names, err := colleagues(r, asked(a))
	if err != nil {
		return "", err
	}
	needs := policy.Second(a.Needs)
	inPlace := max(0, a.Leads-needs.Leads)
	parts := []string{ofThem(max(0, needs.Contacts-inPlace), names, "another person of your organisation who may approve it", "other persons of your organisation who may approve it"),
		several(a.Leads, "one of our team leads", "of our team leads")}
	if n := needs.Either; n > needs.Contacts+needs.Leads {
		either := append(append([]string{}, shortened(names)...), "one of our team leads")
		switch {
		case len(names) == 0:
			parts = append(parts, several(n, "another person of your organisation or one of our team leads", "others, of your organisation or our team leads"))
		case n == 1:
			parts = append(parts, listed(either, "or"))
		default:
			parts = append(parts, fmt.Sprintf("%d of %s", n, listed(append(either[:len(either)-1], "our team leads"), "and")))
		}
	}
	return listed(parts, "and"), nil
}

// ofThem says how many of these people.
func ofThem(n int, names []string, one, many string) string {
	switch {
	case n == 0 || len(names) == 0:
		return several(n, one, many)
	case n >= len(names):
		return listed(shortened(names), "and")
	case n == 1:
		return listed(shortened(names), "or")
	}
	return fmt.Sprintf("%d of %s", n, listed(shortened(names), "and"))
}

// asked are the contacts who were asked.
func asked(a approvals.Approval) (contacts []string) {
	for _, one := range a.Asked {
		contacts = append(contacts, one.Contact)
	}
	return contacts
}

// askedWords says to an agent who is missing, as in "Needs 1 of 2 approvers (Nils Holm
// by mail, a team lead); asked 14:10.", "" where no contact was asked.
func askedWords(r kv.Reader, a approvals.Approval, lacks policy.Second) (string, error) {
	var names, agreed []string
	var first string
	for _, one := range a.Asked {
		c, _, err := clients.Get(r, one.Contact)
		if err != nil {
			return "", err
		}
		name := cmp.Or(oneLine(c.Name), one.Contact)
		of, err := inPlaceWords(r, one.For)
		if err != nil {
			return "", err
		}
		if of != "" {
			name += " for " + of
		}
		if first == "" {
			first = moment(one.At)
		}
		switch {
		case a.Agreed(one.Contact, ""):
			agreed = append(agreed, name)
		case len(one.Notices) == 0:
			names = append(names, name+" (no mail could be written)")
		default:
			names = append(names, name+" by mail")
		}
	}
	for _, g := range a.Given {
		if g.Yes && g.Agent != "" {
			agreed = append(agreed, "the lead "+g.Agent)
		}
	}
	if len(names) == 0 {
		return "", nil
	}
	of := len(names)
	if leads := max(a.Leads, 1); a.Leads > 0 || a.LeadMay {
		of += leads
		names = append(shortened(names), several(leads, "a team lead", "team leads"))
	} else {
		names = shortened(names)
	}
	text := fmt.Sprintf("Needs %d of %d approvers (%s); asked %s.", lacks.Persons(), of, strings.Join(names, ", "), first)
	if len(agreed) > 0 {
		text += " " + listed(shortened(agreed), "and") + " agreed."
	}
	return text + fmt.Sprintf(" Without an answer %s ends %s.", a.ID, moment(a.Until)), nil
}
