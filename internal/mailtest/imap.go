package mailtest

import (
	"bytes"
	"errors"
	"io"
	"log"
	"net"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// IMAP is a server with one user and an INBOX, in memory.
type IMAP struct {
	Addr           string // host:port
	User, Password string

	server *imapserver.Server
	user   *imapmemserver.User
}

// NewIMAP starts a server on a free port of the loopback interface. It knows
// MOVE and UIDPLUS, unless told otherwise.
func NewIMAP(without ...string) (*IMAP, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return ServeIMAP(l, without...)
}

// ServeIMAP is NewIMAP on a listener of the caller's.
func ServeIMAP(l net.Listener, without ...string) (*IMAP, error) {
	s := &IMAP{Addr: l.Addr().String(), User: "support", Password: "password"}
	s.user = imapmemserver.NewUser(s.User, s.Password)
	if err := s.user.Create("INBOX", nil); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	mem := imapmemserver.New()
	mem.AddUser(s.user)
	caps := imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}, imap.CapMove: {}}
	for _, c := range without {
		delete(caps, imap.Cap(c))
	}
	s.server = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return mem.NewSession(), nil, nil
		},
		Caps:         caps,
		InsecureAuth: true,
		Logger:       log.New(io.Discard, "", 0),
	})
	go func() { _ = s.server.Serve(l) }()
	return s, nil
}

// Close stops the server.
func (s *IMAP) Close() { _ = s.server.Close() }

// Append puts a message into INBOX as if it had arrived at that time, and gives its UID.
func (s *IMAP) Append(raw []byte, at time.Time) (uid uint32, err error) {
	data, err := s.user.Append("INBOX", literal{bytes.NewReader(raw), int64(len(raw))}, &imap.AppendOptions{Time: at})
	if err != nil {
		return 0, err
	}
	return uint32(data.UID), nil
}

type literal struct {
	io.Reader
	size int64
}

func (l literal) Size() int64 { return l.size }

// Stored is a message as it lies in a folder.
type Stored struct {
	UID   uint32
	Flags []string
	Raw   []byte
}

// Messages gives what lies in a folder; nothing if there is no such folder.
func (s *IMAP) Messages(folder string) ([]Stored, error) {
	return Messages(s.Addr, s.User, s.Password, folder)
}

// Messages logs in at any server without TLS and gives what lies in a folder.
func Messages(addr, user, password, folder string) (out []Stored, err error) {
	c, err := imapclient.DialInsecure(addr, nil)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if err := c.Login(user, password).Wait(); err != nil {
		return nil, err
	}
	selected, err := c.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil || selected.NumMessages == 0 {
		var no *imap.Error
		if errors.As(err, &no) {
			err = nil
		}
		return nil, err
	}
	all := imap.SeqSet{imap.SeqRange{Start: 1}}
	messages, err := c.Fetch(all, &imap.FetchOptions{UID: true, Flags: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}}).Collect()
	for _, m := range messages {
		one := Stored{UID: uint32(m.UID), Raw: m.FindBodySection(&imap.FetchItemBodySection{Peek: true})}
		for _, f := range m.Flags {
			one.Flags = append(one.Flags, string(f))
		}
		out = append(out, one)
	}
	return out, err
}
