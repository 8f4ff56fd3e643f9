package mailbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"countersign/internal/suite"
)

func TestUsual(t *testing.T) {
	h := newHostile(t, "* OK hi", nil)
	defer h.close()
	l := &ledger{}
	if err := h.read(l); err != nil || len(l.got) != 1 || string(l.got[0].Raw) != hostileMail {
		t.Errorf("Once() = %v, got %+v", err, l.got)
	}
}

// TestHostile lets a server do its worst: the reader must come back, with an
// error or with the message set aside unread, leave nothing running, and not
// take a message for read that didn't come whole.
func TestHostile(t *testing.T) {
	suite.Long(t)
	silent := func(string, net.Conn) {}
	fetch := "UID FETCH"
	tests := []struct {
		name     string
		greeting string
		script   script
		poison   bool // the message ends set aside; otherwise Once gives an error
	}{
		{"preauth", "* PREAUTH you are in", nil, false},
		{"bye", "* BYE go away", nil, false},
		{"no-imap", "HTTP/1.1 200 OK", nil, false},
		{"silent-login", "* OK hi", on("LOGIN", silent), false},
		{"silent-select", "* OK hi", on("SELECT", silent), false},
		{"silent-search", "* OK hi", on("UID SEARCH", silent), false},
		{"silent-fetch", "* OK hi", on(fetch, silent), true},
		{"noise", "* OK hi", on("UID SEARCH", func(_ string, w net.Conn) { flood(w, "* OK still here\r\n", 1<<40) }), false},
		{"drip", "* OK hi", on("UID SEARCH", func(_ string, w net.Conn) {
			for range 1000 {
				if _, err := io.WriteString(w, "x"); err != nil {
					return
				}
				time.Sleep(5 * time.Millisecond)
			}
		}), false},
		{"bye-without-close", "* OK hi", on("UID SEARCH", func(_ string, w net.Conn) { io.WriteString(w, "* BYE shutting down\r\n") }), false},
		{"huge-line", "* OK hi", on("UID SEARCH", func(_ string, w net.Conn) { io.WriteString(w, "* OK "); flood(w, "x", 1<<40) }), false},
		{"huge-quoted", "* OK hi", on(fetch, func(_ string, w net.Conn) { io.WriteString(w, `* 1 FETCH (UID 7 INTERNALDATE "`); flood(w, "x", 1<<40) }), true},
		{"huge-literal", "* OK hi", on(fetch, func(_ string, w net.Conn) {
			io.WriteString(w, "* 1 FETCH (UID 7 BODY[]<0> {1073741824}\r\n")
			flood(w, "x", 1<<40)
		}), true},
		{"literal-too-long-for-a-number", "* OK hi", on(fetch, func(_ string, w net.Conn) { io.WriteString(w, "* 1 FETCH (UID 7 BODY[] {99999999999999999999999}\r\n") }), true},
		{"parentheses", "* OK hi", on("UID SEARCH", func(_ string, w net.Conn) { io.WriteString(w, "* 1 FETCH (BODYSTRUCTURE "); flood(w, "(", 1<<40) }), false},
		{"unknown-response", "* OK hi", on("UID SEARCH", func(tag string, w net.Conn) { fmt.Fprintf(w, "* VANISHED 1:5\r\n* SEARCH 7\r\n%s OK\r\n", tag) }), false},
		{"set-bomb", "* OK hi", on("UID SEARCH", func(tag string, w net.Conn) {
			fmt.Fprintf(w, "* ESEARCH (TAG %q) UID ALL 1:4294967295\r\n%s OK\r\n", tag, tag)
		}), false},
		{"other-uid", "* OK hi", on(fetch, func(tag string, w net.Conn) {
			fmt.Fprintf(w, "* 1 FETCH (UID 99 RFC822.SIZE 5 INTERNALDATE \"25-Nov-2026 12:00:00 +0000\" BODY[]<0> {5}\r\nother)\r\n%s OK\r\n", tag)
		}), true},
		{"body-missing", "* OK hi", func(tag, command string, w net.Conn) bool {
			if strings.Contains(command, "BODY") {
				fmt.Fprintf(w, "* 1 FETCH (UID 7 FLAGS ())\r\n%s OK\r\n", tag)
				return true
			}
			return false
		}, true},
		{"body-of-another-length-each-time", "* OK hi", shrinking(), true},
		{"breaks-off-within-the-literal", "* OK hi", func(_, command string, w net.Conn) bool {
			if strings.Contains(command, "BODY") {
				fmt.Fprintf(w, "* 1 FETCH (UID 7 BODY[]<0> {%d}\r\nhalf", len(hostileMail))
				w.Close()
				return true
			}
			return false
		}, true},
		{"no-uidvalidity", "* OK hi", on("SELECT", func(tag string, w net.Conn) { fmt.Fprintf(w, "* 1 EXISTS\r\n%s OK\r\n", tag) }), false},
		{"garbage", "* OK hi", on("UID SEARCH", func(_ string, w net.Conn) { io.WriteString(w, "\x00\xff\x00{}{}}{\r\n((((\r\n") }), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			h := newHostile(t, tt.greeting, tt.script)
			l := &ledger{}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			started := time.Now()
			err := h.read(l)
			took := time.Since(started)
			runtime.ReadMemStats(&after)
			h.close()
			t.Logf("came back after %s, %d KiB allocated", took.Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>10)
			for _, f := range l.got {
				if f.Raw != nil && string(f.Raw) != hostileMail {
					t.Errorf("took %q for the message", f.Raw)
				}
			}
			switch {
			case tt.poison && (err != nil || len(l.got) != 1 || !l.got[0].Poison):
				t.Errorf("Once() = %v, got %+v; want the message set aside", err, l.got)
			case !tt.poison && (err == nil || len(l.got) > 0):
				t.Errorf("Once() = %v, got %+v; want an error", err, l.got)
			}
		})
	}
}

// shrinking gives a shorter body at every fetch.
func shrinking() script {
	var mu sync.Mutex
	n := len(hostileMail)
	return func(tag, command string, w net.Conn) bool {
		if !strings.Contains(command, "BODY") {
			return false
		}
		mu.Lock()
		defer mu.Unlock()
		n--
		fmt.Fprintf(w, "* 1 FETCH (UID 7 BODY[]<0> {%d}\r\n%s)\r\n%s OK\r\n", n, hostileMail[:n], tag)
		return true
	}
}

// TestPoison: of 20 messages one breaks the connection whenever it is asked for.
// The other 19 are read.
func TestPoison(t *testing.T) {
	h := newHostile(t, "* OK hi", func(tag, command string, w net.Conn) bool {
		switch {
		case strings.HasPrefix(command, "UID SEARCH"):
			fmt.Fprintf(w, "* SEARCH")
			for uid := range 20 {
				fmt.Fprintf(w, " %d", uid+1)
			}
			fmt.Fprintf(w, "\r\n%s OK\r\n", tag)
		case strings.HasPrefix(command, "UID FETCH 10 "):
			w.Close()
		default:
			return false
		}
		return true
	})
	defer h.close()
	l := &ledger{}
	if err := h.read(l); err != nil {
		t.Fatal(err)
	}
	whole := 0
	for _, f := range l.got {
		if f.Poison != (f.UID == 10) {
			t.Errorf("UID %d: poison %v", f.UID, f.Poison)
		}
		if f.Raw != nil {
			whole++
		}
	}
	if whole != 19 || len(l.got) != 20 {
		t.Errorf("%d read whole of %d, want 19 of 20", whole, len(l.got))
	}
}

// TestOutage: a server that refuses every FETCH for now sets nothing aside; when
// it is well again everything is read.
func TestOutage(t *testing.T) {
	var ill atomic.Bool
	ill.Store(true)
	h := newHostile(t, "* OK hi", func(tag, command string, w net.Conn) bool {
		if ill.Load() && strings.Contains(command, "BODY") {
			fmt.Fprintf(w, "%s NO [UNAVAILABLE] try later\r\n", tag)
			return true
		}
		return false
	})
	defer h.close()
	l := &ledger{}
	r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "none", FromBeginning: true, Timeout: brief}, l, l.handle, zerolog.Nop())
	for range 5 {
		if err := r.Once(context.Background()); err == nil || len(l.got) > 0 {
			t.Fatalf("Once() = %v, got %+v", err, l.got)
		}
	}
	ill.Store(false)
	if err := r.Once(context.Background()); err != nil || len(l.got) != 1 || l.got[0].Poison {
		t.Errorf("after the outage: %v, got %+v", err, l.got)
	}
}

// TestTooLarge: at the limit a message is read whole, past it with its header only.
func TestTooLarge(t *testing.T) {
	for _, over := range []int64{-1, 0, 1} {
		h := newHostile(t, "* OK hi", nil)
		l := &ledger{}
		r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "none", FromBeginning: true, Timeout: brief, MaxSize: int64(len(hostileMail)) - over},
			l, l.handle, zerolog.Nop())
		if err := r.Once(context.Background()); err != nil {
			t.Fatal(err)
		}
		h.close()
		if got := l.got[0]; (got.Raw == nil) != (over > 0) || got.Poison {
			t.Errorf("%d bytes over the limit: raw %d bytes, header %d", over, len(got.Raw), len(got.HeaderOnly))
		}
	}
}

// TestStartTLS refuses what a man in the middle can put before TLS begins.
func TestStartTLS(t *testing.T) {
	for name, s := range map[string]script{
		"refused": on("STARTTLS", func(tag string, w net.Conn) { fmt.Fprintf(w, "%s NO not today\r\n", tag) }),
		"injected": on("STARTTLS", func(tag string, w net.Conn) {
			fmt.Fprintf(w, "%s OK go\r\n* PREAUTH in\r\n* CAPABILITY IMAP4rev1\r\n", tag)
		}),
		"silent": on("STARTTLS", func(string, net.Conn) {}),
	} {
		t.Run(name, func(t *testing.T) {
			h := newHostile(t, "* OK hi", s)
			defer h.close()
			l := &ledger{}
			r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "starttls", FromBeginning: true, Timeout: brief, Patience: 1}, l, l.handle, zerolog.Nop())
			if err := r.Once(context.Background()); err == nil || len(l.got) > 0 {
				t.Errorf("Once() = %v, got %d messages", err, len(l.got))
			}
		})
	}
}

// TestBytesOfACommand: what is within every other bound ends where one command has
// brought as much as it may.
func TestBytesOfACommand(t *testing.T) {
	conn, other := net.Pipe()
	defer conn.Close()
	defer other.Close()
	g := &guard{Conn: conn}
	g.allow(time.Minute, 100)
	line := []byte("* OK " + strings.Repeat("x", 1017) + "\r\n")
	const most = chatter + 100
	for n := len(line); ; n += len(line) {
		err := g.accept(line)
		if g.ready = nil; n <= most && err != nil || n > most && !errors.Is(err, errServer) {
			t.Fatalf("after %d bytes of %d: %v", n, most, err)
		}
		if err != nil {
			return
		}
	}
}

// FuzzGuard: whatever comes, no more bytes pass than are allowed, and what
// passes has no line, no nesting and no literal over its bound.
func FuzzGuard(f *testing.F) {
	f.Add([]byte("* 1 FETCH (UID 7 BODY[]<0> {5}\r\nhello)\r\n"), int64(100))
	f.Add([]byte("* OK \"((((\\\"\"\r\n"), int64(0))
	f.Add([]byte(strings.Repeat("(", 100)), int64(0))
	f.Add([]byte("* OK "+strings.Repeat("x", maxLine)), int64(0))
	f.Add([]byte("* 1 FETCH (UID 7 BODY[]<0> {1073741824}\r\n"), int64(100))
	f.Fuzz(func(t *testing.T, in []byte, longest int64) {
		if longest < 0 || longest > 1<<20 {
			return
		}
		whole, split := scanner{}, scanner{}
		end, one := whole.take(in, longest)
		var bytewise error
		for i := range in {
			if _, bytewise = split.take(in[i:i+1], longest); bytewise != nil {
				break
			}
		}
		if (one == nil) != (bytewise == nil) {
			t.Errorf("at once: %v, byte by byte: %v", one, bytewise)
		}
		if end > 0 && in[end-1] != '\n' || end > len(in) {
			t.Errorf("a response ends behind byte %d of %q", end, in)
		}
		if one != nil && !errors.Is(one, errServer) {
			t.Errorf("error %v is no ErrServer", one)
		}
		if one == nil && (whole.line > maxLine || whole.parens > maxParens || whole.skip > longest+maxLine) {
			t.Errorf("line %d, parentheses %d, literal %d passed", whole.line, whole.parens, whole.skip)
		}
	})
}
