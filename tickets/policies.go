package tickets

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/policy/rulebook"
	"countersign/staff"
)

// ruling is which policy is in force.
type ruling struct {
	Source string    `json:"source,omitempty"` // empty: the built-in one
	Since  time.Time `json:"since"`
}

// policyLeaf is of the audit log: a policy came in force.
type policyLeaf struct {
	ruling
	By *By `json:"by,omitempty"` // who had it read again; nil: the program started
}

// SetPolicy puts a book in force, and keeps the bytes of it for ever: what was
// decided by it can be looked into then. by is nil where the program starts.
func (s *Store) SetPolicy(b rulebook.Book, by *By) error {
	source, same := b.Rules.Source, false
	is := func(r kv.Reader) error { // which most starts find
		was, known, err := kv.Load[ruling](r, rulingKey)
		same = known && was.Source == source || !known && source == ""
		return err
	}
	if err := s.kv.View(func(v kv.View) error { return is(v) }); err != nil {
		return err
	}
	if same {
		s.SetRules(b.Rules)
		return nil
	}
	err := s.group.Update(func(tx kv.Tx) error {
		if err := is(tx); err != nil || same {
			return err
		}
		var errs []error
		if source != "" {
			errs = append(errs, tx.Put(policyPrefix+source, b.Bytes))
		}
		now := ruling{Source: source, Since: s.Now()}
		return errors.Join(append(errs, kv.Save(tx, rulingKey, now), s.log(tx, "policy", source, policyLeaf{now, by}))...)
	})
	if err == nil {
		s.SetRules(b.Rules)
	}
	return err
}

// Policy gives the file by its name in Rules.Source, of every policy that was ever
// in force. The built-in one, whose name is empty, is no file.
func (s *Store) Policy(source string) (text []byte, ok bool, err error) {
	if source == "" {
		return nil, false, nil
	}
	err = s.kv.View(func(v kv.View) error {
		b, err := v.Get(policyPrefix + source)
		text, ok = slices.Clone(b), b != nil
		return err
	})
	return text, ok, err
}

// PolicySince is when the policy in force came to be so; zero: it always was.
func (s *Store) PolicySince() (at time.Time, err error) {
	err = s.kv.View(func(v kv.View) error {
		now, _, err := kv.Load[ruling](v, rulingKey)
		at = now.Since
		return err
	})
	return at, err
}

// CheckPolicy reports what a book names that is not at this desk, or asks for that
// nobody here could give.
func (s *Store) CheckPolicy(b rulebook.Book) (out []rulebook.Problem, err error) {
	now := s.Now()
	desk := rulebook.Desk{Checkers: s.opt.Checkers}
	err = s.kv.View(func(v kv.View) error {
		agents, err := staff.List(v)
		if err != nil {
			return err
		}
		for _, a := range agents {
			if !a.Disabled {
				desk.Agents = append(desk.Agents, rulebook.Agent{ID: a.ID, Lead: a.Has(staff.RoleLead, now), Teams: a.Teams,
					May: func(c policy.Class) bool { return a.CarriesOut(c, now) }})
			}
		}
		desk.Client = func(id string) (bool, error) { _, ok, err := clients.GetClient(v, id); return ok, err }
		desk.Contact = func(who string) (string, bool, error) { return contactNamed(v, who) }
		out, err = b.Check(desk)
		return err
	})
	return out, err
}

// contactNamed finds a contact by id, or by an address on file.
func contactNamed(r kv.Reader, who string) (client string, known bool, err error) {
	if !strings.Contains(who, "@") {
		c, ok, err := clients.Get(r, who)
		return c.Client, ok, err
	}
	c, ok, err := clients.ByAddress(r, who)
	if _, shared := errors.AsType[*clients.SharedError](err); shared {
		return "", true, nil // of several: whose client is theirs to know
	}
	if err != nil {
		return "", false, fmt.Errorf("%s: %w", who, err)
	}
	return c.Client, ok, nil
}
