package main

import (
	"strings"
	"testing"
	"time"
)

// inOneLine gives a mail with its lines joined.
func inOneLine(mail []byte) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(string(mail), "=\r\n", "")), " ")
}

// TestDone: what was allowed is closed with a word of what was done, the requester and
// a second person read that, and a NO of the one who never heard of the request before
// stops the client and tells the lead what was done, and what was done before that.
func TestDone(t *testing.T) {
	t.Parallel()
	l := newLater(t, 2*time.Hour, "north,Northwind,ada@north.example,Ada Berg,primary,,en\nnorth,Northwind,nils@north.example,Nils Holm,authorised,approve,en\n")
	l.ok("agent", "add", "kim", "--email", "kim@desk.example", "--authority", "password-change")
	for _, ticket := range []string{"T-1", "T-2"} {
		l.ok("ticket", "open", "--contact", ada, "--channel", "chat", "--class", "password-change", "--subject", "Reset SFTP password for web-3", "--agent", "sam")
		l.answers(l.mails(ada + " Please confirm")[ada], ada, "YES")
		l.mails(ada + " Confirmed")
		l.ok("authorize", ticket, "password-change", "--agent", "kim")
	}
	l.says(77, "T-1 was allowed to kim", "ticket", "close", "T-1", "--agent", "sam")
	l.says(77, "they say what was done, or a lead does", "ticket", "close", "T-1", "--done", "new password set", "--agent", "sam")
	l.says(0, `owes    kim has not said what was done: countersign ticket close T-1 --done "..." --agent kim`, "ticket", "show", "T-1")
	l.ok("ticket", "close", "T-1", "--done", "new SFTP password for web-3 set", "--agent", "kim")
	m := l.mails(ada+" Done", nils+" Done for your account")
	for addr, words := range map[string]string{ada: "You asked for this on ", nils: "You get this because you may approve for your"} {
		text := inOneLine(m[addr])
		for _, words := range []string{words, "| Reset SFTP password for web-3 It was done by kim of our team on ", " UTC: new SFTP password for web-3 set ", "reply NO to this mail"} {
			if !strings.Contains(text, words) {
				t.Errorf("told %s, without %q:\n%s", addr, words, m[addr])
			}
		}
	}
	l.says(77, "said of T-1 already, by kim", "ticket", "close", "T-1", "--done", "once more", "--agent", "kim")
	l.says(0, `"done":{"text":"new SFTP password for web-3 set"`, "ticket", "show", "T-1", "--json")
	l.ok("ticket", "close", "T-2", "--not-done", "it works again", "--agent", "lea")
	l.says(0, "by lea: it works again", "ticket", "show", "T-2")
	l.mails(ada + " Not done")

	l.answers(m[nils], nils, "NO")
	l.says(0, "DISPUTED", "ticket", "show", "T-1")
	l.says(0, "and they say that it was not done", "ticket", "show", "T-1")
	l.mails()
	told := 0
	for _, m := range l.smtp.Mails() {
		text := inOneLine(m.Data)
		if m.To[0] == "lea@desk.example" && strings.Contains(text, "This was done on ") {
			told++
			if !strings.Contains(text, "by kim (d-") || !strings.Contains(text, "T-2 was allowed to kim on") {
				t.Errorf("the lead is told\n%s", m.Data)
			}
		}
	}
	if told != 1 {
		t.Errorf("the lead is told %d times", told)
	}
	l.says(77, "said no to T-1", "ticket", "close", "T-1", "--done", "it was", "--agent", "kim")
	l.ok("audit", "verify")
}
