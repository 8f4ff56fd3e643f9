package main

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestDelegate plays an absence, with real mails: Nils names Una, confirms it himself
// and is away; she approves in his place what Ada asks for, and all say for whom.
func TestDelegate(t *testing.T) {
	const una = "una@north.example"
	l := newLater(t, 80*time.Hour, "north,Northwind,ada@north.example,Ada Berg,authorised,all,en\nnorth,Northwind,nils@north.example,Nils Holm,primary,,en\nnorth,Northwind,una@north.example,Una Lund,authorised,ask,en\n")
	l.ok("agent", "set", "sam", "--authority", "cancellation")
	at := func(by time.Duration) string { return l.now.Add(by).Format(time.RFC3339) }
	l.ok("delegate", "add", "--for", nils, "--to", una, "--from", at(0), "--until", at(120*time.Hour), "--agent", "sam")
	asked := l.mails(nils + " Please confirm")[nils]
	if text := unfolded(asked); !strings.Contains(text, "Una Lund (c-3), who reads mail at u***@north.example, may approve in the place of Nils Holm (c-2)") {
		t.Errorf("Nils is asked\n%s", text)
	}
	l.says(0, `"state":"asked"`, "delegate", "list", "--json")
	l.answers(asked, nils, "YES")
	told := l.mails(nils+" Who may approve on your account", una+" Who may approve on your account")
	if text := unfolded(told[una]); !strings.Contains(text, "It counts from ") || !strings.Contains(text, "reply NO to this mail") {
		t.Errorf("Una is told\n%s", text)
	}
	l.says(0, "waits", "delegate", "list")
	l.says(0, "approve for c-2 until", "contact", "show", una)

	l.now = l.now.Add(73 * time.Hour)
	l.ok("ticket", "open", "--contact", ada, "--channel", "chat", "--class", "cancellation", "--subject", "Cancel web-3", "--agent", "sam")
	l.answers(l.mails(ada + " Please confirm")[ada], ada, "YES")
	all := l.mails(ada+" Waits for a second person", nils+" Your approval is needed", una+" Your approval is needed")
	if text := unfolded(all[una]); !strings.Contains(text, "You get this because you approve such requests in the place of Nils Holm.") {
		t.Errorf("Una is asked\n%s", text)
	}
	if text := unfolded(all[nils]); strings.Contains(text, "in the place of") {
		t.Errorf("Nils is asked\n%s", text)
	}
	l.says(75, "Una Lund for Nils Holm by mail", "authorize", "T-2", "cancellation", "--agent", "sam")
	l.answers(all[una], una, "YES")
	l.says(0, "yes     Una Lund for Nils Holm at", "approval", "show", "A-1")
	l.says(0, "ALLOW", "authorize", "T-2", "cancellation", "--agent", "sam")
	l.says(0, "proof approval by c-3 for c-2 (T-1)", "explain", l.receipt())

	l.ok("delegate", "end", "T-1", "--agent", "lea")
	l.says(0, "ended", "delegate", "list")
	ended := l.mails(ada+" Agreed", nils+" Ended", una+" Ended")
	if text := unfolded(ended[una]); !strings.Contains(text, "Nobody approves by it any longer") {
		t.Errorf("Una is told of the end\n%s", text)
	}
}

// unfolded is a mail on one line, without the marks of what it quotes.
func unfolded(mail []byte) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(string(mail)), " "), " | ", " ")
}

// receipt gives that of the last allow of T-2.
func (l *later) receipt() string {
	l.t.Helper()
	l.now = l.now.Add(time.Second)
	out := l.outside.ok("authorize", "T-2", "cancellation", "--agent", "sam", "--at", l.now.Format(time.RFC3339))
	return regexp.MustCompile(`d-[a-z0-9]+`).FindString(out)
}
