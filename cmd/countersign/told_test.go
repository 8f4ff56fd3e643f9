package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/mailtest"
)

// toStaff gives the mails to staff that were sent since the first so many, and
// fails where one holds what binds an answer.
func (o *outside) toStaff(since int) (all []string) {
	o.t.Helper()
	for _, m := range o.smtp.Mails()[since:] {
		if !strings.HasSuffix(m.To[0], "@desk.example") {
			continue
		}
		if bytes.Contains(m.Data, []byte("Reply-To:")) || !bytes.Contains(m.Data, []byte("Auto-Submitted: auto-generated")) ||
			!strings.HasPrefix(m.From, "support+b-") || len(m.To) != 1 {
			o.t.Errorf("to staff from %s:\n%s", m.From, m.Data)
		}
		_, subject, _ := strings.Cut(string(m.Data), "\r\nSubject: ")
		subject, _, _ = strings.Cut(strings.ReplaceAll(subject, "\r\n ", " "), "\r\n")
		all = append(all, m.To[0]+" "+subject)
	}
	return all
}

// TestStaffAreTold: what a customer's server refuses, and a no, reach staff by
// mail; a domain that can't be proved is told when a ticket is opened.
func TestStaffAreTold(t *testing.T) {
	t.Parallel()
	o := newOutside(t)
	config, err := os.ReadFile(filepath.Join(o.dir, "countersign.toml"))
	must(t, err)
	o.write("countersign.toml", string(config)+"[drill]\nclock = true\n")
	o.write("contacts.csv", "client,client_name,email,name,role,permissions,language\nnorth,Northwind,ada@north.example,Ada Berg,primary,,en\n"+
		"south,Southgate,bo@south.example,Bo Lund,primary,,en\n")
	notice := o.people()
	o.ok("agent", "add", "max", "--email", "max@desk.example", "--role", "lead")

	open := func(contact string, more ...string) string {
		return o.ok(append([]string{"ticket", "open", "--contact", contact, "--channel", "chat", "--class", "password-change",
			"--subject", "New password", "--agent", "sam"}, more...)...)
	}
	if out := open("bo@south.example", "--json"); !strings.Contains(out, `"warnings":[]`) {
		t.Errorf("before any mail: %s", out)
	}
	must(t, o.dovecot.Deliver(mailtest.New("bo@south.example", "support@desk.example", "Hello", "How are you?", time.Now())))
	o.ok("run", "--once")
	for _, out := range []string{open("bo@south.example"), open("bo@south.example", "--json"), o.ok("ticket", "show", "T-2")} {
		if !strings.Contains(out, "Mail of south.example could not be proved so far (no signature; last ") {
			t.Errorf("nothing of south.example in\n%s", out)
		}
	}
	o.denied(77, "domain_unproved", "authorize", "T-2", "password-change", "--agent", "sam")
	if out := open("ada@north.example", "--json"); !strings.Contains(out, `"ticket":"T-5"`) || !strings.Contains(out, `"warnings":[]`) {
		t.Errorf("north.example: %s", out)
	}
	o.ok("run", "--once")

	// A no is told at once.
	before := len(o.smtp.Mails())
	must(t, o.dovecot.Deliver(o.signed(o.reply(notice, "NO"))))
	o.ok("run", "--once")
	subject := " [T-1] The customer said NO: Reset SFTP password for web-3"
	if got, want := fmt.Sprint(o.toStaff(before)), fmt.Sprint([]string{"max@desk.example" + subject, "sam@desk.example" + subject}); got != want {
		t.Errorf("of the no: %s, want %s", got, want)
	}

	// A refusal waits for others of its kind; it is told to who opened the ticket.
	open("bo@south.example")
	o.smtp.Fail(mailtest.Fault{Rcpt: 550})
	o.ok("run", "--once")
	before = len(o.smtp.Mails())
	o.ok("run", "--once", "--at", time.Now().Add(6*time.Minute).UTC().Format(time.RFC3339))
	if got := fmt.Sprint(o.toStaff(before)); got != "[sam@desk.example [T-6] Our mail did not reach the customer: New password]" {
		t.Errorf("of the refusal: %s", got)
	}
	if out := o.ok("outbox", "list", "--at", time.Now().Add(7*time.Minute).UTC().Format(time.RFC3339)); !strings.Contains(out, "T-6     undeliverable") {
		t.Errorf("outbox list:\n%s", out)
	}
}
