// Package clients knows the people of our clients: who they are, which
// addresses of theirs are on file and what they may ask for.
//
// Everything here is as an administrator's source of record says. Who wrote a
// message is found out in package inbound, what they may have in package policy.
package clients

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"countersign/clients/onfile"
	"countersign/internal/kv"
	"countersign/policy"
)

// Role is what a contact is to their client.
type Role string

// The roles.
const (
	Primary    Role = "primary" // may manage the others
	Authorised Role = "authorised"
)

// Status says whether a contact still has any right.
type Status string

// The states.
const (
	Active  Status = "active"
	Removed Status = "removed"
)

// Client is an organisation with an account.
type Client struct {
	ID       string    `json:"client"`
	Name     string    `json:"name"`
	Imported time.Time `json:"imported,omitzero"`
	Filled   time.Time `json:"filled,omitzero"`     // when its first contacts came,
	FilledBy string    `json:"filled_by,omitempty"` // and by which import
	Alike    time.Time `json:"alike,omitzero"`      // since when it can be taken for another client, as was allowed,
	AlikeBy  string    `json:"alike_by,omitempty"`  // and by which write
	// Priorities and Categories are the desk's words for its requests; none: any.
	// Services are the servers and domains that it has with us.
	Priorities []string `json:"priorities,omitempty"`
	Categories []string `json:"categories,omitempty"`
	Services   []string `json:"services,omitempty"`
}

// Contact is a person of a client.
type Contact struct {
	ID          string       `json:"contact"`
	Client      string       `json:"client"`
	Name        string       `json:"name"`
	Role        Role         `json:"role"`
	Status      Status       `json:"status"`
	Addresses   []string     `json:"addresses"` // canonical; the first gets the notices
	Permissions []Permission `json:"permissions,omitempty"`
	Language    string       `json:"language,omitempty"`
	Zone        string       `json:"zone,omitempty"` // of IANA's time zones
	Added       time.Time    `json:"added,omitzero"`
	Ended       time.Time    `json:"ended,omitzero"` // when they were removed
	// Since says when an address came on file, Gained when the contact came to a
	// right, First how the first address became it: for what did not come with
	// the first import of the client.
	Since  map[string]time.Time `json:"since,omitempty"`
	Gained map[string]time.Time `json:"gained,omitempty"`
	First  Turn                 `json:"first,omitzero"`
	// Held says of narrower rights than those they have now that they had them before,
	// and since when: what was widened cools, and what they had does not.
	Held map[string]time.Time `json:"held,omitempty"`
	// Writes says by which writes came what is dated so, by their times.
	Writes map[string]string `json:"writes,omitempty"`
	// Left says when addresses left the file, of the last ones.
	Left map[string]time.Time `json:"left,omitempty"`
	// Spoke says until when another language was theirs.
	Spoke map[string]time.Time `json:"spoke,omitempty"`
	// Approver says when what they could approve was last taken from them.
	Approver time.Time `json:"approver,omitzero"`
	// Led says when they were last made no primary contact any longer.
	Led time.Time `json:"led,omitzero"`
	// Widened stands in older records for the dates of all rights.
	Widened time.Time `json:"widened,omitzero"`
}

// May reports whether the contact, at that time, may ask for the class of that
// name, or has the permission, for a service; "" is none in particular. Whoever is
// on file may ask a question.
func (c Contact) May(p Permission, at time.Time, service string) bool {
	if c.Status == Removed { //rule:6.5 removed-may-nothing-on-file TestMay
		return false
	}
	return p == Permission(policy.Question) || grants(c.effective(), p, at, service)
}

// MaySome reports whether the contact may that for any service.
func (c Contact) MaySome(p Permission, at time.Time) bool {
	return c.May(p, at, "") || slices.ContainsFunc(c.services(at), func(s string) bool { return c.May(p, at, s) })
}

// effective gives the permissions, those of the role where none are listed.
func (c Contact) effective() []Permission {
	if len(c.Permissions) > 0 {
		return c.Permissions
	}
	return RoleGives(c.Role)
}

// RoleGives gives the permissions of a role, for whom none are listed.
func RoleGives(r Role) []Permission {
	if r == Primary {
		return []Permission{All}
	}
	return []Permission{Minor}
}

// Get returns the contact with that id, removed ones too.
func Get(r kv.Reader, id string) (Contact, bool, error) {
	return kv.Load[Contact](r, contactPrefix+id)
}

// GetClient returns the client with that id.
func GetClient(r kv.Reader, id string) (Client, bool, error) {
	return kv.Load[Client](r, clientPrefix+id)
}

// PutClient writes the client as it is. It is found by every name that it ever
// had: whoever gives one client another name must not have a second one take the
// first one's place in people's eyes.
func PutClient(tx kv.Tx, c Client) error {
	if c.ID == "" {
		return errors.New("a client has no id")
	}
	return errors.Join(rename(tx, c.ID, nil, c.called()), kv.Save(tx, clientPrefix+c.ID, c))
}

// PutContact writes the contact as it is and brings the indexes of its
// addresses up to date. An address that is another's, or leads to staff, is
// refused.
func PutContact(tx kv.Tx, c Contact) error { return put(tx, c, onfile.TakeForContact) }

// PutBeside is PutContact of one whose address is an agent's, too. Only a world
// has such people.
func PutBeside(tx kv.Tx, c Contact) error { return put(tx, c, onfile.TakeBeside) }

func put(tx kv.Tx, c Contact, take func(tx kv.Tx, addr, contact string) error) error {
	if c.ID == "" {
		return errors.New("a contact has no id")
	}
	old, _, err := Get(tx, c.ID)
	if err != nil {
		return err
	}
	for _, a := range old.Addresses {
		if !slices.Contains(c.Addresses, a) {
			last, err := onfile.GiveBack(tx, a, c.ID)
			if err == nil && last {
				err = indexLook(tx, a, false)
			}
			if err != nil {
				return err
			}
		}
	}
	for _, a := range c.Addresses {
		if err := errors.Join(take(tx, a, c.ID), indexLook(tx, a, true)); err != nil {
			return err
		}
	}
	if err := errors.Join(countDomains(tx, old, c), rename(tx, c.ID, []string{old.named()}, []string{c.named()})); err != nil {
		return err
	}
	if old.Client != "" && old.Client != c.Client {
		if err := errors.Join(indexPrimary(tx, old, false), tx.Delete(memberPrefix+old.Client+"/"+c.ID)); err != nil {
			return err
		}
	}
	if err := indexPrimary(tx, c, c.Role == Primary && c.Status != Removed); err != nil {
		return err
	}
	return errors.Join(kv.Save(tx, contactPrefix+c.ID, c), tx.Put(memberPrefix+c.Client+"/"+c.ID, nil))
}

// EachOf calls fn for every contact of the client. What can't be read of one is
// the error that fn is given, and keeps no other back.
func EachOf(v kv.View, client string, fn func(Contact, error)) error {
	prefix := memberPrefix + client + "/"
	return v.Scan(prefix, "", func(key string, _ []byte) error {
		c, _, err := Get(v, strings.TrimPrefix(key, prefix))
		fn(c, err)
		return nil
	})
}

// countDomains counts anew at which domains addresses of contacts are.
func countDomains(tx kv.Tx, before, after Contact) error {
	more := map[string]int{}
	for _, c := range []struct {
		Contact
		by int
	}{{before, -1}, {after, 1}} {
		for _, a := range c.Addresses {
			if c.Status != Removed {
				more[a[strings.LastIndexByte(a, '@')+1:]] += c.by
			}
		}
	}
	for _, domain := range slices.Sorted(maps.Keys(more)) {
		if err := onfile.CountAt(tx, domain, more[domain]); err != nil {
			return err
		}
	}
	return nil
}

// EachClient calls fn for every client, by id.
func EachClient(s kv.Viewer, fn func(Client) error) error { return kv.Pages(s, clientPrefix, fn) }

// EachContact calls fn for every contact, removed ones too.
func EachContact(s kv.Viewer, fn func(Contact) error) error { return kv.Pages(s, contactPrefix, fn) }
