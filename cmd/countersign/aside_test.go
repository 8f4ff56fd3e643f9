package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/mailtest"
	"countersign/internal/token"
)

// TestAside: what is set aside shows no secret and opens nothing, and goes when
// it is discarded.
func TestAside(t *testing.T) {
	t.Parallel()
	o := newOutside(t)
	notice := o.people()
	reply := o.signed(o.reply(notice, "YES"))
	header, _, _ := strings.Cut(string(reply), "\r\n\r\n")
	secrets := append(token.Find(header), token.FindReferences(header)...)
	if len(secrets) < 2 {
		t.Fatalf("the reply holds %v", secrets)
	}
	must(t, o.dovecot.Deliver(mailtest.With(reply, "Subject: once more")))
	o.ok("run", "--once")
	id := o.aside()
	for _, shown := range []string{o.ok("quarantine", "show", id), o.ok("message", "list", "--json"), o.ok("explain", id, "--json"), o.ok("audit", "list")} {
		for _, secret := range secrets {
			if strings.Contains(strings.ToLower(shown), strings.ToLower(secret)) {
				t.Errorf("%s is shown:\n%s", secret, shown)
			}
		}
	}
	if shown := o.ok("quarantine", "show", id); !strings.Contains(shown, "Subject: once more") || !strings.Contains(shown, "YES") {
		t.Errorf("shown is only\n%s", shown)
	}
	if n := len(o.smtp.Mails()); n != 2 {
		t.Errorf("%d mails were sent, want the question and one more", n)
	}
	must(t, o.dovecot.Deliver(reply))
	o.ok("run", "--once")
	if got := o.state("T-1"); got != "authenticated" && got != "unconfirmed" {
		t.Errorf("the void question was answered: T-1 is %s", got)
	}
	must(t, o.dovecot.Deliver(o.signed(o.reply(o.smtp.Mails()[1].Data, "YES"))))
	o.ok("run", "--once")
	if got := o.state("T-1"); got != "confirmed" {
		t.Errorf("T-1 is %s", got)
	}

	kept := func() (n int) {
		must(t, filepath.WalkDir(filepath.Join(o.dir, "state", "spool"), func(path string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				n++
				if b, _ := os.ReadFile(path); strings.Contains(string(b), "Subject") {
					t.Errorf("%s is readable", path)
				}
			}
			return err
		}))
		return n
	}
	before := kept()
	o.ok("quarantine", "discard", id, "--agent", "sam", "--yes")
	if after := kept(); after != before-1 {
		t.Errorf("%d files are kept after the discard, %d before", after, before)
	}
	o.denied(66, "The bytes of "+id+" are not kept here", "quarantine", "show", id)
	o.ok("audit", "verify")
}
