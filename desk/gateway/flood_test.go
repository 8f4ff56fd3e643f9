package gateway

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/rs/zerolog"

	"countersign/clients"
	"countersign/inbound/mailbox"
	"countersign/inbound/sender"
	"countersign/internal/kv"
	"countersign/internal/mailtest"
	"countersign/internal/suite"
	"countersign/policy"
	"countersign/tickets"
	"countersign/tickets/ledger"
)

var (
	floodSize = flag.Int("flood", suite.Size(60, 1000), "how many hostile mails stand before the honest reply")
	floodKind = flag.String("flood-kind", "", "the one kind of flood to try")
)

// signatures gives n DKIM-Signature fields that are well written and false.
func signatures(domain, from string, n int) string {
	var b strings.Builder
	for i := range n {
		sum := base64.StdEncoding.EncodeToString([]byte(fmt.Sprintf("%032d", i)))
		fmt.Fprintf(&b, "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=k%s%d; h=From:To; bh=%s; b=%s\r\n",
			strings.ReplaceAll(domain, "#", fmt.Sprint(i)), strings.Map(letters, from), i, sum, sum)
	}
	return b.String()
}

func letters(r rune) rune {
	if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
		return r
	}
	return -1
}

// contact puts somebody on file.
func (w *bench) contact(t testing.TB, id, address string) {
	t.Helper()
	err := w.kv.Update(func(tx kv.Tx) error {
		return errors.Join(clients.PutClient(tx, clients.Client{ID: id, Name: id}),
			clients.PutContact(tx, clients.Contact{ID: id, Client: id, Role: clients.Primary, Status: clients.Active, Addresses: []string{address}}))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// floods are ways to make DNS slow for the mail that stands before an honest
// reply. Each gives its i-th mail.
var floods = []struct {
	name string
	dns  func(*mailtest.DNS)
	mail func(w *bench, i int) []byte
	long bool // it takes some of the patience that there is, 5 or 20 s
}{
	{"strangers-of-one-domain", dead, plain("x%d@dead.example"), false},
	{"strangers-of-many-domains", dead, plain("eve@n%d.dead.example"), false},
	{"strangers-with-slow-dns", func(d *mailtest.DNS) { d.Delay("*.dead.example", 4900*time.Millisecond) }, plain("eve@n%d.dead.example"), true},
	{"strangers-with-ill-dns", func(d *mailtest.DNS) { d.Fail("*.dead.example", dns.RcodeServerFailure) }, plain("eve@n%d.dead.example"), false},
	{"strangers-naming-a-ticket", dead, func(_ *bench, i int) []byte {
		return mailtest.New(fmt.Sprintf("eve@n%d.dead.example", i), "support@desk.example", "T-1", "yes", time.Now())
	}, false},
	{"of-one-contact-with-dead-dns", dead, func(_ *bench, i int) []byte {
		return mailtest.New("dan@n0.dead.example", "support@desk.example", fmt.Sprint(i), "hello", time.Now())
	}, true},
	{"of-many-contacts-with-dead-dns", dead, func(_ *bench, i int) []byte {
		return mailtest.New(fmt.Sprintf("dan@n%d.dead.example", i%onFile), "support@desk.example", fmt.Sprint(i), "hello", time.Now())
	}, false},
	{"spoofed-with-strange-signatures", dead, func(_ *bench, i int) []byte {
		return spoofed(i, fmt.Sprintf("n%d-#.dead.example", i))
	}, false},
	{"spoofed-with-dead-subdomains", func(d *mailtest.DNS) { d.Fail("*.dead.north.example", mailtest.Silence) }, func(_ *bench, i int) []byte {
		return spoofed(i, fmt.Sprintf("n%d-#.dead.north.example", i))
	}, true},
	{"spoofed-with-keys-that-are-not-there", func(d *mailtest.DNS) { d.Delay("*.north.example", 50*time.Millisecond) }, func(_ *bench, i int) []byte {
		return spoofed(i, "north.example")
	}, false},
	{"with-a-secret-of-their-own", dead, func(w *bench, i int) []byte {
		raw, err := mailtest.Reply(w.other, "dan@n0.dead.example", fmt.Sprint("Maybe ", i), time.Now())
		if err != nil {
			panic(err)
		}
		return append([]byte(signatures(fmt.Sprintf("n%d-#.n0.dead.example", i), fmt.Sprint(i), 5)), raw...)
	}, true},
}

// onFile is how many contacts of dead domains there are.
const onFile = 30

func dead(d *mailtest.DNS) { d.Fail("*.dead.example", mailtest.Silence) }

func plain(from string) func(*bench, int) []byte {
	return func(_ *bench, i int) []byte {
		return mailtest.New(fmt.Sprintf(from, i), "support@desk.example", fmt.Sprint(i), "hello", time.Now())
	}
}

func spoofed(i int, d string) []byte {
	raw := mailtest.New("ada@north.example", "support@desk.example", fmt.Sprint(i), "hello", time.Now())
	return append([]byte(signatures(d, fmt.Sprint(i), 5)), raw...)
}

// TestFlood: an honest reply behind mail whose DNS doesn't answer, whatever the
// kind, is judged soon, and every message ends in exactly one outcome.
// With -flood 10000 it is the figure of I-22 of the threat model.
func TestFlood(t *testing.T) {
	for _, tt := range floods {
		t.Run(tt.name, func(t *testing.T) {
			if *floodKind != "" && *floodKind != tt.name {
				t.Skip()
			}
			if tt.long {
				suite.Long(t)
			}
			if *floodSize <= 1000 {
				t.Parallel() // they wait more than they work
			}
			w := newFlood(t)
			tt.dns(w.zone)
			server, err := mailtest.NewIMAP()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(server.Close)
			for i := range *floodSize {
				deliver(t, server, tt.mail(w, i))
			}
			honest := deliver(t, server, w.yes(t))
			took, of := w.readUntil(t, server, honest, *floodSize+1)
			t.Logf("the honest reply behind %d mails was judged after %.1f s; outcomes %v", *floodSize, took.Seconds(), of)
			if took > time.Minute { // the threat model, I-22
				t.Errorf("the honest reply was judged after %s", took)
			}
		})
	}
}

// TestFloodLarge: large messages, of which one is judged at a time with nothing
// fetched behind it, delay an honest reply no longer than many small ones do.
func TestFloodLarge(t *testing.T) {
	suite.Long(t)
	t.Parallel()
	w := newFlood(t)
	w.zone.Fail("*.dead.north.example", mailtest.Silence)
	server, err := mailtest.NewIMAP()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	const n = 8
	for i := range n {
		raw := spoofed(i, fmt.Sprintf("n%d-#.dead.north.example", i))
		deliver(t, server, append(raw, bytes.Repeat([]byte("0123456789abcd\r\n"), 5<<20/16)...))
	}
	honest := deliver(t, server, w.yes(t))
	took, of := w.readUntil(t, server, honest, n+1)
	t.Logf("the honest reply behind %d large mails was judged after %.1f s; outcomes %v", n, took.Seconds(), of)
	if took > time.Minute {
		t.Errorf("the honest reply was judged after %s", took)
	}
}

// TestFloodAfterCrash: messages that were in flight at a crash are judged alone,
// and don't make all others wait for their DNS.
func TestFloodAfterCrash(t *testing.T) {
	t.Parallel()
	w := newFlood(t)
	w.now = time.Now()
	dead(w.zone)
	check := w.Check
	var mails [][]byte
	for i := range 12 {
		mails = append(mails, from(i, 0))
	}
	w.deferred(t, mails...)
	for uid := range mails { // which were judged again when the program stopped
		if _, err := w.Store.Ledger.Attempt(w.src(uid+1), false); err != nil {
			t.Fatal(err)
		}
	}
	w.Check = check
	w.now = w.now.Add(time.Hour)
	ended := make(chan error)
	go func() { ended <- w.Retry(context.Background(), false) }()
	time.Sleep(100 * time.Millisecond)
	began := time.Now()
	raw := w.yes(t)
	err := w.Handle(context.Background(), mailbox.Fetched{Mailbox: "support", UIDValidity: 1, UID: 100, Arrived: time.Now(), Size: int64(len(raw)), Raw: raw})
	took := time.Since(began)
	if err = errors.Join(err, <-ended); err != nil {
		t.Fatal(err)
	}
	if all := time.Since(began); took > 30*time.Second || all > time.Minute {
		t.Errorf("the honest reply was judged after %s, all after %s", took, all)
	}
}

// newFlood is a bench with contacts whose DNS is dead, one of whom holds a
// secret of ours, and with the patience that the daemon has.
func newFlood(t *testing.T) *bench {
	w := newBench(t)
	ours := w.notice
	for i := range onFile {
		w.contact(t, fmt.Sprint("dan", i), fmt.Sprintf("dan@n%d.dead.example", i))
	}
	_, err := w.Store.Open(tickets.OpenRequest{Contact: "dan@n0.dead.example", Channel: policy.Chat, Class: policy.PasswordChange, Subject: "A thing", Agent: "sam"})
	if err != nil {
		t.Fatal(err)
	}
	w.other, w.notice = w.notice, ours
	if w.Check, err = sender.New(sender.Config{Resolver: w.zone.Addr}); err != nil {
		t.Fatal(err)
	}
	return w
}

func deliver(t *testing.T, server *mailtest.IMAP, raw []byte) uint32 {
	t.Helper()
	uid, err := server.Append(raw, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return uid
}

// yes is Ada's answer.
func (w *bench) yes(t *testing.T) []byte {
	t.Helper()
	raw, err := mailtest.Reply(w.notice, "ada@north.example", "YES", time.Now())
	if err == nil {
		raw, err = w.north.Sign(raw)
	}
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// readUntil reads the mailbox, and gives how long it took until the message with
// that UID was judged and how many messages of all came to what.
func (w *bench) readUntil(t *testing.T, server *mailtest.IMAP, uid uint32, all int) (took time.Duration, of map[string]int) {
	t.Helper()
	r := mailbox.NewReader(mailbox.Settings{Name: "support", Server: server.Addr, TLS: "none", User: server.User, Password: server.Password,
		FromBeginning: true, Spool: t.TempDir()}, w.Store.Ledger, w.Handle, zerolog.Nop())
	ended := make(chan error, 1)
	started := time.Now()
	go func() { ended <- r.Once(context.Background()) }()
	for took == 0 {
		src := w.source(t, server, uid)
		m, ok, err := w.Store.Inbox.Received(src)
		if err != nil || time.Since(started) > 10*time.Minute {
			t.Fatal("the honest reply is not judged", err)
		}
		if ok && m.Verdict == policy.Authenticated && m.Decision.Confirmed() {
			took = time.Since(started)
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	of = map[string]int{}
	n := 0
	err := w.Store.Inbox.Each(func(m tickets.Message) error {
		of[string(m.Outcome)+" "+string(m.Reasons[0].Code)]++
		n++
		return nil
	})
	if err != nil || n != all {
		t.Errorf("%d messages have an outcome, want %d; %v", n, all, err)
	}
	return took, of
}

// source is where the reader finds a message.
func (w *bench) source(t *testing.T, _ *mailtest.IMAP, uid uint32) ledger.Source {
	t.Helper()
	c, err := w.Store.Ledger.Cursor("support")
	if err != nil {
		t.Fatal(err)
	}
	return ledger.Source{Mailbox: "support", UIDValidity: c.UIDValidity, UID: uid}
}
