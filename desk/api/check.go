package api

import (
	"context"

	"countersign/tickets"
)

// ContactCheck asks what may be wrong with contacts: with one, known by an address
// on file or their id, with those of a client, or with all.
type ContactCheck struct {
	Contact string `json:"contact,omitempty"`
	Client  string `json:"client,omitempty"`
}

func checkContacts(_ context.Context, s *Server, _ Caller, in ContactCheck, emit func(any) error) error {
	if in.Client != "" {
		if _, err := s.client(in.Client); err != nil {
			return err
		}
	}
	return s.aboutContact(in.Contact, s.Store.Directory.CheckContacts(in.Contact, in.Client, func(c tickets.CheckedContact) error { return emit(c) }))
}
