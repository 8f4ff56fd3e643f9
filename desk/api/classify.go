package api

import (
	"context"
	"time"

	"countersign/inbound"
	"countersign/internal/exit"
	"countersign/policy"
	"countersign/tickets"
)

// ClassifyRequest is a text whose class is asked for, plain or HTML.
type ClassifyRequest struct {
	Subject string `json:"subject,omitempty"`
	Text    string `json:"text"`
}

// Classified is the class that a text asks for.
type Classified struct {
	Class      policy.Class   `json:"class"`
	Privileged bool           `json:"privileged"`
	Score      float64        `json:"score"`
	Matches    []policy.Match `json:"matches"`
	Look       bool           `json:"look"`          // a person should look
	Why        string         `json:"why,omitempty"` // of Look
}

// Classify reads the class of a text, as that of a mail is read. It needs no store.
func Classify(in ClassifyRequest) Classified {
	a := inbound.Classify(in.Subject, in.Text)
	return Classified{Class: a.Class, Privileged: a.Class.Privileged(), Score: a.Score, Matches: a.Matches, Look: a.Look, Why: a.Why}
}

func classify(_ context.Context, _ *Server, _ Caller, in ClassifyRequest) (Classified, error) {
	return Classify(in), nil
}

// Since narrows a list to what came then or later.
type Since struct {
	Since time.Time `json:"since,omitzero"`
}

func exportClasses(_ context.Context, s *Server, _ Caller, in Since, emit func(any) error) error {
	return s.Store.Corrections(in.Since, func(c tickets.Corrected) error { return emit(c) })
}

// ReportRequest says what is counted: tickets opened in the time, by what.
type ReportRequest struct {
	Since time.Time        `json:"since,omitzero"`
	Until time.Time        `json:"until,omitzero"` // zero: now
	By    tickets.ReportBy `json:"by,omitempty"`   // empty: class
}

func report(_ context.Context, s *Server, _ Caller, in ReportRequest, emit func(any) error) error {
	if err := oneOf("report by", in.By, tickets.ReportsBy); err != nil {
		return err
	}
	if !in.Until.IsZero() && !in.Since.Before(in.Until) {
		return &exit.Error{Code: exit.Usage, Reason: "invalid", Message: "The time of the report ends before it begins."}
	}
	lines, err := s.Store.Report(in.Since, in.Until, in.By)
	for _, line := range lines {
		if err == nil {
			err = emit(line)
		}
	}
	return err
}
