package mailbox

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

// TestRefusesAll: a server that for hours refuses to give any message is ill, and
// they are not: they are read when it is well again.
func TestRefusesAll(t *testing.T) {
	const messages = 3
	var ill atomic.Bool
	ill.Store(true)
	h := newHostile(t, "* OK hi", func(tag, command string, w net.Conn) bool {
		switch {
		case strings.HasPrefix(command, "UID SEARCH"):
			fmt.Fprintf(w, "* SEARCH 1 2 3\r\n%s OK\r\n", tag)
		case strings.HasPrefix(command, "UID FETCH") && ill.Load():
			fmt.Fprintf(w, "%s NO [SERVERBUG] storage is away\r\n", tag)
		default:
			return false
		}
		return true
	})
	defer h.close()
	l := &ledger{at: Cursor{UIDValidity: 9, Floor: 1}}
	r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "none", Timeout: 10 * time.Second, Patience: 1}, l, l.handle, zerolog.Nop())
	for range 10 {
		if err := r.Once(context.Background()); err == nil {
			t.Fatal("nothing is said of it")
		}
	}
	ill.Store(false)
	if err := r.Once(context.Background()); err != nil {
		t.Error(err)
	}
	if len(l.got) != messages {
		t.Fatalf("%d judged, want %d", len(l.got), messages)
	}
	for _, f := range l.got {
		if f.Poison {
			t.Errorf("UID %d is set aside unread", f.UID)
		}
	}
}
