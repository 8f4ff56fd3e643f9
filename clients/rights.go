package clients

import (
	"slices"
	"time"

	"countersign/policy"
)

// undoLife is how long after another address came first the former one may come
// back to its place as if it had never left it. An address that lost the place
// long ago may be somebody else's by now.
const undoLife = 24 * time.Hour

// Turn is how an address came to be the first, to which our questions go.
type Turn struct {
	At       time.Time `json:"at,omitzero"` // zero: it always was
	Before   string    `json:"before,omitempty"`
	BeforeAt time.Time `json:"before_at,omitzero"` // since when that one had been
}

// rights are what somebody can newly come to and harm can be done with: classes,
// permissions that are no class, and that of the primary contact, who alone is
// asked whether a stop shall end.
var rights = func() (all []string) {
	for _, c := range policy.Classes {
		if c.Privileged() {
			all = append(all, string(c))
		}
	}
	return append(all, string(Approve), string(Manage), string(SeeCode), string(Primary))
}()

// Rights gives what the contact has, at that time, of what cools when it is newly
// given, be it of some services only.
func (c Contact) Rights(at time.Time) (all []string) {
	for _, r := range rights {
		if slices.ContainsFunc(c.reaches(at), func(has reach) bool { return has.right == r }) {
			all = append(all, r)
		}
	}
	return all
}

// OnFile reports whether the address is on file for the contact now.
func (c Contact) OnFile(addr string) bool {
	return c.Status != Removed && slices.Contains(c.Addresses, addr)
}

// reach is how far a right goes.
type reach struct {
	right   string
	service string    // empty: of all services
	end     time.Time // zero: for good
}

// String writes it as a permission is written.
func (u reach) String() string {
	s := u.right
	if u.service != "" {
		s += ":" + u.service
	}
	if !u.end.IsZero() {
		s += "@" + u.end.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return s
}

func parseReach(s string) (u reach) {
	name, services, end := Permission(s).parts()
	u = reach{right: string(name), end: end}
	if len(services) > 0 {
		u.service = services[0]
	}
	return u
}

// covers reports whether who has u has v.
func (u reach) covers(v reach) bool {
	return u.right == v.right && (u.service == "" || u.service == v.service) &&
		(u.end.IsZero() || !v.end.IsZero() && !v.end.After(u.end))
}

func (u reach) over(at time.Time) bool { return !u.end.IsZero() && !at.Before(u.end) }

// reaches gives what the contact has of the rights at that time.
func (c Contact) reaches(at time.Time) (all []reach) {
	if c.Status == Removed {
		return nil
	}
	add := func(u reach) {
		if !u.over(at) && !slices.Contains(all, u) {
			all = append(all, u)
		}
	}
	for _, r := range rights {
		if r == string(Primary) {
			if c.Role == Primary {
				add(reach{right: r})
			}
			continue
		}
		for _, p := range c.effective() {
			name, services, end := p.parts()
			if !name.gives(Permission(r)) {
				continue
			}
			if services == nil {
				services = []string{""}
			}
			for _, s := range services {
				add(reach{r, s, end})
			}
		}
	}
	return all
}

// since gives since when the contact has each of those, and what narrower ones
// they had before.
func (c Contact) since(at time.Time) map[reach]time.Time {
	all := map[reach]time.Time{}
	for s, since := range c.Held {
		if u := parseReach(s); !u.over(at) {
			all[u] = since
		}
	}
	for _, u := range c.reaches(at) {
		since := c.Gained[u.String()]
		if c.Widened.After(since) {
			since = c.Widened
		}
		if held, ok := all[u]; !ok || since.Before(held) {
			all[u] = since
		}
	}
	return all
}

// Got gives since when the contact has a right for a service at that time, or an
// address; zero where it came with the first import, or is nothing that cools.
func (c Contact) Got(what, service string, at time.Time) (got time.Time) {
	if !slices.Contains(rights, what) {
		return c.Since[what]
	}
	found := false
	for u, since := range c.since(at) {
		if u.right == what && (u.service == "" || u.service == service) && (!found || since.Before(got)) {
			got, found = since, true
		}
	}
	return got
}

// A Dated is something that a contact has, and since when; zero: always.
type Dated struct {
	What  string
	Since time.Time
}

// Dates gives since when the contact has what cools of all that they have, rights
// and addresses.
func (c Contact) Dates(at time.Time) (all []Dated) {
	since := c.since(at)
	for _, u := range c.reaches(at) {
		all = append(all, Dated{u.String(), since[u]})
	}
	for _, a := range c.Addresses {
		all = append(all, Dated{a, c.Since[a]})
	}
	return all
}

// Widens names what the contact would have that they have not: rights, addresses
// and another first address, unless that gets its place back. Nothing else widens who can prove or approve.
func (c Contact) Widens(next Contact, at time.Time) (all []string) {
	for _, a := range next.Addresses {
		if next.Status != Removed && !c.OnFile(a) {
			all = append(all, a)
		}
	}
	undone := next.first() == c.First.Before && at.Sub(c.First.At) < undoLife
	if a := next.first(); a != "" && a != c.first() && c.first() != "" && !undone {
		all = append(all, "first "+a)
	}
	had := c.reaches(at)
	for _, u := range next.reaches(at) {
		if !slices.ContainsFunc(had, func(v reach) bool { return v.covers(u) }) {
			all = append(all, u.String())
		}
	}
	return all
}

// first is the address that our questions go to.
func (c Contact) first() string {
	if c.Status == Removed || len(c.Addresses) == 0 {
		return ""
	}
	return c.Addresses[0]
}
