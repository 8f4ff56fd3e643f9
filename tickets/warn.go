package tickets

import (
	"slices"
	"strings"

	"countersign/clients"
	"countersign/clients/codes"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

// own gives the addresses of the desk and of its agents, which nobody else's should
// look like.
func (s *Store) own() (all []string, err error) {
	all = slices.Clone(s.opt.Addresses)
	err = staff.Each(s.kv, func(a staff.Agent) error {
		if !a.Disabled {
			all = append(all, a.Email)
		}
		return nil
	})
	return all, err
}

// warningsOf says what may be wrong with a contact as they are given, by all that
// is known of their addresses.
func (s *Store) warningsOf(r kv.Reader, c clients.Contact, own []string, imported bool) ([]clients.Warning, error) {
	regard, err := clients.RegardOf(r, c, imported)
	if err != nil {
		return nil, err
	}
	regard.Staff = own
	var seen []string
	for i := range regard.Mail {
		m := &regard.Mail[i]
		if err := heardOf(r, m); err != nil {
			return nil, err
		}
		key := provableKey(m.Address)
		if slices.Contains(seen, key) { // its domain is warned of once
			continue
		}
		seen = append(seen, key)
		p, _, err := kv.Load[provable](r, key)
		if err != nil {
			return nil, err
		}
		if p.Proved.IsZero() {
			m.Unproved, m.Why, m.Policy = p.Unproved, p.Why, p.Policy
		}
	}
	return clients.Warn(regard), nil
}

// Warnings says what is likely to keep the ticket's contact from proving it.
// Nothing has to be proved for a question.
func (s *Store) Warnings(t Ticket) (out []policy.Reason, err error) {
	own, err := s.own()
	if err != nil {
		return out, err
	}
	err = s.kv.View(func(v kv.View) error {
		c, _, err := clients.Get(v, t.Contact)
		if err == nil {
			out, err = s.warningsFor(v, c, t.Class, own)
		}
		return err
	})
	return out, err
}

// warningsFor gives the warnings of a contact who asks for something, "" for
// whatever it is. Addresses are in outline, where a customer could be looking on.
func (s *Store) warningsFor(r kv.Reader, c clients.Contact, class policy.Class, own []string) (out []policy.Reason, err error) {
	out = []policy.Reason{}
	if class == policy.Question {
		return out, nil
	}
	if class != "" {
		found, err := s.unprovable(r, c, class)
		if err != nil {
			return out, err
		}
		out = append(out, found...)
	}
	all, err := s.warningsOf(r, c, own, false)
	for _, w := range all {
		if class == "" || w.Code != policy.CodeDomainUnproved { // else said above, with what it is worth
			reason := w.Reason()
			reason.Text = hideAddresses(reason.Text)
			out = append(out, reason)
		}
	}
	return out, err
}

// reasonsOf gives the warnings of a contact as reasons.
func (s *Store) reasonsOf(r kv.Reader, c clients.Contact, own []string) (out []policy.Reason, err error) {
	all, err := s.warningsOf(r, c, own, false)
	for _, w := range all {
		out = append(out, w.Reason())
	}
	return out, err
}

// missed says what the client lacks, or should change, without a contact who leaves
// the file, or who has left it.
func (s *Store) missed(gone clients.Contact) (out []policy.Reason, err error) {
	now := s.Now()
	primary, approver, coded := gone.Role != clients.Primary, !gone.MaySome(clients.Approve, now), false
	err = s.kv.View(func(v kv.View) (err error) {
		if _, coded, err = codes.Of(v, codes.Holder{Client: gone.Client}); err != nil {
			return err
		}
		return clients.EachOf(v, gone.Client, func(c clients.Contact, err error) {
			if err != nil || c.ID == gone.ID || c.Status == clients.Removed {
				return
			}
			primary = primary || c.Role == clients.Primary
			approver = approver || c.MaySome(clients.Approve, now)
		})
	})
	for _, w := range []struct {
		so   bool
		code policy.Code
	}{{!primary, policy.CodeLastPrimary}, {!approver, policy.CodeLastApprover}, {coded, policy.CodeCodeKnown}} {
		if w.so {
			out = append(out, policy.Because(w.code))
		}
	}
	return out, err
}

// CheckedContact is a warning of a contact, as contact check shows it.
type CheckedContact struct {
	Contact string `json:"contact"` // id
	Client  string `json:"client"`
	Name    string `json:"name"`
	clients.Warning
}

// CheckContacts calls fn for everything that may be wrong with a contact, who is
// known by an address or their id; with all of a client, or with all there are.
func (d *Directory) CheckContacts(who, client string, fn func(CheckedContact) error) error {
	own, err := d.s.own()
	if err != nil {
		return err
	}
	one := func(c clients.Contact) error {
		var all []clients.Warning
		err := d.s.kv.View(func(v kv.View) (err error) { all, err = d.s.warningsOf(v, c, own, false); return err })
		for _, w := range all {
			if err == nil {
				err = fn(CheckedContact{c.ID, c.Client, c.Name, w})
			}
		}
		return err
	}
	if who == "" {
		return clients.EachContact(d.s.kv, func(c clients.Contact) error {
			if client != "" && c.Client != client {
				return nil
			}
			return one(c)
		})
	}
	var found []clients.Contact
	err = d.s.kv.View(func(v kv.View) error {
		if addr, err := canonical(strings.TrimSpace(who)); err == nil { // of a shared one, each of them
			found, err = clients.Holders(v, addr)
			if err != nil || len(found) > 0 {
				return err
			}
		}
		c, err := FindContact(v, who)
		found = append(found, c)
		return err
	})
	for _, c := range found {
		if err == nil {
			err = one(c)
		}
	}
	return err
}
