package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"countersign/clients"
	"countersign/internal/exit"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets"
)

// TicketFilter narrows ticket list; empty fields let all through.
type TicketFilter struct {
	State   policy.State `json:"state,omitempty"`
	Class   policy.Class `json:"class,omitempty"`
	Client  string       `json:"client,omitempty"`  // id
	Contact string       `json:"contact,omitempty"` // first address on file
	Agent   string       `json:"agent,omitempty"`   // who opened it or is assigned to it
	Since   time.Time    `json:"since,omitzero"`    // opened then or later
}

var states = []policy.State{policy.StateUnconfirmed, policy.StateAuthenticated, policy.StateConfirmed,
	policy.StateDisputed, policy.StateExpired, policy.StateClosed}

func (f TicketFilter) lets(t tickets.Shown) bool {
	return (f.Class == "" || t.Class == f.Class) && (f.Client == "" || t.Client == f.Client) &&
		(f.Contact == "" || strings.EqualFold(t.Contact, f.Contact)) && // ASCII: both were read as addresses
		(f.Agent == "" || t.OpenedBy == f.Agent || t.Assignee == f.Agent) && !t.Opened.Before(f.Since)
}

func listTickets(_ context.Context, s *Server, _ Caller, in TicketFilter, emit func(any) error) error {
	if err := oneOf("state", in.State, states); err != nil {
		return err
	}
	if err := oneOf("class", in.Class, policy.Classes); err != nil {
		return err
	}
	return s.Store.List(in.State, func(t tickets.Shown) error {
		if !in.lets(t) {
			return nil
		}
		return emit(t)
	})
}

// MessageFilter narrows message list; empty fields let all through.
type MessageFilter struct {
	Mailbox string         `json:"mailbox,omitempty"`
	Contact string         `json:"contact,omitempty"` // a From address, or the id of a contact
	Ticket  string         `json:"ticket,omitempty"`
	Outcome policy.Outcome `json:"outcome,omitempty"`
	Reason  policy.Code    `json:"reason,omitempty"` // any of its codes
	Since   time.Time      `json:"since,omitzero"`   // judged then or later
}

var outcomes = []policy.Outcome{policy.Applied, policy.OutcomeIgnored, policy.SetAside, policy.OutcomeDefer}

func (f MessageFilter) lets(m tickets.Message, of []string) bool {
	return (f.Mailbox == "" || m.Source.Mailbox == f.Mailbox) && (f.Contact == "" || m.Facts.From == strings.ToLower(f.Contact) || m.MayBeOf(of)) &&
		(f.Ticket == "" || m.Ticket == strings.ToUpper(f.Ticket)) && (f.Outcome == "" || m.Outcome == f.Outcome) &&
		(f.Reason == "" || slices.ContainsFunc(m.Reasons, func(r policy.Reason) bool { return r.Code == f.Reason })) && !m.At.Before(f.Since)
}

func listMessages(_ context.Context, s *Server, _ Caller, in MessageFilter, emit func(any) error) error {
	if err := oneOf("outcome", in.Outcome, outcomes); err != nil {
		return err
	}
	of, err := s.contacts(in.Contact)
	if err != nil {
		return err
	}
	return s.Store.Inbox.Each(func(m tickets.Message) error {
		if !in.lets(m, of) {
			return nil
		}
		return emit(summary(m))
	})
}

// contacts gives the ids of whoever has an address, or has that id.
func (s *Server) contacts(who string) (ids []string, err error) {
	if !strings.Contains(who, "@") {
		return []string{who}, nil
	}
	err = s.Store.KV().View(func(v kv.View) error {
		all, err := clients.Holders(v, strings.ToLower(who))
		for _, c := range all {
			ids = append(ids, c.ID)
		}
		return err
	})
	return ids, err
}

// oneOf refuses a word that is none of those there are; empty stands for all.
func oneOf[T ~string](what string, v T, all []T) error {
	if v == "" || slices.Contains(all, v) {
		return nil
	}
	var names []string
	for _, a := range all {
		names = append(names, string(a))
	}
	return &exit.Error{Code: exit.Usage, Reason: "invalid", Message: "There is no " + what + " " + string(v) + ".",
		Try: "one of " + strings.Join(names, ", ")}
}
