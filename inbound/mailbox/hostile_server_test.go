package mailbox

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

// script answers IMAP as a test wants: it gets each command's tag and words,
// and the connection to write to. Where it returns false the usual answer is
// given instead.
type script func(tag, command string, w net.Conn) bool

// hostile is a server with one message, UID 7, in INBOX.
type hostile struct {
	addr     string
	greeting string
	script   script
	wait     sync.WaitGroup
	listener net.Listener
	mu       sync.Mutex
	conns    []net.Conn
}

const hostileMail = "From: ada@north.example\r\n\r\nhello\r\n"

func newHostile(t *testing.T, greeting string, s script) *hostile {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &hostile{addr: l.Addr().String(), greeting: greeting, script: s, listener: l}
	h.wait.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			h.mu.Lock()
			h.conns = append(h.conns, c)
			h.mu.Unlock()
			h.wait.Go(func() { h.serve(c) })
		}
	})
	return h
}

func (h *hostile) close() {
	h.listener.Close()
	h.mu.Lock()
	for _, c := range h.conns {
		c.Close()
	}
	h.mu.Unlock()
	h.wait.Wait()
}

func (h *hostile) serve(c net.Conn) {
	defer c.Close()
	fmt.Fprintf(c, "%s\r\n", h.greeting)
	lines := bufio.NewReader(c)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		tag, command, _ := strings.Cut(strings.TrimSpace(line), " ")
		if h.script != nil && h.script(tag, command, c) {
			continue
		}
		usual(tag, command, c)
	}
}

// usual is what a plain server answers.
func usual(tag, command string, c net.Conn) {
	up := strings.ToUpper(command)
	uid := 7
	fmt.Sscanf(up, "UID FETCH %d", &uid)
	switch {
	case strings.HasPrefix(up, "CAPABILITY"):
		fmt.Fprintf(c, "* CAPABILITY IMAP4rev1\r\n")
	case strings.HasPrefix(up, "SELECT"), strings.HasPrefix(up, "EXAMINE"):
		fmt.Fprintf(c, "* 1 EXISTS\r\n* OK [UIDVALIDITY 9] ok\r\n* OK [UIDNEXT 8] ok\r\n* FLAGS ()\r\n")
	case strings.HasPrefix(up, "UID SEARCH"):
		fmt.Fprintf(c, "* SEARCH 7\r\n")
	case strings.HasPrefix(up, "UID FETCH") && strings.Contains(up, "BODY"):
		fmt.Fprintf(c, "* 1 FETCH (UID %d BODY[]<0> {%d}\r\n%s)\r\n", uid, len(hostileMail), hostileMail)
	case strings.HasPrefix(up, "UID FETCH"):
		fmt.Fprintf(c, "* 1 FETCH (UID %d RFC822.SIZE %d INTERNALDATE \"25-Nov-2026 12:00:00 +0000\")\r\n", uid, len(hostileMail))
	}
	fmt.Fprintf(c, "%s OK done\r\n", tag)
}

// on makes a script for one command.
func on(prefix string, do func(tag string, w net.Conn)) script {
	return func(tag, command string, w net.Conn) bool {
		if !strings.HasPrefix(strings.ToUpper(command), prefix) {
			return false
		}
		do(tag, w)
		return true
	}
}

// flood writes text until the other side is gone, or n bytes are out.
func flood(w io.Writer, text string, n int) {
	block := []byte(strings.Repeat(text, 1+(1<<16)/len(text)))
	for sent := 0; sent < n; sent += len(block) {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// ledger is a store in memory.
type ledger struct {
	mu    sync.Mutex
	at    Cursor
	known map[uint32]bool
	turn  uint32 // to which known belongs
	got   []Fetched
}

func (l *ledger) Cursor(string) (Cursor, error)            { return l.at, nil }
func (l *ledger) Advance(_ string, fn func(*Cursor)) error { fn(&l.at); return nil }
func (l *ledger) Known(_ string, at Cursor, uid uint32) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known[uid] && at.Turn == l.turn, nil
}
func (l *ledger) KnownBytes(raw []byte) (bool, error) {
	return slices.ContainsFunc(l.got, func(f Fetched) bool { return bytes.Equal(f.Bytes(), raw) }), nil
}
func (l *ledger) Pending(string) ([]Todo, error) { return nil, nil }
func (l *ledger) Done(...Todo) error             { return nil }
func (l *ledger) handle(_ context.Context, f Fetched) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil {
		l.known = map[uint32]bool{}
	}
	l.known[f.UID] = true
	l.got = append(l.got, f)
	return nil
}

const brief = 300 * time.Millisecond

func (h *hostile) read(l *ledger) error {
	r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "none", User: "u", Password: "p", FromBeginning: true, Timeout: brief, Patience: 1},
		l, l.handle, zerolog.Nop())
	return r.Once(context.Background())
}
