package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"countersign/internal/mailtest"
)

// attack is a desk that somebody calls who knows all about Ada but what reaches her
// mailbox.
type attack struct {
	*later
	question []byte // what Ada is asked because of the call
	stolen   []byte // Ada's YES to another question, of last week
}

// TestServiceDeskAttack plays such an attack from the first call to the last refusal,
// with what the customer, the agent and the lead see; then Ada herself asks for the
// same.
func TestServiceDeskAttack(t *testing.T) {
	t.Parallel()
	a := &attack{later: newLater(t, 4*time.Hour, "north,Northwind,ada@north.example,Ada Berg,authorised,all,en\nnorth,Northwind,nils@north.example,Nils Holm,primary,,en\n")}
	a.ok("agent", "add", "kim", "--email", "kim@desk.example", "--authority", "all")
	_, before := a.cli("contact", "list", "--json", "--at", a.now.Format(time.RFC3339))
	a.code()
	a.calls()
	a.forges()
	a.moves()
	a.joins()
	a.bribes()
	a.bends()
	a.locks()
	a.nothingWasDone(before)
	a.asksHerself()
	a.staffRead()
	a.ok("audit", "verify")
}

// typed is says of a command that reads a line.
func (a *attack) typed(code int, words, line string, args ...string) {
	a.t.Helper()
	a.now = a.now.Add(time.Second)
	var out bytes.Buffer
	got := run(context.Background(), append([]string{"--config", filepath.Join(a.dir, "countersign.toml"), "--at", a.now.Format(time.RFC3339)}, args...),
		strings.NewReader(line+"\n"), &out, &out)
	if got != code || !strings.Contains(out.String(), words) {
		a.t.Errorf("countersign %s: exit %d, want %d and %q\n%s", strings.Join(args, " "), got, code, words, out.String())
	}
}

// code: who knows a birthday has no code, and who guesses locks it.
func (a *attack) code() {
	a.t.Helper()
	set := []string{"code", "set", "--contact", ada, "--agent", "max"}
	a.typed(65, "looks like a date", "12.04.1987", set...)
	a.typed(0, "Set the code of Ada Berg", "tulip-harbour 93", set...)
	a.mails(ada + " Your phone and chat code was changed")
	a.ok("ticket", "open", "--contact", ada, "--channel", "email", "--class", "minor-change", "--subject", "Restart web-3", "--agent", "kim")
	raw, err := mailtest.Reply(a.mails(ada + " Please confirm")[ada], "Ada Berg <ada@north.example>", "YES", time.Now())
	must(a.t, err)
	a.stolen = a.signed(raw)
	must(a.t, a.dovecot.Deliver(a.stolen))
	a.mails(ada + " Confirmed")
}

// reads is a mail that has to say these words.
func (a *attack) reads(mail []byte, words ...string) {
	a.t.Helper()
	for _, words := range words {
		if !strings.Contains(unfolded(mail), words) {
			a.t.Errorf("it does not say %q:\n%s", words, mail)
		}
	}
}

var someDate = regexp.MustCompile(`\d+ [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC|\d{4}-\d\d-\d\d \d\d:\d\d UTC`)

// is is a mail that has to say these words and no other, but for times.
func (a *attack) is(mail []byte, words string) {
	a.t.Helper()
	_, body, _ := bytes.Cut(mail, []byte("\r\n\r\n"))
	if got := someDate.ReplaceAllString(unfolded(body), "DATE"); got != words {
		a.t.Errorf("it says\n%s\nand not\n%s", got, words)
	}
}

// mailsTo gives the mails to an address.
func mailsTo(smtp *mailtest.SMTP, to string) (all [][]byte) {
	for _, m := range smtp.Mails() {
		if m.To[0] == to {
			all = append(all, m.Data)
		}
	}
	return all
}

// last gives the reason of what was read last.
func (a *attack) last() string {
	a.t.Helper()
	_, out := a.cli("message", "list", "--json", "--at", a.now.Format(time.RFC3339))
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var m struct{ Outcome, Reason string }
	must(a.t, json.Unmarshal([]byte(lines[len(lines)-1]), &m))
	return m.Outcome + " " + m.Reason
}

// calls: nobody does by phone what is asked by phone, whoever is called, and what is
// opened asks Ada, not the caller.
func (a *attack) calls() {
	a.t.Helper()
	a.says(0, "By phone: only questions now; small changes with their code. The rest after their YES by mail.", "ticket", "check", "--contact", ada, "--channel", "phone", "--agent", "sam")
	a.says(0, "T-3 opened for Ada Berg (Northwind). Not authenticated: phone alone can't ask for password-change.",
		"ticket", "open", "--contact", ada, "--channel", "phone", "--class", "password-change", "--subject", "Reset the password of web-3", "--agent", "sam")
	for i, guess := range []string{"12.04.1987", "12041987", "northwind", "ada berg"} {
		a.typed(77, fmt.Sprintf("no match. %d ", 4-i), guess, "code", "verify", "--contact", ada, "--ticket", "T-3", "--agent", "sam")
	}
	a.typed(77, "locked until tomorrow", "T-1", "code", "verify", "--contact", ada, "--ticket", "T-3", "--agent", "kim")
	a.typed(77, "locked", "tulip-harbour 93", "code", "verify", "--contact", ada, "--ticket", "T-3", "--agent", "kim")
	for _, agent := range []string{"sam", "kim"} {
		a.says(77, "not_authenticated", "authorize", "T-3", "password-change", "--agent", agent)
		a.says(77, "channel_forbidden", "authorize", "T-3", "password-change", "--agent", agent, "--channel", "phone")
	}
	a.reads(a.mails(ada+" Please confirm", ada+" Your phone and chat code is locked")[ada],
		"Somebody said wrong codes to us, on the phone or in a chat, until we locked the right one:", "reply NO to this mail")
	a.question = a.asks(ada)
	a.is(a.question, asksForReset)
}

// asksForReset is what Ada reads because of the call.
const asksForReset = "Hello Ada Berg. During a call with you, our colleague sam wrote down a request in your name. It asks for a new password or login secret, word for word: " +
	"Reset the password of web-3 If you asked for this, reply to this mail with the word YES. If you did not, reply NO and we will stop it. " +
	"Please reply from this mailbox: it is the one on file. Nothing happens before your answer. The question is open until DATE. We never ask for a password by mail."

// forges: each mail that says YES to T-3 and is not Ada's own leaves it as it was.
func (a *attack) forges() {
	a.t.Helper()
	yes := func(from string) []byte {
		raw, err := mailtest.Reply(a.question, from, "YES", time.Now())
		must(a.t, err)
		return raw
	}
	evil, err := mailtest.NewDomain("n0rth.example")
	must(a.t, err)
	evil.Publish(a.dns, "reject")
	sign := func(raw []byte) []byte {
		raw, err := evil.Sign(raw)
		must(a.t, err)
		return raw
	}
	for _, forged := range []struct {
		name, why string
		raw       []byte
	}{
		{"look-alike", "applied other_address", sign(yes("Ada Berg <ada@n0rth.example>"))},
		{"forged From", "applied dmarc_fail", yes("Ada Berg <ada@north.example>")},
		{"signed by another", "applied dmarc_fail", sign(yes("Ada Berg <ada@north.example>"))},
		{"stolen", "ignored duplicate", a.stolen},
		{"stolen signature", "applied dmarc_fail", mailtest.With(yes("Ada Berg <ada@north.example>"), "DKIM-Signature: "+field(a.stolen, "DKIM-Signature"))},
		{"auto-reply", "ignored auto_reply", a.signed(mailtest.With(yes("Ada Berg <ada@north.example>"), "Auto-Submitted: auto-replied"))},
		{"stolen, sent to our question", "set-aside duplicate_field", mailtest.With(a.stolen, "To: "+field(a.question, "Reply-To"))},
	} {
		must(a.t, a.dovecot.Deliver(forged.raw))
		a.ok("run", "--once")
		if got := a.last(); got != forged.why {
			a.t.Errorf("%s: %s, want %s", forged.name, got, forged.why)
		}
		if mails := a.smtp.Mails(); bytes.Contains(mails[len(mails)-1].Data, []byte("Confirmed")) {
			a.t.Errorf("%s: somebody is told\n%s", forged.name, mails[len(mails)-1].Data)
		}
		a.says(0, `"confirmed":false`, "ticket", "show", "T-3", "--json")
		a.says(77, "not_authenticated", "authorize", "T-3", "password-change", "--agent", "sam")
	}
	m := mailsTo(a.smtp, ada)
	a.mails(ada+" An answer came from another address", ada+" Please confirm")
	a.is(m[len(m)-2], "Hello Ada Berg. Somebody answered our question about T-3, but not from the mailbox that we have on file for you. "+
		"We could not count that answer, and nothing was changed. If it was you, please find our first mail about T-3 in this mailbox and reply to it from here. "+
		"If it was not you, reply NO to that mail: somebody else has read it. If you cannot write from this mailbox, ask the primary contact of your account.")
	a.is(m[len(m)-1], asksForReset) // as somebody had the secret of the first
}
