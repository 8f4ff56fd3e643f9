package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/mailtest"
)

// outside is everything around the program: real servers on loopback, and a
// folder with a configuration for them.
type outside struct {
	t       testing.TB
	dir     string
	dns     *mailtest.DNS
	smtp    *mailtest.SMTP
	dovecot *mailtest.Dovecot
	north   *mailtest.Domain
	systemd string // where the daemon tells that it is ready
}

func newOutside(t testing.TB) *outside {
	t.Helper()
	o := &outside{t: t, dir: t.TempDir()}
	var err error
	if o.dovecot, err = mailtest.NewDovecot(t.TempDir()); errors.Is(err, mailtest.ErrNoDovecot) {
		mailtest.Lacks(t, err)
	}
	must(t, err)
	t.Cleanup(o.dovecot.Close)
	o.dns, err = mailtest.NewDNS()
	must(t, err)
	t.Cleanup(o.dns.Close)
	o.smtp, err = mailtest.NewSMTP()
	must(t, err)
	t.Cleanup(o.smtp.Close)
	o.north, err = mailtest.NewDomain("north.example")
	must(t, err)
	o.north.Publish(o.dns, "reject")

	o.write("imap.secret", o.dovecot.Password)
	o.write("countersign.toml", fmt.Sprintf(`
state = "state/state.db"
key_file = "state.key"
[dns]
resolver = %q
timeout = "1s"
[[mailbox]]
name = "support"
address = "support@desk.example"
imap = %q
tls = "none"
user = %q
password_file = "imap.secret"
poll = "1s"
[smtp]
server = %q
tls = "none"
from = "Support <support@desk.example>"
`, o.dns.Addr, o.dovecot.Addr, o.dovecot.User, o.smtp.Addr))
	o.write("contacts.csv", "client,client_name,email,name,role,permissions,language\nnorth,Northwind,ada@north.example,Ada Berg,primary,,en\n")
	return o
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (o *outside) write(name, text string) {
	o.t.Helper()
	must(o.t, os.WriteFile(filepath.Join(o.dir, name), []byte(text), 0o600))
}

// cli runs the program as it is typed, and gives its exit code and output.
func (o *outside) cli(args ...string) (int, string) {
	o.t.Helper()
	var out, errs bytes.Buffer
	args = append([]string{"--config", filepath.Join(o.dir, "countersign.toml")}, args...)
	code := run(context.Background(), args, strings.NewReader(""), &out, &errs)
	return code, out.String() + errs.String()
}

// ok is cli of a command that must succeed.
func (o *outside) ok(args ...string) string {
	o.t.Helper()
	code, out := o.cli(args...)
	if code != 0 {
		o.t.Fatalf("countersign %s: exit %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// denied is cli of a command that must end with the code and say the word.
func (o *outside) denied(code int, word string, args ...string) {
	o.t.Helper()
	got, out := o.cli(args...)
	if got != code || !strings.Contains(out, word) {
		o.t.Errorf("countersign %s: exit %d, want %d and %q\n%s", strings.Join(args, " "), got, code, word, out)
	}
}

// people brings Ada and sam in, starts the mailbox, opens T-1 and gives the notice.
func (o *outside) people() []byte {
	o.t.Helper()
	o.ok("contact", "import", filepath.Join(o.dir, "contacts.csv"))
	o.ok("agent", "add", "sam", "--email", "sam@desk.example", "--authority", "password-change")
	o.ok("run", "--once") // reading begins here
	o.ok("ticket", "open", "--contact", "ada@north.example", "--channel", "chat", "--class", "password-change",
		"--subject", "Reset SFTP password for web-3", "--agent", "sam")
	o.ok("run", "--once")
	mails := o.smtp.Mails()
	if len(mails) != 1 {
		o.t.Fatalf("%d mails were sent, want the one question", len(mails))
	}
	return mails[0].Data
}

func (o *outside) reply(notice []byte, own string) []byte {
	o.t.Helper()
	raw, err := mailtest.Reply(notice, "Ada Berg <ada@north.example>", own, time.Now())
	must(o.t, err)
	return raw
}

func (o *outside) signed(raw []byte) []byte {
	o.t.Helper()
	raw, err := o.north.Sign(raw)
	must(o.t, err)
	return raw
}

// TestEndToEnd is the main job with real servers, driven only by the command line.
func TestEndToEnd(t *testing.T) {
	t.Parallel()
	o := newOutside(t)
	must(t, o.dovecot.Deliver(o.signed(mailtest.New("ada@north.example", "support@desk.example", "old", "before the start", time.Now()))))
	notice := o.people()

	// A forged reply gets nowhere, and it is said why.
	must(t, o.dovecot.Deliver(o.reply(notice, "YES")))
	o.ok("run", "--once")
	o.denied(77, "not_authenticated", "authorize", "T-1", "password-change", "--agent", "sam")
	if out := o.ok("explain", "T-1"); !strings.Contains(out, "dmarc_fail") || !strings.Contains(out, "settled by the rule unproved") {
		t.Errorf("explain does not say why the forged reply was refused:\n%s", out)
	}

	// The signed YES confirms.
	yes := o.signed(o.reply(notice, "YES"))
	must(t, o.dovecot.Deliver(yes))
	o.ok("run", "--once")
	var shown struct{ Confirmed, Authenticated bool }
	must(t, json.Unmarshal([]byte(o.ok("ticket", "show", "T-1", "--json")), &shown))
	if !shown.Confirmed || !shown.Authenticated {
		t.Fatalf("ticket show says %+v", shown)
	}
	if out := o.ok("explain", "T-1"); !strings.Contains(out, "its words answer yes, as a line of listed words") {
		t.Errorf("explain does not say by what the yes was read:\n%s", out)
	}
	out := o.ok("authorize", "T-1", "password-change", "--agent", "sam", "--json")
	var z struct{ Decision, Receipt string }
	must(t, json.Unmarshal([]byte(out), &z))
	if z.Decision != "allow" || z.Receipt == "" {
		t.Errorf("authorize says %s", out)
	}
	if again := o.ok("authorize", "T-1", "password-change", "--agent", "sam", "--json"); !strings.Contains(again, z.Receipt) {
		t.Errorf("the second authorize gives another receipt: %s", again)
	}
	o.denied(77, "channel_forbidden", "authorize", "T-1", "password-change", "--agent", "sam", "--channel", "phone")
	if out := o.ok("explain", z.Receipt); !strings.Contains(out, "signature is ours") {
		t.Errorf("explain of the receipt: %s", out)
	}

	// What was handled lies in the folder of its outcome; what was there before
	// the start lies untouched.
	for folder, want := range map[string]int{"INBOX": 1, "Countersign/applied": 2, "Countersign.applied": 2} {
		got, err := o.dovecot.Messages(folder)
		must(t, err)
		if len(got) != want && !(strings.Contains(folder, "applied") && len(got) == 0) {
			t.Errorf("%d messages in %s, want %d", len(got), folder, want)
		}
	}
	lines := strings.Split(strings.TrimSpace(o.ok("message", "list", "--json")), "\n")
	if len(lines) != 2 {
		t.Errorf("message list has %d lines, want 2:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	// A mail that was handled can be tried again on other settings.
	o.write("yes.eml", string(yes))
	o.denied(77, "duplicate", "verify", filepath.Join(o.dir, "yes.eml"))
	if out := o.ok("verify", "--again", filepath.Join(o.dir, "yes.eml")); !strings.Contains(out, "token_spent") || strings.Contains(out, "CONFIRMED") {
		t.Errorf("verify --again says\n%s", out)
	}
	o.ok("audit", "verify")
}
