package inbound

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/rs/zerolog"
)

// TestSiftBadMessage: where many messages wait, one that the server can say
// nothing about holds up none of the others.
func TestSiftBadMessage(t *testing.T) {
	const messages, bad = 60, 30
	for name, fault := range map[string]func(tag string, w net.Conn){
		"refused": func(tag string, w net.Conn) { fmt.Fprintf(w, "%s NO corrupt\r\n", tag) },
		"cut":     func(_ string, w net.Conn) { w.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHostile(t, "* OK hi", func(tag, command string, w net.Conn) bool {
				switch {
				case strings.HasPrefix(command, "SELECT"):
					fmt.Fprintf(w, "* %d EXISTS\r\n* OK [UIDVALIDITY 9] ok\r\n* OK [UIDNEXT %d] ok\r\n%s OK\r\n", messages, messages+1, tag)
				case strings.HasPrefix(command, "UID SEARCH"):
					fmt.Fprintf(w, "* SEARCH %s\r\n%s OK\r\n", strings.Trim(fmt.Sprint(numbers(1, messages)), "[]"), tag)
				case strings.HasPrefix(command, "UID FETCH"):
					var asked imap.UIDSet
					for _, part := range strings.Split(strings.Fields(command)[2], ",") {
						var from, to imap.UID
						if n, _ := fmt.Sscanf(part, "%d:%d", &from, &to); n == 1 {
							to = from
						}
						asked.AddRange(from, to)
					}
					if asked.Contains(bad) {
						fault(tag, w)
						return true
					}
					uids, _ := asked.Nums()
					for _, uid := range uids {
						item := fmt.Sprintf("RFC822.SIZE %d INTERNALDATE \"25-Nov-2026 12:00:00 +0000\"", len(hostileMail))
						if strings.Contains(command, "BODY") {
							item = fmt.Sprintf("BODY[]<0> {%d}\r\n%s", len(hostileMail), hostileMail)
						}
						fmt.Fprintf(w, "* %d FETCH (UID %d %s)\r\n", uid, uid, item)
					}
					fmt.Fprintf(w, "%s OK\r\n", tag)
				default:
					return false
				}
				return true
			})
			defer h.close()
			l := &ledger{at: Cursor{UIDValidity: 9, Floor: 1, Next: 1, Read: time.Date(2026, 11, 25, 11, 0, 0, 0, time.UTC)}}
			r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "none", Timeout: 30 * time.Second, Patience: 1}, l, l.handle, zerolog.Nop())
			for range 5 { // what is refused alone is tried later
				if err := r.Once(context.Background()); err == nil {
					break
				}
			}
			var got []uint32
			for _, f := range l.got {
				got = append(got, f.UID)
				if f.Poison != (f.UID == bad) {
					t.Errorf("UID %d: set aside unread: %v", f.UID, f.Poison)
				}
			}
			if slices.Sort(got); !slices.Equal(got, numbers(1, messages)) {
				t.Errorf("judged %v", got)
			}
		})
	}
}
