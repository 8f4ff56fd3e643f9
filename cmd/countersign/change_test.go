package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/mailtest"
)

// later is a desk with real servers whose clock is turned by hand: it begins some
// time ago, and comes to now.
type later struct {
	*outside
	now  time.Time
	seen int // mails of ours that were looked at
}

func newLater(t *testing.T, ago time.Duration, people string) *later {
	t.Helper()
	o := newOutside(t)
	config, err := os.ReadFile(filepath.Join(o.dir, "countersign.toml"))
	must(t, err)
	o.write("countersign.toml", string(config)+"[drill]\nclock = true\n")
	o.write("contacts.csv", "client,client_name,email,name,role,permissions,language\n"+people)
	l := &later{outside: o, now: time.Now().UTC().Add(-ago)}
	l.ok("contact", "import", filepath.Join(o.dir, "contacts.csv"))
	for _, lead := range []string{"lea", "max"} {
		l.ok("agent", "add", lead, "--email", lead+"@desk.example", "--role", "lead")
	}
	l.ok("agent", "add", "sam", "--email", "sam@desk.example", "--authority", "account-change,password-change")
	l.ok("run", "--once") // reading begins here
	return l
}

// says is a command that must end with the code and say the words.
func (l *later) says(code int, words string, args ...string) {
	l.t.Helper()
	l.now = l.now.Add(time.Second)
	l.outside.denied(code, words, append(args, "--at", l.now.Format(time.RFC3339))...)
}

func (l *later) ok(args ...string) { l.t.Helper(); l.says(0, "", args...) }

// mails gives the mails to customers that were sent since it was asked last, by
// address; want names each address with the first words of its subject, in order.
func (l *later) mails(want ...string) map[string][]byte {
	l.t.Helper()
	l.ok("run", "--once")
	all, got := map[string][]byte{}, []string{}
	for _, m := range l.smtp.Mails()[l.seen:] {
		if strings.HasSuffix(m.To[0], "@desk.example") {
			continue
		}
		_, subject, _ := strings.Cut(string(m.Data), "\r\nSubject: [T-")
		_, subject, _ = strings.Cut(subject, "] ")
		subject, _, _ = strings.Cut(subject, "\r\nX-")
		subject, _, _ = strings.Cut(subject, ":")
		all[m.To[0]] = m.Data
		got = append(got, m.To[0]+" "+subject)
	}
	l.seen = len(l.smtp.Mails())
	if slices.Sort(got); fmt.Sprint(got) != fmt.Sprint(want) {
		l.t.Errorf("sent %q, want %q", got, want)
	}
	return all
}

// answers has somebody at north.example answer a mail of ours.
func (l *later) answers(mail []byte, from, words string) {
	l.t.Helper()
	raw, err := mailtest.Reply(mail, from, words, time.Now())
	must(l.t, err)
	must(l.t, l.dovecot.Deliver(l.signed(raw)))
	l.ok("run", "--once")
}

const ada, nils = "ada@north.example", "nils@north.example"

// moves are the words of a change of Ada's address, and the command that makes it.
var (
	moveAsked = []string{"ticket", "open", "--contact", ada, "--channel", "chat", "--class", "account-change", "--subject", "New address",
		"--request", "Please add ada@fresh.example in the place of ada@north.example.", "--agent", "sam"}
	mayMove = []string{"authorize", "T-1", "account-change", "--agent", "sam"}
	move    = []string{"contact", "set", ada, "--add-address", "ada@fresh.example", "--remove-address", ada, "--first", "ada@fresh.example", "--ticket", "T-1", "--agent", "sam"}
)

// TestAddressChange: an address is changed from the call to the objection of who
// reads the old one, where a colleague agrees.
func TestAddressChange(t *testing.T) {
	t.Parallel()
	l := newLater(t, 73*time.Hour, "north,Northwind,ada@north.example;ada@home.example,Ada Berg,authorised,all,en\nnorth,Northwind,nils@north.example,Nils Holm,primary,,en\n")
	l.ok(moveAsked...)
	l.says(77, "not_authenticated", mayMove...)
	m := l.mails(ada + " Please confirm")
	l.answers(m[ada], ada, "YES")
	l.says(75, "(Nils Holm by mail)", mayMove...)
	l.mails("ada@home.example Asked of your account", ada+" Waits for a second person", nils+" Asked of your account", nils+" Your approval is needed")
	l.says(77, "another contact of the client may, and is asked", "approval", "approve", "A-1", "--agent", "lea", "--reason", "called her")
	l.answers(l.asks(nils), nils, "YES")
	l.says(75, "waiting", mayMove...)
	l.says(77, "does not allow that now", move...)

	l.now = l.now.Add(72 * time.Hour)
	l.says(77, "ask first: countersign authorize T-1", move...)
	l.ok(mayMove...)
	l.says(77, "does not say \"add e***@evil.example\"", "contact", "set", ada, "--add-address", "eve@evil.example", "--ticket", "T-1", "--agent", "sam")
	l.says(0, "Nothing was written", append(move, "--dry-run")...)
	l.says(0, "2 addresses are told", move...)
	l.says(66, "No such contact", move...)
	l.says(0, "left        ada@north.example", "contact", "show", "ada@fresh.example")
	m = l.mails(ada+" Agreed", ada+" Changed on your account", nils+" Changed on your account")
	if old := string(m[ada]); !strings.Contains(old, "This mailbox is not on file any longer.") || strings.Contains(old, "ada@fresh.example") || strings.Contains(old, "\r\nReply-To:") {
		t.Errorf("the old address is told\n%s", old)
	}
	l.says(0, "Cools: a***@fresh.example", "ticket", "open", "--contact", "ada@fresh.example", "--channel", "chat", "--class", "dns-change", "--subject", "www", "--agent", "sam")

	l.answers(m[ada], ada, "NO")
	l.says(0, "DISPUTED", "ticket", "show", "T-1")
	l.says(77, "client_stopped", "authorize", "T-2", "dns-change", "--agent", "sam")
	l.says(77, "it takes a lead", "ticket", "lift", "T-1", "--reason", "a mistake", "--agent", "sam")
	l.ok("audit", "verify")
}

// asks gives our latest question to an address.
func (l *later) asks(addr string) []byte {
	l.t.Helper()
	for _, m := range slices.Backward(l.smtp.Mails()) {
		if m.To[0] == addr && strings.Contains(string(m.Data), "\r\nReply-To: ") {
			return m.Data
		}
	}
	l.t.Fatalf("%s was asked nothing", addr)
	return nil
}

// TestAddressChangeOfTheOnlyContact: where no colleague may agree, a lead does, who
// neither wrote it nor carries it out.
func TestAddressChangeOfTheOnlyContact(t *testing.T) {
	t.Parallel()
	l := newLater(t, 73*time.Hour, "north,Northwind,ada@north.example,Ada Berg,primary,,en\n")
	l.ok(moveAsked...)
	l.answers(l.mails(ada + " Please confirm")[ada], ada, "YES")
	l.mails(ada + " Waits for a second person")
	l.says(75, "lead_approves", mayMove...)
	l.says(77, "you opened T-1", "approval", "approve", "A-1", "--agent", "sam", "--reason", "called her")
	l.says(0, "APPROVED", "approval", "approve", "A-1", "--agent", "lea", "--reason", "called her on the number of the contract")
	l.now = l.now.Add(72 * time.Hour)
	l.ok(mayMove...)
	l.says(0, "1 address is told", move...)
	m := l.mails(ada + " Changed on your account")
	l.answers(m[ada], ada, "YES")
	l.says(0, "CONFIRMED", "ticket", "show", "T-1")
}

// TestLostMailbox: who lost the mailbox gets another one on file by two leads, after
// all were told, and seven days.
func TestLostMailbox(t *testing.T) {
	t.Parallel()
	l := newLater(t, 170*time.Hour, "north,Northwind,ada@north.example;ada@home.example,Ada Berg,authorised,ask,en\nnorth,Northwind,nils@north.example,Nils Holm,primary,,en\n")
	l.ok("ticket", "open", "--lost-mailbox", "--contact", ada, "--agent", "sam", "--request", "add ada@fresh.example in the place of ada@north.example; passport seen")
	all := []string{"ada@home.example Somebody says that a mailbox is lost", ada + " Somebody says that a mailbox is lost", nils + " Somebody says that a mailbox is lost"}
	l.mails(all...)
	l.says(0, "OPEN", "approval", "approve", "A-1", "--agent", "lea", "--reason", "passport seen by video")
	l.says(0, "APPROVED", "approval", "approve", "A-1", "--agent", "max", "--reason", "called the director")
	l.says(75, "It begins when every address on file was told", mayMove...)
	m := l.mails(all...)
	l.now = l.now.Add(5 * time.Minute)
	l.mails()
	l.says(75, "waiting", mayMove...)
	l.now = l.now.Add(7 * 24 * time.Hour)
	l.says(0, "ALLOW", mayMove...)
	l.says(77, "changes their addresses, and nothing else", append(move, "--permissions", "all")...)
	l.says(0, "2 addresses are told", move...)
	l.mails(ada+" Changed on your account", nils+" Changed on your account")
	l.answers(m["ada@home.example"], "ada@home.example", "NO") // which nothing proves
	l.says(0, `"state":"unconfirmed"`, "ticket", "show", "T-1", "--json")
	l.answers(m[nils], nils, "NO")
	l.says(0, "DISPUTED", "ticket", "show", "T-1")
}
