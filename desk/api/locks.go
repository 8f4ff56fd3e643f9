package api

import (
	"context"

	"countersign/tickets"
)

func lockClient(ctx context.Context, s *Server, c Caller, in tickets.LockRequest) (out tickets.ShownLock, err error) {
	if in.Agent, err = c.as(in.Agent); err != nil {
		return out, err
	}
	if _, err := s.client(in.Client); err != nil {
		return out, err
	}
	out, err = s.Store.LockClient(by(ctx, c), in)
	if err == nil {
		s.Log.Warn().Str("client", out.Client).Str("ticket", out.Ticket).Str("agent", in.Agent).Msg("client locked")
	}
	return out, err
}

func unlockClient(ctx context.Context, s *Server, c Caller, in tickets.UnlockRequest) (out tickets.ShownLock, err error) {
	if in.Agent, err = c.as(in.Agent); err != nil {
		return out, err
	}
	if _, err := s.client(in.Client); err != nil {
		return out, err
	}
	out, err = s.Store.Unlock(by(ctx, c), in)
	if err == nil && out.Last != nil {
		s.Log.Info().Str("client", out.Client).Str("ticket", out.Last.Ticket).Str("agent", in.Agent).Bool("locked", out.Locked).Bool("open", out.Open).Msg("opening of a lock agreed to")
	}
	return out, err
}
