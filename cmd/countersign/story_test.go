package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
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
	a.code()
	a.calls()
	a.forges()
	a.bribes()
	a.locks()
	a.asksHerself()
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
	a.reads(a.question, "Reset the password of web-3")
}

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
		{"auto-reply", "ignored auto_reply", a.signed(mailtest.With(yes("Ada Berg <ada@north.example>"), "Auto-Submitted: auto-replied"))},
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
}

// bribes: an agent who helps the caller needs a second person, who is no account of
// theirs, and all addresses on file hear of it.
func (a *attack) bribes() {
	a.t.Helper()
	a.says(0, "T-4 opened", "ticket", "open", "--lost-mailbox", "--contact", ada, "--agent", "kim", "--request", "Add ada@n0rth.example in the place of ada@north.example; passport seen")
	a.says(77, "you opened T-4; someone else must approve", "approval", "approve", "A-1", "--agent", "kim", "--reason", "passport seen")
	a.says(77, "lead", "approval", "approve", "A-1", "--agent", "sam", "--reason", "passport seen")
	a.says(75, "approval_missing", "authorize", "T-4", "account-change", "--agent", "kim")
	lost := a.mails(ada+" An answer came from another address", ada+" Somebody says that a mailbox is lost", nils+" Somebody says that a mailbox is lost")
	a.answers(lost[nils], nils, "NO")
	a.says(0, "DISPUTED", "ticket", "show", "T-4")
	a.says(77, "DENY", "authorize", "T-4", "account-change", "--agent", "kim")
	a.ok("run", "--once")
	told := strings.Join(a.toStaff(0), "\n")
	if !strings.Contains(told, "lea@desk.example") || !strings.Contains(told, "[T-4] The customer said NO") {
		a.t.Errorf("the leads are told\n%s", told)
	}
}

// locks: the primary contact locks with one word, and a lead under pressure opens
// nothing alone.
func (a *attack) locks() {
	a.t.Helper()
	must(a.t, a.dovecot.Deliver(a.signed(mailtest.New(nils, "support@desk.example", "LOCK", "LOCK", time.Now()))))
	a.ok("run", "--once")
	a.says(0, "north is LOCKED since", "client", "show", "north")
	a.says(75, "one other has to agree", "client", "unlock", "north", "--hours", "2", "--agent", "lea", "--reason", "the caller is the director")
	a.says(75, "by lea and max (T-6); one other has to agree", "client", "unlock", "north", "--hours", "2", "--agent", "max", "--reason", "he sounds right")
	a.says(77, "client_locked", "authorize", "T-3", "password-change", "--agent", "sam")
}

// asksHerself: Nils opens the lock, Ada's own request takes her YES and his, both hear
// what was done, and her NO to that stops everything.
func (a *attack) asksHerself() {
	a.t.Helper()
	a.ok("run", "--once")
	a.answers(a.asks(nils), nils, "YES")
	a.ok("ticket", "open", "--contact", ada, "--channel", "email", "--class", "cancellation", "--subject", "Cancel web-3", "--agent", "sam")
	a.ok("run", "--once")
	a.answers(a.asks(ada), ada, "YES")
	a.says(75, "Nils Holm by mail", "authorize", "T-7", "cancellation", "--agent", "kim")
	a.answers(a.asks(nils), nils, "YES")
	a.says(0, "ALLOW  cancellation on T-7, once, by kim", "authorize", "T-7", "cancellation", "--agent", "kim")
	a.says(77, "the customer has to be told what was done", "ticket", "close", "T-7", "--agent", "kim")
	a.ok("ticket", "close", "T-7", "--done", "web-3 was cancelled", "--agent", "kim")
	a.ok("run", "--once")
	told := map[string][]byte{}
	for _, m := range a.smtp.Mails() {
		told[m.To[0]] = m.Data
	}
	for _, contact := range []string{ada, nils} {
		a.reads(told[contact], "web-3 was cancelled", "reply NO to this mail")
	}
	a.answers(told[ada], ada, "NO")
	a.says(0, "DISPUTED", "ticket", "show", "T-7")
	a.says(77, "client_stopped", "authorize", "T-3", "password-change", "--agent", "sam")
}
