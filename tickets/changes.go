package tickets

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"countersign/clients"
	"countersign/clients/onfile"
	"countersign/internal/kv"
	"countersign/internal/redact"
	"countersign/policy"
)

// change is what was changed of the file by a ticket's allow, or without one, and
// then the ticket was opened to tell of it.
type change struct {
	Contact string    `json:"contact,omitempty"` // id
	What    string    `json:"what"`              // without addresses in full
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Receipt string    `json:"receipt,omitempty"`
	Only    bool      `json:"only,omitempty"`    // the ticket was opened for it
	Narrows bool      `json:"narrows,omitempty"` // it widens nothing: what tells of it waits apart
	Undone  string    `json:"undone,omitempty"`  // by which ticket it was taken back
	Old     []string  `json:"old,omitempty"`     // the contact's addresses before it, which were told of it
}

// changed says what was changed, when and by whom; "" where nothing was.
func (t *Ticket) changed() string {
	if t.Change == nil {
		return ""
	}
	return fmt.Sprintf("%s (%s, by %s)", t.Change.What, t.Change.At.Format("2006-01-02 15:04 UTC"), t.Change.By)
}

// changedBy reports whether an agent changed the file by the ticket.
func (t *Ticket) changedBy(agent string) bool { return t.Change != nil && t.Change.By == agent }

// changeLine says of a ticket that was disputed what had been changed, and how to take
// it back.
func (t *Ticket) changeLine() string {
	if t.Change == nil {
		return ""
	}
	line := "Changed: " + t.changed() + "."
	if t.Change.Contact != "" {
		line += " Take it back: "
		if !t.Change.Only || t.Change.Narrows {
			line += "countersign contact set " + t.Change.Contact + " --undo " + t.ID + " (for 30 days); or "
		}
		line += "countersign contact show " + t.Change.Contact + ", then contact set, remove or import."
	}
	return line
}

// openChange opens a ticket for something that is done to a contact without one
// of theirs, so that a no to the mail that tells of it is heard. It is closed and
// asks nothing; where the thing was done, a no stops the client. The caller
// writes the notices, and saves the ticket.
func (s *Store) openChange(tx kv.Tx, c clients.Contact, subject, what string, by By, done bool) (t Ticket, err error) {
	n, err := kv.Counter(tx, ticketCounter)
	if err != nil {
		return t, err
	}
	e, err := epochNow(tx)
	if err != nil {
		return t, err
	}
	now := s.Now()
	t = Ticket{ID: fmt.Sprintf("T-%d", n), Client: c.Client, Contact: c.ID, Subject: oneLine(subject), Request: what, Revision: 1,
		Class: policy.AccountChange, Channel: policy.API, State: policy.StateClosed, OpenedBy: by.Agent, Opened: now, Epoch: e.Number,
		Change: &change{Contact: c.ID, What: oneLine(what), At: now, By: by.String(), Only: true}}
	if done {
		t.UsedBy, t.UsedAt, t.UsedIn = by.String(), now, e.Number
	}
	if t.Thread, err = s.thread(tx, t.ID, ""); err != nil {
		return t, err
	}
	if err := s.record(tx, &t, Event{Event: "opened", Text: "opened to tell of what " + by.String() + " did: " + t.Change.What}); err != nil {
		return t, err
	}
	return t, save(tx, t)
}

// place is an address to which something is told, and whose it is or was.
type place struct {
	Contact string `json:"contact"`
	Address string `json:"address"`
}

// whoHears gives who is told of a change: every address that left the file, and
// the first one as it was before, which are perhaps all that the contact can still
// read, or where these are somebody else's, the first one as it is now; and the
// primary contacts. before is the primary contact that the client had.
func whoHears(r kv.Reader, old, next clients.Contact, before string) (all []place, err error) {
	add := func(contact, addr string) error {
		others, err := othersNow(r, contact, addr)
		if err == nil && !others && !slices.Contains(all, place{contact, addr}) { //rule:6.10 not-to-who-has-it-now part=2 TestMovedIsNotTold
			all = append(all, place{contact, addr})
		}
		return err
	}
	for i, addr := range old.Addresses {
		if old.Status == clients.Removed || i > 0 && next.OnFile(addr) {
			continue
		}
		if err := add(next.ID, addr); err != nil {
			return nil, err
		}
	}
	if len(all) == 0 && old.Status == clients.Active && len(old.Addresses) > 0 && len(next.Addresses) > 0 {
		if err := add(next.ID, next.Addresses[0]); err != nil { //rule:6.5 who-lost-an-address-is-told ! TestMovedIsNotTold
			return nil, err
		}
	}
	after, _, err := clients.PrimaryOf(r, next.Client)
	if err != nil {
		return nil, err
	}
	for _, id := range []string{before, after} {
		c, ok, err := clients.Get(r, id)
		if err != nil {
			return nil, err
		}
		if ok && id != next.ID && c.Status != clients.Removed && len(c.Addresses) > 0 {
			if err := add(id, c.Addresses[0]); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// othersNow reports whether an address that is or was the contact's is somebody
// else's by now: what was done to the one is nothing to the other.
func othersNow(r kv.Reader, contact, addr string) (bool, error) {
	h, err := onfile.Of(r, addr)
	return !h.Nobody() && !slices.Contains(h.Contacts(), contact), err
}

// What a mail says of a change has to fit into it, or nobody would be told of one
// that was made long: most of a name, of an address and of another thing, in bytes.
const (
	maxToldName    = 100
	maxToldAddress = 80
	maxToldValue   = 500
)

// cutShort stands where more than that was cut off.
const cutShort = " [...]"

// describe says what of a contact is changed, without addresses in full.
func describe(old, next clients.Contact) string {
	var all []string
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if next.Status == clients.Removed {
		say("removed")
	}
	for _, a := range next.Addresses {
		if next.OnFile(a) && !old.OnFile(a) {
			say("%s added", hideAddress(a))
		}
	}
	for _, a := range old.Addresses {
		if old.OnFile(a) && !next.OnFile(a) && next.Status != clients.Removed {
			say("%s taken off", hideAddress(a))
		}
	}
	if len(next.Addresses) > 0 && next.OnFile(next.Addresses[0]) && (len(old.Addresses) == 0 || old.Addresses[0] != next.Addresses[0]) {
		say("our mail goes to %s", hideAddress(next.Addresses[0]))
	}
	for _, f := range []struct{ name, before, now string }{
		{"role", string(old.Role), string(next.Role)}, {"permissions", permitted(old, next), permitted(next, old)}, {"name", nameOf(old), nameOf(next)},
		{"language", old.Language, next.Language}, {"time zone", old.Zone, next.Zone},
	} {
		if f.before != f.now && next.Status != clients.Removed {
			say("%s %s, before %s", f.name, orNothing(excerpt(f.now, maxToldValue, cutShort)), orNothing(excerpt(f.before, maxToldValue, cutShort)))
		}
	}
	return whose(next) + ": " + strings.Join(all, "; ")
}

func hideAddress(a string) string {
	return excerpt(redact.Address(a).String(), maxToldAddress, cutShort)
}

func hideAddresses(s string) string {
	return anyAddress.ReplaceAllStringFunc(s, func(a string) string {
		if clients.Permission(a).Known() { // its last day stands behind an @, too
			return a
		}
		return hideAddress(a)
	})
}

// nameOf is a contact's name, which may be an address.
func nameOf(c clients.Contact) string { return hideAddresses(c.Name) }

// whose names a contact for those who know them: by name, unless that is an address.
func whose(c clients.Contact) string {
	if c.Name == "" || strings.ContainsRune(c.Name, '@') {
		return "Contact " + c.ID
	}
	return excerpt(c.Name, maxToldName, cutShort) + " (" + c.ID + ")"
}

// permitted lists a contact's permissions: what the other state of theirs does not
// have first, and of these the widest, as the end may be cut off.
func permitted(c, other clients.Contact) string {
	var all []string
	for _, p := range c.Permissions {
		all = append(all, string(p))
	}
	rank := func(p string) int {
		if slices.Contains(other.Permissions, clients.Permission(p)) {
			return math.MaxInt
		}
		return len(p)
	}
	slices.SortStableFunc(all, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	if len(all) == 0 && c.ID != "" {
		return "those of the role"
	}
	return strings.Join(all, ", ")
}

func orNothing(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
