package tickets

import (
	"maps"
	"slices"

	"pgregory.net/rapid"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/staff"
)

// agents come and go.
func (f *folk) agents(t *rapid.T) {
	id := f.agent(t)
	switch rapid.IntRange(0, 4).Draw(t, "what") {
	case 0:
		_, err := f.Directory.DisableAgent(root, id)
		if f.off[id] = true; err != nil && !f.off[id] {
			t.Fatal(err)
		}
	case 1, 2:
		_, err := f.Directory.SetAgent(root, id, staff.Change{Enable: true})
		if f.off[id] = false; err != nil && f.off[id] {
			t.Fatal(err)
		}
	case 3:
		role := rapid.SampledFrom([]staff.Role{staff.RoleAgent, staff.RoleLead}).Draw(t, "role")
		if _, err := f.Directory.SetAgent(root, id, staff.Change{Role: &role}); err == nil {
			f.leads[id] = role == staff.RoleLead
		}
	}
}

func (f *folk) lifts(t *rapid.T) {
	k := f.pick(t, func(k *matter1) bool { return slices.Contains(f.stopped[k.client], k.id) })
	_, _ = f.Lift(k.id, rapid.SampledFrom([]string{"max", "lea"}).Draw(t, "lead"), "A reason")
	f.learn(t)
	for _, m := range slices.Backward(f.mails) {
		if m.Kind == policy.NoticeLift && m.Ticket == k.id {
			f.answer(t, m, m, policy.Yes, m.To, true)
			return
		}
	}
}

// folkBackup is a copy of the store and of the oracle.
type folkBackup struct {
	store map[string]string
	oracle
	mails []*mail // that the store knows of
}

func (o *oracle) clone() oracle {
	c := oracle{now: o.now, people: map[string]*human{}, matters: map[string]*matter1{}, codes: map[string]*phoneCode{},
		leads: maps.Clone(o.leads), off: maps.Clone(o.off), stopped: map[string][]string{}}
	for id, h := range o.people {
		one := *h
		one.addresses, one.may, one.since = slices.Clone(h.addresses), slices.Clone(h.may), maps.Clone(h.since)
		c.people[id] = &one
	}
	for id, k := range o.matters {
		one := *k
		one.wrote, one.approvals, one.codes = slices.Clone(k.wrote), slices.Clone(k.approvals), slices.Clone(k.codes)
		c.matters[id] = &one
	}
	for id, one := range o.codes {
		c.codes[id] = new(*one)
	}
	for id, all := range o.stopped {
		c.stopped[id] = slices.Clone(all)
	}
	return c
}

func (f *folk) save(t *rapid.T) {
	f.backup = &folkBackup{f.dump(t), f.oracle.clone(), slices.Clone(f.mails)}
}

// putBack puts the copy in the place of the store. What was proved or allowed before
// counts for nothing, and neither does any code.
func (f *folk) putBack(t *rapid.T) {
	b := f.backup
	if b == nil {
		t.Skip("no backup")
	}
	head, err := f.Log.Head()
	check(t, err)
	now := f.dump(t)
	check(t, f.engine.Update(func(tx kv.Tx) error {
		for key := range now {
			if err := tx.Delete(key); err != nil {
				return err
			}
		}
		for key, value := range b.store {
			if err := tx.Put(key, []byte(value)); err != nil {
				return err
			}
		}
		return nil
	}))
	f.restart(t)
	restored, err := f.Log.CheckHead(head)
	check(t, err)
	f.oracle = b.oracle.clone()
	f.now1()
	f.mails = slices.Clone(b.mails)
	if !restored {
		return
	}
	_ = f.Outbox.Release("max")
	for _, k := range f.matters {
		k.drop()
		k.old = k.usedBy != ""
	}
	for _, c := range f.codes {
		c.set = false
	}
	f.kill(func(m *mail) bool { m.past = true; return true })
}
