package api

import (
	"context"
	"errors"

	"countersign/clients/codes"
	"countersign/internal/exit"
	"countersign/tickets"
)

func setCode(ctx context.Context, s *Server, c Caller, in tickets.CodeRequest) (out tickets.CodeStatus, err error) {
	if in.Agent, err = c.as(in.Agent); err != nil {
		return out, err
	}
	out, err = s.Store.SetCode(by(ctx, c), in)
	if weak, ok := errors.AsType[*codes.WeakError](err); ok {
		return out, &exit.Error{Code: exit.DataErr, Reason: "code_weak", Message: weak.Why, Err: err}
	}
	return out, err
}

func clearCode(ctx context.Context, s *Server, c Caller, in tickets.CodeRequest) (out tickets.CodeStatus, err error) {
	if in.Agent, err = c.as(in.Agent); err != nil {
		return out, err
	}
	return s.Store.ClearCode(by(ctx, c), in)
}

func verifyCode(_ context.Context, s *Server, c Caller, in tickets.CodeRequest) (out tickets.CodeVerified, err error) {
	if in.Agent, err = c.as(in.Agent); err != nil {
		return out, err
	}
	out, err = s.Store.VerifyCode(in)
	if err == nil {
		s.Log.Info().Str("agent", in.Agent).Str("ticket", out.Ticket).Str("result", string(out.Result)).Msg("code verify answered")
	}
	return out, err
}

func statusOfCode(_ context.Context, s *Server, _ Caller, in tickets.CodeRequest, emit func(any) error) error {
	return s.Store.CodeStatus(in, func(one tickets.CodeStatus) error { return emit(one) })
}

func rotateKeys(ctx context.Context, s *Server, c Caller, _ None) (tickets.Resealed, error) {
	n, err := s.Rotate(by(ctx, c))
	s.Log.Info().Int("codes", n.Codes).Int("mails", n.Mails).Int("messages", n.Messages).Bool("done", err == nil).Msg("sealing key changed")
	return n, err
}
