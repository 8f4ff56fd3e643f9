package api

import (
	"bytes"
	"context"
	"errors"

	"countersign/clients"
	"countersign/internal/exit"
	"countersign/internal/kv"
	"countersign/staff"
)

// ImportRequest is a CSV file to import.
type ImportRequest struct {
	Name      string `json:"name"` // of the file, for messages
	CSV       []byte `json:"csv"`
	DryRun    bool   `json:"dry_run,omitempty"`
	AllowMove bool   `json:"allow_move,omitempty"`
}

func (in ImportRequest) options(s *Server) clients.ImportOptions {
	return clients.ImportOptions{DryRun: in.DryRun, AllowMove: in.AllowMove, Now: s.Store.Now(), StaffAddress: staff.IsStaffAddress}
}

func importClients(_ context.Context, s *Server, _ Caller, in ImportRequest) (clients.Report, error) {
	return imported(clients.ImportClients(s.Store.KV(), bytes.NewReader(in.CSV), in.Name, in.options(s)))
}

func importContacts(_ context.Context, s *Server, _ Caller, in ImportRequest) (clients.Report, error) {
	return imported(clients.ImportContacts(s.Store.KV(), bytes.NewReader(in.CSV), in.Name, in.options(s)))
}

func imported(r clients.Report, err error) (clients.Report, error) {
	if bad, ok := errors.AsType[*clients.FileError](err); ok {
		return r, &exit.Error{Code: exit.DataErr, Reason: "bad_file", Message: bad.Error(), Err: err}
	}
	return r, err
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

func addAgent(_ context.Context, s *Server, c Caller, in staff.Agent) (out staff.Agent, err error) {
	in.Added = s.Store.Now()
	if !c.Owner { // the design, 6.5: what an administrator adds counts after the cooling time
		in.Counts = in.Added.Add(s.Store.Cooling())
	}
	err = s.Store.KV().Update(func(tx kv.Tx) error {
		if taken, ok, err := clients.ByAddress(tx, in.Email); err != nil {
			return err
		} else if ok && taken.Status != clients.Removed {
			return &exit.Error{Code: exit.DataErr, Reason: "contact_address", Message: in.Email + " is the address of a contact; staff can't have it."}
		}
		out, err = staff.Add(tx, in)
		return err
	})
	if errors.Is(err, staff.ErrInvalid) {
		return out, &exit.Error{Code: exit.DataErr, Reason: "invalid", Message: err.Error(), Err: err}
	}
	return out, err
}

func listAgents(_ context.Context, s *Server, _ Caller, _ None, emit func(any) error) error {
	return staff.Each(s.Store.KV(), func(a staff.Agent) error { return emit(a) })
}
