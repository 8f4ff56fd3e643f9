package tickets

import (
	"time"

	"countersign/policy"
)

// actionRecord is a policy.Action as it is stored, so that its answer can be
// computed again: of the rules of the desk what they came to.
type actionRecord struct {
	Now           time.Time       `json:"now"`
	Class         policy.Class    `json:"class"`
	Channel       policy.Channel  `json:"channel"`
	Agent         string          `json:"agent"`
	Disabled      bool            `json:"disabled,omitempty"`
	Authority     bool            `json:"authority,omitempty"`
	AgentFrom     time.Time       `json:"agent_from,omitzero"`
	AuthorityFrom time.Time       `json:"authority_from,omitzero"`
	OpenedBy      string          `json:"opened_by,omitempty"`
	Edited        []string        `json:"edited,omitempty"`
	Ticket        ticketRecord    `json:"ticket"`
	Demands       []demandRecord  `json:"demands"`
	Addresses     []string        `json:"addresses,omitempty"`
	Text          string          `json:"text,omitempty"` // empty: that of the ticket's revision
	Contact       giverRecord     `json:"contact,omitzero"`
	Asked         []coolingRecord `json:"asked,omitempty"`
	AskedAt       time.Time       `json:"asked_at,omitzero"`
	AskedUntil    time.Time       `json:"asked_until,omitzero"`
	Proofs        []weighedProof  `json:"proofs,omitempty"`
	TokenClasses  []policy.Class  `json:"token_classes,omitempty"`
	ClientStopped bool            `json:"client_stopped,omitempty"`
	StoppedFor    []string        `json:"stopped_for,omitempty"`
	Locks         []lockRecord    `json:"locks,omitempty"`
	NoPending     time.Time       `json:"no_pending,omitzero"`
	PutBack       policy.Code     `json:"put_back,omitempty"`
	Reasked       bool            `json:"reasked,omitempty"`
	UsedBy        string          `json:"used_by,omitempty"`
	UsedAt        time.Time       `json:"used_at,omitzero"`
	UsedIn        int             `json:"used_in,omitempty"`
	Obstacles     []reasonRecord  `json:"obstacles,omitempty"`
	Refused       bool            `json:"refused,omitempty"`
	Approval      []reasonRecord  `json:"approval,omitempty"`
	CodeSet       bool            `json:"code_set,omitempty"`
	Untold        []reasonRecord  `json:"untold,omitempty"`
	Told          time.Time       `json:"told,omitzero"`
	Epoch         int             `json:"epoch,omitempty"`
	Checkers      []string        `json:"checkers,omitempty"`
	Checks        []reasonRecord  `json:"checks,omitempty"`
}

// demandRecord is what the rules came to for a class in the matter of the ticket.
type demandRecord struct {
	Class    policy.Class         `json:"class"`
	AnyOf    [][]policy.ProofKind `json:"any_of,omitempty"`
	Contacts int                  `json:"contacts,omitempty"`
	Leads    int                  `json:"leads,omitempty"`
	Either   int                  `json:"either,omitempty"`
	Wait     time.Duration        `json:"wait,omitempty"`
	Channels []policy.Channel     `json:"channels,omitempty"`
	Where    string               `json:"where,omitempty"`
	Rules    []string             `json:"rules,omitempty"`
	Extra    []extraRecord        `json:"extra,omitempty"`
}

type extraRecord struct {
	What string `json:"what"`
	Rule string `json:"rule"`
}

// weighedProof is a proof with what the directory said of who gave it.
type weighedProof struct {
	proofRecord
	Giver      giverRecord      `json:"giver,omitzero"`
	Lead       leadRecord       `json:"lead,omitzero"`
	Delegation delegationRecord `json:"delegated,omitzero"`
}

// answerGiven is a policy.Authorization as it is stored.
type answerGiven struct {
	Decision policy.Verb    `json:"decision"`
	Rule     string         `json:"rule"`
	Reasons  []reasonRecord `json:"reasons,omitempty"`
	Next     []string       `json:"next,omitempty"`
	Repeat   bool           `json:"repeat,omitempty"`
	Until    time.Time      `json:"until,omitzero"`
	AskNow   bool           `json:"ask_now,omitempty"`
}

// recordAction gives the record of an action; of its rules what they demand of its
// class and of the ticket's.
func recordAction(a policy.Action) actionRecord {
	r := actionRecord{Now: a.Now, Class: a.Class, Channel: a.Channel, Agent: a.Agent, Disabled: a.Disabled, Authority: a.Authority,
		AgentFrom: a.AgentFrom, AuthorityFrom: a.AuthorityFrom, OpenedBy: a.OpenedBy, Edited: a.Edited, Ticket: ticketRecord(a.Ticket),
		Addresses: a.Matter.Addresses, Text: a.Matter.Text, Contact: recordGiver(a.Contact), Asked: recordCooling(a.Asked), AskedAt: a.AskedAt, AskedUntil: a.AskedUntil,
		Proofs: each(a.Proofs, func(p policy.Proof) weighedProof {
			return weighedProof{recordProof(p), recordGiver(p.Giver), leadRecord(p.Lead), recordDelegation(p.Delegation)}
		}), TokenClasses: a.TokenClasses, ClientStopped: a.ClientStopped, StoppedFor: a.StoppedFor, Locks: each(a.Locks, recordLock), NoPending: a.NoPending, PutBack: a.PutBack, Reasked: a.Reasked,
		UsedBy: a.UsedBy, UsedAt: a.UsedAt, UsedIn: a.UsedIn, Obstacles: recordReasons(a.Obstacles), Refused: a.Refused, Approval: recordReasons(a.Approval),
		CodeSet: a.CodeSet, Untold: recordReasons(a.Untold), Told: a.Told, Epoch: a.Epoch, Checkers: a.Checkers, Checks: recordReasons(a.Checks)}
	r.Demands = []demandRecord{recordDemand(a.Class, a.Rules.Demand(a.Class, a.Matter))}
	if a.Class != a.Ticket.Class {
		r.Demands = append(r.Demands, recordDemand(a.Ticket.Class, a.Rules.Demand(a.Ticket.Class, a.Matter)))
	}
	return r
}

// action gives what was weighed. text is that of the ticket's revision, policy the
// name of the rules that were in force.
func (r actionRecord) action(text, source string) policy.Action {
	a := policy.Action{Now: r.Now, Class: r.Class, Channel: r.Channel, Agent: r.Agent, Disabled: r.Disabled, Authority: r.Authority,
		AgentFrom: r.AgentFrom, AuthorityFrom: r.AuthorityFrom, OpenedBy: r.OpenedBy, Edited: r.Edited, Ticket: policy.Ticket(r.Ticket),
		Rules:   policy.Rules{Source: source, Classes: map[policy.Class]policy.Demand{}},
		Matter:  policy.Matter{Client: r.Ticket.Client, Contact: r.Ticket.Contact, Addresses: r.Addresses, Text: text},
		Contact: r.Contact.giver(), Asked: readCooling(r.Asked), AskedAt: r.AskedAt, AskedUntil: r.AskedUntil,
		Proofs: each(r.Proofs, func(w weighedProof) policy.Proof {
			p := w.proof()
			p.Giver, p.Lead, p.Delegation = w.Giver.giver(), policy.Lead(w.Lead), w.Delegation.delegation()
			return p
		}), TokenClasses: r.TokenClasses, ClientStopped: r.ClientStopped, StoppedFor: r.StoppedFor, Locks: each(r.Locks, lockRecord.lock), NoPending: r.NoPending, PutBack: r.PutBack, Reasked: r.Reasked,
		UsedBy: r.UsedBy, UsedAt: r.UsedAt, UsedIn: r.UsedIn, Obstacles: readReasons(r.Obstacles), Refused: r.Refused, Approval: readReasons(r.Approval),
		CodeSet: r.CodeSet, Untold: readReasons(r.Untold), Told: r.Told, Epoch: r.Epoch, Checkers: r.Checkers, Checks: readReasons(r.Checks)}
	if r.Text != "" {
		a.Matter.Text = r.Text
	}
	for _, d := range r.Demands {
		a.Rules.Classes[d.Class] = d.demand()
	}
	return a
}

func recordDemand(c policy.Class, d policy.Demand) demandRecord {
	return demandRecord{Class: c, AnyOf: d.AnyOf, Contacts: d.Second.Contacts, Leads: d.Second.Leads, Either: d.Second.Either, Wait: d.Wait,
		Channels: d.Channels, Where: d.Where, Rules: d.Rules, Extra: each(d.Extra, func(e policy.Extra) extraRecord { return extraRecord(e) })}
}

func (r demandRecord) demand() policy.Demand {
	return policy.Demand{AnyOf: r.AnyOf, Second: policy.Second{Contacts: r.Contacts, Leads: r.Leads, Either: r.Either}, Wait: r.Wait,
		Channels: r.Channels, Where: r.Where, Rules: r.Rules, Extra: each(r.Extra, func(e extraRecord) policy.Extra { return policy.Extra(e) })}
}

func recordAnswer(z policy.Authorization) answerGiven {
	return answerGiven{Decision: z.Decision, Rule: z.Rule, Reasons: recordReasons(z.Reasons), Next: z.Next, Repeat: z.Repeat, Until: z.Until, AskNow: z.AskNow}
}
