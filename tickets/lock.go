package tickets

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets/locks"
)

// LockRequest asks to lock a client.
type LockRequest struct {
	Client string `json:"client"`
	Agent  string `json:"agent"`
	Reason string `json:"reason"`
}

// lockedBy is who locks a client: a lead, or a contact by mail.
type lockedBy struct {
	by      By
	contact clients.Contact
	message string
	reason  string
}

func (b lockedBy) String() string {
	if b.by.Agent == "" {
		return "contact " + b.contact.ID + " by mail"
	}
	return b.by.Agent
}

// LockClient locks a client at once: nothing privileged is done for it on any channel
// until two people open the lock for some hours. Any lead may. Locking again what is
// open shuts it.
func (s *Store) LockClient(by By, in LockRequest) (out ShownLock, err error) {
	if err := checkReason(in.Reason, "say why nothing privileged is to be done for them"); err != nil {
		return out, err
	}
	err = s.group.Update(func(tx kv.Tx) error {
		lead, err := s.lockLead(tx, in.Agent)
		if err != nil {
			return err
		}
		client, ok, err := clients.GetClient(tx, in.Client)
		if err != nil || !ok {
			return errors.Join(err, fmt.Errorf("%w: %q", ErrNoClient, in.Client))
		}
		by.Agent = lead.ID
		if _, err := s.lock(tx, client.ID, lockedBy{by: by, reason: strings.TrimSpace(in.Reason)}); err != nil {
			return err
		}
		out, _, err = s.shownLock(tx, client.ID)
		return err
	})
	return out, err
}

// lockLead gives the agent, if they may lock clients and open locks.
func (s *Store) lockLead(r kv.Reader, id string) (staff.Agent, error) {
	a, err := activeAgent(r, id)
	if err == nil && !a.Has(staff.RoleLead, s.Now()) { //rule:8 a-lead-locks TestLockedByALead
		err = fmt.Errorf("%w: %s may neither lock a client nor open a lock: it takes a lead who counts", ErrNotAllowed, a.ID)
	}
	return a, err
}

// lock locks a client, and tells its people and the leads. Of one that is locked it
// shuts what is open, and ends the question whether it shall be. It gives the ticket
// on which that is told.
func (s *Store) lock(tx kv.Tx, client string, by lockedBy) (ticket string, err error) {
	l, known, err := locks.Of(tx, client)
	if err != nil {
		return "", err
	}
	e, err := epochNow(tx)
	if err != nil {
		return "", err
	}
	now := s.Now()
	if known && l.Locks() {
		if l.Last.Asking(now, e.Number) || l.Last.Opened(now, e.Number) {
			return l.Last.Ticket, s.shut(tx, l, by.String()+" locked it again", by.reason)
		}
		return l.Ticket, s.tell(tx, l.Ticket, Event{Event: "locked", Reason: policy.CodeClientLocked, Text: by.String() + " asked to lock what is locked already." + because(by.reason)})
	}
	primary, contact, err := s.lockContact(tx, client)
	if err != nil {
		return "", err
	}
	says := "Your account is locked since " + moment(now) + ". Until two people open it for some hours, we make no change that could do harm, whichever way it is asked for."
	t, err := s.openLock(tx, client, contact, "Your account is locked", says, by.by, by.contact)
	if err != nil {
		return "", err
	}
	l = locks.Lock{Client: client, Ticket: t.ID, At: now, Agent: by.by.Agent, Contact: by.contact.ID, Reason: by.reason}
	if err := errors.Join(locks.Save(tx, l), tx.Put(followPrefix+client, []byte{1})); err != nil { //rule:8 a-lock-is-kept ! TestLockClient
		return "", err
	}
	if err := follow(tx, client, append(primary, by.contact.Addresses...)); err != nil { // the others follow with Tick
		return "", err
	}
	if err := s.logLock(tx, l, "locked", by); err != nil {
		return "", err
	}
	if err := s.record(tx, &t, Event{Event: "locked", Reason: policy.CodeClientLocked, Text: "Client " + client + " was locked by " + by.String() + "." + because(by.reason)}); err != nil {
		return "", err
	}
	if err := s.alertOf(tx, t, policy.NoticeLockNews, "client "+client+" was locked by "+by.String()+"."+because(by.reason), by.by.Agent); err != nil {
		return "", err
	}
	return t.ID, errors.Join(s.gather(tx, gathering{Client: client, Ticket: t.ID, Kind: policy.NoticeLocked, Says: says}), save(tx, t))
}

// shut ends whatever was asked or opened of a lock, so that it is locked as before.
func (s *Store) shut(tx kv.Tx, l locks.Lock, why, reason string) error {
	t, err := load(tx, l.Last.Ticket)
	if err != nil {
		return err
	}
	open := !l.Last.From.IsZero()
	l.Last.End(s.Now(), why)
	l.Off = time.Time{}
	if err := locks.Save(tx, l); err != nil { //rule:8 locked-again-is-shut ! TestLockedAgain
		return err
	}
	if err := s.void(tx, &t); err != nil {
		return err
	}
	if err := s.logLock(tx, l, "locked again", lockedBy{reason: why + because(reason)}); err != nil {
		return err
	}
	if err := s.record(tx, &t, Event{Event: "locked again", Reason: policy.CodeClientLocked, Text: "Client " + l.Client + " stays locked: " + why + "." + because(reason)}); err != nil {
		return err
	}
	if err := s.alert(tx, t, policy.NoticeLockNews, "client "+l.Client+" stays locked: "+why+"."+because(reason)); err != nil { //rule:6.8 a-no-to-opening-is-told ! TestUnlockDenied
		return err
	}
	if open {
		says := "Your account is locked again since " + moment(s.Now()) + ". Nothing that could do harm is changed, whichever way it is asked for."
		if err := s.gather(tx, gathering{Client: l.Client, Ticket: t.ID, Kind: policy.NoticeLocked, Says: says}); err != nil {
			return err
		}
	}
	return save(tx, t)
}

// lockContact gives for whom the tickets of a client's lock are, its primary contact,
// with their addresses; nobody, where there is none.
func (s *Store) lockContact(r kv.Reader, client string) (addresses []string, c clients.Contact, err error) {
	id, ok, err := clients.PrimaryOf(r, client)
	if err != nil || !ok {
		return nil, clients.Contact{Client: client}, err
	}
	c, _, err = clients.Get(r, id)
	return c.Addresses, c, err
}

// openLock opens a ticket that tells of a client's lock. It acts on nothing, so a no
// to it stops nobody.
func (s *Store) openLock(tx kv.Tx, client string, c clients.Contact, subject, what string, by By, who clients.Contact) (Ticket, error) {
	c.Client = client
	if by.Agent == "" {
		by = By{User: "contact " + who.ID}
	}
	t, err := s.openChange(tx, c, subject, what, by, false)
	if err != nil {
		return t, err
	}
	t.Change, t.Lock = nil, true // nothing is taken back at the contact
	return t, save(tx, t)
}

// lockLeaf is of the kind "lock": what was done to the lock of a client, and by whom.
type lockLeaf struct {
	What    string `json:"what"`
	Ticket  string `json:"ticket"`
	Agent   string `json:"agent,omitempty"`
	Contact string `json:"contact,omitempty"`
	Message string `json:"message,omitempty"`
	Reason  string `json:"reason,omitempty"`
	By      *By    `json:"by,omitempty"` // as the operating system says
}

func (s *Store) logLock(tx kv.Tx, l locks.Lock, what string, by lockedBy) error {
	leaf := lockLeaf{What: what, Ticket: l.Ticket, Agent: by.by.Agent, Contact: by.contact.ID, Message: by.message, Reason: by.reason}
	if l.Last != nil {
		leaf.Ticket = l.Last.Ticket
	}
	if by.by != (By{}) {
		leaf.By = &by.by
	}
	return s.log(tx, "lock", l.Client, leaf)
}

// because is a reason as the end of a line.
func because(reason string) string {
	if reason == "" {
		return ""
	}
	return " (" + oneLine(reason) + ")"
}

// ShownLock is the lock of a client as agents see it.
type ShownLock struct {
	Client string        `json:"client"`
	Locked bool          `json:"locked"`
	Since  time.Time     `json:"since"`
	By     string        `json:"by"`
	Reason string        `json:"reason,omitempty"`
	Ticket string        `json:"ticket"`         // on which its people are told
	Open   bool          `json:"open"`           // two have agreed, for some hours
	Until  time.Time     `json:"until,omitzero"` // it is open so long
	Last   *ShownOpening `json:"last,omitempty"`
}

// ShownOpening is who was asked last to open the lock, and what they said.
type ShownOpening struct {
	Ticket string      `json:"ticket"`
	State  string      `json:"state"` // asked, open, over, ended
	Hours  int         `json:"hours,omitempty"`
	Good   bool        `json:"for_good,omitempty"`
	At     time.Time   `json:"at"`
	Until  time.Time   `json:"until"` // the question is open so long
	Why    string      `json:"why,omitempty"`
	Alone  bool        `json:"alone,omitempty"` // no contact could be asked, so another lead is enough
	Said   []SaidOpen  `json:"said"`
	Asked  []AskedOpen `json:"asked,omitempty"` // only as the command answers that asks
}

// SaidOpen is a yes to opening it. Counts says whether that still is one.
type SaidOpen struct {
	Agent   string    `json:"agent,omitempty"`
	Contact string    `json:"contact,omitempty"`
	At      time.Time `json:"at"`
	Reason  string    `json:"reason,omitempty"`
	Counts  bool      `json:"counts"`
}

// AskedOpen is a contact who is asked.
type AskedOpen struct {
	Contact string `json:"contact"`
	Name    string `json:"name,omitempty"`
}

// LockOf gives the lock of a client, also one that was ended for good; ok is false
// where it never was locked.
func (s *Store) LockOf(r kv.Reader, client string) (out ShownLock, ok bool, err error) {
	return s.shownLock(r, client)
}

func (s *Store) shownLock(r kv.Reader, client string) (out ShownLock, ok bool, err error) {
	l, ok, err := locks.Of(r, client)
	if err != nil || !ok {
		return out, false, err
	}
	e, err := epochNow(r)
	if err != nil {
		return out, false, err
	}
	p, err := s.lockNow(r, l)
	if err != nil {
		return out, false, err
	}
	now := s.Now()
	out = ShownLock{Client: client, Locked: l.Locks(), Since: l.At, By: cmp.Or(l.Agent, "contact "+l.Contact), Reason: l.Reason, Ticket: l.Ticket,
		Open: l.Locks() && p.Open(now, e.Number)}
	if out.Open {
		out.Until = p.Window.Until
	}
	if o := l.Last; o != nil {
		last := &ShownOpening{Ticket: o.Ticket, State: "over", Hours: o.Hours, Good: o.Good, At: o.At, Until: o.Until, Why: o.Why, Alone: o.Alone, Said: []SaidOpen{}}
		switch {
		case !o.Ended.IsZero():
			last.State = "ended"
		case out.Open:
			last.State = "open"
		case o.Asking(now, e.Number):
			last.State = "asked"
		}
		for i, said := range o.Said {
			last.Said = append(last.Said, SaidOpen{Agent: said.Agent, Contact: said.Contact, At: said.At, Reason: said.Reason, Counts: p.Window.Openers[i].Counts(client, now)})
		}
		out.Last = last
	}
	return out, true, nil
}
