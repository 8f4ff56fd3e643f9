package mailbox

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/rs/zerolog"
)

func TestWindows(t *testing.T) {
	const all = 0
	for _, tt := range []struct {
		from, next, messages uint32
		want                 []imap.UIDRange
	}{
		{1, 1, 0, []imap.UIDRange{{Start: 1, Stop: all}}},
		{1, 4_000_000_000, maxSet, []imap.UIDRange{{Start: 1, Stop: all}}},
		{1, 250_001, 250_000, []imap.UIDRange{{Start: 1, Stop: 100_000}, {Start: 100_001, Stop: 200_000}, {Start: 200_001, Stop: all}}},
		{200_001, 250_001, 250_000, []imap.UIDRange{{Start: 200_001, Stop: all}}},
		{300_000, 250_001, 250_000, []imap.UIDRange{{Start: 300_000, Stop: all}}},
	} {
		if got := windows(tt.from, tt.next, tt.messages); !slices.Equal(got, tt.want) {
			t.Errorf("windows(%d, %d, %d) = %v, want %v", tt.from, tt.next, tt.messages, got, tt.want)
		}
	}
	last := windows(1, 4_294_967_295, 4_000_000_000)
	if len(last) != 42_950 || last[len(last)-1].Stop != all {
		t.Errorf("%d windows, the last %v", len(last), last[len(last)-1])
	}
}

// TestManyMessages: a mailbox where everything stays, of a server that lists
// each UID (no ESEARCH), is read as well as a small one; what was looked at is
// not listed again at every poll.
func TestManyMessages(t *testing.T) {
	const messages = 250_000
	var mu sync.Mutex
	exists := messages
	var asked []string
	h := newHostile(t, "* OK hi", func(tag, command string, w net.Conn) bool {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case strings.HasPrefix(command, "SELECT"):
			fmt.Fprintf(w, "* %d EXISTS\r\n* OK [UIDVALIDITY 9] ok\r\n* OK [UIDNEXT %d] ok\r\n%s OK\r\n", exists, exists+1, tag)
		case strings.HasPrefix(command, "UID SEARCH UID "):
			set := strings.TrimPrefix(command, "UID SEARCH UID ")
			asked = append(asked, set)
			var from, to int
			if n, _ := fmt.Sscanf(strings.Replace(set, "*", fmt.Sprint(exists), 1), "%d:%d", &from, &to); n != 2 {
				return false
			}
			var b strings.Builder
			b.WriteString("* SEARCH")
			for uid := min(from, to); uid <= to; uid++ {
				fmt.Fprintf(&b, " %d", uid)
			}
			io.WriteString(w, b.String()+"\r\n"+tag+" OK\r\n")
		default:
			return false
		}
		return true
	})
	defer h.close()
	l := &ledger{at: Cursor{UIDValidity: 9, Floor: 1}, known: map[uint32]bool{}}
	for uid := range uint32(messages) {
		l.known[uid+1] = true
	}
	want := []uint32{1, 99_999, 100_000, 100_001, 200_000, messages}
	for _, uid := range want {
		delete(l.known, uid)
	}
	r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "none", Timeout: 30 * time.Second, Patience: 1}, l, l.handle, zerolog.Nop())
	for range 2 {
		if err := r.Once(context.Background()); err != nil {
			t.Fatal(err)
		}
		var got []uint32
		for _, f := range l.got {
			got = append(got, f.UID)
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("judged %v, want %v", got, want)
		}
		mu.Lock()
		exists++
		mu.Unlock()
		want = append(want, messages+1)
	}
	mu.Lock()
	defer mu.Unlock()
	if got := strings.Join(asked, " "); got != "1:100000 100001:200000 200001:* 250001:*" {
		t.Errorf("asked for %s", got)
	}
}

// TestReconcileBreaksOff: a message that a server shows late is found when all
// are compared, also where that pass breaks off.
func TestReconcileBreaksOff(t *testing.T) {
	server, s, r := start(t, "MOVE")
	s.once(t, r)
	for range 3 {
		deliver(t, server, time.Now())
	}
	s.once(t, r, 1, 2, 3)
	delete(s.known, 2) // as if it had not been there
	s.once(t, r)
	r.reconciled = time.Time{}
	handle := r.handle
	r.handle = func(context.Context, Fetched) error { return io.ErrUnexpectedEOF }
	if err := r.Once(context.Background()); err == nil {
		t.Fatal("it can't be handled")
	}
	r.handle = handle
	s.once(t, r, 2)
}
