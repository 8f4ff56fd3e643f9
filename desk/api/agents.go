package api

import (
	"context"
	"errors"

	"countersign/internal/exit"
	"countersign/internal/kv"
	"countersign/internal/near"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets"
)

// Agent is an agent as lists show them, with what of them does not count yet.
type Agent struct {
	staff.Agent
	RoleNow staff.Role       `json:"role_now"` // that counts: until a new one does, the one that they had
	Cools   []policy.Cooling `json:"cools"`
}

func (s *Server) agent(a staff.Agent) Agent {
	now := s.Store.Now()
	return Agent{a, a.RoleAt(now), append([]policy.Cooling{}, a.Cools(now)...)}
}

// SetAgent is what to change of which agent.
type SetAgent struct {
	ID string `json:"id"`
	staff.Change
}

func addAgent(ctx context.Context, s *Server, c Caller, in staff.Agent) (Agent, error) {
	out, err := s.Store.Directory.AddAgent(by(ctx, c), in)
	return s.agent(out), s.aboutAgent(in.ID, err)
}

func setAgent(ctx context.Context, s *Server, c Caller, in SetAgent) (Agent, error) {
	out, err := s.Store.Directory.SetAgent(by(ctx, c), in.ID, in.Change)
	return s.agent(out), s.aboutAgent(in.ID, err)
}

func disableAgent(ctx context.Context, s *Server, c Caller, in ID) (Agent, error) {
	out, err := s.Store.Directory.DisableAgent(by(ctx, c), in.ID)
	return s.agent(out), s.aboutAgent(in.ID, err)
}

func showAgent(_ context.Context, s *Server, _ Caller, in ID) (out Agent, err error) {
	err = s.Store.KV().View(func(v kv.View) error {
		a, ok, err := staff.Get(v, in.ID)
		if err == nil && !ok {
			err = tickets.ErrNoAgent
		}
		out = s.agent(a)
		return err
	})
	return out, s.aboutAgent(in.ID, err)
}

func listAgents(_ context.Context, s *Server, _ Caller, _ None, emit func(any) error) error {
	return staff.Each(s.Store.KV(), func(a staff.Agent) error { return emit(s.agent(a)) })
}

// aboutAgent says what is wrong with what was asked of an agent: of one who is not
// there, who was perhaps meant.
func (s *Server) aboutAgent(id string, err error) error {
	switch {
	case errors.Is(err, staff.ErrInvalid):
		return &exit.Error{Code: exit.DataErr, Reason: "invalid", Message: err.Error(), Err: err}
	case errors.Is(err, tickets.ErrNoAgent):
		var all []string
		if err := staff.Each(s.Store.KV(), func(a staff.Agent) error { all = append(all, a.ID); return nil }); err != nil {
			return err
		}
		return none("agent", id, near.Of(id, all))
	}
	return err
}

// none says that there is no such thing, and which was perhaps meant.
func none(kind, id, meant string) error {
	e := &exit.Error{Code: exit.NoInput, Reason: "no_such_" + kind, Message: "No " + kind + " \"" + id + "\".", Try: "countersign " + kind + " list"}
	if meant != "" {
		e.Message += " Did you mean \"" + meant + "\"?"
	}
	return e
}
