package mailtest

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// Mail is one mail that the server took.
type Mail struct {
	From string
	To   []string
	Data []byte
	At   time.Time
}

// SMTP is a server that takes and records mail.
type SMTP struct {
	Addr string // host:port

	server  *smtp.Server
	mu      sync.Mutex
	mails   []Mail
	faults  []Fault
	deliver func(Mail)
}

// Fault is how one delivery goes wrong. The zero Fault is none.
type Fault struct {
	Rcpt, Data int    // reply code at RCPT, or after the final dot; 0: take it
	To         string // at RCPT only for who has that in the address
	Drop       bool   // take the mail, and cut the connection instead of an answer
	Quote      bool   // the reply quotes what it refuses, as some servers do
}

// says is the text of a refusal of something.
func (f Fault) says(what string) string {
	if !f.Quote {
		return "as told"
	}
	what = strings.Join(strings.Fields(what), " ")
	return "refused: " + what[:min(len(what), 400)]
}

// NewSMTP starts a server on a free port of the loopback interface.
func NewSMTP() (*SMTP, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return ServeSMTP(l), nil
}

// ServeSMTP is NewSMTP on a listener of the caller's.
func ServeSMTP(l net.Listener) *SMTP {
	s := &SMTP{Addr: l.Addr().String()}
	s.server = smtp.NewServer(s)
	s.server.Domain, s.server.AllowInsecureAuth = "sink.example", true
	s.server.ReadTimeout, s.server.WriteTimeout = 30*time.Second, 30*time.Second
	s.server.ErrorLog = quiet{}
	go func() { _ = s.server.Serve(l) }()
	return s
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// StartTLS offers STARTTLS with that configuration.
func (s *SMTP) StartTLS(c *tls.Config) { s.server.TLSConfig = c }

// Close stops the server.
func (s *SMTP) Close() { _ = s.server.Close() }

// Mails gives what was taken so far.
func (s *SMTP) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail{}, s.mails...)
}

// SetDeliver sets what is called with every mail that is taken from now on.
func (s *SMTP) SetDeliver(fn func(Mail)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliver = fn
}

// Fail lets the next deliveries go wrong, one by one.
func (s *SMTP) Fail(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// NewSession implements smtp.Backend.
func (s *SMTP) NewSession(c *smtp.Conn) (smtp.Session, error) { return &session{sink: s, conn: c}, nil }

type session struct {
	sink  *SMTP
	conn  *smtp.Conn
	mail  Mail
	fault Fault
}

func (s *session) Reset()        { s.mail = Mail{} }
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	s.fault = Fault{}
	if len(s.sink.faults) > 0 {
		s.fault, s.sink.faults = s.sink.faults[0], s.sink.faults[1:]
	}
	s.mail = Mail{From: from}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.fault.Rcpt != 0 && strings.Contains(to, s.fault.To) {
		return &smtp.SMTPError{Code: s.fault.Rcpt, EnhancedCode: smtp.EnhancedCode{s.fault.Rcpt / 100, 1, 1}, Message: s.fault.says(s.mail.From + " to " + to)}
	}
	s.mail.To = append(s.mail.To, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.fault.Data != 0 {
		return &smtp.SMTPError{Code: s.fault.Data, EnhancedCode: smtp.EnhancedCode{s.fault.Data / 100, 1, 1}, Message: s.fault.says(string(data))}
	}
	s.mail.Data, s.mail.At = data, time.Now()
	s.sink.mu.Lock()
	s.sink.mails = append(s.sink.mails, s.mail)
	deliver := s.sink.deliver
	s.sink.mu.Unlock()
	if deliver != nil {
		deliver(s.mail)
	}
	if s.fault.Drop {
		s.conn.Conn().Close()
		return errors.New("connection dropped as told")
	}
	return nil
}
