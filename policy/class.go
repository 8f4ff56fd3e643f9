package policy

import (
	"slices"
	"time"
)

// Class is the kind of thing that a ticket asks for.
type Class string

// The built-in classes, from harmless to grave.
const (
	Question           Class = "question"
	MinorChange        Class = "minor-change"
	PasswordChange     Class = "password-change"
	UserChange         Class = "user-change"
	ServerChange       Class = "server-change"
	NetworkChange      Class = "network-change"
	DNSChange          Class = "dns-change"
	WebsiteChange      Class = "website-change"
	DataAccess         Class = "data-access"
	SubscriptionChange Class = "subscription-change"
	AccountChange      Class = "account-change"
	Cancellation       Class = "cancellation"
)

// Channel is how a request was made, or where an agent is being asked now.
type Channel string

// The channels.
const (
	Email  Channel = "email"
	Chat   Channel = "chat"
	Phone  Channel = "phone"
	Portal Channel = "portal"
	API    Channel = "api"
)

// Channels lists every channel.
var Channels = []Channel{Email, Chat, Phone, Portal, API}

// live reports whether somebody is talking to the agent right now and nothing
// but their word says who they are.
func (c Channel) live() bool { return c == Chat || c == Phone }

// ProofKind names a fact on a ticket that a class may demand.
type ProofKind string

// The kinds of proof.
const (
	ProofSender   ProofKind = "sender"
	ProofReply    ProofKind = "reply"
	ProofToken    ProofKind = "token"
	ProofCode     ProofKind = "code"
	ProofApproval ProofKind = "approval"
)

// Demand is what a class asks for before anything is done.
type Demand struct {
	AnyOf    []ProofKind   // one of these; empty: nothing is asked
	Approval bool          // and a second person
	Leads    int           // so many leads, and nobody else
	Wait     time.Duration // and so long from the last proof
	Live     bool          // may be asked for by chat or phone
	Words    string        // the class in words, for a customer
}

// demands is the class table of the design, section 5.
var demands = map[Class]Demand{
	Question:           {Live: true, Words: "a question"},
	MinorChange:        {AnyOf: []ProofKind{ProofCode, ProofSender}, Live: true, Words: "a small change"},
	PasswordChange:     {AnyOf: []ProofKind{ProofReply}, Words: "a new password or login secret"},
	UserChange:         {AnyOf: []ProofKind{ProofReply}, Words: "creating or removing a login, user or mailbox"},
	ServerChange:       {AnyOf: []ProofKind{ProofReply}, Words: "a change to a server"},
	NetworkChange:      {AnyOf: []ProofKind{ProofReply}, Words: "a change to the network or firewall"},
	DNSChange:          {AnyOf: []ProofKind{ProofReply}, Words: "a change to a domain or its DNS"},
	WebsiteChange:      {AnyOf: []ProofKind{ProofReply}, Words: "a change to a website"},
	DataAccess:         {AnyOf: []ProofKind{ProofReply}, Words: "handing out stored data"},
	SubscriptionChange: {AnyOf: []ProofKind{ProofReply}, Approval: true, Words: "a change of the plan, which may change what you pay"},
	AccountChange:      {AnyOf: []ProofKind{ProofReply}, Approval: true, Wait: 72 * time.Hour, Words: "a change of who owns, pays for or speaks for the account"}, //rule:6.15 account-change-waits TestAuthorize/account-change-waits
	Cancellation:       {AnyOf: []ProofKind{ProofReply}, Approval: true, Words: "the end of a service or account"},
}

// Classes lists every class, from harmless to grave.
var Classes = []Class{Question, MinorChange, PasswordChange, UserChange, ServerChange, NetworkChange,
	DNSChange, WebsiteChange, DataAccess, SubscriptionChange, AccountChange, Cancellation}

// Known reports whether c is a class.
func (c Class) Known() bool { return slices.Contains(Classes, c) }

// Privileged reports whether c can do harm: everything but a question and a
// small change. A class that isn't known is privileged.
func (c Class) Privileged() bool { return c != Question && c != MinorChange } //rule:6.5 unknown-class-is-privileged =c.Known()&&c!=Question&&c!=MinorChange TestUnknownClass

// StandsIn reports whether the proof token stands in for reply in c, where the
// administrator lets it in these classes: never where an approval is asked for.
func (c Class) StandsIn(classes []Class) bool {
	return slices.Contains(classes, c) && !c.Demands().Approval //rule:6.4 weak-proof-is-no-approval part=2 TestAuthorize/token-never-with-approval
}

// Demands gives what c asks for. A class that isn't known asks for what nobody
// can give.
func (c Class) Demands() Demand {
	if d, ok := demands[c]; ok {
		return d
	}
	return Demand{AnyOf: []ProofKind{"unknown class"}, Approval: true, Words: string(c)}
}
