package api

import (
	"context"

	"countersign/policy"
	"countersign/tickets"
	"countersign/tickets/approvals"
)

// ApprovalFilter narrows approval list; empty fields let all through.
type ApprovalFilter struct {
	State  approvals.State `json:"state,omitempty"`
	Class  policy.Class    `json:"class,omitempty"`
	Client string          `json:"client,omitempty"` // id
	Lead   bool            `json:"lead,omitempty"`   // that a lead has to give, or may
}

func listApprovals(_ context.Context, s *Server, _ Caller, in ApprovalFilter, emit func(any) error) error {
	if err := oneOf("state", in.State, []approvals.State{approvals.Open, approvals.Approved, approvals.Refused, approvals.Void}); err != nil {
		return err
	}
	if err := oneOf("class", in.Class, policy.Classes); err != nil {
		return err
	}
	return s.Store.Approvals(in.State, func(a tickets.ShownApproval) error {
		if in.Class != "" && a.Class != in.Class || in.Client != "" && a.Client != in.Client || in.Lead && a.Leads == 0 && !a.LeadMay {
			return nil
		}
		return emit(a)
	})
}

func showApproval(_ context.Context, s *Server, c Caller, in ID) (out tickets.ApprovalShown, err error) {
	if in.Agent != "" || c.Agent != nil { // of nobody in particular it is not said whether they may
		if in.Agent, err = c.as(in.Agent); err != nil {
			return out, err
		}
	}
	return s.Store.Approval(in.ID, in.Agent)
}

func approve(_ context.Context, s *Server, c Caller, in ID) (tickets.ApprovalShown, error) {
	return decideApproval(s, c, in, s.Store.Approve)
}

func denyApproval(_ context.Context, s *Server, c Caller, in ID) (tickets.ApprovalShown, error) {
	return decideApproval(s, c, in, s.Store.Refuse)
}

func reassign(_ context.Context, s *Server, c Caller, in tickets.Reassignment) (out tickets.ApprovalShown, err error) {
	if in.Agent, err = c.as(in.Agent); err != nil {
		return out, err
	}
	a, err := s.Store.Reassign(in)
	if err != nil {
		return out, err
	}
	s.Log.Info().Str("approval", a.ID).Str("ticket", a.Ticket).Str("agent", in.Agent).Msg("approval reassigned by a lead")
	return s.Store.Approval(a.ID, in.Agent)
}

func decideApproval(s *Server, c Caller, in ID, do func(id, agent, reason string) (approvals.Approval, error)) (out tickets.ApprovalShown, err error) {
	agent, err := c.as(in.Agent)
	if err != nil {
		return out, err
	}
	a, err := do(in.ID, agent, in.Text)
	if err != nil {
		return out, err
	}
	s.Log.Info().Str("approval", a.ID).Str("ticket", a.Ticket).Str("agent", agent).Str("state", string(a.State)).Msg("approval decided by a lead")
	return s.Store.Approval(a.ID, agent)
}
