package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/rs/zerolog"

	"countersign/desk/api"
	"countersign/internal/config"
	"countersign/internal/exit"
)

// Run is the daemon over a store of its own. Commands find the socket before the
// store is taken, and wait. again reads the configuration anew, for who asks for that.
func Run(ctx context.Context, c config.Config, now func() time.Time, log zerolog.Logger, fromBeginning bool, again func() (config.Config, error)) error {
	var running atomic.Pointer[House]
	defer hangUps(func() {
		if h := running.Load(); h != nil {
			h.hungUp()
		}
	})()
	l, err := Listen(c)
	if err != nil {
		return err
	}
	h, err := Patiently(ctx, func() (*House, error) { return Open(c, now, log) })
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer h.Close()
	h.again = again
	running.Store(h)
	return h.Run(ctx, l, fromBeginning)
}

// Listen opens the control socket, in the folder of the state if it is there.
func Listen(c config.Config) (net.Listener, error) {
	err := os.MkdirAll(filepath.Dir(c.State), 0o700)
	var l net.Listener
	if err == nil {
		l, err = api.Listen(c.Socket)
	}
	if err != nil {
		return nil, &exit.Error{Code: exit.Unavailable, Reason: "socket", Message: "control socket: " + err.Error(), Err: err}
	}
	return l, nil
}

// Run is the daemon over an open store: it answers on its socket, reads every mailbox and sends
// what is due until ctx ends, and then stops cleanly.
func (h *House) Run(ctx context.Context, l net.Listener, fromBeginning bool) error {
	if err := h.store.Outbox.Recover(); err != nil { // what is left is not sent; all else is
		h.log.Error().Err(err).Msg("not every notice of the last run is settled")
	}
	for _, m := range h.config.Mailbox {
		r, err := h.reader(m, fromBeginning)
		if err != nil {
			return errors.Join(err, l.Close())
		}
		h.readers = append(h.readers, r)
	}
	hooks, err := listenExternal(h.config.ExternalAPI)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	server := h.Server()
	server.Status = h.status

	var wait sync.WaitGroup
	work := func(what string, fn func(context.Context) error) {
		wait.Go(func() {
			if err := fn(ctx); err != nil && ctx.Err() == nil {
				h.log.Error().Err(err).Str("part", what).Msg("part of the daemon ended")
			}
		})
	}
	work("socket", func(ctx context.Context) error { return server.Serve(ctx, l) })
	if hooks != nil {
		work("external", func(ctx context.Context) error {
			return server.ServeExternal(ctx, hooks, h.config.ExternalAPI.RequestsPerMinute)
		})
	}
	for i, r := range h.readers {
		work("mailbox "+h.config.Mailbox[i].Name, r.Run)
	}
	wait.Go(func() { h.tidy(h.started) })
	work("outbox", h.sendForever)
	work("deferred", h.retryForever)

	h.warnPolicy()
	if held, err := h.store.Outbox.Held(); err == nil && held {
		h.log.Error().Msg(RestoredWarning)
	}
	h.log.Info().Int("mailboxes", len(h.readers)).Str("socket", h.config.Socket).Msg("ready")
	notify(daemon.SdNotifyReady + "\nSTATUS=" + fmt.Sprintf("%d mailboxes", len(h.readers)))
	work("timers", h.tickForever) // which feeds the watchdog, so after ready
	<-ctx.Done()
	notify(daemon.SdNotifyStopping)
	h.log.Info().Msg("stopping")
	wait.Wait()
	return nil
}

// notify tells systemd, if it asked to be told.
func notify(state string) { _, _ = daemon.SdNotify(false, state) }

// hangUps calls fn for every SIGHUP, until the function that it gives is called.
// Left alone, the signal would end the daemon.
func hangUps(fn func()) (stop func()) {
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, syscall.SIGHUP)
	go func() {
		for {
			select {
			case <-signals:
				fn()
			case <-done:
				return
			}
		}
	}()
	return func() { signal.Stop(signals); close(done) }
}
