package mailbox

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

// TestFirstStart: a server need not say which UID comes next, and may refuse to
// say when one of its old messages arrived.
func TestFirstStart(t *testing.T) {
	for name, tt := range map[string]struct {
		next     string
		messages int
		refuses  string // numbers that it does not answer for
		floor    uint32
	}{
		"usual":         {"* OK [UIDNEXT 44] ok\r\n", 3, "", 44},
		"no-next":       {"", 3, "", 43},
		"empty":         {"", 0, "", 1},
		"broken":        {"* OK [UIDNEXT 44] ok\r\n", 3, "1:3 2", 44},
		"broken-silent": {"", 3, "1:3 2", 43},
		"all-broken":    {"", 3, "1:3 1 2 3", 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHostile(t, "* OK hi", func(tag, command string, w net.Conn) bool {
				word := strings.Fields(command)
				switch {
				case word[0] == "SELECT":
					fmt.Fprintf(w, "* %d EXISTS\r\n* OK [UIDVALIDITY 9] ok\r\n%s%s OK\r\n", tt.messages, tt.next, tag)
				case strings.HasPrefix(command, "UID SEARCH"):
					fmt.Fprintf(w, "* SEARCH\r\n%s OK\r\n", tag)
				case word[0] == "FETCH" && slices.Contains(strings.Fields(tt.refuses), word[1]):
					fmt.Fprintf(w, "%s NO broken\r\n", tag)
				case word[0] == "FETCH":
					var from, to int
					if n, _ := fmt.Sscanf(word[1], "%d:%d", &from, &to); n == 1 {
						to = from
					}
					for n := from; n <= to; n++ {
						fmt.Fprintf(w, "* %d FETCH (UID %d INTERNALDATE \"25-Nov-2020 12:0%d:00 +0000\")\r\n", n, 39+n, n)
					}
					fmt.Fprintf(w, "%s OK\r\n", tag)
				default:
					return false
				}
				return true
			})
			defer h.close()
			l := &ledger{}
			r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "none", Timeout: 10 * time.Second}, l, l.handle, zerolog.Nop())
			err := r.Once(context.Background())
			started := time.Date(2020, 11, 25, 12, 3, 0, 0, time.UTC)
			if tt.messages == 0 || tt.floor == 0 {
				started = time.Time{}
			}
			if (err == nil) != (tt.floor > 0) || l.at.Floor != tt.floor || !l.at.Started.Equal(started) {
				t.Errorf("Once() = %v, %+v, want from %d and %s", err, l.at, tt.floor, started)
			}
		})
	}
}
