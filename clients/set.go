package clients

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/clients/onfile"
	"countersign/internal/clean"
	"countersign/internal/kv"
	"countersign/internal/rawmail"
)

// Change is what to change of a contact; nil and empty leave things as they are.
type Change struct {
	AddAddress    string
	RemoveAddress string
	Name          *string
	Role          *Role
	Permissions   *[]Permission
	Language      *string
}

// Set changes a contact. What they newly may, and an address that is new or newly
// the first, is dated now, so that it cools. An address of the desk or of an agent is refused.
func Set(tx kv.Tx, id string, ch Change, now time.Time, desk onfile.Desk) (Contact, error) {
	old, ok, err := Get(tx, id)
	if err != nil {
		return old, err
	}
	if !ok || old.Status == Removed {
		return old, fmt.Errorf("no active contact %q", id)
	}
	next := old
	next.Addresses = slices.Clone(old.Addresses)
	if ch.AddAddress != "" {
		addr, err := rawmail.Canonical(ch.AddAddress)
		if err != nil {
			return old, fmt.Errorf("add address: %w", err)
		}
		if is, err := desk.IsStaff(tx, addr); err != nil || is {
			return old, errors.Join(err, fmt.Errorf("add address: %s is an address of staff, or may reach staff", addr))
		}
		if !slices.Contains(next.Addresses, addr) {
			next.Addresses = append(next.Addresses, addr)
		}
	}
	if ch.RemoveAddress != "" {
		addr, err := rawmail.Canonical(ch.RemoveAddress)
		i := slices.Index(next.Addresses, addr)
		if err != nil || i < 0 || len(next.Addresses) == 1 {
			return old, fmt.Errorf("remove address: %s is not on file for %s, or the only one", clean.Name(ch.RemoveAddress, maxName), id)
		}
		next.Addresses = slices.Delete(next.Addresses, i, i+1)
	}
	if err := ch.words(&next); err != nil {
		return old, err
	}
	if len(next.Addresses) > maxAddresses {
		return old, fmt.Errorf("%d addresses, at most %d are allowed", len(next.Addresses), maxAddresses)
	}
	ImportOptions{Now: now}.date(&next, old, true, false)
	return next, PutContact(tx, next)
}

func (ch Change) words(c *Contact) error {
	if ch.Name != nil {
		c.Name = clean.Name(*ch.Name, maxName)
	}
	if ch.Role != nil {
		if c.Role = *ch.Role; c.Role != Primary && c.Role != Authorised {
			return fmt.Errorf("role: %q is not primary or authorised", c.Role)
		}
	}
	if ch.Language != nil {
		if c.Language = *ch.Language; c.Language != "" && !languageForm.MatchString(c.Language) {
			return fmt.Errorf("language: %q is not one such as en or pt-BR", c.Language)
		}
	}
	if ch.Permissions != nil {
		c.Permissions = slices.Clone(*ch.Permissions)
		for _, p := range c.Permissions {
			if !p.Known() {
				return fmt.Errorf("permissions: %q is not a class or permission", p)
			}
		}
	}
	return nil
}
