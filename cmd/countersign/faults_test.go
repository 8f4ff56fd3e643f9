package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/mailtest"
	"countersign/internal/suite"
)

// records gives the message list.
func (o *outside) records() (out []struct{ Outcome, Reason, Ticket string }) {
	o.t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(o.ok("message", "list", "--json")), "\n") {
		var m struct{ Outcome, Reason, Ticket string }
		if line != "" {
			must(o.t, json.Unmarshal([]byte(line), &m))
			out = append(out, m)
		}
	}
	return out
}

func (o *outside) state(ticket string) string {
	o.t.Helper()
	var shown struct{ State string }
	must(o.t, json.Unmarshal([]byte(o.ok("ticket", "show", ticket, "--json")), &shown))
	return shown.State
}

// TestRestored puts an older copy of the store back: a YES that was used up
// after the copy was made confirms nothing, and nothing is sent before a person
// has looked.
func TestRestored(t *testing.T) {
	t.Parallel()
	o := newOutside(t)
	notice := o.people()
	path := filepath.Join(o.dir, "state", "state.db")
	copied, err := os.ReadFile(path)
	must(t, err)
	yes := o.signed(o.reply(notice, "YES"))
	must(t, o.dovecot.Deliver(yes))
	o.ok("run", "--once")
	if got := o.state("T-1"); got != "confirmed" {
		t.Fatalf("T-1 is %s", got)
	}
	o.ok("authorize", "T-1", "password-change", "--agent", "sam")
	sent := len(o.smtp.Mails())

	must(t, os.WriteFile(path, copied, 0o600))
	must(t, o.dovecot.Deliver(yes))
	o.ok("run", "--once")
	if got := o.state("T-1"); got != "unconfirmed" {
		t.Errorf("after the restore T-1 is %s", got)
	}
	o.denied(77, "restored", "authorize", "T-1", "password-change", "--agent", "sam")
	open := []string{"ticket", "open", "--contact", "ada@north.example", "--channel", "chat", "--class", "password-change", "--subject", "again", "--agent", "sam"}
	o.ok(open...)
	o.ok("run", "--once")
	if got := len(o.smtp.Mails()); got != sent {
		t.Errorf("%d mails were sent though the outbox is held", got-sent)
	}
	o.ok("outbox", "release", "--agent", "sam")
	o.ok("run", "--once")
	if got := len(o.smtp.Mails()); got == sent {
		t.Error("nothing was sent after the release")
	}
}

// TestNumberedAnew lets Dovecot number the mailbox anew (another UIDVALIDITY):
// what is still there is known again by its bytes.
func TestNumberedAnew(t *testing.T) {
	t.Parallel()
	o := newOutside(t)
	notice := o.people()
	yes := o.signed(o.reply(notice, "YES"))
	must(t, o.dovecot.Deliver(yes))
	o.ok("run", "--once")
	entries, err := filepath.Glob(filepath.Join(o.dovecot.Maildir, "dovecot*"))
	must(t, err)
	for _, e := range entries {
		must(t, os.Remove(e))
	}
	for second := time.Now().Unix(); time.Now().Unix() == second; { // Dovecot's UIDVALIDITY is the time in seconds
		time.Sleep(10 * time.Millisecond)
	}
	for range 5 {
		must(t, o.dovecot.Deliver(yes))
	}
	o.ok("run", "--once")
	got := o.records()
	if len(got) != 6 {
		t.Fatalf("%d records, want 6: %+v\n%s", len(got), got, o.ok("message", "list"))
	}
	for _, m := range got[1:] {
		if m.Outcome != "ignored" || m.Reason != "duplicate" {
			t.Errorf("a copy came to %+v", m)
		}
	}
	if got := o.state("T-1"); got != "confirmed" {
		t.Errorf("T-1 is %s", got)
	}
}

// TestObserve: a mailbox that is only observed is not touched, and its mail
// changes no ticket and sends nothing.
func TestObserve(t *testing.T) {
	t.Parallel()
	o := newOutside(t)
	notice := o.people()
	conf, err := os.ReadFile(filepath.Join(o.dir, "countersign.toml"))
	must(t, err)
	o.write("countersign.toml", strings.Replace(string(conf), `poll = "1s"`, "poll = \"1s\"\nmode = \"observe\"", 1))
	must(t, o.dovecot.Deliver(o.signed(o.reply(notice, "YES"))))
	must(t, o.dovecot.Deliver(o.signed(mailtest.New("ada@north.example", "support@desk.example", "new", "Hello", time.Now()))))
	sent := len(o.smtp.Mails())
	o.ok("run", "--once")
	got := o.records()
	if len(got) != 2 || got[0].Reason != "confirmed" && got[1].Reason != "confirmed" {
		t.Errorf("records: %+v", got)
	}
	if o.state("T-1") != "unconfirmed" || len(o.smtp.Mails()) != sent {
		t.Error("an observed mailbox changed a ticket or sent a notice")
	}
	o.denied(77, "observed", "ticket", "open", "--contact", "ada@north.example", "--channel", "chat", "--class", "question", "--subject", "May I?", "--agent", "sam")
	o.denied(77, "observed", "ticket", "edit", "T-1", "--request", "Another password", "--agent", "sam")
	o.ok("run", "--once")
	if len(o.smtp.Mails()) != sent {
		t.Error("a notice left while all is only observed")
	}
	left, err := o.dovecot.Messages("INBOX")
	must(t, err)
	for _, m := range left {
		if strings.Join(m.Flags, "") != "" && strings.Join(m.Flags, "") != `\Recent` {
			t.Errorf("flags %v were set", m.Flags)
		}
	}
	if len(left) != 2 {
		t.Errorf("%d messages are left in INBOX, want 2", len(left))
	}
}

// TestServersAway: no IMAP or SMTP server is exit 69, nothing is lost, and all
// goes on when they are back.
func TestServersAway(t *testing.T) {
	t.Parallel()
	o := newOutside(t)
	notice := o.people()
	must(t, o.dovecot.Deliver(o.signed(o.reply(notice, "YES"))))
	good, err := os.ReadFile(filepath.Join(o.dir, "countersign.toml"))
	must(t, err)
	o.write("countersign.toml", strings.Replace(string(good), o.dovecot.Addr, "127.0.0.1:1", 1))
	o.denied(69, "mailbox support could not be used", "run", "--once")
	o.write("countersign.toml", strings.Replace(string(good), o.smtp.Addr, "127.0.0.1:1", 1))
	o.denied(69, "SMTP server", "run", "--once")
	if got := o.state("T-1"); got != "confirmed" {
		t.Errorf("T-1 is %s: the SMTP server's absence kept mail from being read", got)
	}
	o.write("countersign.toml", string(good))
	before := len(o.smtp.Mails())
	o.ok("run", "--once")
	if got := len(o.smtp.Mails()); got != before+1 {
		t.Errorf("%d mails went out when the server was back, want the one that waited", got-before)
	}
}

// TestDeferred: while DNS is away a proof waits, and is given when it is back.
func TestDeferred(t *testing.T) {
	t.Parallel()
	o := newOutside(t)
	notice := o.people()
	o.dns.Fail("", 2) // SERVFAIL
	must(t, o.dovecot.Deliver(o.signed(o.reply(notice, "YES"))))
	o.ok("run", "--once")
	if got := o.records(); len(got) != 1 || got[0].Outcome != "deferred" || got[0].Reason != "dns_temperror" {
		t.Fatalf("records: %+v", got)
	}
	if left, _ := o.dovecot.Messages("INBOX"); len(left) != 1 {
		t.Errorf("%d messages in INBOX while the proof waits, want 1", len(left))
	}
	o.dns.Fail("", 0)
	o.ok("run", "--once")
	if got := o.records(); len(got) != 1 || got[0].Outcome != "applied" || got[0].Reason != "confirmed" {
		t.Errorf("records: %+v", got)
	}
	if left, _ := o.dovecot.Messages("INBOX"); len(left) != 0 {
		t.Errorf("%d messages are left in INBOX", len(left))
	}
}

// TestArchiveCopiedIn: somebody copies an archive into the mailbox. Nobody is
// written to about it before a person has said what becomes of it.
func TestArchiveCopiedIn(t *testing.T) {
	suite.Long(t)
	t.Parallel()
	for _, judge := range []bool{false, true} {
		o := newOutside(t)
		notice := o.people()
		o.ok("run", "--once")
		old := time.Now().Add(-2 * time.Hour)
		for range 60 {
			must(t, o.dovecot.DeliverAt(o.reply(notice, "YES"), old))
		}
		must(t, o.dovecot.Deliver(o.signed(o.reply(notice, "YES"))))
		o.denied(69, "mailbox release support --skip", "run", "--once")
		if got := o.records(); len(got) != 0 {
			t.Fatalf("judged while the mailbox is held: %+v", got)
		}
		o.denied(64, "--skip or --judge", "mailbox", "release", "support", "--agent", "sam")
		how, want := "--skip", 1
		if judge {
			how, want = "--judge", 61
		}
		o.ok("mailbox", "release", "support", how, "--agent", "sam")
		o.denied(66, "not held", "mailbox", "release", "support", how, "--agent", "sam")
		o.ok("run", "--once")
		if got := o.records(); len(got) != want {
			t.Errorf("%s: %d were judged, want %d", how, len(got), want)
		}
		if got := o.state("T-1"); got != "confirmed" {
			t.Errorf("%s: T-1 is %s", how, got)
		}
		o.ok("audit", "verify")
	}
}
