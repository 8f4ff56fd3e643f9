package api

import (
	"context"
	"time"

	"countersign/internal/exit"
	"countersign/internal/strict"
	"countersign/policy/rulebook"
	"countersign/tickets"
)

// PolicyDiffRequest asks what would be otherwise under the rules of a file.
type PolicyDiffRequest struct {
	Name  string    `json:"name"` // what problems call the file
	Text  []byte    `json:"text"`
	Since time.Time `json:"since"`
}

func diffPolicy(_ context.Context, s *Server, _ Caller, in PolicyDiffRequest, emit func(any) error) error {
	book, problems := rulebook.Read(in.Name, in.Text)
	if len(problems) > 0 {
		return &exit.Error{Code: exit.Config, Reason: "bad_policy", Message: strict.Faults(problems).Error(), Try: "countersign policy test FILE"}
	}
	sum, err := s.Store.PolicyDiff(in.Since, book.Rules, func(c tickets.PolicyChange) error { return emit(c) })
	if err != nil {
		return err
	}
	return emit(sum)
}
