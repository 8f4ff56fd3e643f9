package tickets

import (
	"cmp"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"countersign/internal/kv"
	"countersign/internal/token"
	"countersign/policy"
	"countersign/staff"
)

// AuthorizeRequest is the question "may I do this now?".
type AuthorizeRequest struct {
	Ticket  string         `json:"ticket"`
	Class   policy.Class   `json:"class"`
	Agent   string         `json:"agent"`
	Channel policy.Channel `json:"channel"` // where the agent is being asked now
}

// Authorization is the answer. Only the decision allow is a yes.
type Authorization struct {
	Decision    policy.Verb  `json:"decision"`
	Rule        string       `json:"rule"`            // of package policy, which settled it
	Rules       []string     `json:"rules,omitempty"` // of the desk, which demand more of this than its class does
	Policy      string       `json:"policy"`          // the rules that were in force: their hash, or built-in
	Ticket      string       `json:"ticket"`
	Class       policy.Class `json:"class"`
	TicketClass policy.Class `json:"ticket_class,omitempty"` // of the ticket, where that is another
	Agent       string       `json:"agent"`
	Whom
	Reasons []policy.Reason `json:"reasons"`
	Next    []string        `json:"next"`
	Receipt string          `json:"receipt"`
	Repeat  bool            `json:"repeat"`         // the receipt was given before
	Until   time.Time       `json:"until,omitzero"` // how long the same agent gets the same receipt
	At      time.Time       `json:"at"`
}

// builtIn is what the rules are called where the desk has none of its own.
const builtIn = "built-in"

// Whom says whom a ticket is for. A name may be anybody's; the client's
// reference and the first address on file are theirs alone.
type Whom struct {
	Client      string `json:"client"`
	ClientName  string `json:"client_name,omitempty"`
	Contact     string `json:"contact"`
	ContactName string `json:"contact_name,omitempty"`
}

// Receipt is a signed record of an allow.
type Receipt struct {
	ID        string         `json:"receipt"`
	Ticket    string         `json:"ticket"`
	Revision  int            `json:"revision"`
	Request   string         `json:"request"`
	Class     policy.Class   `json:"class"`
	Service   string         `json:"service,omitempty"`
	Contact   string         `json:"contact"`
	Agent     string         `json:"agent"`
	Channel   policy.Channel `json:"channel"`
	At        time.Time      `json:"at"`
	Proofs    proofs         `json:"proofs"`
	Policy    string         `json:"policy,omitempty"`    // rules in force; empty: built in
	Decision  string         `json:"decision,omitempty"`  // hash of what it rests on
	Event     uint64         `json:"event,omitempty"`     // of the ticket's history, which names that
	Signature []byte         `json:"signature,omitempty"` // Ed25519 over the JSON of the other fields
}

// Authorize answers an AuthorizeRequest. The first allow uses the ticket's revision up and
// leaves a receipt; every answer is in the audit log before it is given.
func (s *Store) Authorize(a AuthorizeRequest) (out Authorization, err error) {
	var errs []error
	if !a.Class.Known() {
		errs = append(errs, fmt.Errorf("class: %q is not a class; one of %s", a.Class, list(policy.Classes)))
	}
	if a.Channel == "" {
		a.Channel = policy.Email
	}
	if !known(policy.Channels, a.Channel) {
		errs = append(errs, fmt.Errorf("channel: %q is not a channel; one of %s", a.Channel, list(policy.Channels)))
	}
	if err := errors.Join(errs...); err != nil {
		return out, &InvalidError{err}
	}
	if err := s.opt.Watch.check(); err != nil {
		return out, err
	}
	err = s.group.Update(func(tx kv.Tx) error {
		t, err := s.current(tx, a.Ticket)
		if err != nil {
			return err
		}
		agent, ok, err := staff.Get(tx, a.Agent)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("%w: %q", ErrNoAgent, a.Agent)
		}
		ask, d, err := s.judge(tx, t, a, agent)
		if err != nil {
			return err
		}
		out = Authorization{Decision: d.Decision, Rule: d.Rule, Rules: ask.Demands().Rules, Policy: cmp.Or(ask.Rules.Source, builtIn), Ticket: t.ID, Class: a.Class, Agent: agent.ID, Reasons: d.Reasons, Next: d.Next, Repeat: d.Repeat, At: ask.Now}
		if a.Class != t.Class {
			out.TicketClass = t.Class
		}
		if out.Whom, err = whom(tx, t); err != nil {
			return err
		}
		if out.Next == nil {
			out.Next = []string{}
		}
		if d.Decision == policy.Hold && t.Approval == "" { // it was confirmed before approvals were sought
			if err := s.seekApproval(tx, &t); err != nil {
				return err
			}
		}
		if d.Decision == policy.Hold {
			if err := s.reopen(tx, &t, ask); err != nil {
				return err
			}
		}
		if d.AskNow {
			t.by = agent.ID
			if err := s.askAfresh(tx, &t); err != nil {
				return err
			}
		}
		if err := s.give(tx, &t, &out, a, ask, d); err != nil {
			return err
		}
		return save(tx, t)
	})
	if err == nil && out.Decision == policy.Allow && s.opt.KeepHead != nil { //rule:6.12 allow-after-its-head TestAllowNeedsItsHead
		if err := s.opt.KeepHead(); err != nil {
			return Authorization{}, fmt.Errorf("%w, so nothing is allowed: %w", ErrHead, err)
		}
	}
	return out, err
}

// judge answers the question as everything is now, and changes nothing.
func (s *Store) judge(r kv.Reader, t Ticket, a AuthorizeRequest, agent staff.Agent) (policy.Action, policy.Authorization, error) {
	ask, err := s.weigh(r, t, a, agent)
	if err != nil {
		return ask, policy.Authorization{}, err
	}
	return ask, policy.Authorize(ask), nil
}

// give writes down the answer and what it rests on, and gives the receipt of a yes.
// The same answer again, soon after, is only counted.
func (s *Store) give(tx kv.Tx, t *Ticket, out *Authorization, a AuthorizeRequest, ask policy.Action, d policy.Authorization) error {
	rests := decision{Ticket: t.ID, Policy: ask.Rules.Source, Facts: recordAction(ask), Answer: recordAnswer(d)}
	a.Agent = out.Agent
	was, same, err := s.again(tx, *t, a, rests)
	if err != nil {
		return err
	}
	if same {
		if d.Decision == policy.Allow {
			out.Receipt, out.Repeat, out.Until = was.Receipt, true, earlier(was.At.Add(policy.ReceiptLife), d.Until)
			if t.UsedBy == out.Agent && t.Receipt == was.Receipt {
				out.Until = earlier(t.UsedAt.Add(policy.ReceiptLife), d.Until)
			}
		}
		return s.countAgain(tx, *t, a, was)
	}
	now := asking{At: out.At}
	if now.Same, err = rests.same(); err != nil {
		return err
	}
	if err := s.sayAgain(tx, t, a.key(t.ID), &was); err != nil {
		return err
	}
	var reason policy.Code
	if len(d.Reasons) > 0 {
		reason = d.Reasons[0].Code
	}
	hash, err := s.answered(tx, t, rests, Event{Event: "authorize " + string(d.Decision), Reason: reason, Rule: d.Rule,
		Text: fmt.Sprintf("%s asked for %s by %s: %s", out.Agent, a.Class, a.Channel, d.Decision)})
	if err != nil {
		return err
	}
	if d.Decision == policy.Allow {
		if err := s.allow(tx, t, out, d, a, ask, hash); err != nil {
			return err
		}
		out.Until, now.Receipt = earlier(out.Until, d.Until), out.Receipt
	}
	return kv.Save(tx, askingPrefix+a.key(t.ID), now)
}

// earlier is the earlier of two times; one that is zero is none.
func earlier(a, b time.Time) time.Time {
	if !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// allow gives the receipt of a yes: the same one again to the same agent, else
// a new one, which uses the revision up unless only a question was asked.
func (s *Store) allow(tx kv.Tx, t *Ticket, out *Authorization, d policy.Authorization, a AuthorizeRequest, ask policy.Action, rests string) error {
	if d.Repeat {
		out.Receipt, out.Until = t.Receipt, t.UsedAt.Add(policy.ReceiptLife)
		return nil
	}
	r := Receipt{ID: "d-" + token.New()[:12], Ticket: t.ID, Revision: t.Revision, Request: t.Request, Class: a.Class, Service: t.Service,
		Contact: t.Contact, Agent: out.Agent, Channel: a.Channel, At: out.At, Proofs: t.Proofs, Policy: ask.Rules.Source, Decision: rests, Event: t.Events}
	signed, err := json.Marshal(r)
	if err != nil {
		return err
	}
	r.Signature = ed25519.Sign(s.opt.Keys.Signer(), signed)
	out.Receipt, out.Until = r.ID, out.At.Add(policy.ReceiptLife)
	if a.Class != policy.Question {
		t.UsedBy, t.UsedAt, t.UsedIn, t.Receipt = out.Agent, out.At, ask.Epoch, r.ID
		if err := s.owe(tx, t); err != nil {
			return err
		}
	}
	return kv.Save(tx, receiptPrefix+r.ID, r)
}

// genuine reports whether the receipt was signed with this desk's key and not
// changed since.
func (l *Log) genuine(r Receipt) bool {
	sig := r.Signature
	r.Signature = nil
	b, err := json.Marshal(r)
	public, ok := l.s.opt.Keys.Signer().Public().(ed25519.PublicKey)
	return err == nil && ok && ed25519.Verify(public, b, sig)
}
