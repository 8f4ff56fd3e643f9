package inbound

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
