package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/mailtest"
)

// canaries are what must be found nowhere: codes and seeds as they were typed, and
// what the mails hold by which answers are bound; and addresses on file, which some
// commands show.
type canaries struct {
	*later
	said    []spoken // what every command said
	secrets []string // typed
}

type spoken struct{ command, out string }

const (
	code1, code2, guess = "tulip-harbour 93", "quartz-fjord!7", "walnut-glacier 58"
	otpSeed             = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
)

// onFile are addresses on file that no agent writes into a request.
var onFile = []string{"ada@home.example", nils, "bea@north.example"}

// says runs a command with something on standard input, and keeps what it said.
func (c *canaries) types(input string, args ...string) (int, string) {
	c.t.Helper()
	c.now = c.now.Add(time.Second)
	var out, errs bytes.Buffer
	all := append([]string{"--config", filepath.Join(c.dir, "countersign.toml"), "--at", c.now.Format(time.RFC3339)}, args...)
	code := run(context.Background(), all, strings.NewReader(input), &out, &errs)
	c.said = append(c.said, spoken{strings.Join(args, " "), out.String() + errs.String()})
	return code, out.String() + errs.String()
}

// does is a command that has to end with the code.
func (c *canaries) does(code int, args ...string) {
	c.t.Helper()
	if got, out := c.types("", args...); got != code {
		c.t.Errorf("countersign %s: exit %d, want %d\n%s", strings.Join(args, " "), got, code, out)
	}
}

// loops lets mail come and go.
func (c *canaries) loops() { c.t.Helper(); c.types("", "run", "--once") }

// replies has somebody answer the last mail to them whose subject holds the words.
func (c *canaries) replies(from, subject, own string) {
	c.t.Helper()
	for _, m := range slices.Backward(c.smtp.Mails()) {
		if m.To[0] == from && bytes.Contains(m.Data, []byte(subject)) {
			raw, err := mailtest.Reply(m.Data, from, own, time.Now())
			must(c.t, err)
			must(c.t, c.dovecot.Deliver(c.signed(raw)))
			c.loops()
			return
		}
	}
	c.t.Fatalf("%s got no %q", from, subject)
}

// TestCanaries drives all that is done with people through the commands, with
// answers, refusals and wrong input of each kind, and then looks for codes, seeds,
// tokens, references and addresses in everything that came out or lies on disk.
func TestCanaries(t *testing.T) {
	t.Parallel()
	c := &canaries{later: newLater(t, 97*time.Hour, onPage+"north,Northwind,bea@north.example,Bea Dahl,authorised,ask,en\n")}
	c.people()
	c.codes()
	c.change()
	c.lost()
	c.mail()
	c.wrong()
	c.lists()
	c.search()
}

// people are imported, added, set and removed, and refused.
func (c *canaries) people() {
	c.write("more.csv", "client,client_name,email,name,role,permissions,language\nnorth,,bea@north.example,Bea Dahl,authorised,ask;password-change,en\nsouth,Southgate,ada@north.example,Ada,primary,,en\n")
	c.does(65, "contact", "import", filepath.Join(c.dir, "more.csv"), "--dry-run")
	c.does(65, "contact", "import", filepath.Join(c.dir, "more.csv"))
	c.does(0, "contact", "set", "bea@north.example", "--permissions", "ask", "--agent", "lea")
	c.does(77, "contact", "set", "bea@north.example", "--permissions", "all", "--agent", "lea")
	c.does(0, "agent", "add", "kim", "--email", "kim@desk.example", "--authority", "minor-change")
	c.does(65, "agent", "add", "eve", "--email", ada)
	c.loops()
}

// codes are set, weak and strong, said right and wrong until they are locked.
func (c *canaries) codes() {
	c.secrets = []string{code1, code2, guess, otpSeed, "northwind-7kx"}
	of := func(verb, who string, more ...string) []string {
		return append([]string{"code", verb, "--contact", who, "--agent"}, more...)
	}
	c.does(0, "ticket", "open", "--contact", ada, "--channel", "phone", "--class", "minor-change", "--subject", "Restart of web-3", "--agent", "kim")
	small := c.last("Restart of web-3")
	for _, one := range []struct {
		input string
		code  int
		args  []string
	}{
		{"northwind-7kx", 65, of("set", ada, "lea")}, {"northwind-7kx\n" + code1, 64, of("set", ada, "lea")}, {code1, 77, of("set", ada, "sam")},
		{code1, 0, of("set", ada, "lea")}, {otpSeed, 0, of("set", nils, "lea", "--totp")}, {code2, 0, of("set", "bea@north.example", "lea", "--once")},
		{code1, 0, of("verify", ada, "sam", "--ticket", small)}, {code2, 0, of("verify", "bea@north.example", "sam")}, {code2, 77, of("verify", "bea@north.example", "sam")},
		{code1, 77, of("verify", ada, "lea")}, {"123456", 77, of("verify", nils, "sam")}, {code1, 0, []string{"code", "set", "--client", "north", "--agent", "lea"}},
	} {
		for _, form := range [][]string{nil, {"--json"}} {
			if form != nil && one.code == 0 {
				continue
			}
			if got, out := c.types(one.input+"\n", append(one.args, form...)...); got != one.code {
				c.t.Errorf("countersign %s: exit %d, want %d\n%s", strings.Join(one.args, " "), got, one.code, out)
			}
		}
	}
	for range 6 {
		c.types(guess+"\n", of("verify", ada, "sam", "--ticket", small)...)
	}
	for _, args := range [][]string{{"code", "set", code1, "--contact", ada}, {"code", "verify", "--code=" + code1}, {"code", "set", "-" + code1}, {"code", code1}} {
		c.types("", args...)
	}
	c.does(0, "code", "clear", "--contact", "bea@north.example", "--agent", "lea")
	c.loops()
	c.does(0, "keys", "rotate")
}

// change is an address change from end to end, up to the objection.
func (c *canaries) change() {
	c.does(0, append(slices.Clone(moveAsked), "--json")...)
	id := c.last("New address")
	c.loops()
	c.replies(ada, "Please confirm: New address", "Which one do you mean? You wrote to me as you did.")
	c.replies(ada, "New address", "YES")
	c.replies(nils, "Your approval is needed", "What is it?")
	c.replies(nils, "Your approval is needed", "YES")
	c.now = c.now.Add(73 * time.Hour)
	with := func(args []string, more ...string) []string {
		args = append(slices.Clone(args), more...)
		for i, a := range args {
			if a == "T-1" {
				args[i] = id
			}
		}
		return args
	}
	c.does(0, with(mayMove)...)
	c.does(77, "contact", "set", ada, "--add-address", "bea@home.example", "--ticket", id, "--agent", "sam")
	c.does(0, with(move, "--dry-run", "--json")...)
	c.does(0, with(move)...)
	c.loops()
	c.replies(ada, "Changed on your account", "NO")
	c.does(0, "ticket", "lift", id, "--reason", "called Nils", "--agent", "max")
	c.loops()
	c.replies(nils, "New address", "YES")
}

// last gives the ticket with that subject.
func (c *canaries) last(subject string) string {
	c.t.Helper()
	_, out := c.types("", "ticket", "list")
	for line := range strings.Lines(out) {
		if strings.Contains(line, subject) {
			id, _, _ := strings.Cut(line, " ")
			return id
		}
	}
	c.t.Fatalf("no ticket %q in\n%s", subject, out)
	return ""
}

// lost is a mailbox that is said to be lost.
func (c *canaries) lost() {
	c.does(0, "ticket", "open", "--lost-mailbox", "--contact", nils, "--agent", "sam", "--request", "passport seen")
	for _, lead := range []string{"lea", "max"} {
		c.types("", "approval", "approve", "A-2", "--agent", lead, "--reason", "passport seen")
	}
	c.loops()
	c.replies(nils, "a mailbox is lost", "Thank you")
}

// mail is what else comes and goes: who asks whether it is us, a forgery, a machine, a
// bounce, a server that quotes what it refuses.
func (c *canaries) mail() {
	must(c.t, c.dovecot.Deliver(c.signed(mailtest.New(nils, "support@desk.example", "Is T-2 really yours?", "Is T-2 really yours?", time.Now()))))
	must(c.t, c.dovecot.Deliver(mailtest.New(nils, "support@desk.example", "Help", "My code is not here.", time.Now())))
	for _, m := range c.smtp.Mails() { // everything of ours comes back, unsigned, from a machine and with two From fields
		raw, err := mailtest.Reply(m.Data, "Nobody <"+m.To[0]+">", "YES\n\n"+string(m.Data[:min(len(m.Data), 700)]), time.Now())
		if err != nil {
			continue
		}
		must(c.t, c.dovecot.Deliver(raw))
		must(c.t, c.dovecot.Deliver(mailtest.With(raw, "From: <eve@evil.example>")))
		head, _, _ := bytes.Cut(m.Data, []byte("\r\n\r\n"))
		must(c.t, c.dovecot.Deliver(bounced(m.From, m.To[0], string(head))))
	}
	c.loops()
	c.smtp.Fail(mailtest.Fault{Rcpt: 550, Quote: true}, mailtest.Fault{Data: 451, Quote: true}, mailtest.Fault{Data: 554, Quote: true})
	for i := range 3 {
		c.does(0, "ticket", "open", "--contact", "bea@north.example", "--channel", "chat", "--class", "minor-change", "--subject", fmt.Sprint("Thing ", i), "--agent", "sam")
	}
	c.loops()
	c.now = c.now.Add(10 * time.Minute)
	c.loops()
	c.does(0, "contact", "remove", "bea@north.example", "--agent", "lea", "--yes")
	c.loops()
}

// bounced is a server's report that quotes our mail.
func bounced(to, of, head string) []byte {
	return []byte("From: MAILER-DAEMON@mx.example\r\nTo: " + to + "\r\nSubject: Undelivered\r\nDate: " + time.Now().Format(time.RFC1123Z) + "\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nNot delivered.\r\n" +
		"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; " + of + "\r\nAction: failed\r\nStatus: 5.1.1\r\n" +
		"Diagnostic-Code: smtp; 550 " + strings.Join(strings.Fields(head), " ")[:min(600, len(strings.Join(strings.Fields(head), " ")))] + "\r\n\r\n" +
		"--b\r\nContent-Type: message/rfc822\r\n\r\n" + head + "\r\n\r\nx\r\n--b--\r\n")
}

// wrong is wrong input to each command.
func (c *canaries) wrong() {
	for _, args := range [][]string{
		{"contact", "set", "ada@nroth.example", "--name", "X"}, {"contact", "show", "ada@nroth.example"}, {"contact", "add", "--client", "north", "--email", nils, "--name", "X", "--agent", "lea"},
		{"contact", "remove", "nobody@north.example", "--yes"}, {"ticket", "open", "--contact", "nlis@north.example", "--channel", "chat", "--class", "question", "--subject", "x", "--agent", "sam"},
		{"ticket", "show", "T-99"}, {"code", "verify", "--contact", "nobody@north.example", "--agent", "sam"}, {"code", "status", "--client", "nroth"}, {"client", "show", "nroth"},
		{"approval", "approve", "A-9", "--agent", "lea", "--reason", "x"}, {"approval", "show", "A-9"}, {"agent", "set", "nobody", "--role", "lead"}, {"authorize", "T-1", "nothing", "--agent", "sam"},
		{"explain", "x"},
	} {
		for _, form := range [][]string{nil, {"--json"}} {
			if code, out := c.types("", append(slices.Clone(args), form...)...); code == 0 {
				c.t.Errorf("countersign %s was taken: %s", strings.Join(args, " "), out)
			}
		}
	}
}

// lists asks for everything that can be seen, in both forms.
func (c *canaries) lists() {
	all := []string{"client list", "client show north", "contact list", "contact show c-1", "contact check", "contact imports", "agent list", "agent show sam", "ticket list", "approval list",
		"code status --client north", "message list", "quarantine list", "outbox list", "mailbox status", "audit list", "audit checkpoint", "audit verify", "classify export", "report --since 30d",
		"ticket check --contact c-1 --channel chat --agent sam"}
	for i := 1; i <= 14; i++ {
		all = append(all, fmt.Sprint("ticket show T-", i), fmt.Sprint("explain T-", i), fmt.Sprintf("authorize T-%d account-change --agent sam", i), fmt.Sprintf("authorize T-%d minor-change --channel phone --agent sam", i))
	}
	for i := 1; i <= 3; i++ {
		all = append(all, fmt.Sprint("approval show A-", i))
	}
	for _, command := range all {
		for _, form := range [][]string{nil, {"--json"}} {
			c.types("", append(strings.Fields(command), form...)...)
		}
	}
}

// bound gives what of a mail of ours binds an answer: its tokens and its reference's code.
func bound(t testing.TB, raw []byte) (all []string) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	must(t, err)
	if _, token, ok := strings.Cut(m.Header.Get("Reply-To"), "support+"); ok {
		token, _, _ = strings.Cut(token, "@")
		all = append(all, token)
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(m.Header.Get("Message-Id"), "<"), "@")
	all = append(all, id)
	if _, ref, ok := strings.Cut(m.Header.Get("Subject"), "[T-"); ok {
		ref, _, _ = strings.Cut(ref, "]")
		if parts := strings.Split(ref, "-"); len(parts) == 2 {
			all = append(all, "T-"+ref)
		}
	}
	return all
}

// search looks for all of them everywhere.
func (c *canaries) search() {
	secrets := map[string]string{}
	for _, s := range c.secrets {
		for _, form := range []string{s, strings.ReplaceAll(s, " ", ""), strings.ReplaceAll(strings.ReplaceAll(s, "-", ""), " ", "")} {
			secrets[form] = "a code"
		}
	}
	own := map[string]int{} // what binds an answer, and the mail that holds it
	for i, m := range c.smtp.Mails() {
		for _, b := range bound(c.t, m.Data) {
			secrets[b], own[b] = "what binds an answer", i
		}
	}
	if len(own) < 30 {
		c.t.Errorf("%d secrets of mails", len(own))
	}
	shown := map[string]bool{}
	for _, s := range c.said {
		for secret, what := range secrets {
			if contains(s.out, secret) {
				c.t.Errorf("%s shows %s (%q):\n%.600s", s.command, what, secret, s.out)
			}
		}
		for _, a := range onFile {
			verb := strings.Join(strings.Fields(s.command)[:min(2, len(strings.Fields(s.command)))], " ")
			if !strings.Contains(s.command, a) && !slices.ContainsFunc(showAddresses, func(c string) bool { return strings.HasPrefix(s.command, c) }) && contains(withoutFields(s.out), a) && !shown[verb] {
				shown[verb] = true
				c.t.Errorf("%s shows %s:\n%.1500s", s.command, a, s.out)
			}
		}
	}
	for i, m := range c.smtp.Mails() {
		for secret, what := range secrets {
			if at, ok := own[secret]; (!ok || at != i) && contains(string(m.Data), secret) && !answersIt(m.Data, secret) {
				c.t.Errorf("a mail to %s holds %s (%q):\n%s", m.To[0], what, secret, m.Data)
			}
		}
	}
	must(c.t, filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		for secret, what := range secrets {
			if contains(string(b), secret) {
				c.t.Errorf("%s holds %s (%q)", path, what, secret)
			}
		}
		return err
	}))
}

// answersIt reports whether a mail is in the thread of another, whose Message-ID it names.
func answersIt(raw []byte, id string) bool {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	return err == nil && strings.Contains(m.Header.Get("In-Reply-To")+m.Header.Get("References"), "<"+id+"@")
}

func contains(text, secret string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(secret))
}

// showAddresses are the commands whose job it is to show staff addresses in full: who
// is on file, what was written of them, and who wrote a message.
var showAddresses = []string{"contact list", "contact show", "contact check", "contact import", "client show", "audit list", "explain"}

// addressFields are the fields of JSON that hold an address, for scripts; no other does.
var addressFields = regexp.MustCompile(`"(?:contact|to|what)":"[^"]*"|"(?:addresses|widens)":\[[^\]]*\]|Did you mean \\?"[^"]*"\?`)

// withoutFields is what was said but for these, and for a guess at whom an agent meant.
func withoutFields(out string) string { return addressFields.ReplaceAllString(out, "") }
