// Package migrate brings a store from the schema in which it was written to the
// one that this program knows, some keys at a time.
//
// It knows no key. Each package that owns keys says in its migrate.go what
// became of those of an older schema, as a Step for each prefix:
//
//	// ToSchema2 are the steps of this package from schema 1.
//	var ToSchema2 = []migrate.Step{
//		migrate.Rename("staffaddr/", "address/", agentOf),
//		migrate.Rewrite("agent/", func(old agent1) agentRecord { ... }),
//	}
//
// and package tickets, which knows every owner, puts them together and runs
// them when the store is opened, before anything else reads it. A prefix that
// is not named stays as it is. To try a step, give it to Run over a kv.Memory;
// the store of schema 1 in cmd/countersign/testdata tries all of them.
//
// Whatever stops the program, the next start goes on behind the last key that
// was moved, and an older program refuses the store from the first one on: there
// is no way back but a copy of the store as it was.
package migrate

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"countersign/internal/kv"
)

// A Pair is a key with its value.
type Pair struct {
	Key   string
	Value []byte
}

// A Step takes every key under a prefix to what it is in the next schema.
//
// Move is given one of them and gives what stands in its place: itself with
// another value, other keys, several of them, or nothing. It depends on its
// arguments alone. Another key that it gives must not be under the prefix, where
// it would be moved again. An error says that the value can't be read: it stays
// as it is, as unreadable to this program as to the one before, since one spoiled
// record must not keep a desk from its work.
type Step struct {
	Prefix string
	Move   func(key string, value []byte) ([]Pair, error)
}

// A Migration makes a store of a schema out of one of the schema before it.
type Migration struct {
	Schema int
	Steps  []Step
}

// Progress is how far a migration is, since this start of the program: how many
// keys were looked at, and from under which prefix the last was.
type Progress struct {
	Schema int
	Prefix string
	Keys   int
	Unread []error // of keys whose values can't be read, the first of them
	Done   bool
}

// state is where an unfinished migration goes on. While there is one, the store
// already has the number of the schema that it is on the way to.
type state struct {
	Schema int    `json:"schema"`
	Prefix string `json:"prefix,omitempty"` // of the step, the first where empty
	After  string `json:"after,omitempty"`  // the last key that was moved
}

const (
	perUpdate = 100   // reads and writes, the bound of package kv
	perPage   = 50    // keys that one look finds
	sayEvery  = 10000 // keys
	maxUnread = 20
)

// Run carries out what the store still lacks of these migrations, one schema
// after the other. say, if any, is told before the first key of each is moved,
// now and then, and at its end.
func Run(s kv.Store, all []Migration, say func(Progress)) error {
	if say == nil {
		say = func(Progress) {}
	}
	at, open, err := unfinished(s)
	if err != nil {
		return err
	}
	have, err := s.Schema()
	if err != nil {
		return err
	}
	for _, m := range all {
		if err := m.check(); err != nil {
			return err
		}
		switch {
		case open && at.Schema == m.Schema:
		case m.Schema <= have:
			continue
		case m.Schema != have+1:
			return fmt.Errorf("the store has schema %d, and nothing brings it to %d", have, have+1)
		default:
			at = state{Schema: m.Schema}
		}
		if err := m.run(s, at, say); err != nil {
			return fmt.Errorf("bring the store to schema %d: %w", m.Schema, err)
		}
		have, open = m.Schema, false
	}
	if have != kv.Schema || open {
		return fmt.Errorf("the store has schema %d, and nothing brings it to %d", have, kv.Schema)
	}
	return nil
}

func unfinished(s kv.Viewer) (at state, ok bool, err error) {
	err = s.View(func(v kv.View) error {
		at, ok, err = kv.Load[state](v, stateKey)
		return err
	})
	return at, ok, err
}

// check refuses steps of which two take the same keys: one of them would meet
// what the other one gave.
func (m Migration) check() error {
	for i, a := range m.Steps {
		for _, b := range m.Steps[:i] {
			if strings.HasPrefix(a.Prefix, b.Prefix) || strings.HasPrefix(b.Prefix, a.Prefix) {
				return fmt.Errorf("two steps to schema %d take the keys under %s", m.Schema, a.Prefix)
			}
		}
	}
	return nil
}

// run carries out one migration from where it stands.
func (m Migration) run(s kv.Store, at state, say func(Progress)) error {
	// The state first, so that a store with the new number is known to be unfinished.
	if err := s.Update(func(tx kv.Tx) error { return kv.Save(tx, stateKey, at) }); err != nil {
		return err
	}
	if err := s.SetSchema(m.Schema); err != nil {
		return err
	}
	first := 0
	if at.Prefix != "" {
		if first = slices.IndexFunc(m.Steps, func(p Step) bool { return p.Prefix == at.Prefix }); first < 0 {
			return fmt.Errorf("it stopped under %s, of which this program knows nothing", at.Prefix)
		}
	}
	p := Progress{Schema: m.Schema}
	say(p)
	for _, step := range m.Steps[first:] {
		if at.Prefix != step.Prefix {
			at.Prefix, at.After = step.Prefix, ""
		}
		for {
			next, moved, unread, err := step.part(s, at)
			if err != nil {
				return err
			}
			if moved == 0 {
				break
			}
			before := p.Keys
			at, p.Prefix, p.Keys = next, step.Prefix, p.Keys+moved
			p.Unread = append(p.Unread, unread[:min(len(unread), maxUnread-len(p.Unread))]...)
			if before/sayEvery != p.Keys/sayEvery {
				say(p)
			}
		}
	}
	if err := s.Update(func(tx kv.Tx) error { return tx.Delete(stateKey) }); err != nil {
		return err
	}
	p.Prefix, p.Done = "", true
	say(p)
	return nil
}

// part moves as many of the next keys as one Update takes, and gives where it
// goes on; none were moved where there are no more.
func (p Step) part(s kv.Store, at state) (next state, moved int, unread []error, err error) {
	keys, err := p.next(s, at)
	if err != nil || len(keys) == 0 {
		return at, 0, nil, err
	}
	err = s.Update(func(tx kv.Tx) error {
		next, moved, unread = at, 0, nil
		for ops := 1; moved < len(keys); moved++ { // the state is written, too
			key := keys[moved]
			n, bad, err := p.move(tx, key, perUpdate-ops)
			if errors.Is(err, kv.ErrOps) && moved > 0 {
				break
			}
			if err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			if bad != nil {
				unread = append(unread, fmt.Errorf("%s: %w", key, bad))
			}
			ops, next.After = ops+n, key
		}
		return kv.Save(tx, stateKey, next)
	})
	return next, moved, unread, err
}

// next gives the keys behind those that were moved.
func (p Step) next(s kv.Viewer, at state) (keys []string, err error) {
	err = s.View(func(v kv.View) error {
		return v.Scan(p.Prefix, at.After, func(key string, _ []byte) error {
			if len(keys) == perPage {
				return kv.ErrStop
			}
			if key != at.After {
				keys = append(keys, key)
			}
			return nil
		})
	})
	return keys, err
}

// move moves one key with at most so many reads and writes, and says how many it
// took. Where it would take more it does nothing, and the error is kv.ErrOps.
func (p Step) move(tx kv.Tx, key string, most int) (ops int, unread, err error) {
	if most < 3 {
		return 0, nil, kv.ErrOps
	}
	old, err := tx.Get(key)
	if err != nil {
		return 0, nil, err
	}
	now, unread := p.Move(key, slices.Clone(old))
	if unread != nil {
		return 1, unread, nil
	}
	if len(now)+2 > most {
		return 0, nil, kv.ErrOps
	}
	stays := false
	for _, one := range now {
		stays = stays || one.Key == key
		if one.Key != key && strings.HasPrefix(one.Key, p.Prefix) {
			return 0, nil, fmt.Errorf("is moved to %s, which would be moved again", one.Key)
		}
	}
	if !stays {
		if err := tx.Delete(key); err != nil {
			return 0, nil, err
		}
	}
	for _, one := range now {
		if err := tx.Put(one.Key, one.Value); err != nil {
			return 0, nil, err
		}
	}
	return len(now) + 2, nil, nil
}
