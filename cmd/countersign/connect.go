package main

import (
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"

	"countersign/desk/api"
	"countersign/desk/daemon"
	"countersign/desk/owner"
	"countersign/internal/config"
	"countersign/internal/exit"
)

// with connects to the daemon, or opens the store if none runs, and calls fn.
func (a *app) with(ctx context.Context, fn func(context.Context, *api.Client) error) error {
	c, err := a.config()
	if err != nil {
		return err
	}
	now, err := a.clock(c)
	if err != nil {
		return err
	}
	conn, err := daemon.Patiently(ctx, func() (connected, error) { return a.connect(ctx, c, now) })
	if err != nil {
		return err
	}
	return errors.Join(fn(ctx, conn.client), conn.close())
}

// connected is a client and what ends it.
type connected struct {
	client *api.Client
	close  func() error
}

// connect finds the daemon, or opens the store: in this process, or apart where
// root does it for another user.
func (a *app) connect(ctx context.Context, c config.Config, now func() time.Time) (connected, error) {
	client, err := api.Dial(c.Socket)
	switch {
	case err == nil && a.at != "":
		return connected{}, &exit.Error{Code: exit.Usage, Reason: "daemon_runs", Message: "A daemon runs with its own clock; --at can't be used.", Try: "stop the daemon first"}
	case err == nil:
		return connected{client, func() error { return nil }}, nil
	case !errors.Is(err, api.ErrNoDaemon) || !owner.MayOpen(c.State):
		return connected{}, err
	}
	other, err := owner.Other(c)
	if err != nil {
		return connected{}, err
	}
	if other {
		return a.apart(ctx)
	}
	h, err := daemon.Open(c, now, zerolog.Nop())
	if err != nil {
		return connected{}, err
	}
	a.warnRestored(h)
	return connected{api.Local(h.Server()), func() error { h.Close(); return nil }}, nil
}

// warnRestored says on the terminal what waits for a person after a restore. To a
// program that is said once, at the command that finds it.
func (a *app) warnRestored(h *daemon.House) {
	if held, found := h.Held(); found || held && !a.json {
		_, _ = a.stderr.Write([]byte("countersign: " + daemon.RestoredWarning + "\n"))
	}
}
