package tickets

import (
	"maps"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// backup is a copy of the store and of the model as they were.
type backup struct {
	store   map[string]string
	tickets []modelTicket
	stopped map[string][]string
	file    map[string][]string
	past    int
	letters int
}

// cool gives bob a class anew, which then cools.
func (m *machine) cool(t *rapid.T) {
	class := rapid.SampledFrom([]policy.Class{policy.PasswordChange, policy.DNSChange}).Draw(t, "class")
	m.contact(t, "bob", func(c *clients.Contact) {
		c.Gained = maps.Clone(c.Gained)
		if c.Gained == nil {
			c.Gained = map[string]time.Time{}
		}
		c.Gained[string(class)] = m.Now()
	})
	m.cools[class] = m.Now().Add(m.opt.Cooling)
}

// cooling reports whether what the ticket asks for was newly given to who asks.
func (m *machine) cooling(k *modelTicket) bool {
	return k.contact == "bob" && m.Now().Before(m.cools[k.class])
}

// save makes a backup.
func (m *machine) save(t *rapid.T) {
	b := &backup{store: m.dump(t), stopped: map[string][]string{}, file: maps.Clone(m.file), past: len(m.past), letters: len(m.letters)}
	for _, k := range m.tickets {
		b.tickets = append(b.tickets, *k)
	}
	for c, ids := range m.stopped {
		b.stopped[c] = slices.Clone(ids)
	}
	m.backup = b
}

// putBack puts the backup in the place of the store, as after the loss of a disk:
// nothing proved before counts, whatever was said since is forgotten, and no old
// question is good for a yes.
func (m *machine) putBack(t *rapid.T) {
	b := m.backup
	if b == nil {
		t.Skip("no backup")
	}
	head, err := m.Log.Head()
	check(t, err)
	now := m.dump(t)
	err = m.engine.Update(func(tx kv.Tx) error {
		for key := range now {
			if _, kept := b.store[key]; !kept {
				if err := tx.Delete(key); err != nil {
					return err
				}
			}
		}
		for key, value := range b.store {
			if err := tx.Put(key, []byte(value)); err != nil {
				return err
			}
		}
		return nil
	})
	check(t, err)
	m.restart(t)
	restored, err := m.Log.CheckHead(head)
	check(t, err)
	if decided := len(m.past) > b.past || len(m.letters) > b.letters; decided && !restored {
		t.Fatal("an older store is taken for the one that was open")
	}
	m.file = maps.Clone(b.file)
	m.cooled(t)
	if !restored {
		return
	}
	if rapid.Bool().Draw(t, "release") {
		check(t, m.Outbox.Release("max"))
	}
	m.tickets = nil
	for _, k := range b.tickets {
		if k.weak = false; k.used() {
			k.old = true // it may have been carried out, and stays as it is
		} else if !k.over { // what has ended is looked at and not done
			k.yes = false
		}
		m.tickets = append(m.tickets, &k)
	}
	m.stopped, m.past = map[string][]string{}, m.past[:b.past]
	for c, ids := range b.stopped {
		m.stopped[c] = slices.Clone(ids)
	}
	for i, l := range m.letters {
		l.void, l.lost = true, l.lost || i >= b.letters
	}
}

// cooled reads what of bob's cools out of the restored directory.
func (m *machine) cooled(t *rapid.T) {
	clear(m.cools)
	check(t, m.KV().View(func(v kv.View) error {
		c, _, err := clients.Get(v, "bob")
		for what, at := range c.Gained {
			m.cools[policy.Class(strings.TrimSpace(what))] = at.Add(m.opt.Cooling)
		}
		return err
	}))
}
