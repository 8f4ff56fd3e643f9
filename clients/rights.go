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

// Rights gives what the contact has of what cools when it is newly given.
func (c Contact) Rights() (all []string) {
	for _, r := range rights {
		if c.holds(r) {
			all = append(all, r)
		}
	}
	return all
}

func (c Contact) holds(right string) bool {
	if right == string(Primary) {
		return c.Role == Primary && c.Status != Removed
	}
	return c.May(Permission(right))
}

func (c Contact) onFile(addr string) bool {
	return c.Status != Removed && slices.Contains(c.Addresses, addr)
}

// Got gives since when a right or an address is the contact's; zero where it
// came with the first import, or is nothing that cools.
func (c Contact) Got(what string) time.Time {
	if at := c.Gained[what]; !slices.Contains(rights, what) {
		return c.Since[what]
	} else if at.After(c.Widened) {
		return at
	}
	return c.Widened
}
