package mailbox

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"countersign/internal/suite"
)

// silence stands before a server. From freeze on, what goes through the
// connections that it has is swallowed, in both directions, and none is closed:
// they are half-open. New connections go through.
type silence struct {
	net.Listener
	mu     sync.Mutex
	conns  []net.Conn
	frozen []chan struct{}
}

func newSilence(t *testing.T, l net.Listener, to string) *silence {
	t.Helper()
	s := &silence{Listener: l}
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				near.Close()
				continue
			}
			stop := make(chan struct{})
			s.mu.Lock()
			s.conns, s.frozen = append(s.conns, near, far), append(s.frozen, stop)
			s.mu.Unlock()
			wait.Go(func() { pass(far, near, stop) })
			wait.Go(func() { pass(near, far, stop) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		s.mu.Lock()
		for _, c := range s.conns {
			c.Close()
		}
		s.mu.Unlock()
		wait.Wait()
	})
	return s
}

// pass carries bytes until stop is closed; from then on they get lost.
func pass(to, from net.Conn, stop chan struct{}) {
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		select {
		case <-stop:
		default:
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
	}
}

func (s *silence) freeze() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stop := range s.frozen {
		close(stop)
	}
	s.frozen = nil
}

// growing is a server to whose mailbox messages are added. Its IDLE never says
// that something arrived.
type growing struct {
	*hostile
	last   atomic.Int64 // the highest UID; the first is 7
	idling chan struct{}
}

func newGrowing(t *testing.T, idle bool) *growing {
	t.Helper()
	g := &growing{idling: make(chan struct{}, 100)}
	g.last.Store(7)
	var tags sync.Map // of IDLE, by connection
	g.hostile = newHostile(t, "* OK hi", func(tag, command string, w net.Conn) bool {
		switch {
		case strings.HasPrefix(command, "CAPABILITY") && idle:
			fmt.Fprintf(w, "* CAPABILITY IMAP4rev1 IDLE\r\n%s OK\r\n", tag)
		case command == "IDLE":
			tags.Store(w, tag)
			fmt.Fprintf(w, "+ idling\r\n")
			g.idling <- struct{}{}
		case tag == "DONE":
			begun, _ := tags.Load(w)
			fmt.Fprintf(w, "%s OK\r\n", begun)
		case strings.HasPrefix(command, "UID SEARCH"):
			fmt.Fprintf(w, "* SEARCH")
			for uid := int64(7); uid <= g.last.Load(); uid++ {
				fmt.Fprintf(w, " %d", uid)
			}
			fmt.Fprintf(w, "\r\n%s OK\r\n", tag)
		default:
			return false
		}
		return true
	})
	t.Cleanup(g.close)
	return g
}

// running is a reader that runs until the test ends.
type running struct {
	*Reader
	ledger
	t    *testing.T
	read chan uint32
}

func runReader(t *testing.T, server string) *running {
	t.Helper()
	r := &running{t: t, read: make(chan uint32, 100)}
	r.Reader = NewReader(Settings{Name: "support", Server: server, TLS: "none", FromBeginning: true, Timeout: brief, Poll: 100 * time.Millisecond},
		&r.ledger, func(ctx context.Context, f Fetched) error {
			defer func() { r.read <- f.UID }()
			return r.ledger.handle(ctx, f)
		}, zerolog.Nop())
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return r
}

// waits until the message is read.
func (r *running) waits(uid uint32) {
	r.t.Helper()
	select {
	case got := <-r.read:
		if got != uid {
			r.t.Errorf("read UID %d, want %d", got, uid)
		}
	case <-time.After(30 * time.Second):
		r.t.Fatalf("UID %d was not read: %+v", uid, r.Status())
	}
}

// TestHalfOpen: a connection on which nothing comes any more, and which nobody
// closes, is given up after the deadline and made anew; a message that arrived
// meanwhile is read, and it counts against no message. The same within IDLE,
// which ends by the poll, since the server says nothing.
func TestHalfOpen(t *testing.T) {
	suite.Long(t)
	for _, idle := range []bool{false, true} {
		t.Run(map[bool]string{false: "noop", true: "idle"}[idle], func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			t.Run("reader", func(t *testing.T) {
				g := newGrowing(t, idle)
				l, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				between := newSilence(t, l, g.addr)
				r := runReader(t, between.Addr().String())
				r.waits(7)
				if idle {
					<-g.idling
				}
				between.freeze()
				g.last.Store(8)
				began := time.Now()
				r.waits(8)
				t.Logf("read %s after the connection fell silent (deadline %s)", time.Since(began).Round(time.Millisecond), brief)
				r.ledger.mu.Lock()
				defer r.ledger.mu.Unlock()
				for _, f := range r.got {
					if f.Poison {
						t.Errorf("UID %d was set aside", f.UID)
					}
				}
			})
		})
	}
}

// TestIdlePoll: a message that IDLE says nothing about is read by the poll.
func TestIdlePoll(t *testing.T) {
	g := newGrowing(t, true)
	r := runReader(t, g.addr)
	r.waits(7)
	<-g.idling
	g.last.Store(8)
	r.waits(8)
}
