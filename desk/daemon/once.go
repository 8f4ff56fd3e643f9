package daemon

import (
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"

	"countersign/desk/api"
	"countersign/internal/config"

	"countersign/internal/exit"
)

// Once handles what is there, tries everything that waits once, and ends.
func Once(ctx context.Context, c config.Config, now func() time.Time, log zerolog.Logger, fromBeginning bool) error {
	defer hangUps(func() {})() // it has read them, and ends soon
	if _, err := api.Dial(c.Socket); err == nil {
		return &exit.Error{Code: exit.Unavailable, Reason: "daemon_runs", Message: "A daemon runs and reads the mailboxes by itself.", Try: "countersign mailbox status"}
	}
	h, err := Patiently(ctx, func() (*House, error) { return Open(c, now, log) })
	if err != nil {
		return err
	}
	defer h.Close()
	return h.once(ctx, fromBeginning)
}

// once handles what is in the mailboxes and tries everything that waits.
func (h *House) once(ctx context.Context, fromBeginning bool) error {
	h.warnPolicy()
	h.tidy(h.started)
	var errs []error
	errs = append(errs, h.store.Outbox.Recover(), h.store.Tick(), h.drain(ctx, true))
	for _, m := range h.config.Mailbox {
		errs = append(errs, h.readOnce(ctx, m, fromBeginning))
	}
	errs = append(errs, h.Gateway.Retry(ctx, true), h.store.Tick())
	for _, m := range h.config.Mailbox { // what was deferred may now be moved
		todo, err := h.store.Ledger.Pending(m.Name)
		if err == nil && len(todo) > 0 {
			err = h.readOnce(ctx, m, fromBeginning)
		}
		errs = append(errs, err)
	}
	errs = append(errs, h.drain(ctx, false))
	return errors.Join(errs...)
}

// readOnce handles what is in one mailbox.
func (h *House) readOnce(ctx context.Context, m config.Mailbox, fromBeginning bool) error {
	r, err := h.reader(m, fromBeginning)
	if err == nil {
		err = r.Once(ctx)
	}
	if err != nil {
		return unavailable("mailbox "+m.Name, err)
	}
	return nil
}

// drain sends what is due.
func (h *House) drain(ctx context.Context, all bool) error {
	m, err := h.mailer(all)
	if err != nil || m == nil {
		return err
	}
	if _, err := m.Drain(ctx, h.store.Now()); err != nil {
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
