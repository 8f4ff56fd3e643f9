package api

import (
	"context"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets"
)

// by is the caller as the audit log names who wrote the directory.
func by(ctx context.Context, c Caller) tickets.By {
	p := peerOf(ctx)
	b := tickets.By{UID: p.uid, User: p.user, Owner: c.Owner, Via: p.via}
	if c.Agent != nil {
		b.Agent = c.Agent.ID
	}
	return b
}

func listClients(_ context.Context, s *Server, _ Caller, _ None, emit func(any) error) error {
	return clients.EachClient(s.Store.KV(), func(c clients.Client) error {
		out := ListedClient{Client: c}
		err := s.Store.KV().View(func(v kv.View) (err error) {
			out.StoppedBy, err = tickets.StoppedBy(v, c.ID)
			return err
		})
		if err != nil {
			return err
		}
		return emit(out)
	})
}

// ListedClient is a client as client list shows it.
type ListedClient struct {
	clients.Client
	StoppedBy []string `json:"stopped_by,omitempty"` // tickets that the contact disputed
}

// ContactFilter narrows contact list.
type ContactFilter struct {
	Client string `json:"client,omitempty"`
}

// Contact is a contact as contact list shows it, with what cools of them.
type Contact struct {
	Contact     string               `json:"contact"`
	Client      string               `json:"client"`
	Name        string               `json:"name"`
	Role        clients.Role         `json:"role"`
	Status      clients.Status       `json:"status"`
	Addresses   []string             `json:"addresses"`
	Permissions []clients.Permission `json:"permissions"`
	Language    string               `json:"language,omitempty"`
	Added       time.Time            `json:"added,omitzero"`
	Cools       []policy.Cooling     `json:"cools"`
}

func listContacts(_ context.Context, s *Server, _ Caller, in ContactFilter, emit func(any) error) error {
	return clients.EachContact(s.Store.KV(), func(c clients.Contact) error {
		if in.Client != "" && c.Client != in.Client {
			return nil
		}
		out := Contact{Contact: c.ID, Client: c.Client, Name: c.Name, Role: c.Role, Status: c.Status, Addresses: c.Addresses,
			Permissions: append([]clients.Permission{}, c.Permissions...), Language: c.Language, Added: c.Added, Cools: []policy.Cooling{}}
		err := s.Store.KV().View(func(v kv.View) error {
			cools, err := s.Store.Directory.Cools(v, c)
			out.Cools = append(out.Cools, cools...)
			return err
		})
		if err != nil {
			return err
		}
		return emit(out)
	})
}
