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

// TestMoveBreaks: a server that breaks off whenever messages are moved is read
// all the same.
func TestMoveBreaks(t *testing.T) {
	h := newHostile(t, "* OK hi", func(tag, command string, w net.Conn) bool {
		switch {
		case strings.HasPrefix(command, "CAPABILITY"):
			fmt.Fprintf(w, "* CAPABILITY IMAP4rev1 MOVE\r\n%s OK\r\n", tag)
		case strings.HasPrefix(command, "UID MOVE"):
			w.Close()
		default:
			return false
		}
		return true
	})
	defer h.close()
	s := &store{ledger: ledger{at: Cursor{UIDValidity: 9, Floor: 1}, known: map[uint32]bool{6: true}}}
	r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "none", Timeout: 10 * time.Second}, s, s.handle, zerolog.Nop())
	for range 3 {
		if err := r.Once(context.Background()); err == nil {
			t.Error("nothing is said of it")
		}
	}
	if len(s.got) != 1 || s.at.Next != 8 {
		t.Errorf("%d judged, %+v", len(s.got), s.at)
	}
}
