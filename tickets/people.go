package tickets

import (
	"errors"
	"slices"
	"strings"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

// FindContact finds a contact, also one who was removed, by an address on file or by
// their id.
func FindContact(r kv.Reader, who string) (clients.Contact, error) {
	c, err := activeContact(r, who)
	if c.ID != "" && errors.Is(err, ErrNoContact) {
		return c, nil
	}
	return c, err
}

// MeantContact gives an address on file that was perhaps meant by one that is not;
// "" if none.
func MeantContact(r kv.Reader, who string) (string, error) {
	addr, err := canonical(strings.TrimSpace(who))
	if err != nil {
		return "", nil
	}
	meant, _, err := clients.LookAlike(r, addr)
	return meant, err
}

// OpenTicket is a ticket that is not over, as it is shown beside whom it is for.
type OpenTicket struct {
	Ticket  string       `json:"ticket"`
	Contact string       `json:"contact"` // id
	Class   policy.Class `json:"class"`
	State   policy.State `json:"state"`
	Proof   policy.Word  `json:"proof"` // of the request as it is
	Subject string       `json:"subject"`
	Until   time.Time    `json:"until,omitzero"`
	Held    bool         `json:"held"` // its request is proved, and an approval or a wait is missing
}

// Open gives the tickets of a contact that are not over; of everybody, for "".
func (d *Directory) Open(v kv.View, contact string) (all []OpenTicket, err error) {
	prefix := openPrefix
	if contact != "" {
		prefix += contact + "/"
	}
	err = v.Scan(prefix, "", func(key string, _ []byte) error {
		t, err := load(v, key[strings.LastIndexByte(key, '/')+1:])
		if err != nil || t.State.Over() {
			return err
		}
		if t, err = t.counts(v); err != nil {
			return err
		}
		one := OpenTicket{Ticket: t.ID, Contact: t.Contact, Class: t.Class, State: t.State, Subject: t.Subject, Until: t.Until}
		if one.Proof, err = d.s.word(v, t); err != nil {
			return err
		}
		if t.State == policy.StateConfirmed {
			if one.Held, err = d.s.onHold(v, t); err != nil {
				return err
			}
		}
		all = append(all, one)
		return nil
	})
	slices.SortFunc(all, func(a, b OpenTicket) int {
		return strings.Compare(kv.Numbered("", a.Ticket), kv.Numbered("", b.Ticket))
	})
	return all, err
}

// onHold reports whether whoever may carry the ticket's class out would be told to
// wait.
func (s *Store) onHold(r kv.Reader, t Ticket) (bool, error) {
	anybody := staff.Agent{ID: "*", Role: staff.RoleAgent, Authorities: []string{staff.All}}
	_, d, err := s.judge(r, t, AuthorizeRequest{Ticket: t.ID, Class: t.Class, Channel: policy.Email}, anybody)
	return d.Decision == policy.Hold, err
}

// ProvedAt says of a domain when its mail was last proved, and when it last was not.
type ProvedAt struct {
	Domain   string    `json:"domain"`
	Proved   time.Time `json:"proved,omitzero"`
	Unproved time.Time `json:"unproved,omitzero"`
	Why      string    `json:"why,omitempty"` // it was not
}

// ProvedAt gives what is known of the domains of a contact's addresses.
func (d *Directory) ProvedAt(r kv.Reader, c clients.Contact) (all []ProvedAt, err error) {
	for _, a := range c.Addresses {
		domain := strings.TrimPrefix(provableKey(a), provesPrefix)
		if slices.ContainsFunc(all, func(p ProvedAt) bool { return p.Domain == domain }) {
			continue
		}
		p, _, err := kv.Load[provable](r, provableKey(a))
		if err != nil {
			return nil, err
		}
		all = append(all, ProvedAt{domain, p.Proved, p.Unproved, p.Why})
	}
	return all, nil
}

// Barred says why a contact can prove nothing privileged now, nothing where they can.
func (d *Directory) Barred(r kv.Reader, c clients.Contact) (all []policy.Reason, err error) {
	if c.Status == clients.Removed {
		return []policy.Reason{policy.Because(policy.CodeContactRemoved)}, nil
	}
	if all, err = d.s.barringTo(r, c.Client, c); err != nil {
		return nil, err
	}
	isStaff, err := d.s.askedIsStaff(r, c)
	if err != nil {
		return nil, err
	}
	if isStaff {
		all = append(all, policy.Because(policy.CodeStaffAddress))
	}
	class, ok := d.asks(c)
	if !ok {
		return append(all, policy.Because(policy.CodeNoPermission)), nil
	}
	cool, err := d.allCools(r, c)
	if err != nil {
		return nil, err
	}
	if cool {
		all = append(all, policy.Because(policy.CodeCooling))
	}
	unproved, err := d.s.unprovable(r, c, class)
	if err == nil && len(unproved) > 0 && d.noneProved(r, c) {
		all = append(all, unproved...)
	}
	return all, err
}

// asks gives a privileged class for which the contact may ask now.
func (d *Directory) asks(c clients.Contact) (policy.Class, bool) {
	i := slices.IndexFunc(policy.Classes, func(class policy.Class) bool {
		return class.Privileged() && c.MaySome(clients.Permission(class), d.s.Now())
	})
	if i < 0 {
		return "", false
	}
	return policy.Classes[i], true
}

// allCools reports whether nothing privileged can be proved because of what cools:
// the address that we ask, or the right to each class.
func (d *Directory) allCools(r kv.Reader, c clients.Contact) (bool, error) {
	asked, err := d.s.cools(r, c, firstOf(c)...)
	if err != nil || len(asked) > 0 {
		return len(asked) > 0, err
	}
	for _, one := range c.Dates(d.s.Now()) {
		name, _, _ := strings.Cut(one.What, ":")
		name, _, _ = strings.Cut(name, "@")
		if !clients.Permission(one.What).Known() || !policy.Class(name).Known() {
			continue
		}
		if !d.s.Now().Before(one.Since.Add(d.s.opt.Cooling)) {
			return false, nil
		}
	}
	return true, nil
}

// noneProved reports whether mail came from every domain of the contact's addresses,
// and none of it was ever proved.
func (d *Directory) noneProved(r kv.Reader, c clients.Contact) bool {
	all, err := d.ProvedAt(r, c)
	return err == nil && !slices.ContainsFunc(all, func(p ProvedAt) bool { return p.Unproved.IsZero() || !p.Proved.IsZero() })
}
