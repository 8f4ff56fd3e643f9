package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/mailtest"
	"countersign/policy"
)

// TestFourWords: each surface says one of the four words of each message and each
// request, the same to people and to programs: a forged mail, one that can be read
// in two ways, one that waits for DNS, a stranger's, a machine's, a yes and a no.
func TestFourWords(t *testing.T) {
	t.Parallel()
	o := newOutside(t)
	notice := o.people()
	deliver := func(raw []byte) {
		must(t, o.dovecot.Deliver(raw))
		o.ok("run", "--once")
	}
	// says asks each command as a table and as JSON, of which some line has the key.
	says := func(want policy.Word, key string, commands ...string) {
		t.Helper()
		for _, c := range commands {
			for _, form := range []struct{ in, has string }{{c, string(want)}, {c + " --json", fmt.Sprintf(`"proof":%q`, want)}} {
				_, out := o.cli(strings.Fields(form.in)...)
				found := false
				for line := range strings.Lines(out) {
					found = found || strings.Contains(line, form.has) && (strings.HasPrefix(out, key) || strings.Contains(line, key))
				}
				if !found {
					t.Errorf("countersign %s says nothing of %q about %s:\n%s", form.in, form.has, key, out)
				}
			}
		}
	}
	file := func(name string, raw []byte) string {
		o.write(name, string(raw))
		return filepath.Join(o.dir, name)
	}
	ofTicket := []string{"ticket list", "ticket show T-1", "explain T-1", "contact show ada@north.example", "client show north"}
	says(policy.WordNotProved, "T-1", ofTicket...)

	forged := o.reply(notice, "YES")
	says(policy.WordRefused, "ada@north.example", "verify "+file("forged.eml", forged))
	deliver(forged)
	says(policy.WordRefused, "m-1", "message list", "explain m-1")
	says(policy.WordNotProved, "T-1", ofTicket...)

	twofold := mailtest.With(mailtest.New("ada@north.example", "support@desk.example", "x", "x", time.Now()), "From: eve@evil.example")
	deliver(twofold)
	says(policy.WordRefused, "m-2", "message list", "quarantine list", "quarantine show m-2", "explain m-2")

	deliver(mailtest.New("eve@evil.example", "support@desk.example", "Hello", "How are you?", time.Now()))
	says(policy.WordNotProved, "m-3", "message list", "explain m-3")
	deliver(o.signed(mailtest.With(mailtest.New("ada@north.example", "support@desk.example", "Away", "I am away.", time.Now()), "Auto-Submitted: auto-replied")))
	says(policy.WordNotProved, "m-4", "message list", "explain m-4")

	o.dns.Fail("", 2) // SERVFAIL
	yes := o.signed(o.reply(notice, "YES"))
	says(policy.WordNotChecked, "ada@north.example", "verify "+file("waits.eml", yes))
	deliver(yes)
	says(policy.WordNotChecked, "m-5", "message list", "explain m-5")
	says(policy.WordNotChecked, "T-1", ofTicket...)
	o.dns.Fail("", 0)
	o.ok("run", "--once")
	says(policy.WordProved, "m-5", "message list", "explain m-5")
	says(policy.WordProved, "T-1", ofTicket...)

	no := o.signed(o.reply(notice, "NO"))
	says(policy.WordProved, "ada@north.example", "verify "+file("no.eml", no), "verify "+file("box.mbox", append([]byte("From x Wed Nov 25 09:00:00 2026\n"), no...)))
	deliver(no)
	says(policy.WordProved, "m-6", "message list", "explain m-6")
	says(policy.WordRefused, "T-1", ofTicket...)

	for line := range strings.Lines(o.ok("message", "list", "--json") + o.ok("ticket", "list", "--json") + o.ok("quarantine", "list", "--json")) {
		n := 0
		for _, w := range policy.Words {
			n += strings.Count(line, fmt.Sprintf(`"proof":%q`, w))
		}
		if n != 1 {
			t.Errorf("%d words in %s", n, line)
		}
	}
}
