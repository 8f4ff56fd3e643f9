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
	first bool // that it is the first address
}

// cools gives what of all that still cools, with the contact's client. It is the
// one place that says so: what newly widens who can prove something proves
// nothing privileged at first (the design, 6.5).
func (s *Store) cools(r kv.Reader, c clients.Contact, all ...got) (out []policy.Cooling, err error) {
	client, _, err := clients.GetClient(r, c.Client)
	for _, g := range append(all, got{what: "client", since: client.Alike}) {
		if until := g.since.Add(s.opt.Cooling); !g.since.IsZero() && s.Now().Before(until) {
			out = policy.Cool(out, policy.Cooling{What: g.what, Until: until, Why: g.why(c, client)})
		}
	}
	return out, err
}

// why says what came new, since when, and by which write.
func (g got) why(c clients.Contact, client clients.Client) string {
	by := c.WrittenBy(g.since)
	what := "new address"
	switch permission := clients.Permission(g.what); {
	case g.what == "client":
		what, by = "looks like another client", client.AlikeBy
	case c.Added.Equal(g.since):
		what = "new contact"
	case g.first:
		what = "newly the first address"
	case g.what == string(clients.Primary):
		what = "new role"
	case permission.Known() && len(c.Permissions) == 0 && c.Gained[string(clients.Primary)].Equal(g.since):
		what = "new role"
	case permission.Known():
		what = "new permission"
	}
	text := what + " since " + g.since.UTC().Format("2006-01-02 15:04 UTC")
	if by != "" {
		text += ", " + by
	}
	return text
}

// coolsFor gives what cools of an answer for which the contact needs a right,
// from addr, to these questions. Who reads an address that newly gets our
// questions has their secrets, whatever address the answer then comes from.
func (s *Store) coolsFor(r kv.Reader, c clients.Contact, right, service, addr string, asked ...*policy.Notice) ([]policy.Cooling, error) {
	now := s.Now()
	all := []got{{what: right, since: c.Got(right, service, now)}, {what: addr, since: c.Got(addr, "", now)}}
	for _, n := range asked {
		if n != nil && n.Contact == c.ID {
			all = append(all, got{what: n.Address, since: c.Got(n.Address, "", now)}, got{n.Address, n.First, true})
		}
	}
	return s.cools(r, c, all...)
}

// Cools gives everything of a contact that cools, nothing of one who was removed.
func (d *Directory) Cools(r kv.Reader, c clients.Contact) ([]policy.Cooling, error) {
	if c.Status == clients.Removed {
		return nil, nil
	}
	var all []got
	for _, one := range c.Dates(d.s.Now()) {
		all = append(all, got{what: one.What, since: one.Since})
	}
	return d.s.cools(r, c, append(all, firstOf(c)...)...)
}

// firstOf gives the address that our questions go to.
func firstOf(c clients.Contact) []got {
	if len(c.Addresses) == 0 {
		return nil
	}
	return []got{{what: c.Addresses[0], since: c.Since[c.Addresses[0]]}, {c.Addresses[0], c.First.At, true}}
}

// coolsOf gives what cools of what the ticket asks for, as long as that can be
// proved: the right to it and, before the yes, the address that is asked.
func (s *Store) coolsOf(r kv.Reader, t Ticket) ([]policy.Cooling, error) {
	c, ok, err := clients.Get(r, t.Contact)
	if err != nil || !ok || !t.Class.Privileged() || t.State.Over() || t.State == policy.StateDisputed {
		return nil, err
	}
	all := []got{{what: string(t.Class), since: c.Got(string(t.Class), t.Service, s.Now())}}
	if t.State != policy.StateConfirmed {
		all = append(all, firstOf(c)...)
	}
	return s.cools(r, c, all...)
}

// outlined hides the addresses, since a customer may see what an agent is told.
func outlined(all []policy.Cooling) []policy.Cooling {
	for i, c := range all {
		if strings.ContainsRune(c.What, '@') && !clients.Permission(c.What).Known() { // its last day stands behind an @, too
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
