package daemon

import (
	"context"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

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

func (h *House) sendForever(ctx context.Context) error {
	m, err := h.mailer(false)
	if err != nil || m == nil {
		return err
	}
	return every(ctx, sendPeriod, func() {
		if _, err := m.Drain(ctx, h.store.Now()); err != nil && ctx.Err() == nil {
			h.log.Warn().Err(err).Msg("notices not sent; tried again later")
		}
	})
}

// How often the outbox and the timers are looked at.
const (
	sendPeriod = time.Second
	tickPeriod = 5 * time.Second
)

func (h *House) tickForever(ctx context.Context) error {
	return every(ctx, tickPeriod, func() {
		h.keepHeadOrSay()
		if err := h.store.Tick(); err != nil && ctx.Err() == nil {
			h.log.Warn().Err(err).Msg("timers not done; tried again later")
		}
		if h.alive() {
			notify(daemon.SdNotifyWatchdog)
		}
	})
}

// silence is how long a mailbox's reader may show no sign of life: longer than
// its longest wait for a server or for mail.
const silence = 15 * time.Minute

// alive reports whether every part goes on: the store, or Tick would not have
// come back, and each reader. Only then systemd's watchdog is told so.
func (h *House) alive() bool {
	for i, r := range h.readers {
		if since := time.Since(r.Status().Alive); since > silence {
			h.log.Error().Str("mailbox", h.config.Mailbox[i].Name).Stringer("for", since.Round(time.Second)).Msg("no sign of life of this mailbox's reader")
			return false
		}
	}
	return true
}

// retryForever is apart from the timers: DNS may be slow, and a reset after a
// dispute must not wait for it.
func (h *House) retryForever(ctx context.Context) error {
	return every(ctx, tickPeriod, func() {
		if err := h.Gateway.Retry(ctx, false); err != nil && ctx.Err() == nil {
			h.log.Warn().Err(err).Msg("deferred messages not judged; tried again later")
		}
	})
}
