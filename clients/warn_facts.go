package clients

import (
	"fmt"
	"slices"

	"countersign/clients/onfile"
	"countersign/internal/kv"
)

// RegardOf gathers what the file says of a contact, as they are given: the services
// of their client, whose mailboxes theirs are, and whom they look like; where they
// are imported, the latter was found out with whose their addresses are.
func RegardOf(r kv.Reader, c Contact, imported bool) (out Regard, err error) {
	client, _, err := GetClient(r, c.Client)
	if err != nil {
		return out, err
	}
	out = Regard{Contact: c, Services: client.Services}
	for _, a := range c.Addresses {
		m := MailFacts{Address: a}
		if m.Shared, err = c.besides(r, a, imported); err != nil {
			return out, err
		}
		if out.Mail = append(out.Mail, m); imported {
			continue
		}
		like, colleague, err := LookAlike(r, a)
		if err != nil {
			return out, err
		}
		if !colleague && !slices.Contains(c.Addresses, like) {
			out.Mail[len(out.Mail)-1].Alike = like
		}
	}
	return out, nil
}

// besides names the other contacts who have the mailbox of an address, each with
// the address by which they have it.
func (c Contact) besides(r kv.Reader, addr string, imported bool) (all []string, err error) {
	plain := onfile.Mailbox(addr)
	list, err := listed(r, mailboxPrefix+plain)
	if err != nil {
		return nil, err
	}
	for _, other := range append([]string{plain}, list...) {
		if imported && other == addr {
			continue
		}
		holders, err := having(r, other)
		if err != nil {
			return nil, err
		}
		for _, h := range holders {
			if h.ID != c.ID && h.Status != Removed {
				all = append(all, fmt.Sprintf("%s of %s", other, names([]Contact{h})))
			}
		}
	}
	return all, nil
}
