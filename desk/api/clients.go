package api

import (
	"context"
	"errors"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/internal/near"
	"countersign/policy"
	"countersign/tickets"
)

// ListedClient is a client as client list shows it.
type ListedClient struct {
	Client     string             `json:"client"`
	Name       string             `json:"name"`
	Priorities []string           `json:"priorities"` // its own; none: any
	Categories []string           `json:"categories"`
	Services   []string           `json:"services"`
	Imported   time.Time          `json:"imported,omitzero"`
	Filled     time.Time          `json:"filled,omitzero"`
	FilledBy   string             `json:"filled_by,omitempty"`
	Alike      time.Time          `json:"alike,omitzero"` // since when it may look like another one
	Locked     bool               `json:"locked"`
	Lock       *tickets.ShownLock `json:"lock,omitempty"` // as it is, or as it was
	Stopped    bool               `json:"stopped"`
	StoppedBy  []string           `json:"stopped_by,omitempty"` // tickets that a contact disputed
	Contacts   int                `json:"contacts"`             // active ones
	Open       int                `json:"open"`                 // tickets
	Held       int                `json:"held"`                 // of these, that wait for an approval or a time
	Cools      []policy.Cooling   `json:"cools"`
}

// count counts what there is of a client.
func (out *ListedClient) count(open []tickets.OpenTicket) {
	for _, t := range open {
		if out.Open++; t.Held {
			out.Held++
		}
	}
}

func (s *Server) shownClient(r kv.Reader, c clients.Client) (ListedClient, error) {
	stopped, err := tickets.StoppedBy(r, c.ID)
	lock, known, errLock := s.Store.LockOf(r, c.ID)
	cools, errCools := s.Store.Directory.Cools(r, clients.Contact{Client: c.ID})
	words := func(all []string) []string { return append([]string{}, all...) }
	out := ListedClient{Client: c.ID, Name: c.Name, Priorities: words(c.Priorities), Categories: words(c.Categories), Services: words(c.Services),
		Imported: c.Imported, Filled: c.Filled, FilledBy: c.FilledBy, Alike: c.Alike, Stopped: len(stopped) > 0, StoppedBy: stopped,
		Cools: append([]policy.Cooling{}, cools...)}
	if known {
		out.Lock, out.Locked = &lock, lock.Locked
	}
	return out, errors.Join(err, errCools, errLock)
}

func listClients(_ context.Context, s *Server, _ Caller, _ None, emit func(any) error) error {
	people, of := map[string]int{}, map[string]string{} // by client; the client of a contact
	err := clients.EachContact(s.Store.KV(), func(c clients.Contact) error {
		if of[c.ID] = c.Client; c.Status != clients.Removed {
			people[c.Client]++
		}
		return nil
	})
	if err != nil {
		return err
	}
	open := map[string][]tickets.OpenTicket{}
	err = s.Store.KV().View(func(v kv.View) error {
		all, err := s.Store.Directory.Open(v, "")
		for _, t := range all {
			open[of[t.Contact]] = append(open[of[t.Contact]], t)
		}
		return err
	})
	if err != nil {
		return err
	}
	return clients.EachClient(s.Store.KV(), func(c clients.Client) error {
		var out ListedClient
		err := s.Store.KV().View(func(v kv.View) (err error) { out, err = s.shownClient(v, c); return err })
		if err != nil {
			return err
		}
		out.Contacts = people[c.ID]
		out.count(open[c.ID])
		return emit(out)
	})
}

// ShownClient is a client as client show shows it.
type ShownClient struct {
	ListedClient
	People   []Contact            `json:"people"`
	Tickets  []tickets.OpenTicket `json:"tickets"` // that are not over
	Warnings []string             `json:"warnings"`
}

func showClient(_ context.Context, s *Server, _ Caller, in ID) (out ShownClient, err error) {
	c, err := s.client(in.ID)
	if err != nil {
		return out, err
	}
	err = s.Store.KV().View(func(v kv.View) error {
		shown, err := s.shownClient(v, c)
		if err != nil {
			return err
		}
		out = ShownClient{ListedClient: shown, People: []Contact{}, Tickets: []tickets.OpenTicket{}, Warnings: []string{}}
		errPeople := clients.EachOf(v, c.ID, func(one clients.Contact, errOne error) {
			if errOne != nil {
				err = errors.Join(err, errOne)
				return
			}
			person, errPerson := s.contact(v, one)
			open, errOpen := s.Store.Directory.Open(v, one.ID)
			err = errors.Join(err, errPerson, errOpen)
			out.People, out.Tickets = append(out.People, person), append(out.Tickets, open...)
			if one.Status != clients.Removed {
				out.Contacts++
			}
		})
		out.count(out.Tickets)
		if _, ok, errPrimary := clients.PrimaryOf(v, c.ID); errPrimary != nil {
			err = errors.Join(err, errPrimary)
		} else if !ok {
			out.Warnings = append(out.Warnings, "There is no active primary contact: nobody is told of changes, and a stop can't be lifted.")
		}
		return errors.Join(err, errPeople)
	})
	if !out.Alike.IsZero() {
		out.Warnings = append(out.Warnings, "It looks like another client, as was allowed "+out.Alike.UTC().Format("2006-01-02 15:04 UTC")+".")
	}
	return out, err
}

// ChangedClient is what client add and client set answer.
type ChangedClient struct {
	ListedClient
	Warnings []string `json:"warnings"`
	DryRun   bool     `json:"dry_run,omitempty"`
}

func addClient(ctx context.Context, s *Server, c Caller, in tickets.ClientChange) (ChangedClient, error) {
	return s.changedClient(in, func() (tickets.ClientChanged, error) { return s.Store.Directory.AddClient(by(ctx, c), in) })
}

func setClient(ctx context.Context, s *Server, c Caller, in tickets.ClientChange) (out ChangedClient, err error) {
	if _, err := s.client(in.Client); err != nil {
		return out, err
	}
	return s.changedClient(in, func() (tickets.ClientChanged, error) { return s.Store.Directory.SetClient(by(ctx, c), in) })
}

func (s *Server) changedClient(in tickets.ClientChange, change func() (tickets.ClientChanged, error)) (out ChangedClient, err error) {
	changed, err := change()
	if err != nil {
		return out, err
	}
	out = ChangedClient{Warnings: []string{}, DryRun: in.DryRun}
	if changed.Warning != "" {
		out.Warnings = append(out.Warnings, changed.Warning)
	}
	err = s.Store.KV().View(func(v kv.View) (err error) {
		out.ListedClient, err = s.shownClient(v, changed.Client)
		errPeople := clients.EachOf(v, changed.Client.ID, func(c clients.Contact, _ error) {
			if c.Status != clients.Removed {
				out.Contacts++
			}
		})
		return errors.Join(err, errPeople)
	})
	return out, err
}

// client finds a client, or says which was perhaps meant.
func (s *Server) client(id string) (c clients.Client, err error) {
	ok := false
	err = s.Store.KV().View(func(v kv.View) (err error) { c, ok, err = clients.GetClient(v, id); return err })
	if err != nil || ok {
		return c, err
	}
	var all []string
	if err := clients.EachClient(s.Store.KV(), func(c clients.Client) error { all = append(all, c.ID); return nil }); err != nil {
		return c, err
	}
	return c, none("client", id, near.Of(id, all))
}
