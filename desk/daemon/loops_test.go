package daemon

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"countersign/inbound/mailbox"
	"countersign/internal/config"
)

// TestWatchdog: a reader that shows no sign of life keeps systemd's watchdog
// from being fed.
func TestWatchdog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &House{log: zerolog.Nop(), config: config.Config{Mailbox: []config.Mailbox{{Name: "support"}}}}
		h.readers = append(h.readers, mailbox.NewReader(mailbox.Settings{Name: "support"}, nil, nil, zerolog.Nop()))
		if !h.alive() {
			t.Error("not alive at the start")
		}
		time.Sleep(silence + time.Second)
		if h.alive() {
			t.Error("alive after a long silence")
		}
	})
}
