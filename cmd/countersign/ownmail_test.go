package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/mailtest"
)

// own is a signed mail of Ada's own to the desk.
func (o *outside) own(subject, text string) {
	o.t.Helper()
	must(o.t, o.dovecot.Deliver(o.signed(mailtest.New("Ada Berg <ada@north.example>", "support@desk.example", subject, text, time.Now()))))
	o.ok("run", "--once")
}

// TestOwnMailStory: Ada writes without a subject and is told once that one would
// help; her line names the ticket; what she asks for next becomes part of it, and a
// YES in a new mail is answered by the question where to say it. A stranger's mail is
// dropped without a word and without an answer.
func TestOwnMailStory(t *testing.T) {
	t.Parallel()
	o := newOutside(t)
	config, err := os.ReadFile(filepath.Join(o.dir, "countersign.toml"))
	must(t, err)
	o.write("countersign.toml", strings.Replace(string(config), `poll = "1s"`, "poll = \"1s\"\nunknown = \"drop\"", 1))
	o.people()
	sent := 1
	mail := func(says ...string) []byte {
		t.Helper()
		mails := o.smtp.Mails()
		if sent++; len(mails) != sent {
			t.Fatalf("%d mails were sent, want %d; the last is\n%s", len(mails), sent, mails[len(mails)-1].Data)
		}
		last := mails[sent-1]
		for _, words := range says {
			if !strings.Contains(strings.ReplaceAll(string(last.Data), "\r\n", " "), words) || last.To[0] != "ada@north.example" {
				t.Fatalf("to %v it does not say %q:\n%s", last.To, words, last.Data)
			}
		}
		return last.Data
	}
	var s struct {
		Subject, Class, State, Request string
		Revision                       int
	}
	show := func() {
		t.Helper()
		must(t, json.Unmarshal([]byte(o.ok("ticket", "show", "T-2", "--json")), &s))
	}

	o.own("Help!", "The login of web-3 fails since Monday.\n")
	nudge := mail("We have your message", "you need not do anything", "Reply to this mail with one line")
	line, err := mailtest.Reply(nudge, "Ada Berg <ada@north.example>", "web-3: SFTP login fails\n", time.Now())
	must(t, err)
	must(t, o.dovecot.Deliver(o.signed(line)))
	o.ok("run", "--once")
	if show(); s.Subject != "web-3: SFTP login fails" || s.Class != "question" || s.State != "authenticated" {
		t.Errorf("after the line it is %+v", s)
	}

	o.own("Re: web-3 (T-2)", "Please reset the SFTP password of web-3.\n")
	mail("web-3: SFTP login fails", "We were sent a request in your name", "The login of web-3 fails since Monday.", "[and by a later mail]", "Please reset the SFTP password of web-3.")
	if show(); s.Class != "password-change" || s.Revision != 2 || s.State != "unconfirmed" {
		t.Errorf("after the later mail it is %+v", s)
	}

	o.own("My answer", "Yes\n")
	here := mail("Please reply to this mail", "did not come as a reply to our question", "reply to this very mail with the word YES")
	o.own("My answer", "YES!\n") // once
	o.denied(77, "unbound_answer", "authorize", "T-2", "password-change", "--agent", "sam")
	must(t, o.dovecot.Deliver(o.signed(o.reply(here, "Yes\n"))))
	o.ok("run", "--once")
	mail("You confirmed")
	o.ok("authorize", "T-2", "password-change", "--agent", "sam")

	const secret = "Unheard-of bargains"
	must(t, o.dovecot.Deliver(mailtest.New("Spam <spam@evil.example>", "support@desk.example", secret, secret+"\n", time.Now())))
	o.ok("run", "--once")
	if len(o.smtp.Mails()) != sent {
		t.Errorf("%d mails were sent, want %d: a stranger is not answered", len(o.smtp.Mails()), sent)
	}
	if out := o.ok("message", "list", "--json"); !strings.Contains(out, `"reason":"unknown_sender"`) {
		t.Errorf("message list says\n%s", out)
	}
	if left, err := o.dovecot.Messages("INBOX"); err != nil || len(left) != 0 {
		t.Errorf("%d lie in INBOX, %v", len(left), err)
	}
	state, err := os.ReadFile(filepath.Join(o.dir, "state", "state.db"))
	must(t, err)
	if strings.Contains(string(state), secret) {
		t.Error("a word of the stranger's mail is in the store")
	}
	o.denied(66, "no_such_ticket", "ticket", "show", "T-3", "--json")
	o.ok("audit", "verify")
}
