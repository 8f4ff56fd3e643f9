package daemon

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"countersign/desk/api"
	"countersign/inbound/sender"
	"countersign/internal/config"
	"countersign/internal/mailtest"
	"countersign/policy"
	"countersign/tickets"
)

// week is the daemon and the servers around it in a testing/synctest bubble:
// a store in a file, IMAP and SMTP over pipes, and time that passes as soon as
// everybody waits. Only the control socket and DNS are left out.
type week struct {
	*testing.T
	start  time.Time
	config config.Config
	imap   *mailtest.IMAP
	smtp   *mailtest.SMTP
	lines  map[string]*mailtest.Pipe // by server
	house  *House
	stop   func()

	mu     sync.Mutex
	silent map[string]bool            // domains whose DNS does not answer
	asked  map[string][]time.Duration // when their DNS was asked
}

const (
	imapServer = "imap.desk.example:143"
	smtpServer = "smtp.desk.example:25"
)

func newWeek(t *testing.T) *week {
	t.Helper()
	w := &week{T: t, start: time.Now(), silent: map[string]bool{}, asked: map[string][]time.Duration{},
		lines: map[string]*mailtest.Pipe{imapServer: mailtest.NewPipe(imapServer), smtpServer: mailtest.NewPipe(smtpServer)}}
	var err error
	w.imap, err = mailtest.ServeIMAP(w.lines[imapServer])
	must(t, err)
	w.smtp = mailtest.ServeSMTP(w.lines[smtpServer])
	dir := t.TempDir()
	secret := filepath.Join(dir, "imap.secret")
	must(t, os.WriteFile(secret, []byte(w.imap.Password), 0o600))
	w.config = config.Default(dir)
	w.config.State, w.config.KeyFile = filepath.Join(dir, "state.db"), filepath.Join(dir, "state.key")
	w.config.Mailbox = []config.Mailbox{{Name: "support", Address: "support@desk.example", IMAP: imapServer, TLS: "none", User: w.imap.User,
		PasswordFile: secret, Mode: "act", Poll: poll, ReplyAddress: "support+{token}@desk.example"}}
	w.config.SMTP = config.SMTP{Server: smtpServer, TLS: "none", From: mail.Address{Name: "Support", Address: "support@desk.example"}}
	w.run()
	return w
}

const poll = 5 * time.Minute

// run starts the daemon, over what an earlier one left.
func (w *week) run() {
	w.Helper()
	h, err := Open(w.config, time.Now, zerolog.Nop())
	must(w, err)
	h.dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		return w.lines[addr].Dial(ctx, network, addr)
	}
	h.Gateway.Check = w
	must(w, h.store.Outbox.Recover())
	r, err := h.reader(h.config.Mailbox[0], true)
	must(w, err)
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	for _, part := range []func(context.Context) error{r.Run, h.sendForever, h.tickForever, h.retryForever} {
		wait.Go(func() {
			if err := part(ctx); err != nil && ctx.Err() == nil {
				w.Errorf("part of the daemon ended: %v", err)
			}
		})
	}
	w.house = h
	w.stop = func() { cancel(); wait.Wait(); h.Close() }
}

// Check implements inbound.Checker without DNS: it passes what carries a mark.
func (w *week) Check(_ context.Context, r sender.Request) policy.Sender {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, domain, _ := strings.Cut(r.From, "@")
	w.asked[domain] = append(w.asked[domain], time.Since(w.start))
	switch {
	case w.silent[domain]:
		return policy.Sender{Result: policy.ResultTempError}
	case len(r.Message.Get("x-mark")) == 0:
		return policy.Sender{Result: policy.ResultFail, DMARC: policy.ResultFail, Policy: "reject"}
	}
	return policy.Sender{Result: policy.ResultPass, By: policy.ByDKIM, Domain: domain, Covered: []string{"from", "to", "subject"}}
}

func (w *week) dns(domain string, silent bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.silent[domain] = silent
}

// at lets time pass until so long after the start.
func (w *week) at(d time.Duration) {
	time.Sleep(time.Until(w.start.Add(d)))
	synctest.Wait()
}

func (w *week) call(name string, in any) {
	w.Helper()
	var out any
	must(w, api.Local(w.house.Server()).Call(context.Background(), name, in, &out))
}

// open opens a ticket named after its contact.
func (w *week) open(contact string) {
	w.Helper()
	w.call("ticket/open", tickets.OpenRequest{Contact: contact, Channel: policy.Chat, Class: policy.PasswordChange, Subject: "Reset", Agent: "sam"})
}

// answer lets a YES to the contact's last question arrive, with the mark or forged.
func (w *week) answer(contact string, marked bool) {
	w.Helper()
	mails := w.smtp.Mails()
	slices.Reverse(mails)
	i := slices.IndexFunc(mails, func(m mailtest.Mail) bool { return m.To[0] == contact })
	raw, err := mailtest.Reply(mails[i].Data, contact, "YES", time.Now())
	must(w, err)
	if marked {
		raw = mailtest.With(raw, "X-Mark: genuine")
	}
	_, err = w.imap.Append(raw, time.Now())
	must(w, err)
}

func (w *week) state(ticket string, want policy.State) {
	w.Helper()
	if s, err := w.house.store.Show(ticket); err != nil || s.State != want {
		w.Errorf("after %s %s is %s, want %s (%v)", time.Since(w.start), ticket, s.State, want, err)
	}
}

// codes of references, which nobody knows before.
var codes = regexp.MustCompile(`\[(T-\d+)[^]]*\]`)

// sent tells of every mail, in order, in which hour it went to whom, and its subject.
func (w *week) sent() (lines []string) {
	w.Helper()
	for _, m := range w.smtp.Mails() {
		head, err := mail.ReadMessage(bytes.NewReader(m.Data))
		must(w, err)
		lines = append(lines, fmt.Sprintf("%3dh %s %s", m.At.Sub(w.start)/time.Hour, m.To[0], codes.ReplaceAllString(head.Header.Get("Subject"), "$1")))
	}
	slices.Sort(lines)
	return lines
}

// outcomes tells of every message what it came to.
func (w *week) outcomes() (lines []string) {
	w.Helper()
	must(w, w.house.store.Inbox.Each(func(m tickets.Message) error {
		lines = append(lines, fmt.Sprintf("%s %s %s %s", m.Ticket, m.Outcome, m.Verdict, m.Reasons[0].Code))
		return nil
	}))
	slices.Sort(lines)
	return lines
}

// asks gives when the DNS of a domain was asked, after the first time, in minutes.
func (w *week) asks(domain string) (minutes []int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, at := range w.asked[domain] {
		minutes = append(minutes, int((at - w.asked[domain][0]).Minutes()))
	}
	return minutes
}
