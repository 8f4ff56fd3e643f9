package mailer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"countersign/internal/redact"
)

// Server is where mail leaves and how.
type Server struct {
	Addr           string // host:port
	TLS            string // implicit, starttls or none
	AllowPlaintext bool   // the password may cross the wire unencrypted
	User           string // empty: no AUTH
	Password       redact.Secret
	Auth           string         // plain, login or auto; empty: auto
	Hello          string         // our name in EHLO; empty: the domain of the return path
	Roots          *x509.CertPool // nil: the system's
	Limits         Limits

	// Dial makes the connection to Addr; nil: over TCP.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Limits are how long the steps of a delivery may take; zero values stand for
// the defaults, which follow RFC 5321 section 4.5.3.2.
type Limits struct {
	Connect time.Duration // TCP, TLS and the banner: 30 s
	Command time.Duration // one command and its reply: 2 min
	Data    time.Duration // the message, and again the reply to it: 10 min
	Stop    time.Duration // all that is under way when asked to stop: 10 s
}

func (l Limits) orDefaults() Limits {
	or := func(d *time.Duration, standard time.Duration) {
		if *d <= 0 {
			*d = standard
		}
	}
	or(&l.Connect, 30*time.Second)
	or(&l.Command, 2*time.Minute)
	or(&l.Data, 10*time.Minute)
	or(&l.Stop, 10*time.Second)
	return l
}

// session is one connection over which mails go one after the other.
type session struct {
	client *smtp.Client
	wire   *guard
	limits Limits
	sent   int // mails that were accepted
	unhook func() bool
}

// dial connects, greets, encrypts and signs in, in that order. s.Hello must be set.
func dial(ctx context.Context, s Server) (*session, error) {
	limits := s.Limits.orDefaults()
	host, _, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return nil, err
	}
	connect := s.Dial
	if connect == nil {
		connect = (&net.Dialer{Timeout: limits.Connect}).DialContext
	}
	conn, err := connect(ctx, "tcp", s.Addr)
	if err != nil {
		return nil, err
	}
	c := &session{wire: &guard{Conn: conn}, limits: limits}
	c.unhook = context.AfterFunc(ctx, func() { c.wire.hurry(limits.Stop) })
	if err := c.open(s, host); err != nil {
		c.drop()
		return nil, err
	}
	return c, nil
}

func (c *session) open(s Server, host string) error {
	encrypted := &tls.Config{ServerName: host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
	var conn net.Conn = c.wire
	c.wire.step(c.limits.Connect)
	if s.TLS == "implicit" {
		t := tls.Client(c.wire, encrypted)
		if err := t.Handshake(); err != nil {
			return fmt.Errorf("TLS: %w", err)
		}
		conn = t
	}
	var err error
	if c.client, err = smtp.NewClient(conn, host); err != nil {
		return fmt.Errorf("banner: %w", err)
	}
	// Our notices are ASCII in header and envelope; asking for SMTPUTF8 would
	// make them undeliverable where the next server has none.
	c.client.SkipSMTPUTF8(true)
	c.wire.step(c.limits.Command)
	if err := c.client.Hello(s.Hello); err != nil {
		return fmt.Errorf("EHLO: %w", err)
	}
	if s.TLS == "starttls" {
		// Never without: who can strip the offer could read the tokens.
		if ok, _ := c.client.Extension("STARTTLS"); !ok {
			return errors.New("the server does not offer STARTTLS")
		}
		c.wire.step(c.limits.Command)
		if err := c.client.StartTLS(encrypted); err != nil {
			return fmt.Errorf("STARTTLS: %w", err)
		}
	}
	if s.User == "" {
		return nil
	}
	c.wire.step(c.limits.Command)
	return c.signIn(s, host)
}

func (c *session) signIn(s Server, host string) error {
	_, encrypted := c.client.TLSConnectionState()
	ip := net.IP(nil)
	if a, ok := c.wire.RemoteAddr().(*net.TCPAddr); ok {
		ip = a.IP
	}
	if !encrypted && !ip.IsLoopback() && !s.AllowPlaintext {
		return errors.New("the password would cross the wire unencrypted")
	}
	ok, offer := c.client.Extension("AUTH")
	if !ok {
		return errors.New("the server does not offer AUTH")
	}
	mechanisms := strings.Fields(strings.ToUpper(offer))
	wanted := s.Auth
	if wanted == "" || wanted == "auto" {
		wanted = "plain"
		if !slices.Contains(mechanisms, "PLAIN") {
			wanted = "login"
		}
	}
	if !slices.Contains(mechanisms, strings.ToUpper(wanted)) {
		return fmt.Errorf("the server does not offer AUTH %s", strings.ToUpper(wanted))
	}
	// Whether the wire is fit for it was judged above.
	auth := smtp.PlainAuth("", s.User, string(s.Password), host, true)
	if wanted == "login" {
		auth = smtp.LoginAuth(s.User, string(s.Password), host, true)
	}
	if err := c.client.Auth(auth); err != nil {
		return fmt.Errorf("AUTH: %w", err)
	}
	return nil
}

// failure is why a mail did not go out, and how far it came.
type failure struct {
	stage stage
	err   error
}

func (f *failure) Error() string { return f.stage.String() + ": " + f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

type stage int

const (
	atMail    stage = iota // nothing was said about this mail yet
	atRcpt                 // the recipient was named
	atAttempt              // our own outbox did not take the attempt
	atData                 // the message was begun, its end not sent
	atDot                  // the final dot was sent: it may have been accepted
)

func (s stage) String() string {
	return [...]string{"MAIL", "RCPT", "outbox", "DATA", "end of DATA"}[s]
}

// deliver sends one mail and gives the server's last words. attempt is called
// when nothing but the message itself is left to send; its error ends the mail.
func (c *session) deliver(i Item, attempt func() error) (string, *failure) {
	c.wire.step(c.limits.Command)
	if err := c.client.Mail("<" + i.From + ">"); err != nil {
		return "", &failure{atMail, err}
	}
	c.wire.step(c.limits.Command)
	if err := c.client.Rcpt("<" + i.To + ">"); err != nil {
		return "", &failure{atRcpt, err}
	}
	if err := attempt(); err != nil {
		return "", &failure{atAttempt, err}
	}
	c.wire.step(c.limits.Command)
	w, err := c.client.Data()
	if err != nil {
		return "", &failure{atData, err}
	}
	c.wire.step(c.limits.Data)
	if _, err := w.Write(i.Message); err != nil {
		return "", &failure{atData, err}
	}
	c.wire.step(c.limits.Data)
	if err := w.Close(); err != nil {
		return "", &failure{atDot, err}
	}
	c.sent++
	if d, ok := w.(*smtp.DataCloser); ok {
		return d.ServerResponse(), nil
	}
	return "", nil
}

// reset makes the connection fit for the next mail and reports whether it is.
func (c *session) reset() bool {
	c.wire.step(c.limits.Command)
	return c.client.Reset() == nil
}

// quit says goodbye, briefly: everything is told already.
func (c *session) quit() {
	c.wire.step(min(c.limits.Command, 5*time.Second))
	_ = c.client.Quit()
	c.drop()
}

func (c *session) drop() {
	c.unhook()
	_ = c.wire.Close()
}
