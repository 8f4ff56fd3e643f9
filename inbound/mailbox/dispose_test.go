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

// TestSubscribed: a folder that we make is one that mail programs show.
func TestSubscribed(t *testing.T) {
	var did []string
	h := newHostile(t, "* OK hi", func(tag, command string, w net.Conn) bool {
		switch {
		case strings.HasPrefix(command, "CAPABILITY"):
			fmt.Fprintf(w, "* CAPABILITY IMAP4rev1 MOVE\r\n%s OK\r\n", tag)
		case strings.HasPrefix(command, "UID MOVE") && len(did) == 0:
			fmt.Fprintf(w, "%s NO [TRYCREATE] no such folder\r\n", tag)
		case strings.HasPrefix(command, "CREATE"), strings.HasPrefix(command, "SUBSCRIBE"):
			did = append(did, command)
			fmt.Fprintf(w, "%s OK\r\n", tag)
		case strings.HasPrefix(command, "UID MOVE"):
			fmt.Fprintf(w, "%s OK\r\n", tag)
		default:
			return false
		}
		return true
	})
	defer h.close()
	s := &store{ledger: ledger{at: Cursor{UIDValidity: 9, Floor: 1}, known: map[uint32]bool{6: true}}}
	r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "none", Timeout: 10 * time.Second}, s, s.handle, zerolog.Nop())
	if err := r.Once(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(did, ", "); !strings.Contains(got, "CREATE") || !strings.Contains(got, "SUBSCRIBE") {
		t.Errorf("the server was told %q, want the folder made and subscribed", got)
	}
}
