// Package locks keeps which clients are locked, so that nothing privileged is done
// for them, and who agreed to open such a lock for some hours.
//
// It does not know who is who, nor whose word counts: that is found by package
// tickets and decided by package policy. All functions are over kv.Reader and kv.Tx.
package locks

import (
	"slices"
	"time"

	"countersign/internal/kv"
)

// Lock is that nothing privileged is done for a client.
type Lock struct {
	Client  string    `json:"client"`
	Ticket  string    `json:"ticket"` // on which its people are told
	At      time.Time `json:"at"`
	Agent   string    `json:"agent,omitempty"`   // the lead who locked it
	Contact string    `json:"contact,omitempty"` // or the contact, by mail
	Reason  string    `json:"reason,omitempty"`
	Off     time.Time `json:"off,omitzero"`   // when two agreed that it ends
	Last    *Opening  `json:"last,omitempty"` // who was asked last to open it, and what they said
}

// Locks reports whether the client is locked, be the lock open or not.
func (l Lock) Locks() bool { return l.Off.IsZero() }

// Opening is the question whether the lock is opened, and what came of it.
type Opening struct {
	Ticket string    `json:"ticket"` // on which it is asked
	Hours  int       `json:"hours,omitempty"`
	Good   bool      `json:"good,omitempty"`  // the lock is to end
	Epoch  int       `json:"epoch,omitempty"` // in which it was asked
	At     time.Time `json:"at"`
	Until  time.Time `json:"until"` // silence leaves it locked then
	Said   []Said    `json:"said,omitempty"`
	Alone  bool      `json:"alone,omitempty"` // no contact of the client could be asked
	// From and To are the hours for which it is open; zero: two have not agreed.
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
	// Ended says that nothing of it counts any longer, Why by what.
	Ended time.Time `json:"ended,omitzero"`
	Why   string    `json:"why,omitempty"`
}

// Said is a yes to opening the lock.
type Said struct {
	Agent   string    `json:"agent,omitempty"` // a lead
	Contact string    `json:"contact,omitempty"`
	Address string    `json:"address,omitempty"` // from which the contact answered
	At      time.Time `json:"at"`
	Message string    `json:"message,omitempty"` // record of the message that said it
	Reason  string    `json:"reason,omitempty"`  // a lead's
}

// Asking reports whether the question may be answered still, so that a yes counts.
func (o *Opening) Asking(now time.Time, epoch int) bool {
	return o != nil && o.Ended.IsZero() && o.Epoch == epoch && o.From.IsZero() && now.Before(o.Until)
}

// Opened reports whether two have agreed, and the hours are not over.
func (o *Opening) Opened(now time.Time, epoch int) bool {
	return o != nil && o.Ended.IsZero() && o.Epoch == epoch && !o.From.IsZero() && now.Before(o.To)
}

// Has reports whether an agent, or a contact, has said yes.
func (o *Opening) Has(agent, contact string) bool {
	return slices.ContainsFunc(o.Said, func(s Said) bool { return s.Agent == agent && s.Contact == contact })
}

// Other says whose yes it takes beside a lead's.
func (o *Opening) Other() string {
	if o.Alone {
		return "another lead, as the client has no contact who could be asked"
	}
	return "a contact of the client"
}

// End takes away whatever was asked or opened.
func (o *Opening) End(now time.Time, why string) {
	if o != nil && o.Ended.IsZero() {
		o.Ended, o.Why = now, why
	}
}

// Of gives the lock of a client, be that in force or ended; ok is false where it
// never was locked.
func Of(r kv.Reader, client string) (l Lock, ok bool, err error) {
	return kv.Load[Lock](r, lockPrefix+client)
}

// Save writes a lock.
func Save(tx kv.Tx, l Lock) error { return kv.Save(tx, lockPrefix+l.Client, l) }
