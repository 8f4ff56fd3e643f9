package clients

import (
	"fmt"
	"slices"
	"strings"

	"countersign/clients/onfile"
	"countersign/internal/kv"
)

// SharedError reports that several contacts have an address, so that it names
// none of them.
type SharedError struct {
	Address  string
	Contacts []Contact
}

func (e *SharedError) Error() string {
	return fmt.Sprintf("%s is on file for %s; say which of them is meant, by that id", e.Address, names(e.Contacts))
}

// names says who they are, by id, client and name.
func names(all []Contact) string {
	var out []string
	for _, c := range all {
		out = append(out, fmt.Sprintf("%s (%s of client %s)", c.ID, c.Name, c.Client))
	}
	return strings.Join(out, ", ")
}

// Holders gives the contacts who have the canonical address on file: the active
// ones, or where there is none those who were removed.
func Holders(r kv.Reader, addr string) ([]Contact, error) {
	all, err := having(r, addr)
	active := slices.DeleteFunc(slices.Clone(all), func(c Contact) bool { return c.Status == Removed })
	if len(active) > 0 {
		return active, err
	}
	return all, err
}

// having gives every contact who has the address on file, removed ones too.
func having(r kv.Reader, addr string) (all []Contact, err error) {
	h, err := onfile.Of(r, addr)
	if err != nil {
		return nil, err
	}
	for _, id := range h.Contacts() {
		c, ok, err := Get(r, id)
		if err != nil {
			return nil, err
		}
		if ok {
			all = append(all, c)
		}
	}
	return all, nil
}

// ByAddress returns the contact who has the canonical address on file. One who
// was removed is found too, where nobody else has it; see Status. Of several it
// takes none: the error is a *SharedError.
func ByAddress(r kv.Reader, addr string) (Contact, bool, error) {
	all, err := Holders(r, addr)
	switch {
	case err != nil || len(all) == 0:
		return Contact{}, false, err
	case len(all) > 1 && all[0].Status != Removed: //rule:6.5 shared-address-names-nobody TestByAddressShared
		return Contact{}, false, &SharedError{addr, all}
	}
	return all[0], true, nil
}

// shares reports whether somebody else has one of the contact's addresses.
func (c Contact) shares(r kv.Reader) (bool, error) {
	for _, a := range c.Addresses {
		all, err := having(r, a)
		if err != nil || slices.ContainsFunc(all, func(other Contact) bool { return other.ID != c.ID }) {
			return err == nil, err
		}
	}
	return false, nil
}

// PutShared is PutContact of one whose addresses others may have, too, who keep them.
func PutShared(tx kv.Tx, c Contact) error { return put(tx, c, onfile.ShareWithContact) }

// putter gives how a contact is written.
func putter(shared bool) func(kv.Tx, Contact) error {
	if shared {
		return PutShared
	}
	return PutContact
}
