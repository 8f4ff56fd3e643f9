package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"countersign/desk/api"
	"countersign/inbound/mailbox"
	"countersign/internal/clean"
	"countersign/internal/config"
	"countersign/internal/exit"
)

func (a *app) runCommand() *cobra.Command {
	var once, fromBeginning bool
	c := &cobra.Command{Use: "run", Short: "Read the mailboxes, prove, decide, ask", Args: cobra.NoArgs}
	c.Flags().BoolVar(&once, "once", false, "handle what is there, try everything that waits once, and end")
	c.Flags().BoolVar(&fromBeginning, "from-beginning", false, "on the first start of a mailbox, also judge the mail that is there already")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := a.config()
		if err != nil {
			return err
		}
		if err := becomeOwner(cfg); err != nil {
			return err
		}
		if err := configError(append(cfg.ForRun(a.configPath), cfg.CheckFiles(a.configPath)...)); err != nil {
			return err
		}
		now, err := a.clock(cfg)
		if err != nil {
			return err
		}
		if a.at != "" && !once {
			return usage("--at goes with run --once only.")
		}
		log := logger(a.stderr)
		defer hangUps(log)()
		if once {
			return a.once(cmd.Context(), cfg, now, log, fromBeginning)
		}
		// Commands find the socket before the store is taken, and wait.
		l, err := listen(cfg)
		if err != nil {
			return err
		}
		d, err := patiently(cmd.Context(), func() (*desk, error) { return openDesk(cfg, now, log) })
		if err != nil {
			return errors.Join(err, l.Close())
		}
		defer d.close()
		return d.run(cmd.Context(), l, fromBeginning)
	}
	return c
}

// once is `run --once`.
func (a *app) once(ctx context.Context, cfg config.Config, now func() time.Time, log zerolog.Logger, fromBeginning bool) error {
	if _, err := api.Dial(cfg.Socket); err == nil {
		return &exit.Error{Code: exit.Unavailable, Reason: "daemon_runs", Message: "A daemon runs and reads the mailboxes by itself.", Try: "countersign mailbox status"}
	}
	d, err := patiently(ctx, func() (*desk, error) { return openDesk(cfg, now, log) })
	if err != nil {
		return err
	}
	defer d.close()
	return d.once(ctx, fromBeginning)
}

// hangUps says of every SIGHUP that it changes nothing yet, until the function
// that it gives is called. Left alone, the signal would end the daemon.
func hangUps(log zerolog.Logger) (stop func()) {
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, syscall.SIGHUP)
	go func() {
		for {
			select {
			case <-signals:
				log.Warn().Msg("SIGHUP: the configuration is not read again while the daemon runs; restart it for that")
			case <-done:
				return
			}
		}
	}()
	return func() { signal.Stop(signals); close(done) }
}

// listen opens the control socket, in the folder of the state if it is there.
func listen(c config.Config) (net.Listener, error) {
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

// logger writes JSON, or readable lines on a terminal: in either, what others wrote is escaped.
func logger(w io.Writer) zerolog.Logger {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		w = zerolog.ConsoleWriter{Out: w, TimeFormat: time.TimeOnly}
	} else {
		w = clean.JSON(w)
	}
	return zerolog.New(zerolog.SyncWriter(w)).With().Timestamp().Logger() // messages are judged side by side
}

// run is the daemon: it answers on its socket, reads every mailbox and sends
// what is due until ctx ends, and then stops cleanly.
func (d *desk) run(ctx context.Context, l net.Listener, fromBeginning bool) error {
	if err := d.store.RecoverOutbox(); err != nil { // what is left is not sent; all else is
		d.log.Error().Err(err).Msg("not every notice of the last run is settled")
	}
	for _, m := range d.config.Mailbox {
		r, err := d.reader(m, fromBeginning)
		if err != nil {
			return errors.Join(err, l.Close())
		}
		d.readers = append(d.readers, r)
	}
	server := d.server()
	server.Status = d.status

	var wait sync.WaitGroup
	work := func(what string, fn func(context.Context) error) {
		wait.Go(func() {
			if err := fn(ctx); err != nil && ctx.Err() == nil {
				d.log.Error().Err(err).Str("part", what).Msg("part of the daemon ended")
			}
		})
	}
	work("socket", func(ctx context.Context) error { return server.Serve(ctx, l) })
	for i, r := range d.readers {
		work("mailbox "+d.config.Mailbox[i].Name, r.Run)
	}
	wait.Go(func() { d.tidy(d.started) })
	work("outbox", d.sendForever)
	work("deferred", d.retryForever)

	if held, err := d.store.Held(); err == nil && held {
		d.log.Error().Msg(restoredWarning)
	}
	d.log.Info().Int("mailboxes", len(d.readers)).Str("socket", d.config.Socket).Msg("ready")
	notify(daemon.SdNotifyReady + "\nSTATUS=" + fmt.Sprintf("%d mailboxes", len(d.readers)))
	work("timers", d.tickForever) // which feeds the watchdog, so after ready
	<-ctx.Done()
	notify(daemon.SdNotifyStopping)
	d.log.Info().Msg("stopping")
	wait.Wait()
	return nil
}

// notify tells systemd, if it asked to be told.
func notify(state string) { _, _ = daemon.SdNotify(false, state) }

// every calls fn now and then at the given period until ctx ends.
func every(ctx context.Context, period time.Duration, fn func()) error {
	t := time.NewTicker(period)
	defer t.Stop()
	for {
		fn()
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
	}
}

func (d *desk) sendForever(ctx context.Context) error {
	m, err := d.mailer(false)
	if err != nil || m == nil {
		return err
	}
	return every(ctx, sendPeriod, func() {
		if _, err := m.Drain(ctx, d.store.Now()); err != nil && ctx.Err() == nil {
			d.log.Warn().Err(err).Msg("notices not sent; tried again later")
		}
	})
}

// How often the outbox and the timers are looked at.
const (
	sendPeriod = time.Second
	tickPeriod = 5 * time.Second
)

func (d *desk) tickForever(ctx context.Context) error {
	return every(ctx, tickPeriod, func() {
		d.keepHeadOrSay()
		if err := d.store.Tick(); err != nil && ctx.Err() == nil {
			d.log.Warn().Err(err).Msg("timers not done; tried again later")
		}
		if d.alive() {
			notify(daemon.SdNotifyWatchdog)
		}
	})
}

// silence is how long a mailbox's reader may show no sign of life: longer than
// its longest wait for a server or for mail.
const silence = 15 * time.Minute

// alive reports whether every part goes on: the store, or Tick would not have
// come back, and each reader. Only then systemd's watchdog is told so.
func (d *desk) alive() bool {
	for i, r := range d.readers {
		if since := time.Since(r.Status().Alive); since > silence {
			d.log.Error().Str("mailbox", d.config.Mailbox[i].Name).Stringer("for", since.Round(time.Second)).Msg("no sign of life of this mailbox's reader")
			return false
		}
	}
	return true
}

// retryForever is apart from the timers: DNS may be slow, and a reset after a
// dispute must not wait for it.
func (d *desk) retryForever(ctx context.Context) error {
	return every(ctx, tickPeriod, func() {
		if err := d.gateway.Retry(ctx, false); err != nil && ctx.Err() == nil {
			d.log.Warn().Err(err).Msg("deferred messages not judged; tried again later")
		}
	})
}

func (d *desk) status() api.Status {
	out := api.Status{Mailboxes: []api.Mailbox{}, SuffixAge: int(d.check.SuffixListAge(d.now()) / (24 * time.Hour))}
	out.Held, _ = d.store.Held()
	for i, r := range d.readers {
		out.Mailboxes = append(out.Mailboxes, mailboxStatus(d.config.Mailbox[i], r.Status()))
	}
	return out
}

func mailboxStatus(m config.Mailbox, s mailbox.Status) api.Mailbox {
	return api.Mailbox{Mailbox: m.Name, State: s.State, LastSuccess: s.LastSuccess, Waiting: s.Waiting, UIDValidity: s.UIDValidity, Error: s.Error, Foreign: s.Foreign}
}
