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
	return s.Store.LockClient(by(ctx, c), in)
}

func unlockClient(ctx context.Context, s *Server, c Caller, in tickets.UnlockRequest) (out tickets.ShownLock, err error) {
	if in.Agent, err = c.as(in.Agent); err != nil {
		return out, err
	}
	if _, err := s.client(in.Client); err != nil {
		return out, err
	}
	return s.Store.Unlock(by(ctx, c), in)
}
