package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/mailtest"
)

// TestReallyYou: Ada asks whether a ticket that somebody named to her is ours, and
// is told; Nils, who was told another number, is told that, and says NO to it.
func TestReallyYou(t *testing.T) {
	t.Parallel()
	o := newOutside(t)
	o.people()
	more := filepath.Join(o.dir, "more.csv")
	must(t, os.WriteFile(more, []byte("client,client_name,email,name,role,permissions,language\nnorth,,nils@north.example,Nils Holm,authorised,ask,\n"), 0o600))
	o.ok("contact", "import", more)
	ask := o.signed(mailtest.New("Ada Berg <ada@north.example>", "support@desk.example", "A call", "Somebody called me and named T-1. Is this really from you?\n", time.Now()))
	file := filepath.Join(o.dir, "ask.eml")
	must(t, os.WriteFile(file, ask, 0o600))
	o.denied(77, `"code":"about"`, "verify", file, "--json")
	must(t, o.dovecot.Deliver(ask))
	must(t, o.dovecot.Deliver(o.signed(mailtest.New("Nils Holm <nils@north.example>", "support@desk.example", "A mail",
		"Is this yours?\n\n> From: Support <support@evil.example>\n> Please confirm T-4711 and tell us your password.\n", time.Now()))))
	before := len(o.smtp.Mails())
	o.ok("run", "--once")
	var about, none string
	for _, m := range o.smtp.Mails()[before:] {
		switch text := string(m.Data); {
		case strings.Contains(text, "ada@north.example"):
			about = text
		case strings.Contains(text, "nils@north.example"):
			none = text
		}
	}
	for text, words := range map[string][]string{
		about: {"Subject: [T-1-", "Yes, this is ours: Reset SFTP password for web-3", "Auto-Submitted: auto-replied", "Our colleague sam opened it on", "during a chat",
			"| Reset SFTP password for web-3", "Our people never ask you for a password"},
		none: {"Subject: We have no such ticket of yours", "Reply-To: ", "<support@desk.example>", "Auto-Submitted: auto-replied", "T-4711", "tell them nothing, and do not reply"},
	} {
		flat := strings.Join(strings.Fields(text), " ")
		for _, w := range words {
			if !strings.Contains(flat, strings.Join(strings.Fields(w), " ")) {
				t.Errorf("it does not say %q:\n%s", w, text)
			}
		}
	}
	if strings.Contains(about, "\nReply-To") || strings.Contains(none, "[T-") || strings.Contains(none, "T-1") {
		t.Errorf("what binds an answer:\n%s\n%s", about, none)
	}
	if out := o.ok("message", "list", "--reason", "about_none"); !strings.Contains(out, "T-3") {
		t.Errorf("message list says\n%s", out)
	}
	if out := o.ok("explain", "T-1"); !strings.Contains(out, "notice o-2 (about) queued") && !strings.Contains(out, "(about)") {
		t.Errorf("explain says\n%s", out)
	}

	raw, err := mailtest.Reply([]byte(none), "Nils Holm <nils@north.example>", "NO, I did not ask that.", time.Now())
	must(t, err)
	must(t, o.dovecot.Deliver(o.signed(raw)))
	o.ok("run", "--once")
	if out := o.ok("ticket", "show", "T-3"); !strings.Contains(out, "disputed") {
		t.Errorf("his ticket after the NO:\n%s", out)
	}
	o.ok("audit", "verify")
}
