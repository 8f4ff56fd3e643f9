package tickets

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
)

// imported is what an import did that people have to be told: to one contact, or,
// with Client, new contacts that it brought a client which had some.
type imported struct {
	Import  string    `json:"import"`
	By      By        `json:"by"`
	At      time.Time `json:"at"`
	Contact string    `json:"contact,omitempty"`
	Client  string    `json:"client,omitempty"`
	What    []string  `json:"what"` // at most maxNamed
	More    int       `json:"more,omitempty"`
	To      []place   `json:"to"`
}

const (
	maxNamed = 10  // things that one mail of an import names; it counts the others
	maxLine  = 400 // bytes that it says of each
	// importLife is how long a change waits for its import to end, so that what
	// it changed is told at once. One that was cut off may never go on.
	importLife = time.Hour
)

func (i imported) key() string {
	if i.Client != "" {
		return importedPrefix + i.Import + "/new/" + i.Client
	}
	return importedPrefix + i.Import + "/" + i.Contact
}

// importedBy gives what an import calls for every contact that it writes: what
// widens who can prove, or takes an address from somebody, is left to be told.
func (s *Store) importedBy(im Import) func(tx kv.Tx, old, next clients.Contact, was, first bool) error {
	if im.ID == dryRun {
		return nil
	}
	return func(tx kv.Tx, old, next clients.Contact, was, first bool) error {
		if next.Status == clients.Removed { // their last address is somebody else's by now
			if err := s.dropCode(tx, next, im.By); err != nil {
				return err
			}
		}
		if first || was && !s.tells(old, next) {
			return nil
		}
		to, err := whoHears(tx, old, next, "")
		if err != nil || len(to) == 0 {
			return err
		}
		one := imported{Import: im.ID, By: im.By, At: s.Now(), Contact: next.ID, What: []string{excerpt(describe(old, next), maxLine, cutShort)}, To: to}
		if !was {
			one.Contact, one.Client, one.What = "", next.Client, []string{newcomer(next)}
		}
		return one.add(tx)
	}
}

// tells reports whether people have to be told of a contact's change by an import.
func (s *Store) tells(old, next clients.Contact) bool {
	return len(old.Widens(next, s.Now())) > 0 ||
		slices.ContainsFunc(old.Addresses, func(a string) bool { return old.OnFile(a) && !next.OnFile(a) }) ||
		old.Role == clients.Primary && next.Role != clients.Primary // who would be told of what is done next
}

// newcomer says whom an import brought.
func newcomer(c clients.Contact) string {
	return whose(c) + ": " + hideAddress(c.Addresses[0]) + ", " + string(c.Role)
}

// add puts it to what the import did to the same people before.
func (i imported) add(tx kv.Tx) error {
	old, ok, err := kv.Load[imported](tx, i.key())
	if err != nil {
		return err
	}
	if ok {
		for _, to := range i.To {
			if !slices.Contains(old.To, to) && len(old.To) < 2*maxNamed {
				old.To = append(old.To, to)
			}
		}
		if len(old.What) < maxNamed {
			old.What = append(old.What, i.What...)
		} else {
			old.More += len(i.What)
		}
		i = old
	}
	return kv.Save(tx, i.key(), i)
}

// openImported opens a ticket for everything that imports did and people have to
// be told, once its import has come to its end.
func (s *Store) openImported() error {
	var todo []string
	var errs []error
	err := s.kv.View(func(v kv.View) error {
		ended := map[string]bool{}
		n := 0
		return v.Scan(importedPrefix, "", func(key string, _ []byte) error {
			i, _, err := kv.Load[imported](v, key)
			if _, known := ended[i.Import]; err == nil && !known {
				var im Import
				im, _, err = kv.Load[Import](v, Import{ID: i.Import}.key())
				ended[i.Import] = !im.Unfinished()
			}
			switch {
			case err != nil: // it keeps nothing else back
				errs = append(errs, fmt.Errorf("%s: %w", key, err))
			case ended[i.Import] || !s.Now().Before(i.At.Add(importLife)):
				todo = append(todo, key)
			}
			if n++; n == 10*maxTellings || len(todo) == maxTellings {
				return kv.ErrStop
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	var updates []func(kv.Tx) error
	for _, key := range todo {
		updates = append(updates, func(tx kv.Tx) error { return s.openOf(tx, key) })
	}
	return errors.Join(append(errs, s.group.UpdateAll(updates)...)...)
}

// openOf opens the ticket of one thing that an import did.
func (s *Store) openOf(tx kv.Tx, key string) error {
	i, ok, err := kv.Load[imported](tx, key)
	if err != nil || !ok {
		return err
	}
	id, subject := i.Contact, "A contact of your account was changed"
	if i.Client != "" {
		id, subject = i.To[0].Contact, "New contacts of your account"
	}
	c, _, err := clients.Get(tx, id)
	if err != nil {
		return err
	}
	what := strings.Join(i.What, "\n")
	if i.More > 0 {
		what += fmt.Sprintf("\nand %d more", i.More)
	}
	what = s.fitting(what, cutShort)
	t, err := s.openChange(tx, c, subject, what, i.By, true)
	if err != nil {
		return err
	}
	if i.Client != "" {
		t.Change.Contact = ""
	}
	return errors.Join(s.tellChanged(tx, &t, i.To, what), save(tx, t), tx.Delete(key))
}
