package bench

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/rs/zerolog"

	"countersign/desk/api"
	"countersign/desk/daemon"
	"countersign/internal/config"
	"countersign/internal/mailtest"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets"
)

// desk is a desk that has asked everybody, and their answers as files. It stays
// as it is: every run begins from a copy.
type desk struct {
	testing.TB
	dir    string // with state/, state.key and answers/
	dns    *mailtest.DNS
	smtp   *mailtest.SMTP
	people []*person
	bytes  int64 // of all answers
	// settled lets no run begin before all that was written is on the disk.
	settled bool
}

func newDesk(t testing.TB, messages int, seed uint64) *desk {
	t.Helper()
	d := &desk{TB: t, dir: t.TempDir()}
	var err error
	d.dns, err = mailtest.NewDNS()
	must(t, err)
	t.Cleanup(d.dns.Close)
	d.smtp, err = mailtest.NewSMTP()
	must(t, err)
	t.Cleanup(d.smtp.Close)
	for n := range messages {
		d.people = append(d.people, newPerson(seed, n, min(len(domains), 1+messages/20)))
	}
	d.ask()
	d.answers()
	return d
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// configure writes a configuration for the state in dir and the IMAP server.
func (d *desk) configure(dir, imap string) string {
	d.Helper()
	must(d, os.WriteFile(filepath.Join(dir, "imap.secret"), []byte("password"), 0o600))
	path := filepath.Join(dir, "countersign.toml")
	must(d, os.WriteFile(path, fmt.Appendf(nil, `
state = "state/state.db"
key_file = "state.key"
socket = "control.sock"
[dns]
resolver = %q
[[mailbox]]
name = "support"
address = %q
imap = %q
tls = "none"
user = "support"
password_file = "imap.secret"
[smtp]
server = %q
tls = "none"
from = "Support <%[2]s>"
[limits]
notices_per_minute = 100000
`, d.dns.Addr, support, imap, d.smtp.Addr), 0o600))
	return path
}

func load(path string) (config.Config, error) {
	c, faults := config.Load(path)
	return c, config.Refusal(faults)
}

// call asks something of a desk in dir for which no daemon runs.
func (d *desk) call(dir string, fn func(*api.Client)) {
	d.Helper()
	c, err := load(d.configure(dir, "127.0.0.1:1"))
	must(d, err)
	h, err := daemon.Open(c, time.Now, zerolog.Nop())
	must(d, err)
	defer h.Close()
	fn(api.Local(h.Server()))
}

// ask brings the people in, opens their tickets and mails the questions.
func (d *desk) ask() {
	d.Helper()
	ctx := context.Background()
	var lines bytes.Buffer
	w := csv.NewWriter(&lines)
	_ = w.Write([]string{"client", "client_name", "email", "name", "role", "permissions", "language"}) // into memory
	for _, p := range d.people {
		client := strings.TrimSuffix(p.domain, ".example")
		_ = w.Write([]string{client, strings.ToUpper(client), p.address(), p.name, "authorised", string(policy.PasswordChange), p.tongue.code})
	}
	w.Flush()
	d.call(d.dir, func(client *api.Client) {
		var agent any
		must(d, client.Call(ctx, "agent/add", staff.Agent{ID: "sam", Email: "sam@desk.example", Role: staff.RoleLead, Authorities: []string{staff.All}}, &agent))
		report, err := client.Import(ctx, "contact/import", api.ImportRequest{Name: "people.csv", CSV: lines.Bytes(), AllowAlike: true}, nil)
		must(d, err)
		if report.Added != len(d.people) {
			d.Fatalf("%d of %d people came in: %v", report.Added, len(d.people), report.Problems)
		}
		errs := make([]error, len(d.people))
		crowd(len(d.people), func(i int) {
			p, opened := d.people[i], api.Opened{}
			errs[i] = client.Call(ctx, "ticket/open", tickets.OpenRequest{Contact: p.address(), Channel: policy.Portal, Class: policy.PasswordChange,
				Subject: p.subject, Request: p.request, Agent: "sam"}, &opened)
		})
		must(d, errors.Join(errs...))
	})
	c, err := load(d.configure(d.dir, "127.0.0.1:1"))
	must(d, err)
	c.Mailbox = nil // where reading begins, a run says
	must(d, daemon.Once(ctx, c, time.Now, zerolog.Nop(), false))
}

// crowd does so many things, some of them at a time.
func crowd(n int, do func(i int)) {
	var wait sync.WaitGroup
	next := make(chan int)
	for range 32 {
		wait.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wait.Wait()
}

// answers writes what everybody answers to their notice.
func (d *desk) answers() {
	d.Helper()
	must(d, os.Mkdir(filepath.Join(d.dir, "answers"), 0o755))
	notices := map[string][]byte{}
	for _, m := range d.smtp.Mails() {
		notices[m.To[0]] = m.Data
	}
	sizes, errs := make([]int64, len(d.people)), make([]error, len(d.people))
	crowd(len(d.people), func(i int) {
		raw, err := d.answer(d.people[i], notices[d.people[i].address()])
		if err == nil {
			err = os.WriteFile(d.file(i), raw, 0o666)
		}
		sizes[i], errs[i] = int64(len(raw)), err
	})
	must(d, errors.Join(errs...))
	for _, n := range sizes {
		d.bytes += n
	}
}

func (d *desk) file(i int) string { return filepath.Join(d.dir, "answers", fmt.Sprintf("%06d.eml", i)) }

// answer is one answer as it arrives, signed by its domain.
func (d *desk) answer(p *person, notice []byte) ([]byte, error) {
	if notice == nil {
		return nil, fmt.Errorf("%s was not asked", p.address())
	}
	domain, err := mailtest.NewDomain(p.domain)
	if err != nil {
		return nil, err
	}
	domain.Publish(d.dns, "reject")
	d.dns.TXT(p.domain, "v=spf1 ip4:192.0.2.0/24 -all")
	now := time.Now()
	raw, err := p.answer(notice, now)
	if err == nil {
		raw, err = domain.Sign(raw)
	}
	return append([]byte(p.received(now)), raw...), err
}

// mailbox is a Dovecot in which all answers wait. It has its processes, and knows
// the messages: what it does at its own start is no work of a side.
func (d *desk) mailbox(dir string) *mailtest.Dovecot {
	d.Helper()
	server, err := mailtest.NewDovecot(dir)
	if errors.Is(err, mailtest.ErrNoDovecot) {
		mailtest.Lacks(d, err)
	}
	must(d, err)
	for i := range d.people {
		name := filepath.Base(d.file(i))
		if err := os.Link(d.file(i), filepath.Join(server.Maildir, "new", fmt.Sprintf("%d.M%s.test", time.Now().Unix(), strings.TrimSuffix(name, ".eml")))); err != nil {
			server.Close()
			d.Fatal(err)
		}
	}
	if err := visit(server.Addr, func(*imapclient.Client) error { return nil }); err != nil {
		server.Close()
		d.Fatal(err)
	}
	return server
}

// copy puts the desk as it was when it had asked into dir, for its owner alone.
func (d *desk) copy(dir string) {
	d.Helper()
	from := os.DirFS(d.dir)
	must(d, fs.WalkDir(from, ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && !strings.HasPrefix(name, "state"):
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		case e.IsDir():
			return os.MkdirAll(filepath.Join(dir, name), 0o700)
		}
		b, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name), b, 0o600)
	}))
}

// came says of a desk that has read the answers whether each came to what it says.
func (d *desk) came(dir string) error {
	states := map[policy.Intent]policy.State{policy.Yes: policy.StateConfirmed, policy.No: policy.StateDisputed, policy.Unclear: policy.StateAuthenticated}
	want, got := map[string]policy.State{}, map[string]policy.State{}
	for _, p := range d.people {
		want[p.address()] = states[p.says]
	}
	applied, wrong := 0, ""
	var errs [2]error
	d.call(dir, func(client *api.Client) {
		errs[0] = client.Each(context.Background(), "message/list", api.MessageFilter{}, func(line json.RawMessage) error {
			var m api.Message
			err := json.Unmarshal(line, &m)
			if m.Outcome == policy.Applied {
				applied++
			}
			return err
		})
		errs[1] = client.Each(context.Background(), "ticket/list", api.None{}, func(line json.RawMessage) error {
			var s tickets.Shown
			err := json.Unmarshal(line, &s)
			if got[s.Contact] = s.State; s.State != want[s.Contact] {
				wrong += fmt.Sprintf("\n%s is %s, want %s", s.Contact, s.State, want[s.Contact])
			}
			return err
		})
	})
	err := errors.Join(errs[:]...)
	if err == nil && (applied != len(want) || len(got) != len(want) || wrong != "") {
		err = fmt.Errorf("%d of %d answers were applied to %d tickets%s", applied, len(want), len(got), wrong)
	}
	return err
}
