// Package approvals keeps for which requests a second person was asked to agree:
// who may, when they were asked, and what they said.
//
// It does not know who is who, nor what an answer counts for: whom to ask is found
// and written by package tickets, what an answer does is decided by package policy.
// All functions are over kv.Reader, kv.View and kv.Tx.
package approvals

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
)

// State says where an approval stands.
type State string

// The states of an approval.
const (
	Open     State = "open"     // nobody who was asked has decided
	Approved State = "approved" // as many as have to agree did
	Refused  State = "refused"  // somebody who was asked said no
	Void     State = "void"     // what it was asked for no longer stands
)

// ErrNone reports that there is no such approval.
var ErrNone = errors.New("no such approval")

// Approval is the question whether a second person agrees to what one revision of
// a ticket's request asks for. Another revision, or the same confirmed anew, has
// another approval.
type Approval struct {
	ID       string       `json:"id"`
	Ticket   string       `json:"ticket"`
	Client   string       `json:"client"`
	Class    policy.Class `json:"class"`
	Revision int          `json:"revision"`
	Epoch    int          `json:"epoch,omitempty"` // in which it was opened
	State    State        `json:"state"`
	Opened   time.Time    `json:"opened"`
	Until    time.Time    `json:"until"` // silence refuses then
	// Needs is who has to agree, as the rules were when it was last looked at; zero:
	// it was not yet, or by a version that knew of one person alone.
	Needs Needs `json:"needs,omitzero"`
	// Leads is how many leads have to agree: as the rules ask for them, or as too few
	// contacts may. LeadMay says that one may where none has to.
	Leads   int  `json:"leads,omitempty"`
	LeadMay bool `json:"lead_may,omitempty"`
	Lost    bool `json:"lost,omitempty"` // somebody says that the contact lost their mailbox
	// Asked are the contacts who were asked, in the order in which they were.
	Asked []Asked `json:"asked,omitempty"`
	// Blocked says why nobody can be asked or may agree yet, Clears when that ends;
	// zero: not by itself.
	Blocked string    `json:"blocked,omitempty"`
	Clears  time.Time `json:"clears,omitzero"`
	// Held says that the requester was told who has to agree.
	Held bool `json:"held,omitempty"`
	// Told names the addresses that were told that a mailbox is said to be lost,
	// each with the round, ToldAt when all of the last round were.
	Told   []string    `json:"told,omitempty"`
	ToldAt time.Time   `json:"told_at,omitzero"`
	Look   time.Time   `json:"look,omitzero"` // when Tick looks at it next; zero: not
	Moved  []Moved     `json:"moved,omitempty"`
	Given  []Given     `json:"given,omitempty"`
	Ended  time.Time   `json:"ended,omitzero"` // when it was approved, refused or void
	Why    policy.Code `json:"why,omitempty"`  // it is void or refused
}

// Asked is a contact who was asked.
type Asked struct {
	Contact string    `json:"contact"`
	Notices []string  `json:"notices,omitempty"` // the questions; none: it could not be written
	At      time.Time `json:"at"`
	Clearer bool      `json:"clearer,omitempty"`    // asked once more, as the answer was unclear
	For     string    `json:"for,omitempty"`        // whose place they were asked in; empty: on their own account
	By      string    `json:"delegation,omitempty"` // by which
	// Reminded is when they were reminded, once.
	Reminded time.Time `json:"reminded,omitzero"`
	// Away is since when they seem to be away, as a machine answered our question,
	// and Said what it said; zero: they don't. AwayTold says that it was told.
	Away     time.Time `json:"away,omitzero"`
	Said     string    `json:"said,omitempty"`
	AwayTold bool      `json:"away_told,omitempty"`
}

// Needs is how many others have to agree: contacts, leads, and of both together.
type Needs struct {
	Contacts int `json:"contacts,omitempty"`
	Leads    int `json:"leads,omitempty"`
	Either   int `json:"either,omitempty"`
}

// Moved is that a lead gave the question to somebody.
type Moved struct {
	Contact string    `json:"contact,omitempty"`
	Agent   string    `json:"agent,omitempty"` // a lead
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Reason  string    `json:"reason"`
}

// Given is what somebody said who may agree.
type Given struct {
	Yes     bool      `json:"yes"`
	Contact string    `json:"contact,omitempty"`
	Agent   string    `json:"agent,omitempty"` // a lead
	At      time.Time `json:"at"`
	Message string    `json:"message,omitempty"`  // record of the message that said it
	Reason  string    `json:"reason,omitempty"`   // a lead's
	For     string    `json:"for,omitempty"`      // whose place it was said in; empty: their own
	InPlace bool      `json:"in_place,omitempty"` // a lead's, in the place of a contact
}

// Has reports whether the contact was asked.
func (a Approval) Has(contact string) bool {
	return slices.ContainsFunc(a.Asked, func(one Asked) bool { return one.Contact == contact })
}

// Agreed reports whether the contact, or the lead, has said yes.
func (a Approval) Agreed(contact, lead string) bool {
	return slices.ContainsFunc(a.Given, func(g Given) bool { return g.Yes && g.Contact == contact && g.Agent == lead })
}

// Heard reports whether somebody who was asked, or whoever has one voice with them, has
// said yes: a delegate, or the one in whose place they were asked.
func (a Approval) Heard(one Asked) bool {
	voice := cmp.Or(one.For, one.Contact)
	return slices.ContainsFunc(a.Given, func(g Given) bool {
		return g.Yes && g.Agent == "" && (g.Contact == one.Contact || cmp.Or(g.For, g.Contact) == voice)
	})
}

// Away are the contacts who seem to be away and have not agreed, nor anybody in
// their place but a lead.
func (a Approval) Away() (away []string) {
	for _, one := range a.Asked {
		if !one.Away.IsZero() && !a.Heard(one) {
			away = append(away, one.Contact)
		}
	}
	return away
}

// New numbers an approval and writes it.
func New(tx kv.Tx, a Approval) (Approval, error) {
	n, err := kv.Counter(tx, counter)
	if err != nil {
		return a, err
	}
	a.ID, a.State = fmt.Sprintf("A-%d", n), Open
	return a, errors.Join(Save(tx, a), tx.Put(ticketKey(a.Ticket, a.ID), []byte{1}))
}

// Save writes an approval, and when it is looked at next: never one that is not open.
func Save(tx kv.Tx, a Approval) error {
	old, ok, err := kv.Load[Approval](tx, kv.Numbered(approvalPrefix, a.ID))
	if err != nil {
		return err
	}
	if ok && !old.Look.IsZero() {
		if err := tx.Delete(lookKey(old)); err != nil {
			return err
		}
	}
	if a.State != Open && !a.Lost {
		a.Look = time.Time{}
	}
	if !a.Look.IsZero() {
		if err := tx.Put(lookKey(a), []byte{1}); err != nil {
			return err
		}
	}
	return kv.Save(tx, kv.Numbered(approvalPrefix, a.ID), a)
}

// Get gives the approval with that id, whatever the case of its letter.
func Get(r kv.Reader, id string) (Approval, error) {
	a, ok, err := kv.Load[Approval](r, kv.Numbered(approvalPrefix, strings.ToUpper(id)))
	if err == nil && !ok {
		err = fmt.Errorf("%w: %s", ErrNone, id)
	}
	return a, err
}

// Of gives every approval of a ticket, the oldest first.
func Of(v kv.View, ticket string) (all []Approval, err error) {
	prefix := ticketPrefix + ticket + "/"
	err = v.Scan(prefix, "", func(key string, _ []byte) error {
		a, err := Get(v, strings.TrimPrefix(key, prefix))
		all = append(all, a)
		return err
	})
	return all, err
}

// Each calls fn for every approval, the oldest first.
func Each(s kv.Viewer, fn func(Approval) error) error { return kv.Pages(s, approvalPrefix, fn) }

// Due gives the ids of at most so many approvals that are to be looked at by now.
func Due(v kv.View, now time.Time, most int) (ids []string, err error) {
	keys, err := kv.Keys(v, lookPrefix, most)
	for _, key := range keys {
		due, id, _ := strings.Cut(strings.TrimPrefix(key, lookPrefix), "/")
		if due > kv.Due(now) {
			break
		}
		ids = append(ids, id)
	}
	return ids, err
}

func lookKey(a Approval) string { return lookPrefix + kv.Due(a.Look) + "/" + a.ID }

func ticketKey(ticket, id string) string { return kv.Numbered(ticketPrefix+ticket+"/", id) }
