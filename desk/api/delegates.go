package api

import (
	"context"

	"countersign/clients/delegates"
	"countersign/tickets"
)

// DelegateFilter narrows delegate list; empty fields let all through.
type DelegateFilter struct {
	Client string `json:"client,omitempty"` // reference
	State  string `json:"state,omitempty"`
}

func addDelegate(_ context.Context, s *Server, c Caller, in tickets.DelegateRequest) (out tickets.ShownDelegation, err error) {
	if in.Agent, err = c.as(in.Agent); err != nil {
		return out, err
	}
	if out, err = s.Store.Delegate(in); err == nil {
		s.Log.Info().Str("ticket", out.Ticket).Str("for", out.For).Str("to", out.To).Str("agent", in.Agent).Msg("delegate asked for")
	}
	return out, err
}

func listDelegates(_ context.Context, s *Server, _ Caller, in DelegateFilter, emit func(any) error) error {
	states := []delegates.State{delegates.Asked, delegates.Waits, delegates.Live, delegates.Over, delegates.Ended, delegates.Void}
	if err := oneOf("state", delegates.State(in.State), states); err != nil {
		return err
	}
	if in.Client != "" {
		if _, err := s.client(in.Client); err != nil {
			return err
		}
	}
	return s.Store.Delegations(in.Client, func(d tickets.ShownDelegation) error {
		if in.State != "" && string(d.State) != in.State {
			return nil
		}
		return emit(d)
	})
}

func endDelegate(_ context.Context, s *Server, c Caller, in ID) (out tickets.ShownDelegation, err error) {
	agent, err := c.as(in.Agent)
	if err != nil {
		return out, err
	}
	if out, err = s.Store.EndDelegation(in.ID, agent); err == nil {
		s.Log.Info().Str("ticket", out.Ticket).Str("for", out.For).Str("to", out.To).Str("agent", agent).Msg("delegation ended by a lead")
	}
	return out, err
}
