package tickets

import (
	"maps"
	"slices"
	"strings"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/internal/redact"
	"countersign/policy"
)

// got is something that somebody has, and since when; the zero time: always.
type got struct {
	what  string
	since time.Time
}

// cools gives what of all that still cools, with the contact's client. It is the
// one place that says so: what newly widens who can prove something proves
// nothing privileged at first (the design, 6.5).
func (s *Store) cools(r kv.Reader, c clients.Contact, all ...got) (out []policy.Cooling, err error) {
	client, _, err := clients.GetClient(r, c.Client)
	for _, g := range append(all, got{"client", client.Alike}) {
		if until := g.since.Add(s.opt.Cooling); !g.since.IsZero() && s.Now().Before(until) {
			out = policy.Cool(out, policy.Cooling{What: g.what, Until: until})
		}
	}
	return out, err
}

// coolsFor gives what cools of an answer for which the contact needs a right,
// from addr, to these questions. Who reads an address that newly gets our
// questions has their secrets, whatever address the answer then comes from.
func (s *Store) coolsFor(r kv.Reader, c clients.Contact, right, service, addr string, asked ...*policy.Notice) ([]policy.Cooling, error) {
	now := s.Now()
	all := []got{{right, c.Got(right, service, now)}, {addr, c.Got(addr, "", now)}}
	for _, n := range asked {
		if n != nil && n.Contact == c.ID {
			all = append(all, got{n.Address, c.Got(n.Address, "", now)}, got{n.Address, n.First})
		}
	}
	return s.cools(r, c, all...)
}

// Cools gives everything of a contact that cools.
func (d *Directory) Cools(r kv.Reader, c clients.Contact) ([]policy.Cooling, error) {
	var all []got
	for _, one := range c.Dates(d.s.Now()) {
		all = append(all, got{one.What, one.Since})
	}
	return d.s.cools(r, c, append(all, firstOf(c)...)...)
}

// firstOf gives the address that our questions go to.
func firstOf(c clients.Contact) []got {
	if len(c.Addresses) == 0 {
		return nil
	}
	return []got{{c.Addresses[0], c.Since[c.Addresses[0]]}, {c.Addresses[0], c.First.At}}
}

// coolsOf gives what cools of what the ticket asks for, as long as that can be
// proved: the right to it and, before the yes, the address that is asked.
func (s *Store) coolsOf(r kv.Reader, t Ticket) ([]policy.Cooling, error) {
	c, ok, err := clients.Get(r, t.Contact)
	if err != nil || !ok || !t.Class.Privileged() || t.State.Over() || t.State == policy.StateDisputed {
		return nil, err
	}
	all := []got{{string(t.Class), c.Got(string(t.Class), t.Service, s.Now())}}
	if t.State != policy.StateConfirmed {
		all = append(all, firstOf(c)...)
	}
	return s.cools(r, c, all...)
}

// outlined hides the addresses, since a customer may see what an agent is told.
func outlined(all []policy.Cooling) []policy.Cooling {
	for i, c := range all {
		if strings.ContainsRune(c.What, '@') {
			all[i].What = redact.Address(c.What).String()
		}
	}
	return all
}

// spoke gives the languages that were the contact's until lately.
func (s *Store) spoke(c clients.Contact) (out []string) {
	for _, l := range slices.Sorted(maps.Keys(c.Spoke)) {
		if s.Now().Before(c.Spoke[l].Add(s.opt.Cooling)) {
			out = append(out, l)
		}
	}
	return out
}
