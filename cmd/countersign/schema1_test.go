package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"countersign/internal/kv"
	"countersign/internal/kv/bolt"
	"countersign/internal/mailtest"
	"countersign/internal/suite"
	"countersign/tickets"
)

// schema1 is a desk whose store lies in testdata/schema1, as the last program
// wrote it that knew schema 1 only. Its README says what is in it.
type schema1 struct {
	*testing.T
	dir  string
	imap *mailtest.IMAP
	smtp *mailtest.SMTP
	said strings.Builder // every command with its answer
}

const (
	foundAt = "2026-11-29T18:55:00Z" // when the store is looked at,
	goesAt  = "2026-11-29T19:00:00Z" // and when it goes on from there
	handled = 38                     // UIDs that had been given out
	left    = 32                     // the first that had not been moved away
)

// schema1Desk unpacks the store and puts servers around it.
func schema1Desk(t *testing.T) *schema1 {
	t.Helper()
	s := &schema1{T: t, dir: t.TempDir()}
	s.unpack()
	var err error
	s.imap, err = mailtest.NewIMAP()
	must(t, err)
	t.Cleanup(s.imap.Close)
	s.smtp, err = mailtest.NewSMTP()
	must(t, err)
	t.Cleanup(s.smtp.Close)
	dns, err := mailtest.NewDNS()
	must(t, err)
	t.Cleanup(dns.Close)
	for _, name := range []string{"north.example", "south.example"} {
		mailtest.NewEd25519Domain(name).Publish(dns, "reject")
	}
	dns.Fail("*.slow.example", 2) // SERVFAIL
	b, err := os.ReadFile(s.path("countersign.toml"))
	must(t, err)
	text := strings.NewReplacer("127.0.0.1:1053", dns.Addr, "127.0.0.1:1143", s.imap.Addr, "127.0.0.1:1587", s.smtp.Addr).Replace(string(b))
	must(t, os.WriteFile(s.path("countersign.toml"), []byte(text), 0o600))
	s.mails()
	return s
}

func (s *schema1) path(name string) string { return filepath.Join(s.dir, name) }

func (s *schema1) unpack() {
	s.Helper()
	f, err := os.Open("testdata/schema1/desk.tar.gz")
	must(s, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	must(s, err)
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		must(s, err)
		if h.Typeflag == tar.TypeDir {
			continue
		}
		b, err := io.ReadAll(r)
		must(s, err)
		must(s, os.MkdirAll(filepath.Dir(s.path(h.Name)), 0o700))
		must(s, os.WriteFile(s.path(h.Name), b, 0o600))
	}
}

// mails puts the mailbox into the state in which it was left.
func (s *schema1) mails() {
	s.Helper()
	at, err := time.Parse(time.RFC3339, goesAt)
	must(s, err)
	for i := range handled {
		_, err := s.imap.Append(mailtest.New("old@north.example", "support@desk.example", fmt.Sprint("Handled ", i+1), "Long ago.", at), at)
		must(s, err)
	}
	c, err := imapclient.DialInsecure(s.imap.Addr, nil)
	must(s, err)
	defer c.Close()
	must(s, c.Login(s.imap.User, s.imap.Password).Wait())
	_, err = c.Select("INBOX", nil).Wait()
	must(s, err)
	must(s, c.Store(imap.UIDSet{imap.UIDRange{Start: 1, Stop: left - 1}}, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close())
	must(s, c.Expunge().Close())
}

// arrive lets the next mail arrive.
func (s *schema1) arrive(name string) {
	s.Helper()
	at, err := time.Parse(time.RFC3339, goesAt)
	must(s, err)
	raw, err := os.ReadFile(s.path(name))
	must(s, err)
	_, err = s.imap.Append(raw, at)
	must(s, err)
}

// ask runs a command at a time and notes what it says.
func (s *schema1) ask(at string, args ...string) (out string) {
	s.Helper()
	var answer, errs bytes.Buffer
	code := run(context.Background(), append([]string{"--config", s.path("countersign.toml"), "--at", at}, args...), strings.NewReader(""), &answer, &errs)
	out = answer.String()
	fmt.Fprintf(&s.said, "$ countersign %s\n%s", s.plain(strings.Join(args, " ")), s.plain(out))
	if code != 0 {
		fmt.Fprintf(&s.said, "exit %d\n%s", code, s.plain(errs.String()))
	}
	s.said.WriteByte('\n')
	return out
}

// random is what is drawn anew each time: receipts and references, or is where
// the test runs.
var random = regexp.MustCompile(`d-[a-z2-7]{12}|\[T-[0-9]+-[0-9A-Z]{6}\]`)

// readOfWords is what today's program says and the old one did not: which class the
// words of mail ask for that came since, in one word what is proved, and of a client
// what it has of its own and how many of its people and tickets there are; whether
// who wrote is a second person; how much is taken of a limit that a notice waits for;
// who has not said what was done of what they were allowed; by which rule of which policy
// something is decided, and when it was asked; that the client is stopped; of
// mail whether its words could name a ticket, ask for more, or lock.
var readOfWords = regexp.MustCompile(`,"proof":"(?:proved|not proved|refused|not checked)"|,"asks":\{(?:[^{}]|\{[^{}]*\})*\}|` +
	`,"priorities":\[\],"categories":\[\],"services":\[\]|,"stopped":(?:true|false)|,"locked":false|,"owes":"[a-z]+"|,"decision":"[0-9a-f]{64}"| Asked [0-9 :-]+ UTC, to be answered until [0-9 :-]+ UTC\.|,"rule":"[a-z-]+","policy":"built-in"|,"contacts":[0-9]+,"open":[0-9]+,"held":[0-9]+,"cools":\[\]|` +
	`,"approves":true|,"requester":true|,"role_now":"[a-z]*","cools":\[\]|,"class":"[a-z-]+"(\})|,"by":"(?:list|pattern|likeness)"|` +
	`,"taken":[0-9]+,"most":[0-9]+,"until":"[^"]*"|,"waits":\[[^\]]*\]|,"(?:answer_from_file|answer_plainly|answer_that_mail|ask_again|await_person|look_at_mail)"| Disputed: T-[0-9]+(?:, T-[0-9]+)*\.|,"line":"(?:[^"\\]|\\.)*"|,"nameless":true|,"more":\{[^{}]*\}|,"expects":\{[^{}]*\}|,"may_lock":true|,"barred":\[\{"code":"client_stopped",[^\]]*\]`)

// waitsNow is how it is said which limit a notice waits for, and waited how that was said.
var waitsNow, waited = regexp.MustCompile(`Our mail (o-[0-9]+) \([a-z_]+\) waits in the outbox until ([^"]*?): [0-9]+ of [0-9]+ of limits\.([a-z_]+) are taken\.`),
	"Our mail $1 waits in the outbox until $2 (limit: $3)."

func (s *schema1) plain(text string) string {
	known := s.receipts()
	text = waitsNow.ReplaceAllString(readOfWords.ReplaceAllString(text, "$1"), waited)
	return random.ReplaceAllStringFunc(strings.ReplaceAll(text, s.dir, "DIR"), func(one string) string {
		switch {
		case slices.Contains(known, one):
			return one
		case one[0] == '[':
			return one[:strings.LastIndexByte(one, '-')] + "-CODE]"
		}
		return "d-NEW"
	})
}

// receipts are those that were given before.
func (s *schema1) receipts() []string {
	b, err := os.ReadFile(s.path("receipts"))
	must(s, err)
	return strings.Fields(string(b))
}

// lists asks for everything that there is a list of, and explains each message.
func (s *schema1) lists(at string, messages int) {
	s.Helper()
	s.ask(at, "audit", "verify", "--json")
	for _, list := range []string{"client list", "contact list", "contact imports", "agent list", "ticket list", "message list", "quarantine list", "outbox list"} {
		s.ask(at, append(strings.Fields(list), "--json")...)
	}
	for i := range messages {
		s.hashed(at, "explain", fmt.Sprint("m-", i+1), "--json")
	}
	for _, id := range s.receipts() {
		s.ask(at, "explain", id, "--json")
	}
}

// hashed notes the hash of what a command says, since it says much.
func (s *schema1) hashed(at string, args ...string) {
	s.Helper()
	before := s.said.Len()
	s.ask(at, args...)
	text := s.said.String()
	s.said.Reset()
	fmt.Fprintf(&s.said, "%s$ countersign %s\nsha256 %x\n\n", text[:before], strings.Join(args, " "), sha256.Sum256([]byte(text[before:])))
}

// found asks what the store held when it was left.
func (s *schema1) found() string {
	s.Helper()
	s.lists(foundAt, 37)
	s.hashed(foundAt, "audit", "list")
	for i := range 40 {
		s.ask(foundAt, "ticket", "show", fmt.Sprint("T-", i+1), "--json")
	}
	return s.said.String()
}

// arrives is the mail that comes next: the yes to an open question, a stranger's,
// and one in whose middle the program stopped before.
var arrives = []string{"mail-1.eml", "mail-2.eml", "mail-3.eml"}

// goesOn lets everything happen that is due, and asks again.
func (s *schema1) goesOn() string {
	s.Helper()
	for _, name := range arrives {
		s.arrive(name)
		s.ask(goesAt, "run", "--once")
	}
	s.said.Reset() // the log has the time of the test
	for _, m := range s.sent() {
		fmt.Fprintln(&s.said, m)
	}
	for _, folder := range []string{"INBOX", "Countersign/applied", "Countersign/set-aside", "Countersign/ignored"} {
		all, err := s.imap.Messages(folder)
		must(s, err)
		fmt.Fprintf(&s.said, "%d messages lie in %s\n", len(all), folder)
	}
	s.lists(goesAt, 40)
	for _, class := range []string{"password-change", "dns-change"} {
		for i := range 40 {
			s.ask(goesAt, "authorize", fmt.Sprint("T-", i+1), class, "--agent", "sam", "--json")
		}
	}
	s.ask(goesAt, "authorize", "T-20", "dns-change", "--agent", "lee", "--json")
	s.ask(goesAt, "ticket", "show", "T-17", "--json")
	s.ask(goesAt, "audit", "verify", "--json")
	return s.said.String()
}

// TestSchema1: what lay in a store of schema 1 is all there, and goes on as it
// would have with the program that wrote it: lists, tickets with their history,
// receipts, the audit log byte for byte; then what is sent, with the very bytes
// that were sealed, what was deferred, an open question that is answered, and
// what agents may do.
func TestSchema1(t *testing.T) {
	suite.Long(t)
	t.Parallel()
	for _, cut := range []int{0, 4} {
		t.Run(fmt.Sprint("cut-off-at-", cut), func(t *testing.T) {
			t.Parallel()
			schema1Desk(t).isAllThere(cut)
		})
	}
}

// TestSchema1PutBack: a copy of before the migration, put in the place of the store
// that went on since, is migrated and known as an older one.
func TestSchema1PutBack(t *testing.T) {
	t.Parallel()
	s := schema1Desk(t)
	before, err := os.ReadFile(s.path("state.db"))
	must(t, err)
	if out := s.ask(foundAt, "authorize", "T-18", "password-change", "--agent", "sam", "--json"); !strings.Contains(out, `"allow"`) {
		t.Errorf("authorize says %s", out)
	}
	must(t, os.WriteFile(s.path("state.db"), before, 0o600))
	if out := s.ask(foundAt, "authorize", "T-18", "password-change", "--agent", "sam", "--json"); strings.Contains(out, `"allow"`) || !strings.Contains(out, "restored") {
		t.Errorf("the older copy says %s", out)
	}
}

// isAllThere tells of it, after a migration that was cut off at some Update, if
// one is named.
func (s *schema1) isAllThere(cut int) {
	s.Helper()
	if cut > 0 {
		s.cutOff(cut)
	}
	s.same("found", s.found())
	s.same("after", s.goesOn())
	s.keysAreKnown()
	sealed, err := os.ReadFile("testdata/schema1/sealed.txt")
	must(s, err)
	for hash := range strings.FieldsSeq(string(sealed)) {
		if !slices.ContainsFunc(s.smtp.Mails(), func(m mailtest.Mail) bool { return fmt.Sprintf("%x", sha256.Sum256(m.Data)) == hash }) {
			s.Errorf("the mail that waited, with the hash %s, was not sent as it was", hash)
		}
	}
}

// dying is a store whose program dies at an Update.
type dying struct {
	kv.Store
	left int
}

func (d *dying) Update(fn func(kv.Tx) error) error {
	if d.left--; d.left <= 0 {
		return errors.New("died")
	}
	return d.Store.Update(fn)
}

// cutOff begins the migration and dies in it.
func (s *schema1) cutOff(at int) {
	s.Helper()
	store, err := bolt.Open(s.path("state.db"))
	must(s, err)
	if err := tickets.Migrate(&dying{store, at}, nil); err == nil {
		s.Error("the migration had come to its end before")
	}
	if have, err := store.Schema(); have != kv.Schema || err != nil {
		s.Errorf("an older program would open it: %d, %v", have, err)
	}
	must(s, store.Close())
}

// keysAreKnown: docs/state.md tells of every key that the store now holds, and
// nothing is left of what only older schemas have.
func (s *schema1) keysAreKnown() {
	s.Helper()
	b, err := os.ReadFile("../../docs/state.md")
	must(s, err)
	rows := regexp.MustCompile("(?m)^\\| `([^`<]+)[^`]*` .* (\\S[^|]*) \\|$").FindAllStringSubmatch(string(b), -1)
	store, err := bolt.Open(s.path("state.db"))
	must(s, err)
	defer store.Close()
	seen := map[string]bool{}
	must(s, store.View(func(v kv.View) error {
		return v.Scan("", "", func(key string, _ []byte) error {
			i := slices.IndexFunc(rows, func(row []string) bool { return strings.HasPrefix(key, row[1]) })
			if i < 0 || rows[i][2] == "1 only" {
				s.Errorf("the store holds %s, of which docs/state.md does not tell, or as of an older schema", key)
			} else {
				seen[rows[i][1]] = true
			}
			return nil
		})
	}))
	if len(seen) < 55 {
		s.Errorf("the store holds keys of %d kinds only", len(seen))
	}
}

// same compares what the program says with what the old one said.
func (s *schema1) same(name, got string) {
	s.Helper()
	f, err := os.Open("testdata/schema1/" + name + ".txt.gz")
	must(s, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	must(s, err)
	b, err := io.ReadAll(z)
	must(s, err)
	// what waits in the outbox was always a question once
	word := strings.NewReplacer("Our question", "Our mail")
	was, is := strings.Split(word.Replace(string(b)), "\n"), strings.Split(word.Replace(got), "\n")
	if len(was) != len(is) {
		s.Errorf("%s: %d lines, the old program said %d", name, len(is), len(was))
	}
	command, wrong := "", 0
	for i := range min(len(was), len(is)) {
		if strings.HasPrefix(was[i], "$ ") {
			command = was[i]
		}
		// Liu said no to another ticket, which had not been carried to these yet: today
		// they count as put back from that moment.
		back := name == "found" && (strings.HasPrefix(is[i], `{"ticket":"T-12",`) || strings.HasPrefix(is[i], `{"ticket":"T-26",`)) && strings.Contains(is[i], `"state":"unconfirmed"`) && strings.Contains(is[i], `"unasked":true`)
		if was[i] != is[i] && !back {
			if s.Errorf("%s: %s\n got %s\nwant %s", name, command, is[i], was[i]); wrong == 5 {
				s.Fatal("and more")
			}
			wrong++
		}
	}
}

// sent tells of every mail to whom it went, with its subject.
func (s *schema1) sent() (lines []string) {
	s.Helper()
	for _, m := range s.smtp.Mails() {
		head, err := mail.ReadMessage(bytes.NewReader(m.Data))
		must(s, err)
		lines = append(lines, s.plain(fmt.Sprintf("mail to %s: %s", strings.Join(m.To, " "), head.Header.Get("Subject"))))
	}
	slices.Sort(lines)
	return lines
}
