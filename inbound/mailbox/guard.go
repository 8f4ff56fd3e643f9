package mailbox

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"
)

// The IMAP library has neither timeouts nor bounds, and can be made to use all
// memory or to overflow its stack by what a server says. So everything that
// comes from the server passes a guard, which knows just enough of IMAP to
// bound it: lines, literals, parentheses, bytes and time of a command. What the
// library can't read and we can, it mends (mend.go).

// Bounds of what a server may say.
const (
	maxLine   = 64 << 10 // bytes of a line outside literals
	maxList   = 4 << 20  // bytes of a line that lists messages
	maxParens = 64       // open parentheses outside literals and quotations
	chatter   = 8 << 20  // bytes beside literals that one command may bring
)

// errServer reports a server that broke a bound or the protocol.
var errServer = errors.New("the IMAP server broke a bound")

// guard is a connection whose input is bounded.
type guard struct {
	net.Conn

	mu       sync.Mutex
	deadline time.Time // of the command under way
	budget   int64     // bytes that it may still bring
	literal  int64     // bytes of the longest literal that it may bring
	broken   error

	scan  scanner
	chunk [16 << 10]byte
	part  []byte // of a response that is not complete
	ready []byte // whole responses
}

// allow begins a command: how long it may take, how many bytes and how long a
// literal it may bring.
func (g *guard) allow(d time.Duration, literal int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.deadline = time.Now().Add(d)
	g.budget, g.literal, g.scan.longest = chatter+literal, literal, maxLine
	_ = g.Conn.SetDeadline(g.deadline)
}

// allowList lets the command under way bring a line that lists messages.
func (g *guard) allowList() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.scan.longest = maxList
}

// SetReadDeadline and SetWriteDeadline keep the library from moving the
// command's deadline away.
func (g *guard) SetReadDeadline(t time.Time) error { return g.Conn.SetReadDeadline(g.earlier(t)) }

// SetWriteDeadline is like SetReadDeadline.
func (g *guard) SetWriteDeadline(t time.Time) error { return g.Conn.SetWriteDeadline(g.earlier(t)) }

// SetDeadline is like SetReadDeadline.
func (g *guard) SetDeadline(t time.Time) error { return g.Conn.SetDeadline(g.earlier(t)) }

func (g *guard) earlier(t time.Time) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t.IsZero() || t.After(g.deadline) {
		return g.deadline
	}
	return t
}

// Read passes on whole responses that are within the bounds, each with its
// literals: the library mixes its goroutines up when a connection breaks within
// a literal, so it never sees half of one.
func (g *guard) Read(p []byte) (int, error) {
	for len(g.ready) == 0 {
		n, err := g.Conn.Read(g.chunk[:])
		g.mu.Lock()
		bad := g.accept(g.chunk[:n])
		g.mu.Unlock()
		if bad != nil {
			g.Conn.Close()
			return 0, bad
		}
		if err != nil && len(g.ready) == 0 {
			return 0, err
		}
	}
	n := copy(p, g.ready)
	if g.ready = g.ready[n:]; len(g.ready) == 0 {
		g.ready = nil
	}
	return n, nil
}

// accept takes bytes from the server, and moves what is complete to ready.
func (g *guard) accept(in []byte) error {
	if g.broken != nil {
		return g.broken
	}
	g.budget -= int64(len(in))
	end, err := g.scan.take(in, g.literal)
	if err == nil && g.budget < 0 { //rule:6.13 bytes-of-a-command TestBytesOfACommand
		err = fmt.Errorf("%w: more than %d bytes for one command", errServer, chatter+g.literal)
	}
	if err != nil {
		g.broken = err
		return err
	}
	if rest := g.scan.skip; rest > int64(cap(g.part)-len(g.part)) { // of a literal within its bound
		g.part = slices.Grow(g.part, len(in)+int(rest)+maxLine/64)
	}
	g.part = append(g.part, in...)
	if end == 0 {
		return nil
	}
	whole := len(g.part) - len(in) + end
	rest := bytes.Clone(g.part[whole:])
	if mended := mendAll(g.part[:whole:whole]); len(g.ready) == 0 {
		g.ready = mended
	} else {
		g.ready = append(g.ready, mended...)
	}
	g.part = rest
	return nil
}

// scanner follows a stream of responses (RFC 3501 section 9) as far as bounds
// need it.
type scanner struct {
	longest int   // bytes that a line may have; 0: maxLine
	line    int   // bytes of the line so far
	parens  int   // open parentheses of the response
	quoted  bool  // within a quoted string
	escaped bool  // behind a backslash in it
	skip    int64 // bytes of a literal still to come
	tail    []byte
	start   []byte // how the response begins
	inside  bool   // behind a literal of the same response
}

// take looks at the next bytes of the stream. It gives behind which of them the
// last response ended, 0 if none did.
func (s *scanner) take(p []byte, longest int64) (end int, err error) {
	for whole := len(p); len(p) > 0; {
		if s.skip > 0 {
			n := min(s.skip, int64(len(p)))
			s.skip -= n
			p = p[n:]
			continue
		}
		c := p[0]
		p = p[1:]
		if s.line++; s.line > max(s.longest, maxLine) { //rule:6.13 a-line-of-a-server FuzzGuard
			return end, fmt.Errorf("%w: a line of more than %d bytes", errServer, max(s.longest, maxLine))
		}
		switch {
		case c == '\n':
			if err := s.endOfLine(longest); err != nil {
				return end, err
			}
			if !s.inside {
				end = whole - len(p)
			}
			continue
		case s.escaped:
			s.escaped = false
		case s.quoted && c == '\\':
			s.escaped = true
		case c == '"':
			s.quoted = !s.quoted
		case s.quoted:
		case c == '(':
			if s.parens++; s.parens > maxParens { //rule:6.13 parentheses-of-a-server FuzzGuard
				return end, fmt.Errorf("%w: more than %d open parentheses", errServer, maxParens)
			}
		case c == ')':
			s.parens--
		}
		if len(s.start) < 10 {
			s.start = append(s.start, c)
		}
		if s.tail = append(s.tail, c); len(s.tail) > 32 {
			s.tail = append(s.tail[:0], s.tail[16:]...)
		}
	}
	return end, nil
}

// endOfLine ends a line, or finds that a literal follows: {n} or {n+}, also with
// the ~ of RFC 3516 before it.
func (s *scanner) endOfLine(longest int64) error {
	tail := bytes.TrimSuffix(s.tail, []byte("\r"))
	size, is := announced(tail)
	// Where the library sees text, {n} at its end announces nothing: to skip
	// there would let a megabyte of anything pass unseen.
	is = is && (s.inside || !text(s.start))
	s.inside, s.start = is, s.start[:0]
	s.tail, s.line, s.quoted, s.escaped = s.tail[:0], 0, false, false
	if !is {
		s.parens = 0
		return nil
	}
	if size > longest+maxLine { //rule:6.13 a-literal-of-a-server FuzzGuard
		return fmt.Errorf("%w: a literal of %d bytes where %d were asked for", errServer, size, longest)
	}
	s.skip = size
	return nil
}

// text reports whether a response that begins so holds text for people, and no
// literal: all but untagged data, and status responses (RFC 3501 section 7.1).
func text(start []byte) bool {
	kind, untagged := bytes.CutPrefix(bytes.ToUpper(start), []byte("* "))
	for _, status := range []string{"OK", "NO", "BAD", "BYE", "PREAUTH"} {
		if bytes.HasPrefix(kind, []byte(status)) {
			return true
		}
	}
	return !untagged
}

// announced reads the size of a literal at the end of a line.
func announced(line []byte) (size int64, ok bool) {
	if len(line) == 0 || line[len(line)-1] != '}' {
		return 0, false
	}
	open := bytes.LastIndexByte(line, '{')
	if open < 0 {
		return 0, false
	}
	digits := bytes.TrimSuffix(line[open+1:len(line)-1], []byte("+"))
	if len(digits) == 0 {
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		if size = size*10 + int64(c-'0'); size > 1<<50 {
			return 1 << 50, true
		}
	}
	return size, true
}
