package policy

import (
	"slices"
	"time"
)

// Demand is what a class asks for before anything is done. The zero value asks
// for nothing.
type Demand struct {
	AnyOf  [][]ProofKind // one of these lists, all of it; empty: nothing is asked
	Second Second        // who else has to agree
	Wait   time.Duration // so long from the last proof
	Life   time.Duration // of its question, and of a proof; zero: as the desk's are

	Channels []Channel // by which it may be asked for

	Words    string // the class in words, for a customer
	Team     string // whose work it is; empty: of who opened it
	Priority string // empty: none in particular
	Targets  Targets
	Limit    time.Duration // nobody who may carry it out is due within it: the lead has it; zero: the desk's

	Where string   // in which line of the rules the class stands; empty: built in
	Rules []string // the names of the rules that demand more than the class, each with its line
	Extra []Extra  // what of it is demanded by which line
}

// Second is how many others have to agree: contacts who may approve, leads, and of
// both together. Where the client has fewer such contacts, leads stand in.
type Second struct{ Contacts, Leads, Either int }

// None reports whether nobody else has to agree.
func (s Second) None() bool { return s == Second{} }

// With is what two demands come to together.
func (s Second) With(other Second) Second {
	return Second{max(s.Contacts, other.Contacts), max(s.Leads, other.Leads), max(s.Either, other.Either)}
}

// Persons is how many have to agree in all.
func (s Second) Persons() int { return max(s.Contacts+s.Leads, s.Either) }

// Targets are within which time a ticket is answered first, between two answers
// and to the end; zero: no target.
type Targets struct{ First, Between, Solve time.Duration }

// Approval reports whether anybody else has to agree.
func (d Demand) Approval() bool { return !d.Second.None() }

// Asks reports whether a proof of that kind plays a part.
func (d Demand) Asks(kind ProofKind) bool {
	return slices.ContainsFunc(d.AnyOf, func(all []ProofKind) bool { return slices.Contains(all, kind) })
}

// joins reports whether a proof of that kind is asked for beside others.
func (d Demand) joins(kind ProofKind) bool {
	return slices.ContainsFunc(d.AnyOf, func(all []ProofKind) bool { return len(all) > 1 && slices.Contains(all, kind) })
}

// By reports whether it may be asked for by a channel.
func (d Demand) By(c Channel) bool { return slices.Contains(d.Channels, c) }

// StandsIn reports whether the proof token stands in for reply, where the
// administrator lets it in these classes: never where somebody else has to agree,
// or more than a reply is asked for.
func (d Demand) StandsIn(c Class, classes []Class) bool {
	alone := slices.ContainsFunc(d.AnyOf, func(all []ProofKind) bool { return len(all) == 1 && (all[0] == ProofReply || all[0] == ProofSender) })
	return slices.Contains(classes, c) && alone && !d.Approval() //rule:6.4 weak-proof-is-no-approval part=3 TestAuthorize/token-never-with-approval
}

// AsksBack reports whether a contact's own proved mail is not enough.
func (d Demand) AsksBack() bool {
	return len(d.AnyOf) > 0 && !slices.ContainsFunc(d.AnyOf, func(all []ProofKind) bool { return slices.Equal(all, []ProofKind{ProofSender}) })
}

var (
	written = []Channel{Email, Portal, API}
	replies = [][]ProofKind{{ProofReply}}
	another = Second{Contacts: 1}
)

// demands is the class table of the design, section 5. No rules of a desk go below
// it for a privileged class.
var demands = map[Class]Demand{
	Question:           {Channels: Channels, Words: "a question"},
	MinorChange:        {AnyOf: [][]ProofKind{{ProofCode}, {ProofSender}}, Channels: Channels, Words: "a small change"},
	PasswordChange:     {AnyOf: replies, Channels: written, Words: "a new password or login secret"},
	UserChange:         {AnyOf: replies, Channels: written, Words: "creating or removing a login, user or mailbox"},
	ServerChange:       {AnyOf: replies, Channels: written, Words: "a change to a server"},
	NetworkChange:      {AnyOf: replies, Channels: written, Words: "a change to the network or firewall"},
	DNSChange:          {AnyOf: replies, Channels: written, Words: "a change to a domain or its DNS"},
	WebsiteChange:      {AnyOf: replies, Channels: written, Words: "a change to a website"},
	DataAccess:         {AnyOf: replies, Channels: written, Words: "handing out stored data"},
	SubscriptionChange: {AnyOf: replies, Second: another, Channels: written, Words: "a change of the plan, which may change what you pay"},
	AccountChange:      {AnyOf: replies, Second: another, Wait: 72 * time.Hour, Channels: written, Words: "a change of who owns, pays for or speaks for the account"}, //rule:6.15 account-change-waits TestAuthorize/account-change-waits
	Cancellation:       {AnyOf: replies, Second: another, Channels: written, Words: "the end of a service or account"},
}

// Demands gives what c asks for as it is built in. A class that isn't known asks
// for what nobody can give.
func (c Class) Demands() Demand {
	if d, ok := demands[c]; ok {
		return d
	}
	return Demand{AnyOf: [][]ProofKind{{"unknown class"}}, Second: another, Channels: written, Words: string(c)}
}
