package tickets

import (
	"errors"
	"fmt"
	"strings"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// ContactChange is what somebody wants to change of a contact on file.
type ContactChange struct {
	Contact string `json:"contact"` // an address on file, or the contact's id
	clients.Change
	Ticket string `json:"ticket,omitempty"` // whose allow it uses, where it widens who can prove
	Agent  string `json:"agent,omitempty"`
	DryRun bool   `json:"dry_run,omitempty"`
}

// NewContact is a contact to bring on file.
type NewContact struct {
	Client      string               `json:"client"`
	Addresses   []string             `json:"addresses"`
	Name        string               `json:"name,omitempty"`
	Role        clients.Role         `json:"role,omitempty"`
	Permissions []clients.Permission `json:"permissions,omitempty"`
	Language    string               `json:"language,omitempty"`
	Zone        string               `json:"zone,omitempty"`
	Ticket      string               `json:"ticket,omitempty"`
	Agent       string               `json:"agent,omitempty"`
	DryRun      bool                 `json:"dry_run,omitempty"`
}

// ContactChanged is what became of it.
type ContactChanged struct {
	Contact  clients.Contact  `json:"contact"`
	Ticket   string           `json:"ticket,omitempty"` // where it is on record and may be objected to
	Widens   []string         `json:"widens,omitempty"` // what they newly have
	Told     int              `json:"told"`             // mails that tell of it
	Cools    []policy.Cooling `json:"cools,omitempty"`
	Warnings []policy.Reason  `json:"warnings,omitempty"`
	DryRun   bool             `json:"dry_run,omitempty"`
}

// SetContact changes a contact.
func (d *Directory) SetContact(by By, in ContactChange) (out ContactChanged, err error) {
	return d.changeContact(by, "contact set", in.DryRun, func(tx kv.Tx) (out ContactChanged, err error) {
		old, err := activeContact(tx, in.Contact)
		if err != nil {
			return out, err
		}
		next, err := clients.Set(tx, old.ID, in.Change, d.s.Now(), d.s.desk())
		if err != nil {
			return out, err
		}
		out.Contact, out.Widens = next, old.Widens(next, d.s.Now())
		return out, nil
	})
}

// AddContact brings a contact on file.
func (d *Directory) AddContact(by By, in NewContact) (out ContactChanged, err error) {
	return d.changeContact(by, "contact add", in.DryRun, func(tx kv.Tx) (out ContactChanged, err error) {
		next, _, err := clients.Add(tx, clients.Contact{Client: in.Client, Addresses: in.Addresses, Name: in.Name, Role: in.Role,
			Permissions: in.Permissions, Language: in.Language, Zone: in.Zone}, true, d.s.Now(), d.s.desk(), ticketed)
		if err != nil {
			return out, err
		}
		out.Contact, out.Widens = next, clients.Contact{Status: clients.Removed}.Widens(next, d.s.Now())
		return out, nil
	})
}

// RemoveContact takes a contact off the file, who is known by an address or their id.
func (d *Directory) RemoveContact(by By, address, agent string, dryRun bool) (out ContactChanged, err error) {
	return d.changeContact(by, "contact remove", dryRun, func(tx kv.Tx) (out ContactChanged, err error) {
		old, err := activeContact(tx, address)
		if err != nil {
			return out, err
		}
		out.Contact, err = clients.Remove(tx, old.ID, d.s.Now())
		return out, err
	})
}

// changeContact writes one change of a contact, or tries it.
func (d *Directory) changeContact(by By, why string, dryRun bool, change func(kv.Tx) (ContactChanged, error)) (out ContactChanged, err error) {
	fn := func(tx kv.Tx) error {
		one, err := change(tx)
		if err == nil {
			one.Cools, err = d.Cools(tx, one.Contact)
		}
		one.DryRun = dryRun
		out = one
		return err
	}
	if dryRun {
		err = kv.DryRun(d.s.kv, fn)
	} else {
		err = d.write(by, why, fn)
	}
	if errors.Is(err, clients.ErrInvalid) {
		err = &InvalidError{err}
	}
	if err != nil {
		out = ContactChanged{}
	}
	return out, err
}

// activeContact finds a contact by an address on file or by their id.
func activeContact(r kv.Reader, who string) (c clients.Contact, err error) {
	ok := false
	if strings.Contains(who, "@") {
		var addr string
		if addr, err = canonical(strings.TrimSpace(who)); err != nil {
			return c, fmt.Errorf("%w: %s", ErrNoContact, err)
		}
		c, ok, err = clients.ByAddress(r, addr)
	} else {
		c, ok, err = clients.Get(r, who)
	}
	switch {
	case err != nil:
	case !ok:
		err = fmt.Errorf("%w: %s", ErrNoContact, oneLine(who))
	case c.Status == clients.Removed:
		err = fmt.Errorf("%w: %s was removed", ErrNoContact, oneLine(who))
	}
	return c, err
}
