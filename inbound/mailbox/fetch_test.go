package mailbox

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

// serve gives the one message of a server that says it has size bytes.
func serve(body string, size int) script {
	return func(tag, command string, w net.Conn) bool {
		if !strings.HasPrefix(command, "UID FETCH") {
			return false
		}
		item := fmt.Sprintf("RFC822.SIZE %d INTERNALDATE \"25-Nov-2026 12:00:00 +0000\"", size)
		if strings.Contains(command, "BODY") {
			item = fmt.Sprintf("BODY[]<0> {%d}\r\n%s", len(body), body)
		}
		fmt.Fprintf(w, "* 1 FETCH (UID 7 %s)\r\n%s OK\r\n", item, tag)
		return true
	}
}

// TestSmallLimit: a limit may be smaller than what is kept of a message over it,
// and the server may have said that the message is small.
func TestSmallLimit(t *testing.T) {
	const limit = 100 << 10
	for _, n := range []int{limit - 1, limit, limit + 1, 3 * limit} {
		body := hostileMail + strings.Repeat("x", n-len(hostileMail))
		h := newHostile(t, "* OK hi", serve(body, 10))
		l := &ledger{}
		r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "none", FromBeginning: true, Timeout: 10 * time.Second, MaxSize: limit},
			l, l.handle, zerolog.Nop())
		err := r.Once(context.Background())
		h.close()
		if err != nil || len(l.got) != 1 {
			t.Fatalf("%d bytes: Once() = %v, %d judged", n, err, len(l.got))
		}
		f := l.got[0]
		if over := f.Raw == nil; over != (n > limit) || !over && len(f.Raw) != n || over && (f.Size != int64(n) || len(f.HeaderOnly) != min(n, maxHeaderOnly)) {
			t.Errorf("%d bytes: %d raw, %d of it, size %d", n, len(f.Raw), len(f.HeaderOnly), f.Size)
		}
	}
}

// TestEmptyMessage: a message of no bytes was read whole.
func TestEmptyMessage(t *testing.T) {
	h := newHostile(t, "* OK hi", serve("", 0))
	defer h.close()
	l := &ledger{}
	if err := h.read(l); err != nil || len(l.got) != 1 || l.got[0].Raw == nil || l.got[0].Poison {
		t.Errorf("Once() = %v, got %+v", err, l.got)
	}
}

// TestAstray: a server may give the UID behind the body, and say that somebody
// has read the message before it gives it.
func TestAstray(t *testing.T) {
	date := `INTERNALDATE "25-Nov-2026 12:00:00 +0000"`
	for name, answer := range map[string]string{
		"uid-behind":  "* 1 FETCH (BODY[]<0> {%[1]d}\r\n%[2]s UID 7)\r\n",
		"flags-first": "* 1 FETCH (UID 7 FLAGS (\\Seen))\r\n* 1 FETCH (UID 7 BODY[]<0> {%[1]d}\r\n%[2]s)\r\n",
		"other-first": "* 2 FETCH (BODY[]<0> {3}\r\nno\n UID 8)\r\n* 1 FETCH (BODY[]<0> {%[1]d}\r\n%[2]s UID 7)\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			h := newHostile(t, "* OK hi", func(tag, command string, w net.Conn) bool {
				switch {
				case strings.HasPrefix(command, "UID FETCH") && strings.Contains(command, "BODY"):
					fmt.Fprintf(w, answer+"%[3]s OK\r\n", len(hostileMail), hostileMail, tag)
				case strings.HasPrefix(command, "UID FETCH"):
					fmt.Fprintf(w, "* 1 FETCH (UID 7 FLAGS (\\Seen))\r\n* 1 FETCH (RFC822.SIZE %d %s UID 7)\r\n%s OK\r\n", len(hostileMail), date, tag)
				default:
					return false
				}
				return true
			})
			defer h.close()
			l := &ledger{}
			r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "none", FromBeginning: true, Timeout: 10 * time.Second}, l, l.handle, zerolog.Nop())
			if err := r.Once(context.Background()); err != nil || len(l.got) != 1 || string(l.got[0].Raw) != hostileMail {
				t.Errorf("Once() = %v, got %+v", err, l.got)
			}
		})
	}
}
