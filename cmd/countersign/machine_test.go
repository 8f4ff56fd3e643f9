package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"countersign/internal/kv"
	"countersign/internal/kv/bolt"
	"countersign/internal/mailtest"
	"countersign/internal/suite"
)

// fill takes all space that is left below dir.
func fill(t *testing.T, dir string) (file string) {
	t.Helper()
	file = filepath.Join(dir, "ballast")
	f, err := os.Create(file)
	must(t, err)
	defer f.Close()
	for block := make([]byte, 4096); ; {
		if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
			return file
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// post delivers a proved YES, forged ones, and one without the secret (which would
// void the question if it came first) that must be set aside with
// its bytes, and says how many.
func (o *outside) post(notice []byte) int {
	o.t.Helper()
	mails := [][]byte{o.signed(o.reply(notice, "YES")),
		mailtest.With(mailtest.New("ada@north.example", "support@desk.example", "A question", "How are you?", time.Now()), "From: eve@evil.example")}
	for range 6 {
		mails = append(mails, o.reply(notice, "YES"))
	}
	for _, m := range mails {
		must(o.t, o.dovecot.Deliver(m))
	}
	return len(mails)
}

// untouched checks that from least to most messages lie in INBOX, without a flag.
func (o *outside) untouched(least, most int) {
	o.t.Helper()
	left, err := o.dovecot.Messages("INBOX")
	must(o.t, err)
	if len(left) < least || len(left) > most {
		o.t.Errorf("%d messages lie in INBOX, want %d to %d", len(left), least, most)
	}
	for _, m := range left {
		for _, f := range m.Flags {
			if f != `\Recent` {
				o.t.Errorf("UID %d got the flag %s", m.UID, f)
			}
		}
	}
}

// settled checks that every one of n messages has one outcome and is moved, the
// YES was taken once and the bytes of what was set aside can be read.
func (o *outside) settled(n int) {
	o.t.Helper()
	reasons := map[string]int{}
	for _, m := range o.records() {
		reasons[m.Outcome+" "+m.Reason]++
	}
	total := 0
	for _, count := range reasons {
		total += count
	}
	if total != n || reasons["applied confirmed"] != 1 || reasons["set-aside duplicate_from"] != 1 {
		o.t.Errorf("%d records of %d messages: %v", total, n, reasons)
	}
	if got := o.state("T-1"); got != "confirmed" {
		o.t.Errorf("T-1 is %s", got)
	}
	if out := o.ok("quarantine", "show", o.aside()); !strings.Contains(out, "evil.example") {
		o.t.Errorf("what was set aside is shown as\n%s", out)
	}
	o.untouched(0, 0)
	o.ok("audit", "verify")
}

// aside gives the one message that is set aside.
func (o *outside) aside() string {
	o.t.Helper()
	for line := range strings.Lines(o.ok("quarantine", "list")) {
		if id, _, _ := strings.Cut(line, " "); strings.HasPrefix(id, "m-") {
			return id
		}
	}
	o.t.Fatal("nothing is set aside")
	return ""
}

// TestDiskFull: while there is no space left for the state, mail stays where it
// is and nothing is recorded. When there is, all goes on by itself.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	o := newOutside(t)
	state := filepath.Join(o.dir, "state")
	mount(t, state, 4<<20)
	notice := o.people()
	n := o.post(notice)
	ballast := fill(t, state)
	for range 2 {
		o.denied(74, "The state can't be written: no space left on device", "run", "--once")
		recorded := len(o.records()) // of pages that the store still had
		if recorded == n {
			t.Error("everything was recorded on a full disk")
		}
		o.untouched(n-recorded, n)
	}
	o.ok("audit", "verify")
	must(t, os.Remove(ballast))
	o.ok("run", "--once")
	o.settled(n)
}

// TestReadOnly: where only the bytes of mail can't be kept, what needs them waits
// and the rest is judged; where the state can't be written, all waits.
func TestReadOnly(t *testing.T) {
	suite.Long(t)
	t.Parallel()
	for _, part := range []string{"spool", "state"} {
		t.Run(part, func(t *testing.T) {
			o := newOutside(t)
			dir := filepath.Join(o.dir, "state")
			if part == "spool" {
				dir = filepath.Join(dir, "spool")
			}
			mount(t, dir, 4<<20)
			notice := o.people()
			n := o.post(notice)
			remount(t, dir, true)
			for range 2 {
				o.denied(74, "The state can't be written: read-only file system", "run", "--once")
			}
			if part == "spool" { // the YES is evidence and is kept, too
				if got := len(o.records()); got != n-2 {
					t.Errorf("%d of %d messages have a record, want all but two", got, n)
				}
				o.untouched(2, 2)
			} else {
				o.untouched(n, n)
			}
			remount(t, dir, false)
			o.ok("run", "--once")
			o.settled(n)
		})
	}
}

// TestDamagedPages spoils one page of the store at a time. Every command either
// does what it does with the whole store, where the page was not in use or its
// damage was found out later, or refuses with 65 or 74; none changes the file.
func TestDamagedPages(t *testing.T) {
	suite.Long(t)
	t.Parallel()
	dir := t.TempDir()
	o := &outside{t: t, dir: dir}
	o.write("countersign.toml", "state = \"state/state.db\"\nkey_file = \"state.key\"\n[[mailbox]]\nname = \"support\"\naddress = \"support@desk.example\"\n"+
		"imap = \"127.0.0.1:1\"\ntls = \"none\"\nuser = \"u\"\npassword_file = \"secret\"\n")
	o.write("secret", "password")
	o.write("contacts.csv", "client,client_name,email,name,role,permissions,language\nnorth,Northwind,ada@north.example,Ada Berg,primary,,en\n")
	o.ok("contact", "import", filepath.Join(dir, "contacts.csv"))
	o.ok("agent", "add", "sam", "--email", "sam@desk.example", "--authority", "all")
	for i := range 6 {
		o.ok("ticket", "open", "--contact", "ada@north.example", "--channel", "chat", "--class", "password-change", "--subject", fmt.Sprint("No. ", i), "--agent", "sam")
	}
	commands := [][]string{{"ticket", "list", "--json"}, {"audit", "verify"}}
	want := map[string]string{}
	for _, c := range commands {
		want[c[0]] = o.ok(c...)
	}
	path := filepath.Join(dir, "state", "state.db")
	whole, err := os.ReadFile(path)
	must(t, err)
	const page = 4096
	refused := 0
	used := bytes.TrimRight(whole, "\x00")
	for at := 2 * page; at < len(used); at += page { // of the first two, one stands in for the other
		bad := bytes.Clone(whole)
		copy(bad[at:min(at+page, len(bad))], bytes.Repeat([]byte("garbage!"), page/8))
		must(t, os.WriteFile(path, bad, 0o600))
		sum := sha256.Sum256(bad)
		for _, c := range commands {
			code, out := o.process(c...)
			switch {
			case code == 0 && out == want[c[0]]:
			case (code == 65 || code == 74) && strings.Contains(out, "damaged") && strings.Contains(out, "backup") && !strings.Contains(out, "goroutine"):
				refused++
			default:
				t.Errorf("page %d: %v: exit %d\n%.500s", at/page, c, code, out)
			}
		}
		after, err := os.ReadFile(path)
		must(t, err)
		if sha256.Sum256(after) != sum {
			t.Errorf("page %d: the file was changed", at/page)
		}
	}
	if refused == 0 {
		t.Error("no damage was found at all")
	}
	t.Logf("%d pages, %d refusals", len(used)/page, refused)
}

// process is cli in a process of its own: TestMain knows the program by its name.
func (o *outside) process(args ...string) (int, string) {
	o.t.Helper()
	exe, err := os.Executable()
	must(o.t, err)
	cmd := exec.Command(exe, append([]string{"--config", filepath.Join(o.dir, "countersign.toml")}, args...)...)
	cmd.Args[0] = "countersign"
	out, err := cmd.CombinedOutput()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		o.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// TestLocked: a store that another process holds is waited for, and then refused
// with a sentence that sends nobody in circles; the other is not disturbed.
func TestLocked(t *testing.T) {
	suite.Long(t)
	t.Parallel()
	o := &outside{t: t, dir: t.TempDir()}
	o.write("countersign.toml", "state = \"state.db\"\nkey_file = \"state.key\"\n")
	o.ok("ticket", "list")
	held, err := bolt.Open(filepath.Join(o.dir, "state.db"))
	must(t, err)
	o.denied(69, "in use by another process: by a command, or by a daemon whose socket is not "+o.dir, "ticket", "list")
	must(t, held.Update(func(tx kv.Tx) error { return tx.Put("x", []byte("y")) }))
	go func() {
		time.Sleep(2 * time.Second) // as a command that ends, or a daemon that gets ready
		if err := held.Close(); err != nil {
			t.Error(err)
		}
	}()
	o.ok("ticket", "list")
}
