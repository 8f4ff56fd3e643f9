package mailbox

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// Settings say which mailbox to read and how.
type Settings struct {
	Name           string
	Server         string // host:port
	TLS            string // implicit, starttls, none
	User, Password string
	Folder         string        // empty: INBOX
	Mode           string        // act; observe: nothing on the server is changed
	Handled        string        // mark: handled mail stays, with the keyword; else it is moved
	Poll           time.Duration // beside IDLE
	FromBeginning  bool          // on the first start, judge also what is there
	MaxSize        int64         // bytes of one message
	Timeout        time.Duration // of one command; 0: 60 s
	Patience       time.Duration // before a message that is alone is tried again; 0: 10 minutes
	Workers        int           // messages judged side by side; 0: 16
	Roots          *x509.CertPool
	Spool          string // folder for large messages while they are read; empty: that for temporary files

	// Dial makes the connection to Server; nil: over TCP.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// connection is one login. It is used by one goroutine, a command at a time.
type connection struct {
	*imapclient.Client
	raw      net.Conn
	forget   func() bool // ends the watch on the context
	guard    *guard
	timeout  time.Duration
	selected *imap.SelectData
	compared bool          // selected, with what we had seen before
	news     chan struct{} // something arrived
	stray    chan *imapclient.FetchMessageBuffer
}

// connect logs in and selects the folder. TLS is verified and never left out;
// a server that says we are logged in already (PREAUTH) is refused.
func (s Settings) connect(ctx context.Context) (c *connection, err error) {
	dial := s.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: s.Timeout, KeepAlive: 30 * time.Second}).DialContext
	}
	raw, err := dial(ctx, "tcp", s.Server)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	defer func() {
		if err != nil {
			stop()
			raw.Close()
		}
	}()
	limitUnacknowledged(raw, s.Timeout)
	_ = raw.SetDeadline(time.Now().Add(s.Timeout))
	wire, err := s.secure(ctx, raw)
	if err != nil {
		return nil, err
	}
	c = &connection{raw: raw, forget: stop, guard: &guard{Conn: wire}, timeout: s.Timeout, news: make(chan struct{}, 1),
		stray: make(chan *imapclient.FetchMessageBuffer, 8)}
	c.guard.allow(s.Timeout, 0)
	c.Client = imapclient.New(c.guard, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(*imapclient.UnilateralDataMailbox) {
			select {
			case c.news <- struct{}{}:
			default:
			}
		},
		Fetch: func(m *imapclient.FetchMessageData) {
			if b, err := m.Collect(); err == nil {
				select {
				case c.stray <- b:
				default:
				}
			}
		},
	}})
	if err := c.do(0, c.WaitGreeting); err != nil {
		return nil, fmt.Errorf("greeting: %w", err)
	}
	if c.State() != imap.ConnStateNotAuthenticated {
		return nil, fmt.Errorf("%w: it says that we are logged in already (PREAUTH)", errServer)
	}
	if err := c.do(0, func() error { return c.Login(s.User, s.Password).Wait() }); err != nil {
		return nil, fmt.Errorf("log in as %s: %w", s.User, err)
	}
	folder := s.Folder
	if folder == "" {
		folder = "INBOX"
	}
	err = c.do(0, func() error {
		c.selected, err = c.Select(folder, &imap.SelectOptions{ReadOnly: s.Mode == "observe"}).Wait()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("select %s: %w", folder, err)
	}
	// The library asks for capabilities when it has none: not outside of do.
	if err = c.do(0, func() error { c.Caps(); return nil }); err != nil {
		return nil, err
	}
	if c.selected.UIDValidity == 0 {
		return nil, fmt.Errorf("%w: it gives %s no UIDVALIDITY", errServer, folder)
	}
	return c, nil
}

// secure gives the connection over which IMAP is spoken.
func (s Settings) secure(ctx context.Context, raw net.Conn) (net.Conn, error) {
	host, _, err := net.SplitHostPort(s.Server)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{ServerName: host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
	switch s.TLS {
	case "none":
		return raw, nil
	case "implicit":
		c := tls.Client(raw, config)
		return c, c.HandshakeContext(ctx)
	case "starttls":
		return startTLS(ctx, raw, config)
	}
	return nil, fmt.Errorf("tls: %q is not implicit, starttls or none", s.TLS)
}

// startTLS does what must be done in the clear by hand and byte by byte, so that
// nothing a man in the middle put behind the server's OK is believed: it would
// be part of the TLS handshake, and break it.
func startTLS(ctx context.Context, raw net.Conn, config *tls.Config) (net.Conn, error) {
	greeting, err := readLine(raw)
	if err != nil {
		return nil, fmt.Errorf("greeting: %w", err)
	}
	if !strings.HasPrefix(strings.ToUpper(greeting), "* OK") {
		return nil, fmt.Errorf("%w: its greeting is not OK", errServer)
	}
	if _, err := io.WriteString(raw, "s1 STARTTLS\r\n"); err != nil {
		return nil, err
	}
	for range 20 {
		line, err := readLine(raw)
		if err != nil {
			return nil, fmt.Errorf("STARTTLS: %w", err)
		}
		if strings.HasPrefix(line, "* ") {
			continue
		}
		if !strings.HasPrefix(strings.ToUpper(line), "S1 OK") {
			return nil, fmt.Errorf("%w: it refuses STARTTLS", errServer)
		}
		c := tls.Client(raw, config)
		if err := c.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		// After STARTTLS there is no second greeting; the library wants one.
		return &greeted{Conn: c, first: bytes.NewReader([]byte("* OK\r\n"))}, nil
	}
	return nil, fmt.Errorf("%w: it does not answer STARTTLS", errServer)
}

// readLine reads a line without reading anything behind it.
func readLine(r io.Reader) (string, error) {
	var line []byte
	for b := make([]byte, 1); len(line) < 4096; {
		if _, err := io.ReadFull(r, b); err != nil {
			return "", err
		}
		if line = append(line, b[0]); b[0] == '\n' {
			return string(line), nil
		}
	}
	return "", fmt.Errorf("%w: a long line before TLS", errServer)
}

// greeted is a connection before whose input a greeting stands.
type greeted struct {
	net.Conn
	first *bytes.Reader
}

func (g *greeted) Read(p []byte) (int, error) {
	if g.first.Len() > 0 {
		return g.first.Read(p)
	}
	return g.Conn.Read(p)
}

// rest is how long a connection may lie between two commands.
const rest = 30 * time.Minute

// do carries one command out, under its deadline and with room for one literal.
// On expiry the connection is closed beneath the library, whose own Close can
// wait for ever; a panic in it becomes an error.
func (c *connection) do(literal int64, fn func() error) (err error) {
	c.guard.allow(c.timeout, literal)
	timer := time.AfterFunc(c.timeout, func() { c.raw.Close() })
	defer timer.Stop()
	defer func() {
		if p := recover(); p != nil {
			c.raw.Close()
			err = fmt.Errorf("%w: the IMAP library panicked: %v", errServer, p)
		}
		// Between commands the connection may rest, while messages are judged.
		c.guard.allow(rest, 0)
	}()
	return fn()
}

// long is do for a command whose answer may be a long list.
func (c *connection) long(fn func() error) error {
	return c.do(0, func() error {
		c.guard.allowList()
		return fn()
	})
}

// close ends the connection without waiting for anybody.
func (c *connection) close() {
	c.forget()
	c.raw.Close()
}

// logout says goodbye, briefly, and ends the connection.
func (c *connection) logout() {
	c.timeout = min(c.timeout, 5*time.Second)
	_ = c.do(0, func() error { return c.Logout().Wait() })
	c.close()
}

// refused reports whether the server answered a command with NO or BAD, which
// leaves the connection usable.
func refused(err error) bool {
	_, ok := errors.AsType[*imap.Error](err)
	return ok
}
