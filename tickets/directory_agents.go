package tickets

import (
	"errors"
	"fmt"

	"countersign/clients/onfile"
	"countersign/internal/kv"
	"countersign/staff"
)

// AddAgent adds an agent. Who is added by the owner of the desk counts at once,
// others after the cooling time (the design, 6.5).
func (d *Directory) AddAgent(by By, a staff.Agent) (out staff.Agent, err error) {
	a.Added, a.Counts = d.s.Now(), d.s.Now()
	if !by.Owner {
		a.Counts = a.Added.Add(d.s.opt.Cooling)
	}
	err = d.write(by, "agent add", func(tx kv.Tx) error {
		if out, err = staff.Add(tx, a); err != nil {
			return err
		}
		return d.mayBeAt(tx, out.Email)
	})
	return out, err
}

// mayBeAt refuses an address at whose domain contacts are.
func (d *Directory) mayBeAt(tx kv.Tx, addr string) error {
	err := d.s.desk().AgentMayBeAt(tx, addr)
	if _, crowd := errors.AsType[*onfile.CrowdError](err); crowd {
		err = fmt.Errorf("%w: email: %w", staff.ErrInvalid, err)
	}
	return err
}

// SetAgent changes an agent. What they newly get from the owner of the desk counts
// at once, from others after the cooling time. Nobody changes themselves.
func (d *Directory) SetAgent(by By, id string, ch staff.Change) (out staff.Agent, err error) {
	err = d.write(by, "agent set", func(tx kv.Tx) error {
		if err := d.mayChange(tx, by, id); err != nil {
			return err
		}
		old, _, err := staff.Get(tx, id)
		if err != nil {
			return err
		}
		out, err = staff.Set(tx, id, ch, staff.Terms{Now: d.s.Now(), Cooling: d.s.opt.Cooling, AtOnce: by.Owner})
		if err == nil && out.Email != old.Email { //rule:6.5 agent-moves-to-no-contacts-domain TestSetAgent/contacts-domain
			err = d.mayBeAt(tx, out.Email)
		}
		return err
	})
	return out, noAgent(err)
}

// DisableAgent takes everything from an agent at once; their tickets stay.
func (d *Directory) DisableAgent(by By, id string) (out staff.Agent, err error) {
	err = d.write(by, "agent disable", func(tx kv.Tx) error {
		if err := d.mayChange(tx, by, id); err != nil {
			return err
		}
		out, err = staff.Disable(tx, id)
		return err
	})
	return out, noAgent(err)
}

func noAgent(err error) error {
	if errors.Is(err, staff.ErrNone) {
		return fmt.Errorf("%w: %w", ErrNoAgent, err)
	}
	return err
}

// mayChange demands an administrator other than the agent, as they are now. So one
// always stays, also where two are about to disable each other; only the owner of
// the desk may take its last one away.
func (d *Directory) mayChange(tx kv.Tx, by By, id string) error {
	if by.Owner {
		return nil
	}
	if by.Agent == id { //rule:6.5 no-agent-changes-themselves TestSetAgent/oneself
		return fmt.Errorf("%w: nobody changes their own rights; ask another administrator", ErrNotAllowed)
	}
	a, ok, err := staff.Get(tx, by.Agent)
	if err == nil && (!ok || !a.Has(staff.RoleAdmin, d.s.Now())) { //rule:6.5 last-admin-stays part=2 TestLastAdmin
		err = fmt.Errorf("%w: %q is no administrator who counts", ErrNotAllowed, by.Agent)
	}
	return err
}

// freeAddresses gives back what was an agent's address until long enough ago.
func (s *Store) freeAddresses() error {
	var due []staff.Freed
	err := s.kv.View(func(v kv.View) (err error) { due, err = staff.DueFreed(v, s.Now(), 100); return err })
	errs := []error{err}
	for _, f := range due {
		errs = append(errs, s.group.Update(func(tx kv.Tx) error { return f.Release(tx, s.Now()) }))
	}
	return errors.Join(errs...)
}
