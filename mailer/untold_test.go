package mailer

import (
	"errors"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
)

// TestUntold: what the outbox can't take of one mail keeps no other from being
// sent, whatever was to be told; where it takes nothing, no more is begun.
func TestUntold(t *testing.T) {
	damaged := func(ids ...string) *memory {
		o := items(9)
		o.damaged = map[string]bool{}
		for _, id := range ids {
			o.damaged[id] = true
		}
		return o
	}
	t.Run("attempt", func(t *testing.T) {
		o := damaged("n-1", "n-2", "n-5", "n-9")
		s := &sink{}
		n, log, err := drained(t, s.start(t, "none"), o)
		if n != 5 || err == nil || !strings.Contains(err.Error(), "damaged record of n-9") {
			t.Errorf("Drain() = %d, %v, want 5 and an error\n%s", n, err, log)
		}
	})
	t.Run("gone", func(t *testing.T) {
		o := damaged()
		o.gone = map[string]bool{"n-1": true, "n-2": true, "n-3": true, "n-4": true}
		s := &sink{}
		if n, log, err := drained(t, s.start(t, "none"), o); n != 5 || err != nil {
			t.Errorf("Drain() = %d, %v, want 5\n%s", n, err, log)
		}
	})
	t.Run("refused-at-rcpt", func(t *testing.T) {
		o := damaged("n-1")
		s := &sink{refuse: func(command, arg string) error {
			if command == "RCPT" && strings.HasPrefix(arg, "p1@") {
				return &smtp.SMTPError{Code: 550, Message: "no"}
			}
			return nil
		}}
		if n, log, err := drained(t, s.start(t, "none"), o); n != 8 || err == nil {
			t.Errorf("Drain() = %d, %v, want 8 and an error\n%s", n, err, log)
		}
	})
	t.Run("all", func(t *testing.T) {
		o := damaged()
		o.broken = true
		s := &sink{}
		if n, _, err := drained(t, s.start(t, "none"), o); n != 0 || err == nil || errors.Is(err, errServer) || strings.Count(err.Error(), "disk full") != maxUntold {
			t.Errorf("Drain() = %d, %v, want 3 tries", n, err)
		}
	})
	t.Run("server-away", func(t *testing.T) {
		o := damaged("n-2")
		s := &sink{refuse: func(string, string) error { return &smtp.SMTPError{Code: 530, Message: "sign in"} }}
		if _, _, err := drained(t, s.start(t, "none"), o); !errors.Is(err, errServer) || strings.Count(o.outcomes(), "retry") != 8 {
			t.Errorf("%v: %s, want 8 put off", err, o.outcomes())
		}
	})
}
