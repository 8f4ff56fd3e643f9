package mailer

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// sink is a real SMTP server that keeps what it takes.
type sink struct {
	mu          sync.Mutex
	connections int
	hello       string
	got         []received
	mechanisms  []string // empty: no AUTH
	refuse      func(command, arg string) error
}

type received struct {
	from, to, user string
	message        []byte
}

func (s *sink) NewSession(c *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connections++
	s.hello = c.Hostname()
	return &visit{s: s}, nil
}

// visit is one session of a client.
type visit struct {
	s *sink
	r received
}

func (v *visit) judge(command, arg string) error {
	if v.s.refuse == nil {
		return nil
	}
	return v.s.refuse(command, arg)
}
func (v *visit) Reset()        { v.r = received{user: v.r.user} }
func (v *visit) Logout() error { return nil }
func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	v.r.from = from
	return v.judge("MAIL", from)
}
func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.r.to = to
	return v.judge("RCPT", to)
}
func (v *visit) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	v.r.message = b
	if err := v.judge("DATA", v.r.to); err != nil {
		return err
	}
	v.s.mu.Lock()
	defer v.s.mu.Unlock()
	v.s.got = append(v.s.got, v.r)
	return nil
}
func (v *visit) AuthMechanisms() []string { return v.s.mechanisms }
func (v *visit) Auth(mech string) (sasl.Server, error) {
	check := func(user, password string) error {
		if user != "desk" || password != "hunter2-hunter2" {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "wrong: " + password}
		}
		v.r.user = user
		return nil
	}
	if mech == "LOGIN" {
		return &loginServer{check: check}, nil
	}
	return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
}

// loginServer is the server's side of AUTH LOGIN.
type loginServer struct {
	user  string
	step  int
	check func(user, password string) error
}

func (l *loginServer) Next(response []byte) ([]byte, bool, error) {
	l.step++
	switch l.step {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.user = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.user, string(response))
}

// start runs s on loopback. security is none, starttls or implicit.
func (s *sink) start(t *testing.T, security string) Server {
	t.Helper()
	server := smtp.NewServer(s)
	server.Domain = "mx.desk.example"
	server.AllowInsecureAuth = true
	certificate, roots := certificates(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	server.ErrorLog = quiet{}
	switch security {
	case "starttls":
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
	case "implicit":
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{certificate}})
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		_ = l.Close() // where Serve had not begun
		<-done
	})
	return Server{Addr: addr, TLS: security, Roots: roots, Hello: "desk.example"}
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// certificates makes a certificate for 127.0.0.1 and the pool that trusts it.
func certificates(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// liar runs serve for every connection: a server that does what none should.
func liar(t *testing.T, serve func(*wire)) Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer conn.Close()
				serve(&wire{conn, bufio.NewReader(conn)})
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		all.Wait()
	})
	return Server{Addr: l.Addr().String(), TLS: "none", Hello: "desk.example"}
}

// wire is the server's end of a connection.
type wire struct {
	net.Conn
	in *bufio.Reader
}

func (w *wire) say(s string) { _, _ = io.WriteString(w, s+"\r\n") }

// until reads lines up to one that begins with prefix, answering all before it
// with 250. It reports false at the end of the connection.
func (w *wire) until(prefix string) bool {
	for {
		line, err := w.in.ReadString('\n')
		if err != nil {
			return false
		}
		if strings.HasPrefix(line, prefix) {
			return true
		}
		w.say("250 ok")
	}
}

// message reads up to the final dot.
func (w *wire) message() bool {
	for {
		line, err := w.in.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			return true
		}
	}
}

// silent reads until the client goes.
func (w *wire) silent() { _, _ = io.Copy(io.Discard, w.in) }

// memory is an outbox that writes down what it is told.
type memory struct {
	items   []Item
	told    []string // "sent n-1", "retry n-1 ...", in order
	next    map[string]time.Time
	refused int // how often a mail was put off before an attempt at it
	broken  bool
	damaged map[string]bool // nothing is taken of these
	gone    map[string]bool // given up meanwhile
	again   bool            // what is put off stays due
}

func (m *memory) Due(_ time.Time, limit int) ([]Item, error) {
	var due []Item
	for _, i := range m.items {
		if !slices.ContainsFunc(m.told, func(s string) bool {
			return !strings.HasPrefix(s, "attempt") && !(m.again && strings.HasPrefix(s, "retry")) && strings.HasPrefix(strings.SplitN(s, " ", 2)[1]+" ", i.ID+" ")
		}) && len(due) < limit {
			due = append(due, i)
		}
	}
	return due, nil
}
func (m *memory) tell(what, id, why string) error {
	if m.damaged[id] {
		return errors.New("damaged record of " + id)
	}
	m.told = append(m.told, strings.TrimSpace(what+" "+id+" "+why))
	return nil
}
func (m *memory) Attempt(id string, _ time.Time) error {
	if m.broken {
		return errors.New("disk full")
	}
	if m.gone[id] {
		return fmt.Errorf("%w: it was canceled", ErrGone)
	}
	return m.tell("attempt", id, "")
}
func (m *memory) Sent(id string, _ time.Time, reply string) error { return m.tell("sent", id, reply) }
func (m *memory) Retry(id string, next time.Time, refused bool, why string) error {
	if m.next == nil {
		m.next = map[string]time.Time{}
	}
	m.next[id] = next
	if refused {
		m.refused++
	}
	return m.tell("retry", id, why)
}
func (m *memory) Failed(id, why string) error                      { return m.tell("failed", id, why) }
func (m *memory) Unknown(id string, _ time.Time, why string) error { return m.tell("unknown", id, why) }

// outcomes are the first words of what was told, attempts apart.
func (m *memory) outcomes() string {
	var out []string
	for _, s := range m.told {
		if w := strings.Fields(s); w[0] != "attempt" {
			out = append(out, w[0]+" "+w[1])
		}
	}
	return strings.Join(out, ", ")
}
