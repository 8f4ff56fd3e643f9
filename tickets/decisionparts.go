package tickets

import (
	"time"

	"countersign/policy"
)

// What an answer rests on beside the ticket: people as the directory was, and what
// stood between them and the act.

// delegationRecord is by what a proof was given in the place of another.
type delegationRecord struct {
	From    time.Time      `json:"from,omitzero"`
	Until   time.Time      `json:"until,omitzero"`
	Ended   bool           `json:"ended,omitempty"`
	Epoch   int            `json:"epoch,omitempty"`
	Classes []policy.Class `json:"classes,omitempty"`
	Of      giverRecord    `json:"of,omitzero"`
}

type giverRecord struct {
	Active    bool            `json:"active,omitempty"`
	Client    string          `json:"client,omitempty"`
	May       bool            `json:"may,omitempty"`
	Cools     []coolingRecord `json:"cools,omitempty"`
	OnFile    bool            `json:"on_file,omitempty"`
	Since     time.Time       `json:"since,omitzero"`
	Staff     bool            `json:"staff,omitempty"`
	Code      heldCodeRecord  `json:"code,omitzero"`
	Requester bool            `json:"requester,omitempty"`
	Mailboxes []string        `json:"mailboxes,omitempty"`
}

type heldCodeRecord struct {
	Stands bool      `json:"stands,omitempty"`
	SetBy  string    `json:"set_by,omitempty"`
	Cools  time.Time `json:"cools,omitzero"`
}

type leadRecord struct {
	Leads bool `json:"leads,omitempty"`
	Wrote bool `json:"wrote,omitempty"`
}

type coolingRecord struct {
	What  string    `json:"what"`
	Until time.Time `json:"until"`
	Why   string    `json:"why,omitempty"`
}

// lockRecord is a lock of a client, with the hours for which it was open.
type lockRecord struct {
	Client string       `json:"client"`
	By     string       `json:"by,omitempty"`
	Since  time.Time    `json:"since,omitzero"`
	Window windowRecord `json:"window,omitzero"`
}

type windowRecord struct {
	From      time.Time      `json:"from,omitzero"`
	Until     time.Time      `json:"until,omitzero"`
	Epoch     int            `json:"epoch,omitempty"`
	NoPending time.Time      `json:"no_pending,omitzero"`
	Openers   []openerRecord `json:"openers,omitempty"`
	Alone     bool           `json:"alone,omitempty"`
}

type openerRecord struct {
	Agent  string      `json:"agent,omitempty"`
	Leads  bool        `json:"leads,omitempty"`
	Person string      `json:"person,omitempty"`
	At     time.Time   `json:"at,omitzero"`
	Giver  giverRecord `json:"giver,omitzero"`
}

func recordGiver(g policy.Giver) giverRecord {
	return giverRecord{Active: g.Active, Client: g.Client, May: g.May, Cools: recordCooling(g.Cools), OnFile: g.OnFile, Since: g.Since,
		Staff: g.Staff, Code: heldCodeRecord(g.Code), Requester: g.Requester, Mailboxes: g.Mailboxes}
}

func (r giverRecord) giver() policy.Giver {
	return policy.Giver{Active: r.Active, Client: r.Client, May: r.May, Cools: readCooling(r.Cools), OnFile: r.OnFile, Since: r.Since,
		Staff: r.Staff, Code: policy.HeldCode(r.Code), Requester: r.Requester, Mailboxes: r.Mailboxes}
}

func recordDelegation(d policy.Delegation) delegationRecord {
	return delegationRecord{From: d.From, Until: d.Until, Ended: d.Ended, Epoch: d.Epoch, Classes: d.Classes, Of: recordGiver(d.Of)}
}

func (r delegationRecord) delegation() policy.Delegation {
	return policy.Delegation{From: r.From, Until: r.Until, Ended: r.Ended, Epoch: r.Epoch, Classes: r.Classes, Of: r.Of.giver()}
}

func recordCooling(all []policy.Cooling) []coolingRecord {
	return each(all, func(c policy.Cooling) coolingRecord { return coolingRecord(c) })
}

func readCooling(all []coolingRecord) []policy.Cooling {
	return each(all, func(c coolingRecord) policy.Cooling { return policy.Cooling(c) })
}

func recordLock(l policy.Lock) lockRecord {
	return lockRecord{l.Client, l.By, l.Since, windowRecord{l.Window.From, l.Window.Until, l.Window.Epoch, l.Window.NoPending,
		each(l.Window.Openers, func(o policy.Opener) openerRecord {
			return openerRecord{o.Agent, o.Leads, o.Person, o.At, recordGiver(o.Giver)}
		}), l.Window.Alone}}
}

func (r lockRecord) lock() policy.Lock {
	return policy.Lock{Client: r.Client, By: r.By, Since: r.Since, Window: policy.Window{From: r.Window.From, Until: r.Window.Until, Epoch: r.Window.Epoch,
		NoPending: r.Window.NoPending, Alone: r.Window.Alone, Openers: each(r.Window.Openers, func(o openerRecord) policy.Opener {
			return policy.Opener{Agent: o.Agent, Leads: o.Leads, Person: o.Person, At: o.At, Giver: o.Giver.giver()}
		})}}
}
