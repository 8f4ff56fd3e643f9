package api

import (
	"context"
	"errors"

	"countersign/clients"
	"countersign/internal/exit"
	"countersign/staff"
	"countersign/tickets"
)

// by is the caller as the audit log names who wrote the directory.
func by(ctx context.Context, c Caller) tickets.By {
	p := peerOf(ctx)
	b := tickets.By{UID: p.uid, User: p.user, Owner: c.Owner, Via: p.via}
	if c.Agent != nil {
		b.Agent = c.Agent.ID
	}
	return b
}

func listClients(_ context.Context, s *Server, _ Caller, _ None, emit func(any) error) error {
	return clients.EachClient(s.Store.KV(), func(c clients.Client) error { return emit(c) })
}

// ContactFilter narrows contact list.
type ContactFilter struct {
	Client string `json:"client,omitempty"`
}

func listContacts(_ context.Context, s *Server, _ Caller, in ContactFilter, emit func(any) error) error {
	return clients.EachContact(s.Store.KV(), func(c clients.Contact) error {
		if in.Client != "" && c.Client != in.Client {
			return nil
		}
		return emit(c)
	})
}

func addAgent(ctx context.Context, s *Server, c Caller, in staff.Agent) (staff.Agent, error) {
	out, err := s.Store.AddAgent(by(ctx, c), in)
	if errors.Is(err, staff.ErrInvalid) {
		return out, &exit.Error{Code: exit.DataErr, Reason: "invalid", Message: err.Error(), Err: err}
	}
	return out, err
}

func listAgents(_ context.Context, s *Server, _ Caller, _ None, emit func(any) error) error {
	return staff.Each(s.Store.KV(), func(a staff.Agent) error { return emit(a) })
}
