package clients

import (
	"fmt"
	"slices"

	"countersign/internal/kv"
)

// maxPrimaries is how many primary contacts a client may have.
const maxPrimaries = 32

// PrimaryOf returns the id of the client's active primary contact; of several,
// the one who became it first.
func PrimaryOf(r kv.Reader, client string) (id string, ok bool, err error) {
	all, err := PrimariesOf(r, client)
	if err != nil || len(all) == 0 {
		return "", false, err
	}
	return all[0], true, nil
}

// PrimariesOf returns the ids of all of them, in the order in which they became it.
func PrimariesOf(r kv.Reader, client string) ([]string, error) {
	return listed(r, primaryPrefix+client)
}

// indexPrimary keeps which contacts are the active primary ones of a client, a
// line each, in the order in which they became it.
func indexPrimary(tx kv.Tx, c Contact, is bool) error {
	key := primaryPrefix + c.Client
	all, err := listed(tx, key)
	if err != nil {
		return err
	}
	if is && !slices.Contains(all, c.ID) && len(all) >= maxPrimaries {
		return fmt.Errorf("client %s has %d primary contacts, at most so many are allowed", c.Client, len(all))
	}
	return indexed(tx, key, c.ID, is, maxPrimaries)
}

// crowded reports whether the contact can't become a primary one because the
// client has as many as are allowed.
func crowded(r kv.Reader, c Contact) (bool, error) {
	if c.Role != Primary {
		return false, nil
	}
	all, err := listed(r, primaryPrefix+c.Client)
	return len(all) >= maxPrimaries && !slices.Contains(all, c.ID), err
}
