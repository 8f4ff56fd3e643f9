package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset"
	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-msgauth/dmarc"
	gomail "github.com/wneessen/go-mail"
	"go.etcd.io/bbolt"
)

// group is how many messages the pipeline commits at once.
const group = 64

// plain is the pipeline: what is fetched is parsed and verified by as many workers
// as there are processors, and committed and answered by one more.
type plain struct {
	txt  cache
	db   *bbolt.DB
	smtp *gomail.Client
}

// record is what the pipeline keeps of a message.
type record struct {
	ID, From, Subject, Text, DMARC string
	SPF, Verified                  bool
}

func pipeline(j job) (r run, err error) {
	p := &plain{txt: cache{resolver: net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, j.DNS)
	}}}}
	if p.db, err = bbolt.Open(filepath.Join(j.Dir, "plain.db"), 0o600, nil); err != nil {
		return r, err
	}
	defer p.db.Close()
	host, port, err := net.SplitHostPort(j.SMTP)
	if err != nil {
		return r, err
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return r, err
	}
	if p.smtp, err = gomail.NewClient(host, gomail.WithPort(number), gomail.WithTLSPolicy(gomail.NoTLS), gomail.WithHELO("desk.example"), gomail.WithoutNoop()); err != nil {
		return r, err
	}
	if err := p.smtp.DialWithContext(context.Background()); err != nil {
		return r, err
	}
	defer p.smtp.Close()

	raw, records := make(chan []byte, 4), make(chan record, group)
	var fetched, refused error
	go func() {
		fetched = fetch(j, func(b []byte) { raw <- b })
		close(raw)
	}()
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for b := range raw {
				records <- p.read(b)
			}
		})
	}
	go func() { workers.Wait(); close(records) }()
	for some := range inGroups(records) {
		if refused == nil { // or those before would wait for ever
			refused = p.finish(some)
		}
		for _, x := range some {
			r.Handled++
			if x.Verified {
				r.Verified++
			}
		}
	}
	return r, errors.Join(fetched, refused)
}

// visit does something in INBOX.
func visit(addr string, do func(*imapclient.Client) error) error {
	c, err := imapclient.DialInsecure(addr, nil)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Login("support", "password").Wait(); err != nil {
		return err
	}
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		return err
	}
	return errors.Join(do(c), c.Logout().Wait())
}

// fetch gives every body in INBOX.
func fetch(j job, each func([]byte)) error {
	return visit(j.IMAP, func(c *imapclient.Client) error {
		cmd := c.Fetch(imap.SeqSet{imap.SeqRange{Start: 1}}, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}})
		for m := cmd.Next(); m != nil; m = cmd.Next() {
			for item := m.Next(); item != nil; item = m.Next() {
				if body, ok := item.(imapclient.FetchItemDataBodySection); ok {
					b, err := io.ReadAll(body.Literal)
					if err != nil {
						return err
					}
					each(b)
				}
			}
		}
		return cmd.Close()
	})
}

// bareFetch reads every body and drops it.
func bareFetch(j job) (r run, err error) {
	return r, fetch(j, func([]byte) { r.Handled++ })
}

// inGroups gives what comes in groups, the last of them smaller.
func inGroups(in <-chan record) func(func([]record) bool) {
	return func(yield func([]record) bool) {
		var some []record
		for x := range in {
			if some = append(some, x); len(some) == group {
				if !yield(some) {
					return
				}
				some = nil
			}
		}
		if len(some) > 0 {
			yield(some)
		}
	}
}

// read parses a message and finds out who vouches for its From domain.
func (p *plain) read(raw []byte) (x record) {
	m, err := mail.CreateReader(bytes.NewReader(raw))
	if err != nil && !message.IsUnknownCharset(err) {
		return x
	}
	x.ID, _ = m.Header.MessageID()
	x.Subject, _ = m.Header.Subject()
	if from, err := m.Header.AddressList("From"); err == nil && len(from) == 1 {
		x.From = from[0].Address
	}
	for {
		part, err := m.NextPart()
		if err != nil {
			break
		}
		if h, ok := part.Header.(*mail.InlineHeader); ok {
			if kind, _, _ := h.ContentType(); kind == "text/plain" {
				text, _ := io.ReadAll(part.Body)
				x.Text = string(text)
				continue
			}
		}
		_, _ = io.Copy(io.Discard, part.Body)
	}
	_, domain, _ := strings.Cut(x.From, "@")
	signatures, _ := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: p.txt.lookup, MaxVerifications: 5})
	for _, s := range signatures {
		x.Verified = x.Verified || s.Err == nil && (s.Domain == domain || strings.HasSuffix(s.Domain, "."+domain))
	}
	if policy, err := dmarc.LookupWithOptions(domain, &dmarc.LookupOptions{LookupTXT: p.txt.lookup}); err == nil {
		x.DMARC = string(policy.Policy)
	}
	senders, _ := p.txt.lookup(domain)
	for _, s := range senders {
		x.SPF = x.SPF || strings.HasPrefix(s, "v=spf1 ")
	}
	return x
}

// finish commits a group, and sends everybody in it a notice.
func (p *plain) finish(some []record) error {
	err := p.db.Update(func(tx *bbolt.Tx) error {
		bucket, err := tx.CreateBucketIfNotExists([]byte("messages"))
		for _, x := range some {
			value, bad := json.Marshal(x)
			err = errors.Join(err, bad, bucket.Put([]byte(x.ID), value))
		}
		return err
	})
	var notices []*gomail.Msg
	for _, x := range some {
		m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
		err = errors.Join(err, m.From(support), m.To(x.From))
		m.Subject("Re: " + x.Subject)
		m.SetDateWithValue(time.Now())
		m.SetMessageID()
		m.SetGenHeader("Auto-Submitted", "auto-replied")
		m.SetBodyString(gomail.TypeTextPlain, fmt.Sprintf("Hello.\r\n\r\nYour answer has arrived: %v.\r\n\r\nNothing else is needed from you.\r\n", x.Verified))
		notices = append(notices, m)
	}
	if err != nil {
		return err
	}
	return p.smtp.Send(notices...)
}

// cache asks for each name once.
type cache struct {
	resolver net.Resolver
	mu       sync.Mutex
	known    map[string][]string
}

func (c *cache) lookup(name string) ([]string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found, ok := c.known[name]; ok {
		return found, nil
	}
	found, err := c.resolver.LookupTXT(context.Background(), name)
	if err == nil {
		if c.known == nil {
			c.known = map[string][]string{}
		}
		c.known[name] = found
	}
	return found, err
}
