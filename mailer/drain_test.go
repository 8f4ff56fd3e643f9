package mailer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"countersign/internal/redact"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func item(id, to string) Item {
	return Item{ID: id, Class: "A", From: "support+b-" + testToken + "@desk.example", To: to, First: noon,
		Message: []byte("Subject: " + id + "\r\n\r\nHello.\r\n.\r\n..dots\r\n" + strings.Repeat("x", 900) + "\r\n")}
}

func items(n int) *memory {
	m := &memory{}
	for i := range n {
		m.items = append(m.items, item(fmt.Sprintf("n-%d", i+1), fmt.Sprintf("p%d@north.example", i+1)))
	}
	return m
}

func drained(t *testing.T, s Server, o *memory) (n int, log string, err error) {
	t.Helper()
	var b bytes.Buffer
	m := New(s, o, zerolog.New(&b))
	m.jitter = func() float64 { return 0 }
	n, err = m.Drain(context.Background(), noon)
	for _, secret := range []string{testToken, "hunter2", "p1@north"} {
		if strings.Contains(b.String(), secret) || strings.Contains(strings.Join(o.told, "\n"), secret) {
			t.Errorf("%q stands in the log or the outbox:\n%s%s", secret, b.String(), strings.Join(o.told, "\n"))
		}
	}
	return n, b.String(), err
}

func TestSameBytesOverOneConnection(t *testing.T) {
	for _, security := range []string{"none", "starttls", "implicit"} {
		t.Run(security, func(t *testing.T) {
			s, o := &sink{}, items(250) // more than one batch
			server := s.start(t, security)
			server.Hello = "" // the return path's domain stands in
			n, _, err := drained(t, server, o)
			if n != 250 || err != nil {
				t.Fatalf("Drain() = %d, %v, want 250", n, err)
			}
			if s.connections != 1 && security != "starttls" || s.connections > 2 || s.hello != "desk.example" {
				t.Errorf("%d connections from %q, want one from desk.example", s.connections, s.hello)
			}
			for i, got := range s.got {
				if want := o.items[i]; got.from != want.From || got.to != want.To || !bytes.Equal(got.message, want.Message) {
					t.Fatalf("mail %d: from %s to %s:\n%q\nwant\n%q", i, got.from, got.to, got.message, want.Message)
				}
			}
			if o.told[0] != "attempt n-1" || !strings.HasPrefix(o.told[1], "sent n-1 ") {
				t.Errorf("told %q, want the attempt first", o.told[:2])
			}
		})
	}
}

// Each row is a real server that refuses the first of three mails at one point.
func TestRefusals(t *testing.T) {
	tests := []struct {
		name, command, want string
		code                int
		unusable            bool
	}{
		{"later-at-mail", "MAIL", "retry n-1, sent n-2, sent n-3", 451, false},
		{"never-at-mail", "MAIL", "failed n-1, sent n-2, sent n-3", 550, false},
		{"later-at-rcpt", "RCPT", "retry n-1, sent n-2, sent n-3", 450, false},
		{"never-at-rcpt", "RCPT", "failed n-1, sent n-2, sent n-3", 550, false},
		{"later-after-dot", "DATA", "retry n-1, sent n-2, sent n-3", 451, false},
		{"never-after-dot", "DATA", "failed n-1, sent n-2, sent n-3", 554, false},
		{"sign-in-wanted", "MAIL", "retry n-1, retry n-2, retry n-3", 530, true},
		{"closing-at-rcpt", "RCPT", "retry n-1, sent n-2, sent n-3", 421, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			first := true
			s, o := &sink{}, items(3)
			s.refuse = func(command, arg string) error {
				if command != tt.command || !first {
					return nil
				}
				first = false
				return &smtp.SMTPError{Code: tt.code, Message: "no, " + arg + " " + testToken}
			}
			_, log, err := drained(t, s.start(t, "none"), o)
			if got := o.outcomes(); got != tt.want || errors.Is(err, errServer) != tt.unusable || !tt.unusable && err != nil {
				t.Errorf("%s (%v), want %s\n%s", got, err, tt.want, log)
			}
		})
	}
}

// delays nothing.
func TestWireLostBetweenMails(t *testing.T) {
	s := liar(t, func(w *wire) {
		w.say("220 mx")
		if !w.until("EHLO") {
			return
		}
		w.say("250 mx")
		if !w.until("DATA") {
			return
		}
		w.say("354 go on")
		if w.message() {
			w.say("250 taken")
		}
	})
	o := items(3)
	n, log, err := drained(t, s, o)
	if got := o.outcomes(); n != 3 || err != nil || got != "sent n-1, sent n-2, sent n-3" {
		t.Errorf("Drain() = %d, %v: %s\n%s", n, err, got, log)
	}
}

// TestServerLostAgainAndAgain: after three lost connections in a row the rest
// is not tried.
func TestServerLostAgainAndAgain(t *testing.T) {
	s := liar(t, func(w *wire) {
		w.say("220 mx")
		if w.until("EHLO") {
			w.say("250 mx")
			w.until("RCPT")
		}
	})
	o := items(50)
	n, _, err := drained(t, s, o)
	if n != 0 || !errors.Is(err, errServer) || strings.Count(o.outcomes(), "retry") != 50 {
		t.Errorf("Drain() = %d, %v: %s", n, err, o.outcomes())
	}
}

func TestSecurity(t *testing.T) {
	tests := []struct {
		name, offered, wanted string
		spoil                 func(*Server)
		why                   string
	}{
		{"starttls-not-offered", "none", "starttls", nil, "does not offer STARTTLS"},
		{"plain-server-for-implicit", "none", "implicit", nil, "TLS:"},
		{"untrusted", "starttls", "starttls", func(s *Server) { s.Roots = nil }, "certificate"},
		{"untrusted-implicit", "implicit", "implicit", func(s *Server) { s.Roots = nil }, "certificate"},
		{"auth-not-offered", "starttls", "starttls", func(s *Server) { s.User, s.Password = "desk", "x" }, "does not offer AUTH"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, o := &sink{}, items(1)
			server := s.start(t, tt.offered)
			server.TLS = tt.wanted
			server.Limits.Connect = time.Second
			if tt.spoil != nil {
				tt.spoil(&server)
			}
			n, _, err := drained(t, server, o)
			if n != 0 || len(s.got) != 0 || !errors.Is(err, errServer) || !strings.Contains(err.Error(), tt.why) {
				t.Errorf("Drain() = %d, %v, want an error with %q", n, err, tt.why)
			}
			if o.outcomes() != "retry n-1" {
				t.Errorf("told %q", o.told)
			}
		})
	}
}

func TestSignIn(t *testing.T) {
	tests := []struct {
		name       string
		mechanisms []string
		auth       string
		password   string
		why        string // empty: the mail goes out
	}{
		{"plain", []string{"PLAIN", "LOGIN"}, "", "hunter2-hunter2", ""},
		{"login-alone", []string{"LOGIN"}, "auto", "hunter2-hunter2", ""},
		{"login-wanted", []string{"PLAIN", "LOGIN"}, "login", "hunter2-hunter2", ""},
		{"not-offered", []string{"PLAIN"}, "login", "hunter2-hunter2", "does not offer AUTH LOGIN"},
		{"wrong-password", []string{"PLAIN"}, "", "hunter2-wrong", "535 5.7.8 wrong: ***"},
		{"wrong-password-login", []string{"LOGIN"}, "", "hunter2-wrong", "535 5.7.8 wrong: ***"},
		{"nothing-we-know", []string{"GSSAPI"}, "", "hunter2-hunter2", "does not offer AUTH"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, o := &sink{mechanisms: tt.mechanisms}, items(1)
			server := s.start(t, "starttls")
			server.User, server.Auth = "desk", tt.auth
			server.Password = redact.Secret(tt.password)
			n, _, err := drained(t, server, o)
			switch {
			case tt.why == "" && (n != 1 || err != nil || s.got[0].user != "desk"):
				t.Errorf("Drain() = %d, %v", n, err)
			case tt.why != "" && (!errors.Is(err, errServer) || !strings.Contains(err.Error(), tt.why)):
				t.Errorf("Drain() = %d, %v, want an error with %q", n, err, tt.why)
			}
		})
	}
}

func TestUnfitItems(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*Item)
		want  string
	}{
		{"null-return-path", func(i *Item) { i.From = "" }, "sent"},
		{"recipient-with-parameter", func(i *Item) { i.To = "a@b.example> NOTIFY=NEVER" }, "failed"},
		{"command-in-return-path", func(i *Item) { i.From = "a@b.example>\r\nRCPT TO:<eve@evil.example" }, "failed"},
		{"no-bytes", func(i *Item) { i.Message = nil }, "failed"},
		{"bare-lf", func(i *Item) { i.Message = []byte("A: b\n\r\n") }, "failed"},
		{"bare-cr", func(i *Item) { i.Message = []byte("A: b\rc\r\n") }, "failed"},
		{"no-line-end", func(i *Item) { i.Message = []byte("A: b\r\n\r\nc") }, "failed"},
		{"longest-line", func(i *Item) { i.Message = []byte("A: b\r\n\r\n" + strings.Repeat("x", 998) + "\r\n") }, "sent"},
		{"longer-line", func(i *Item) { i.Message = []byte("A: b\r\n\r\n" + strings.Repeat("x", 999) + "\r\n") }, "failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, o := &sink{}, items(1)
			tt.spoil(&o.items[0])
			if _, log, err := drained(t, s.start(t, "none"), o); err != nil || o.outcomes() != tt.want+" n-1" {
				t.Errorf("%s (%v), want %s\n%s", o.outcomes(), err, tt.want, log)
			}
		})
	}
}

// TestTriesCount: greylisting for ever must not be met every minute for five
// days, and an outage of the server must not make mail wait longer after it.
func TestTriesCount(t *testing.T) {
	for _, tt := range []struct {
		command  string
		code     int
		attempts int
		refused  int
	}{
		{"MAIL", 451, 0, 1},
		{"RCPT", 450, 0, 1},
		{"DATA", 451, 1, 0},
		{"MAIL", 421, 0, 0},
	} {
		s, o := &sink{}, items(1)
		s.refuse = func(command, _ string) error {
			if command != tt.command {
				return nil
			}
			return &smtp.SMTPError{Code: tt.code, Message: "later"}
		}
		_, log, _ := drained(t, s.start(t, "none"), o)
		if attempts := len(o.told) - 1; attempts != tt.attempts || o.refused != tt.refused || o.outcomes() != "retry n-1" {
			t.Errorf("%d at %s: %d attempts, %d refusals, %s\n%s", tt.code, tt.command, attempts, o.refused, o.outcomes(), log)
		}
	}
}

// TestEachOnce: where even what is put off stays due, each mail is tried once.
func TestEachOnce(t *testing.T) {
	s, o := &sink{}, items(250)
	o.again = true
	s.refuse = func(string, string) error { return &smtp.SMTPError{Code: 451, Message: "later"} }
	n, _, err := drained(t, s.start(t, "none"), o)
	if n != 0 || err != nil || len(o.told) != 250 {
		t.Errorf("Drain() = %d, %v: told %d times, want 250", n, err, len(o.told))
	}
}

func TestStoreBroken(t *testing.T) {
	s, o := &sink{}, items(2)
	o.broken = true
	n, _, err := drained(t, s.start(t, "none"), o)
	if n != 0 || err == nil || errors.Is(err, errServer) || len(s.got) != 0 || len(o.told) != 0 {
		t.Errorf("Drain() = %d, %v: %d mails left without a recorded attempt", n, err, len(s.got))
	}
}

func TestStopped(t *testing.T) {
	s, o := &sink{}, items(2)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	n, err := New(s.start(t, "none"), o, zerolog.Nop()).Drain(ctx, noon)
	if n != 0 || err != nil || len(o.told) != 0 {
		t.Errorf("Drain(stopped) = %d, %v, told %q", n, err, o.told)
	}
}

// TestStoppedAmidMail: what is under way when the program is asked to stop gets
// a short time, not the ten minutes of a patient client.
func TestStoppedAmidMail(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	s, o := liar(t, func(w *wire) {
		w.say("220 mx")
		if w.until("EHLO") {
			w.say("250 mx")
			if w.until("RCPT") {
				stop()
				w.silent()
			}
		}
	}), items(2)
	s.Limits.Stop = 50 * time.Millisecond
	n, err := New(s, o, zerolog.Nop()).Drain(ctx, noon)
	if got := o.outcomes(); n != 0 || err != nil || got != "retry n-1" {
		t.Errorf("Drain() = %d, %v: %s, want retry n-1 alone", n, err, got)
	}
}

func TestNothingDue(t *testing.T) {
	// No server is there, and none is asked for.
	n, err := New(Server{Addr: "127.0.0.1:1"}, &memory{}, zerolog.Nop()).Drain(context.Background(), noon)
	if n != 0 || err != nil {
		t.Errorf("Drain() = %d, %v", n, err)
	}
}

func TestDelay(t *testing.T) {
	m := &Mailer{}
	for _, jitter := range []float64{0, 0.5, 0.999} {
		m.jitter = func() float64 { return jitter }
		last := time.Duration(0)
		for tries := -1; tries < 100; tries++ {
			d := m.delay(tries)
			if d < time.Minute || d > time.Hour || d < last {
				t.Errorf("delay(%d) = %s after %s with jitter %v", tries, d, last, jitter)
			}
			last = d
		}
		if last < time.Hour*3/4 {
			t.Errorf("the longest delay is %s", last)
		}
	}
}

func TestGivenUp(t *testing.T) {
	tests := []struct {
		name string
		age  time.Duration
		want string
	}{
		{"young", 0, "retry n-1"},
		{"just-within", giveUp - time.Minute, "retry n-1"},
		{"past", giveUp, "failed n-1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, o := liar(t, func(w *wire) { w.say("421 busy") }), items(1)
			o.items[0].First = noon.Add(-tt.age)
			if drained(t, s, o); o.outcomes() != tt.want {
				t.Errorf("%s, want %s", o.outcomes(), tt.want)
			}
		})
	}
}
