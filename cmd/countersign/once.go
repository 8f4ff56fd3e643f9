package main

import (
	"context"
	"errors"

	"countersign/internal/exit"
)

// once handles what is in the mailboxes and tries everything that waits.
func (d *desk) once(ctx context.Context, fromBeginning bool) error {
	d.tidy(d.started)
	var errs []error
	errs = append(errs, d.store.RecoverOutbox(), d.store.Tick(), d.drain(ctx, true))
	for _, m := range d.config.Mailbox {
		r, err := d.reader(m, fromBeginning)
		if err == nil {
			err = r.Once(ctx)
		}
		if err != nil {
			errs = append(errs, unavailable("mailbox "+m.Name, err))
		}
	}
	errs = append(errs, d.gateway.Retry(ctx, true), d.store.Tick())
	for _, m := range d.config.Mailbox { // what was deferred may now be moved
		todo, err := d.store.Ledger.Pending(m.Name)
		if err != nil || len(todo) == 0 {
			errs = append(errs, err)
			continue
		}
		r, err := d.reader(m, fromBeginning)
		if err == nil {
			err = r.Once(ctx)
		}
		if err != nil {
			errs = append(errs, unavailable("mailbox "+m.Name, err))
		}
	}
	errs = append(errs, d.drain(ctx, false))
	return errors.Join(errs...)
}

// drain sends what is due.
func (d *desk) drain(ctx context.Context, all bool) error {
	m, err := d.mailer(all)
	if err != nil || m == nil {
		return err
	}
	if _, err := m.Drain(ctx, d.store.Now()); err != nil {
		return unavailable("the SMTP server", err)
	}
	return nil
}

func unavailable(what string, err error) error {
	if e, ok := errors.AsType[*exit.Error](err); ok {
		return e
	}
	return &exit.Error{Code: exit.Unavailable, Reason: "unavailable", Message: what + " could not be used: " + err.Error(), Err: err}
}
