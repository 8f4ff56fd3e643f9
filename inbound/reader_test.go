package inbound

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"countersign/internal/mailtest"
)

// store is a ledger whose to-dos are those of every handled message.
type store struct {
	ledger
	done map[uint32]bool
}

func (s *store) Pending(string) (todo []Todo, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for uid := range s.known {
		if !s.done[uid] {
			todo = append(todo, Todo{Mailbox: "support", UIDValidity: s.at.UIDValidity, UID: uid, Outcome: "applied"})
		}
	}
	return todo, nil
}

func (s *store) Done(t Todo) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done == nil {
		s.done = map[uint32]bool{}
	}
	s.done[t.UID] = true
	return nil
}

func start(t *testing.T, without ...string) (*mailtest.IMAP, *store, *Reader) {
	t.Helper()
	server, err := mailtest.NewIMAP(without...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	s := &store{}
	return server, s, NewReader(Settings{Name: "support", Server: server.Addr, TLS: "none", User: server.User, Password: server.Password,
		Timeout: 5 * time.Second}, s, s.handle, zerolog.Nop())
}

func (s *store) once(t *testing.T, r *Reader, want ...uint32) {
	t.Helper()
	s.got = nil
	if err := r.Once(context.Background()); err != nil {
		t.Fatal(err)
	}
	var uids []uint32
	for _, f := range s.got {
		uids = append(uids, f.UID)
	}
	slices.Sort(uids)
	if !slices.Equal(uids, want) {
		t.Errorf("judged %v, want %v", uids, want)
	}
}

func deliver(t *testing.T, server *mailtest.IMAP, at time.Time) {
	t.Helper()
	if _, err := server.Append([]byte(hostileMail), at); err != nil {
		t.Fatal(err)
	}
}

// TestHistory: what was there before the start is left alone, also where it gets
// another UID afterwards.
func TestHistory(t *testing.T) {
	server, s, r := start(t)
	noon := time.Now().Add(-24 * time.Hour).Truncate(time.Second)
	deliver(t, server, noon)
	s.once(t, r)
	deliver(t, server, noon.Add(-time.Hour)) // UID 2: an old one, copied back
	deliver(t, server, noon)                 // UID 3: within the same second as the newest
	deliver(t, server, noon.Add(time.Hour))  // UID 4
	s.once(t, r, 3, 4)
	s.at.UIDValidity++ // as if the server had numbered anew
	s.known, s.done = nil, nil
	deliver(t, server, noon.Add(2*time.Hour)) // UID 5; 3 and 4 were moved away
	s.once(t, r, 5)
}

func TestDispose(t *testing.T) {
	for name, without := range map[string][]string{"moved": nil, "marked": {"MOVE"}} {
		t.Run(name, func(t *testing.T) {
			server, s, r := start(t, without...)
			s.once(t, r)
			deliver(t, server, time.Now())
			deliver(t, server, time.Now())
			s.once(t, r, 1, 2)
			if len(s.done) != 2 {
				t.Errorf("%d to-dos are done, want 2", len(s.done))
			}
			inbox, err := server.Messages("INBOX")
			if err != nil {
				t.Fatal(err)
			}
			moved, err := server.Messages("Countersign/applied")
			if err != nil {
				t.Fatal(err)
			}
			if name == "moved" && (len(inbox) != 0 || len(moved) != 2) {
				t.Errorf("%d messages in INBOX, %d moved; want 0 and 2", len(inbox), len(moved))
			}
			if name == "marked" && (len(inbox) != 2 || len(moved) != 0 || !slices.ContainsFunc(inbox[0].Flags, func(f string) bool { return strings.EqualFold(f, string(Keyword)) })) {
				t.Errorf("INBOX %+v, %d moved; want 2 with the keyword", inbox, len(moved))
			}
			for _, m := range inbox {
				if slices.Contains(m.Flags, `\Seen`) {
					t.Error(`\Seen was set`)
				}
			}
		})
	}
}

// TestClosedInIdle: a connection that the server closes while we wait is
// noticed at once, long before the next poll.
func TestClosedInIdle(t *testing.T) {
	logins := make(chan struct{}, 10)
	h := newHostile(t, "* OK hi", func(tag, command string, w net.Conn) bool {
		switch {
		case strings.HasPrefix(command, "CAPABILITY"):
			fmt.Fprintf(w, "* CAPABILITY IMAP4rev1 IDLE\r\n%s OK\r\n", tag)
		case strings.HasPrefix(command, "LOGIN"):
			logins <- struct{}{}
			fmt.Fprintf(w, "%s OK\r\n", tag)
		case command == "IDLE":
			fmt.Fprint(w, "+ idling\r\n")
			w.Close()
		default:
			return false
		}
		return true
	})
	defer h.close()
	l := &ledger{}
	r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "none", Timeout: time.Minute, Poll: 9 * time.Minute}, l, l.handle, zerolog.Nop())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = r.Run(ctx) }()
	for range 2 {
		select {
		case <-logins:
		case <-time.After(time.Minute):
			t.Fatal("it doesn't connect again")
		}
	}
	cancel()
	<-ended
}
