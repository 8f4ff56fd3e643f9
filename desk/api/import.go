package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"countersign/clients"
	"countersign/internal/exit"
	"countersign/staff"
	"countersign/tickets"
)

// ImportRequest is a CSV file to import.
type ImportRequest struct {
	Name      string `json:"name"` // of the file, for messages
	CSV       []byte `json:"csv"`
	DryRun    bool   `json:"dry_run,omitempty"`
	AllowMove bool   `json:"allow_move,omitempty"`
	// AllowAlike lets a client come on file that looks like one that is.
	AllowAlike bool `json:"allow_alike,omitempty"`
	// AllowShared lets an address be of two contacts.
	AllowShared bool `json:"allow_shared,omitempty"`
}

// ImportLine is a line of the answer to an import: how far it is, and at the end
// the report or what went wrong. An import takes as long as it takes, and who
// waits for it knows that it goes on.
type ImportLine struct {
	Progress *tickets.Progress `json:"progress,omitempty"`
	Report   *clients.Report   `json:"report,omitempty"`
	Problem  *Problem          `json:"problem,omitempty"`
}

// saidEach is how often an import says how far it is.
const saidEach = time.Second

// importing makes the operation that imports files of that kind.
func importing(kind string) operation {
	return operation{staff.RoleAdmin, func(ctx context.Context, s *Server, c Caller, body []byte, w io.Writer) error {
		in, err := decode[ImportRequest](body)
		if err != nil {
			return err
		}
		var said time.Time
		enc := json.NewEncoder(w)
		say := func(l ImportLine) error {
			said = time.Now()
			err := enc.Encode(l)
			if rw, ok := w.(http.ResponseWriter); ok {
				err = errors.Join(err, http.NewResponseController(rw).Flush())
			}
			return err
		}
		who := by(ctx, c)
		report, err := s.Store.Directory.Import(ctx, who, tickets.ImportFile{Kind: kind, Name: in.Name, CSV: in.CSV, DryRun: in.DryRun,
			AllowMove: in.AllowMove, AllowAlike: in.AllowAlike, AllowShared: in.AllowShared}, func(p tickets.Progress) error {
			if time.Since(said) < saidEach {
				return nil
			}
			return say(ImportLine{Progress: &p})
		})
		if bad, ok := errors.AsType[*clients.FileError](err); ok {
			err = &exit.Error{Code: exit.DataErr, Reason: "bad_file", Message: bad.Error(), Err: err}
		}
		if said.IsZero() && err != nil {
			return err
		}
		if err != nil {
			p := problemOf(err)
			return say(ImportLine{Problem: &p})
		}
		return say(ImportLine{Report: &report})
	}}
}

func listImports(_ context.Context, s *Server, _ Caller, _ None, emit func(any) error) error {
	return s.Store.Directory.Imports(func(i tickets.Import) error { return emit(i) })
}

// Import asks for client/import or contact/import and tells progress how far it
// is. An answer that breaks off leaves the import unfinished.
func (c *Client) Import(ctx context.Context, name string, in ImportRequest, progress func(tickets.Progress)) (r clients.Report, err error) {
	var last tickets.Progress
	ended := false
	err = c.Each(ctx, name, in, func(line json.RawMessage) error {
		var l ImportLine
		if err := json.Unmarshal(line, &l); err != nil {
			return err
		}
		switch {
		case l.Problem != nil:
			return &exit.Error{Code: l.Problem.Exit, Reason: l.Problem.Code, Message: l.Problem.Title, Try: l.Problem.Try}
		case l.Report != nil:
			r, ended = *l.Report, true
		case l.Progress != nil:
			if last = *l.Progress; progress != nil {
				progress(last)
			}
		}
		return nil
	})
	if last.Import != "" && !ended && !in.DryRun {
		err = unfinished(last, err)
	}
	return r, err
}

// unfinished says what became of an import that did not come to its end.
func unfinished(p tickets.Progress, err error) error {
	e, ok := errors.AsType[*exit.Error](err)
	if !ok {
		e = &exit.Error{Code: exit.Unavailable, Reason: "broken_answer", Message: "The answer broke off.", Err: err}
	}
	out := *e
	out.Message += " Import " + p.Import + " is unfinished: part of it is written."
	if out.Try == "" {
		out.Try = "the same command again: it goes on with " + p.Import
	}
	return &out
}
