package mailer

import (
	"errors"
	"net"
	"sync"
	"time"
)

// replyBudget is how many bytes a server may send in one step. The longest
// honest reply, that to EHLO, has some hundred; a TLS handshake, some thousand.
const replyBudget = 64 << 10

var errTooMuch = errors.New("the server sends more than a reply can hold")

// guard is a connection on which no step takes longer than it may, however the
// server drips, and no reply is longer than replyBudget.
type guard struct {
	net.Conn
	mu     sync.Mutex
	budget int
	last   time.Time // no step goes past it; zero: no limit
}

// step begins a step that may take so long in all.
func (g *guard) step(limit time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.budget = replyBudget
	end := time.Now().Add(limit)
	if !g.last.IsZero() && end.After(g.last) {
		end = g.last
	}
	_ = g.SetDeadline(end) // fails on a closed connection only, and so does what comes next
}

// hurry ends everything within limit, for a program that is asked to stop.
func (g *guard) hurry(limit time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last = time.Now().Add(limit)
	_ = g.SetDeadline(g.last)
}

// Read reads within the budget of the step.
func (g *guard) Read(p []byte) (int, error) {
	g.mu.Lock()
	left := g.budget
	g.mu.Unlock()
	if left <= 0 {
		_ = g.Conn.Close()
		return 0, errTooMuch
	}
	n, err := g.Conn.Read(p[:min(len(p), left)])
	g.mu.Lock()
	g.budget -= n
	g.mu.Unlock()
	return n, err
}
