package mailer

import (
	"io"
	"strings"
	"testing"
	"time"
)

// Each row is a server that breaks the rules; two mails are due.
func TestFaults(t *testing.T) {
	greet := func(w *wire) bool {
		w.say("220 mx.desk.example ESMTP")
		return w.until("EHLO")
	}
	first := func(w *wire) bool { // up to the end of the first message
		if !greet(w) {
			return false
		}
		w.say("250 mx.desk.example")
		if !w.until("DATA") {
			return false
		}
		w.say("354 go on")
		return w.message()
	}
	tests := []struct {
		name  string
		serve func(*wire)
		want  string
		why   string // in what is told of the first mail
		err   bool
	}{
		{"lost-after-dot", func(w *wire) { first(w) }, "unknown n-1, unknown n-2", "end of DATA", false},
		{"silent-after-dot", func(w *wire) {
			if first(w) {
				w.silent()
			}
		}, "unknown n-1, unknown n-2", "timeout", false},
		{"nonsense-after-dot", func(w *wire) {
			if first(w) {
				w.say("\x1b[2Jwhat?")
				w.silent()
			}
		}, "unknown n-1, unknown n-2", "end of DATA", false},
		{"huge-reply-after-dot", func(w *wire) {
			if first(w) {
				flood(w, "250-x")
			}
		}, "unknown n-1, unknown n-2", "more than a reply can hold", false},
		{"accepted-with-251", func(w *wire) {
			if first(w) {
				w.say("251 will forward")
				w.until("QUIT")
			}
		}, "sent n-1, retry n-2", "", false},
		{"long-refusal-after-dot", func(w *wire) {
			if first(w) {
				for range 900 {
					w.say("550-spam, says the filter, and much more that nobody reads")
				}
				w.say("550 spam")
				w.until("QUIT")
			}
		}, "failed n-1, retry n-2", "550 spam, says the filter", false},
		{"lost-amid-data", func(w *wire) {
			if greet(w) {
				w.say("250 mx.desk.example")
				if w.until("DATA") {
					_ = w.Close()
				}
			}
		}, "retry n-1, retry n-2", "DATA", false},
		{"banner-421", func(w *wire) { w.say("421 too busy") }, "retry n-1, retry n-2", "421 too busy", true},
		{"banner-554", func(w *wire) { w.say("554 not you") }, "retry n-1, retry n-2", "554 not you", true},
		{"banner-never", func(w *wire) { w.silent() }, "retry n-1, retry n-2", "timeout", true},
		{"banner-huge-line", func(w *wire) { flood(w, "") }, "retry n-1, retry n-2", "more than a reply can hold", true},
		{"banner-drips", func(w *wire) { drip(w) }, "retry n-1, retry n-2", "banner", true},
		{"ehlo-huge", func(w *wire) {
			if greet(w) {
				flood(w, "250-X")
			}
		}, "retry n-1, retry n-2", "", true},
		{"rcpt-silent", func(w *wire) {
			if greet(w) {
				w.say("250 mx.desk.example")
				if w.until("RCPT") {
					w.silent()
				}
			}
		}, "retry n-1, retry n-2", "timeout", false},
		{"gone-at-once", func(w *wire) {}, "retry n-1, retry n-2", "EOF", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, o := liar(t, tt.serve), items(2)
			s.Limits = Limits{Connect: 200 * time.Millisecond, Command: 200 * time.Millisecond, Data: 200 * time.Millisecond}
			_, log, err := drained(t, s, o)
			if got := o.outcomes(); got != tt.want || (err != nil) != tt.err {
				t.Errorf("%s (%v), want %s\n%s", got, err, tt.want, log)
			}
			if told := strings.Join(o.told, "\n"); !strings.Contains(told, tt.why) {
				t.Errorf("told %q, want a word of %q", told, tt.why)
			}
			for _, s := range o.told {
				if len(s) > maxReply+40 || strings.ContainsAny(s, "\r\n\x1b") {
					t.Errorf("told %d bytes: %q", len(s), s)
				}
			}
		})
	}
}

// flood sends 10 MB of lines, or of one line.
func flood(w *wire, begin string) {
	line := begin + strings.Repeat("x", 1000)
	if begin != "" {
		line += "\r\n"
	}
	for range 10_000 {
		if _, err := io.WriteString(w, line); err != nil {
			return
		}
	}
}

// drip sends a byte whenever the last one was taken, and never a line.
func drip(w *wire) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if _, err := io.WriteString(w, "2"); err != nil {
			return
		}
	}
}

// TestWireLostBetweenMails: a server that ends each connection after one mail
