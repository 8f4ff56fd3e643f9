package policy

import (
	"fmt"
	"slices"
	"time"
)

// Caller is a person on file who asks for something by a channel, as everything is
// at that moment, before anything of it was proved.
type Caller struct {
	Now       time.Time
	Channel   Channel
	Agent     string
	Authority map[Class]bool  // what the agent may carry out
	Contact   map[Class]Giver // the person, as a request of the class sees them
	Stopped   bool            // nothing privileged is done for the client
	Rules     Rules
	Matter    Matter
	Locks     []Lock // of the client, and the epoch that their windows are judged in
	Epoch     int
	CodeSet   bool     // there is a phone or chat code that could be said now
	Code      HeldCode // that one
	Checkers  []string // systems whose check of a person counts
}

// ChannelCheck says what may be done for somebody by a channel. A class stands in
// the first list that it belongs to.
type ChannelCheck struct {
	Channel  Channel  `json:"channel"`
	Now      []Class  `json:"now"`          // as it is
	WithCode []Class  `json:"with_code"`    // once the phone or chat code was verified
	ByMail   []Class  `json:"by_mail"`      // by mail, once the person has answered YES to ours
	Approval []Class  `json:"approval"`     // of those by mail: a second person is asked, too
	Not      []Barred `json:"not"`          // not at present
	Others   []Class  `json:"no_authority"` // what the agent may not carry out, and a colleague may
	Say      string   `json:"say"`          // to the customer
}

// Barred is a class that may not be done at present, and why.
type Barred struct {
	Class   Class    `json:"class"`
	Reasons []Reason `json:"reasons"`
}

// CheckChannel says what may be done for the caller. It promises nothing but what
// Authorize would allow once the proofs are there that it names.
func CheckChannel(c Caller) ChannelCheck {
	out := ChannelCheck{Channel: c.Channel, Now: []Class{}, WithCode: []Class{}, ByMail: []Class{}, Approval: []Class{}, Not: []Barred{}, Others: []Class{}}
	for _, class := range Classes {
		if !c.Authority[class] && class != Question {
			out.Others = append(out.Others, class)
		}
		mailed := []ProofKind{ProofSender, ProofReply, ProofApproval, ProofExternal}
		if c.CodeSet && c.Rules.Demand(class, c.Matter).joins(ProofCode) {
			mailed = append(mailed, ProofCode)
		}
		byMail := c.with(class, Email, mailed...)
		switch {
		case c.with(class, c.Channel).Decision == Allow:
			out.Now = append(out.Now, class)
		case c.CodeSet && c.Channel.live() && c.with(class, c.Channel, ProofCode).Decision == Allow:
			out.WithCode = append(out.WithCode, class)
		case byMail.Decision == Allow: //rule:8 promised-is-what-is-allowed =true TestCheckChannel/stopped TestPromisesAreKept
			out.ByMail = append(out.ByMail, class)
			if c.Rules.Demand(class, c.Matter).Approval() {
				out.Approval = append(out.Approval, class)
			}
		default:
			out.Not = append(out.Not, Barred{class, byMail.Reasons})
		}
	}
	out.Say = out.say()
	return out
}

// with is what would be answered, by a channel and to an agent with the authority,
// on a ticket of the caller that had these proofs, once every wait was over.
func (c Caller) with(class Class, by Channel, kinds ...ProofKind) Authorization {
	const caller, second = "caller", "second"
	giver := c.Contact[class]
	a := Action{Now: c.Now, Class: class, Channel: by, Agent: c.Agent, Authority: true, OpenedBy: c.Agent, Contact: giver, ClientStopped: c.Stopped, Locks: c.Locks, Epoch: c.Epoch, Rules: c.Rules, Matter: c.Matter, Checkers: c.Checkers,
		Ticket: Ticket{ID: "T", Client: giver.Client, Contact: caller, Class: class, State: StateUnconfirmed, Revision: 1}}
	d := c.Rules.Demand(class, c.Matter)
	for _, kind := range kinds {
		p := Proof{Kind: kind, Epoch: c.Epoch, Revision: 1, At: c.Now.Add(-d.Wait), Contact: caller, Giver: giver}
		p.Expires = p.At.Add(ProofLife)
		p.Giver.OnFile, p.Giver.Since = true, time.Time{} // what is new of them cools, which is said
		switch kind {
		case ProofReply:
			a.Ticket.State = StateConfirmed
		case ProofCode:
			p.Expires, p.Giver.Code, p.Giver.Staff, p.Agent = p.At.Add(CodeLife), c.Code, false, c.Agent // it comes from no address
		case ProofExternal:
			p.Checker, p.Giver.Staff = append(slices.Clone(c.Checkers), "")[0], false // it comes from no address
		case ProofApproval:
			a.Proofs = append(a.Proofs, seconds(p, d.Second)...)
			continue
		}
		a.Proofs = append(a.Proofs, p)
	}
	return Authorize(a)
}

// seconds are as many approvals like p as are asked for.
func seconds(p Proof, s Second) (out []Proof) {
	for i := range s.Persons() {
		name := fmt.Sprintf("second-%d", i)
		if i < s.Leads {
			p.Agent, p.Contact, p.ByRule, p.Lead = name, "", true, Lead{Leads: true}
		} else {
			p.Agent, p.Contact, p.Giver = "", name, Giver{Active: true, Client: p.Giver.Client, May: true, OnFile: true}
		}
		out = append(out, p)
	}
	return out
}

// How tells in which list a class stands: now, with_code, by_mail or not, and why
// it may not be done, if so.
func (k ChannelCheck) How(class Class) (how string, why []Reason) {
	switch {
	case slices.Contains(k.Now, class):
		return "now", nil
	case slices.Contains(k.WithCode, class):
		return "with_code", nil
	case slices.Contains(k.ByMail, class):
		return "by_mail", nil
	}
	for _, b := range k.Not {
		if b.Class == class {
			why = b.Reasons
		}
	}
	return "not", why
}

// say is what the customer may be told. It tells nobody who is on file, or what
// they may ask for.
func (k ChannelCheck) say() string {
	s := "We answer questions at once"
	if k.Channel.live() {
		s = "Here I can answer questions"
	}
	if len(k.WithCode) > 0 {
		s += ", and make small changes once you have told me your code"
	}
	switch {
	case len(k.ByMail) > 0:
		return s + ". For everything else we send a mail to the address that we have on file; please answer that with YES."
	case slices.ContainsFunc(k.Not, func(b Barred) bool { return b.Class.Privileged() }):
		return s + ". Nothing else can be done at present, whichever way you ask."
	}
	return s + "."
}
