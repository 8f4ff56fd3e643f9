package policy

import "slices"

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
	ProofExternal ProofKind = "external" // another system's check of the person
)

// mailed reports whether a message gives it.
func (k ProofKind) mailed() bool { return k != ProofCode && k != ProofExternal }

// ProofKinds lists every kind of proof.
var ProofKinds = []ProofKind{ProofSender, ProofReply, ProofToken, ProofCode, ProofApproval, ProofExternal}

// Classes lists every class, from harmless to grave.
var Classes = []Class{Question, MinorChange, PasswordChange, UserChange, ServerChange, NetworkChange,
	DNSChange, WebsiteChange, DataAccess, SubscriptionChange, AccountChange, Cancellation}

// Known reports whether c is a class.
func (c Class) Known() bool { return slices.Contains(Classes, c) }

// Privileged reports whether c can do harm: everything but a question and a
// small change. A class that isn't known is privileged.
func (c Class) Privileged() bool { return c != Question && c != MinorChange } //rule:6.5 unknown-class-is-privileged =c.Known()&&c!=Question&&c!=MinorChange TestUnknownClass

// Largest reports whether c is one of the largest things that can be asked for,
// to which a second person agrees whatever the rules of a desk are.
func (c Class) Largest() bool { return c.Known() && c.Demands().Approval() }
