package mailbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"countersign/internal/mailtest"
	"countersign/internal/suite"
)

// store is a ledger whose to-dos are those of every handled message.
type store struct {
	ledger
	done  map[uint32]bool
	stays bool
}

func (s *store) Pending(string) (todo []Todo, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for uid := range s.known {
		if !s.done[uid] {
			todo = append(todo, Todo{Mailbox: "support", UIDValidity: s.at.UIDValidity, UID: uid, Outcome: "applied", Stays: s.stays})
		}
	}
	return todo, nil
}

func (s *store) Done(todo ...Todo) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done == nil {
		s.done = map[uint32]bool{}
	}
	for _, t := range todo {
		s.done[t.UID] = true
	}
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
	for name, without := range map[string][]string{"moved": nil, "marked": {"MOVE"}, "marked-as-configured": nil, "marked-since-it-stays": nil} {
		t.Run(name, func(t *testing.T) {
			server, s, r := start(t, without...)
			if name == "marked-as-configured" {
				r.set.Handled = "mark"
			}
			s.stays = name == "marked-since-it-stays"
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
			if name != "moved" && (len(inbox) != 2 || len(moved) != 0 || !slices.ContainsFunc(inbox[0].Flags, func(f string) bool { return strings.EqualFold(f, string(keyword)) })) {
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
	suite.Long(t)
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

// TestIdleRefused: a server that offers IDLE and refuses it is polled over one
// connection.
func TestIdleRefused(t *testing.T) {
	var logins, refusals atomic.Int32
	h := newHostile(t, "* OK hi", func(tag, command string, w net.Conn) bool {
		switch {
		case strings.HasPrefix(command, "CAPABILITY"):
			fmt.Fprintf(w, "* CAPABILITY IMAP4rev1 IDLE\r\n%s OK\r\n", tag)
		case strings.HasPrefix(command, "LOGIN"):
			logins.Add(1)
			return false
		case command == "IDLE":
			refusals.Add(1)
			fmt.Fprintf(w, "%s NO not now\r\n", tag)
		default:
			return false
		}
		return true
	})
	defer h.close()
	l := &ledger{at: Cursor{UIDValidity: 9, Floor: 1}}
	r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "none", Timeout: time.Minute, Poll: 10 * time.Millisecond}, l, l.handle, zerolog.Nop())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = r.Run(ctx) }()
	for end := time.Now().Add(time.Minute); refusals.Load() < 3 && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
	}
	cancel()
	<-ended
	if logins.Load() != 1 || refusals.Load() < 3 || len(l.got) != 1 {
		t.Errorf("%d logins, IDLE refused %d times, %d judged", logins.Load(), refusals.Load(), len(l.got))
	}
}

// TestHold: many old messages at once that nobody has read hold the mailbox,
// until a person says what becomes of them. Few, or known ones, don't.
func TestHold(t *testing.T) {
	for name, tt := range map[string]struct {
		old, known int
		judge      bool
		held       bool
	}{
		"few":            {old: maxStrange},
		"many-skipped":   {old: maxStrange + 1, held: true},
		"many-judged":    {old: maxStrange + 1, held: true, judge: true},
		"known":          {old: maxStrange, known: 30},
		"many-and-known": {old: maxStrange + 1, known: 30, held: true},
	} {
		t.Run(name, func(t *testing.T) {
			server, s, r := start(t, "MOVE")
			s.once(t, r)
			body := func(i int) []byte { return fmt.Appendf(nil, "From: ada@north.example\r\nX-N: %d\r\n\r\nhello\r\n", i) }
			add := func(i int, at time.Time) {
				if _, err := server.Append(body(i), at); err != nil {
					t.Fatal(err)
				}
			}
			for i := range tt.known { // read in their time
				add(i, time.Now())
			}
			s.once(t, r, numbers(1, tt.known)...)
			read := s.got
			for i := range tt.old + tt.known { // and again, as they come out of an archive
				add(i, time.Now().Add(-3*time.Hour))
			}
			add(1000, time.Now())
			all := numbers(tt.known+1, 2*tt.known+tt.old+1)
			s.got = read
			err := r.Once(context.Background())
			if errors.Is(err, errHeld) != tt.held {
				t.Fatalf("Once() = %v, want held: %v", err, tt.held)
			}
			if !tt.held {
				if len(s.got) != len(read)+len(all) {
					t.Errorf("%d judged, want all %d", len(s.got)-len(read), len(all))
				}
				return
			}
			if err := r.Once(context.Background()); !errors.Is(err, errHeld) || len(s.got) != len(read) || r.Status().State != "held" {
				t.Fatalf("held, it is %s and judged %d; %v", r.Status().State, len(s.got)-len(read), err)
			}
			s.at.Release(tt.judge)
			if !tt.judge {
				all = all[len(all)-1:]
			}
			s.once(t, r, all...)
			s.once(t, r)
		})
	}
}

func numbers(from, to int) (out []uint32) {
	for n := from; n <= to; n++ {
		out = append(out, uint32(n))
	}
	return out
}

// TestRewound: a server that was put back to an older state gives out UIDs that
// we know to other messages. Those are read; one that is only wrong about which
// UID comes next changes nothing.
func TestRewound(t *testing.T) {
	server, s, r := start(t)
	s.once(t, r)
	deliver(t, server, time.Now())
	deliver(t, server, time.Now())
	s.once(t, r, 1, 2)
	deliver(t, server, time.Now())
	s.known[3], s.at.Next = true, 9 // as if we had seen another UID 3, and 4 to 8
	s.turn = 0
	s.once(t, r, 3)
	if s.at.Turn != 1 || s.at.Next != 4 {
		t.Errorf("after it went back: %+v", s.at)
	}
	s.turn, s.done = 1, nil
	s.known = map[uint32]bool{1: true, 2: true, 3: true}
	s.once(t, r)
	if s.at.Turn != 1 {
		t.Errorf("it went back only once: %+v", s.at)
	}

	wrong := newHostile(t, "* OK hi", nil) // which says that 8 comes next
	defer wrong.close()
	l := &ledger{at: Cursor{UIDValidity: 9, Floor: 1, Next: 300}, known: map[uint32]bool{}}
	wrong.script = on("UID SEARCH", func(tag string, w net.Conn) { fmt.Fprintf(w, "* SEARCH 7 299\r\n%s OK\r\n", tag) })
	l.known[7], l.known[299] = true, true
	r = NewReader(Settings{Name: "support", Server: wrong.addr, TLS: "none", Timeout: 5 * time.Second}, l, l.handle, zerolog.Nop())
	if err := r.Once(context.Background()); err != nil || l.at.Turn != 0 || len(l.got) != 0 {
		t.Errorf("Once() = %v, %+v, %d judged again", err, l.at, len(l.got))
	}
}

// TestTurnWithinSession: mail that arrives and is moved away while a session
// lasts is no sign that the server went back.
func TestTurnWithinSession(t *testing.T) {
	server, s, r := start(t)
	s.once(t, r)
	r.set.Poll = 50 * time.Millisecond
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = r.Run(ctx) }()
	pass := func() { // wait for a whole one
		t.Helper()
		for range 2 {
			for begun, end := time.Now(), time.Now().Add(time.Minute); r.Status().LastSuccess.Before(begun); time.Sleep(10 * time.Millisecond) {
				if time.Now().After(end) {
					t.Fatalf("it does not read: %+v", r.Status())
				}
			}
		}
	}
	pass()
	for range 3 {
		deliver(t, server, time.Now())
		pass()
		pass()
	}
	cancel()
	<-ended
	if s.at.Turn != 0 || len(s.done) != 3 {
		t.Errorf("the server never went back, and 3 messages came: %+v, %d done", s.at, len(s.done))
	}
}

// TestMoveRefused: a server that refuses to move messages is asked once a pass,
// however many wait; they stay to be done.
func TestMoveRefused(t *testing.T) {
	moves := 0
	h := newHostile(t, "* OK hi", func(tag, command string, w net.Conn) bool {
		switch {
		case strings.HasPrefix(command, "CAPABILITY"):
			fmt.Fprintf(w, "* CAPABILITY IMAP4rev1 MOVE\r\n%s OK\r\n", tag)
		case strings.HasPrefix(command, "UID MOVE"):
			moves++
			fmt.Fprintf(w, "%s NO over quota\r\n", tag)
		case strings.HasPrefix(command, "CREATE"):
			fmt.Fprintf(w, "%s NO it is there\r\n", tag)
		case strings.HasPrefix(command, "UID SEARCH"):
			fmt.Fprintf(w, "* SEARCH\r\n%s OK\r\n", tag)
		default:
			return false
		}
		return true
	})
	defer h.close()
	s := &store{ledger: ledger{at: Cursor{UIDValidity: 9, Floor: 1}, known: map[uint32]bool{}}}
	for uid := range uint32(1000) {
		s.known[uid+1] = true
	}
	r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "none", Timeout: 5 * time.Second}, s, s.handle, zerolog.Nop())
	for pass := 1; pass <= 2; pass++ {
		if err := r.Once(context.Background()); err != nil || moves != 2*pass || len(s.done) != 0 {
			t.Errorf("pass %d: %v, %d moves tried, %d done", pass, err, moves, len(s.done))
		}
	}
}

// TestSaysItRecovered: the log tells of a mailbox that could not be read how long
// until the next try, with its unit, and when it is read again.
func TestSaysItRecovered(t *testing.T) {
	suite.Long(t)
	var failed atomic.Bool
	h := newHostile(t, "* OK hi", func(tag, command string, w net.Conn) bool {
		switch {
		case strings.HasPrefix(command, "LOGIN") && !failed.Swap(true):
			fmt.Fprintf(w, "%s NO [UNAVAILABLE] later\r\n", tag)
		case strings.HasPrefix(command, "LOGIN"):
			fmt.Fprintf(w, "%s OK\r\n", tag)
		default:
			return false
		}
		return true
	})
	defer h.close()
	log, lines := io.Pipe()
	l := &ledger{}
	r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "none", Timeout: time.Minute, Poll: time.Minute}, l, l.handle, zerolog.New(lines))
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	ended := make(chan struct{})
	go func() { defer close(ended); _ = r.Run(ctx); lines.Close() }()
	var said []string
	for in := bufio.NewScanner(log); in.Scan(); {
		if said = append(said, in.Text()); strings.Contains(in.Text(), `"message":"mailbox read again"`) {
			cancel()
		}
	}
	cancel()
	<-ended
	if all := strings.Join(said, "\n"); !regexp.MustCompile(`"again_in":"[0-9.]+m?s","message":"mailbox not read"`).MatchString(all) || !strings.Contains(all, `"after":"`) {
		t.Errorf("it said\n%s", all)
	}
}
