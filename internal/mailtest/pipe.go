package mailtest

import (
	"context"
	"net"
	"sync"
	"syscall"
)

// Pipe is a listener without a network: what dials it gets one end of a
// net.Pipe, what accepts the other. Reading and writing such a connection is a
// wait that a testing/synctest bubble understands, as that on a socket is not.
type Pipe struct {
	name  string
	calls chan net.Conn
	once  sync.Once
	ended chan struct{}

	mu    sync.Mutex
	down  bool
	dials int
	open  []net.Conn // the server's ends
}

// NewPipe gives a listener with a name of the form host:port.
func NewPipe(name string) *Pipe {
	return &Pipe{name: name, calls: make(chan net.Conn), ended: make(chan struct{})}
}

// Dial connects to the listener, as net.Dialer.DialContext does; while it is
// down it refuses.
func (p *Pipe) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	p.mu.Lock()
	p.dials++
	down := p.down
	p.mu.Unlock()
	if down {
		return nil, syscall.ECONNREFUSED
	}
	ours, theirs := net.Pipe()
	select {
	case p.calls <- theirs:
		return ours, nil
	case <-p.ended:
		return nil, syscall.ECONNREFUSED
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Dials says how often somebody dialed, refused or not.
func (p *Pipe) Dials() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dials
}

// Down cuts every connection and refuses new ones, until it is called with false.
func (p *Pipe) Down(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down = down; !down {
		return
	}
	for _, c := range p.open {
		c.Close()
	}
	p.open = nil
}

// Accept implements net.Listener.
func (p *Pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		p.mu.Lock()
		defer p.mu.Unlock()
		p.open = append(p.open, c)
		return c, nil
	case <-p.ended:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (p *Pipe) Close() error {
	p.once.Do(func() { close(p.ended) })
	return nil
}

// Addr implements net.Listener.
func (p *Pipe) Addr() net.Addr { return pipeAddr(p.name) }

type pipeAddr string

func (pipeAddr) Network() string  { return "pipe" }
func (a pipeAddr) String() string { return string(a) }
