package api

import (
	"context"
	"errors"
	"slices"
	"time"

	"countersign/clients"
	"countersign/internal/exit"
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

// ContactFilter narrows contact list.
type ContactFilter struct {
	Client  string `json:"client,omitempty"`
	Cooling bool   `json:"cooling,omitempty"` // only those of whom something cools
	Removed bool   `json:"removed,omitempty"` // only those who were removed
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
	Zone        string               `json:"zone,omitempty"`
	Added       time.Time            `json:"added,omitzero"`
	Ended       time.Time            `json:"ended,omitzero"` // when they were removed
	Cools       []policy.Cooling     `json:"cools"`
}

func (s *Server) contact(r kv.Reader, c clients.Contact) (Contact, error) {
	cools, err := s.Store.Directory.Cools(r, c)
	return Contact{Contact: c.ID, Client: c.Client, Name: c.Name, Role: c.Role, Status: c.Status, Addresses: append([]string{}, c.Addresses...),
		Permissions: append([]clients.Permission{}, c.Permissions...), Language: c.Language, Zone: c.Zone, Added: c.Added, Ended: c.Ended,
		Cools: append([]policy.Cooling{}, cools...)}, err
}

func listContacts(_ context.Context, s *Server, _ Caller, in ContactFilter, emit func(any) error) error {
	if in.Client != "" {
		if _, err := s.client(in.Client); err != nil {
			return err
		}
	}
	return clients.EachContact(s.Store.KV(), func(c clients.Contact) error {
		if in.Client != "" && c.Client != in.Client || in.Removed && c.Status != clients.Removed {
			return nil
		}
		var out Contact
		err := s.Store.KV().View(func(v kv.View) (err error) { out, err = s.contact(v, c); return err })
		if err != nil || in.Cooling && len(out.Cools) == 0 {
			return err
		}
		return emit(out)
	})
}

// ShownContact is a contact as contact show shows them.
type ShownContact struct {
	Contact
	ClientName string               `json:"client_name"`
	Left       []LeftAddress        `json:"left"`
	Open       []tickets.OpenTicket `json:"open"`
	Proved     []tickets.ProvedAt   `json:"proved"` // whether mail of their domains was proved
	Barred     []policy.Reason      `json:"barred"` // why they can prove nothing privileged now; none: they can
	// Delegations are those of theirs and to them that are not over.
	Delegations []tickets.ShownDelegation `json:"delegations"`
	Shared      []SharedAddress           `json:"shared"`  // addresses of theirs that others have, too
	Unclear     []Message                 `json:"unclear"` // the last mail from there of which nobody knows who wrote it
}

// SharedAddress is an address of a contact that other contacts have, too.
type SharedAddress struct {
	Address  string   `json:"address"`
	Contacts []string `json:"contacts"` // ids of the others
}

// LeftAddress is an address that was a contact's and may object until then.
type LeftAddress struct {
	Address string    `json:"address"`
	Left    time.Time `json:"left"`
}

func showContact(_ context.Context, s *Server, _ Caller, in ID) (out ShownContact, err error) {
	err = s.Store.KV().View(func(v kv.View) error {
		c, err := tickets.FindContact(v, in.ID)
		if err != nil {
			return err
		}
		client, _, err := clients.GetClient(v, c.Client)
		if err != nil {
			return err
		}
		d := s.Store.Directory
		shown, err := s.contact(v, c)
		shared, errShared := sharedBy(v, c)
		open, errOpen := d.Open(v, c.ID)
		proved, errProved := d.ProvedAt(v, c)
		barred, errBarred := d.Barred(v, c)
		delegations, errDelegations := s.Store.DelegationsOf(v, c.ID)
		out = ShownContact{Contact: shown, ClientName: client.Name, Left: []LeftAddress{}, Open: append([]tickets.OpenTicket{}, open...),
			Proved: append([]tickets.ProvedAt{}, proved...), Barred: append([]policy.Reason{}, barred...),
			Delegations: append([]tickets.ShownDelegation{}, delegations...), Shared: shared, Unclear: []Message{}}
		for _, one := range delegations {
			if one.Cools(c.ID, s.Store.Now()) {
				out.Cools = append(out.Cools, policy.Cooling{What: "approve for " + one.For, Until: one.Counts, Why: "new delegation since " + one.Confirmed.UTC().Format("2006-01-02 15:04 UTC") + ", " + one.Ticket})
			}
		}
		for addr, at := range c.Left {
			if c.LeftLately(addr, s.Store.Now()) {
				out.Left = append(out.Left, LeftAddress{addr, at})
			}
		}
		slices.SortFunc(out.Left, func(a, b LeftAddress) int { return a.Left.Compare(b.Left) })
		return errors.Join(err, errOpen, errProved, errBarred, errShared, errDelegations)
	})
	if err == nil && len(out.Shared) > 0 {
		out.Unclear, err = s.unclear(out.Contact.Contact)
	}
	return out, s.aboutContact(in.ID, err)
}

// sharedBy gives the addresses of a contact that others have, too.
func sharedBy(r kv.Reader, c clients.Contact) ([]SharedAddress, error) {
	all := []SharedAddress{}
	for _, addr := range c.Addresses {
		holders, err := clients.Holders(r, addr)
		if err != nil {
			return nil, err
		}
		one := SharedAddress{Address: addr}
		for _, other := range holders {
			if other.ID != c.ID {
				one.Contacts = append(one.Contacts, other.ID)
			}
		}
		if len(one.Contacts) > 0 {
			all = append(all, one)
		}
	}
	return all, nil
}

// maxUnclear is how many messages contact show shows.
const maxUnclear = 10

// unclear gives the last messages that one of several contacts wrote, this one
// among them, oldest first.
func (s *Server) unclear(contact string) ([]Message, error) {
	last := []Message{}
	err := s.Store.Inbox.Each(func(m tickets.Message) error {
		if len(m.Facts.Person.Shared) > 0 && m.MayBeOf([]string{contact}) {
			last = append(last[max(0, len(last)+1-maxUnclear):], summary(m))
		}
		return nil
	})
	return last, err
}

// ChangedContact is what contact add, set and remove answer.
type ChangedContact struct {
	Contact
	Ticket   string          `json:"ticket,omitempty"` // where it is on record and may be objected to
	Widens   []string        `json:"widens"`           // what they newly have
	Kept     []string        `json:"kept,omitempty"`   // what an undo leaves, as it was changed since
	Told     int             `json:"told"`             // addresses that hear of it
	Warnings []policy.Reason `json:"warnings"`
	DryRun   bool            `json:"dry_run,omitempty"`
}

func (s *Server) changedContact(c tickets.ContactChanged, err error) (out ChangedContact, _ error) {
	if err != nil {
		return out, err
	}
	out = ChangedContact{Ticket: c.Ticket, Widens: append([]string{}, c.Widens...), Kept: c.Kept, Told: c.Told, Warnings: append([]policy.Reason{}, c.Warnings...), DryRun: c.DryRun}
	err = s.Store.KV().View(func(v kv.View) (err error) { out.Contact, err = s.contact(v, c.Contact); return err })
	out.Cools = append([]policy.Cooling{}, c.Cools...) // also of a client that a dry run did not write
	return out, err
}

func setContact(ctx context.Context, s *Server, c Caller, in tickets.ContactChange) (ChangedContact, error) {
	out, err := s.Store.Directory.SetContact(by(ctx, c), in)
	return s.changedContact(out, s.aboutContact(in.Contact, err))
}

func addContact(ctx context.Context, s *Server, c Caller, in tickets.NewContact) (ChangedContact, error) {
	if _, err := s.client(in.Client); err != nil {
		return ChangedContact{}, err
	}
	return s.changedContact(s.Store.Directory.AddContact(by(ctx, c), in))
}

// RemoveContact is a contact to take off the file, by an address or their id.
type RemoveContact struct {
	Contact string `json:"contact"`
	Agent   string `json:"agent,omitempty"`
	DryRun  bool   `json:"dry_run,omitempty"`
}

func removeContact(ctx context.Context, s *Server, c Caller, in RemoveContact) (ChangedContact, error) {
	out, err := s.Store.Directory.RemoveContact(by(ctx, c), in.Contact, in.Agent, in.DryRun)
	return s.changedContact(out, s.aboutContact(in.Contact, err))
}

// aboutContact says of a contact who is not there who was perhaps meant.
func (s *Server) aboutContact(who string, err error) error {
	if !errors.Is(err, tickets.ErrNoContact) {
		return err
	}
	e := &exit.Error{Code: exit.NoInput, Reason: "no_such_contact", Message: sentence(err, tickets.ErrNoContact) + ".", Try: "countersign contact list", Err: err}
	_ = s.Store.KV().View(func(v kv.View) error {
		if meant, err := tickets.MeantContact(v, who); err == nil && meant != "" {
			e.Message += " Did you mean \"" + meant + "\"?"
		}
		return nil
	})
	return e
}
