package clients

import (
	"maps"
	"slices"
	"strings"

	"countersign/internal/kv"
)

// AtDomain is how many addresses on file are at the domain, those of removed
// contacts apart.
func AtDomain(r kv.Reader, domain string) (int, error) {
	n, _, err := kv.Load[int](r, domainPrefix+domain)
	return n, err
}

// countDomains brings the numbers of AtDomain up to date when a contact changes.
func countDomains(tx kv.Tx, before, after Contact) error {
	more := map[string]int{}
	for _, c := range []struct {
		Contact
		by int
	}{{before, -1}, {after, 1}} {
		for _, a := range c.Addresses {
			if c.Status != Removed {
				more[a[strings.LastIndexByte(a, '@')+1:]] += c.by
			}
		}
	}
	for _, domain := range slices.Sorted(maps.Keys(more)) {
		n, err := AtDomain(tx, domain)
		switch {
		case err != nil:
		case more[domain] == 0:
		case n+more[domain] <= 0:
			err = tx.Delete(domainPrefix + domain)
		default:
			err = kv.Save(tx, domainPrefix+domain, n+more[domain])
		}
		if err != nil {
			return err
		}
	}
	return nil
}
