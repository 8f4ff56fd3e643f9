package main

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/mailtest"
	"countersign/internal/suite"
)

// TestAsideFillsNoDisk: sixteen mails with two From lines, which are set aside
// with their bytes, filled a disk of 48 MiB and kept the honest answer out.
func TestAsideFillsNoDisk(t *testing.T) {
	suite.Long(t)
	t.Parallel()
	o := newOutside(t)
	mount(t, filepath.Join(o.dir, "state"), 48<<20)
	notice := o.people()
	random, noise := rand.NewChaCha8([32]byte{}), make([]byte, 6<<20)
	for i := range 16 {
		twice := mailtest.With(mailtest.New("ada@north.example", "support@desk.example", fmt.Sprint(i), "Hello", time.Now()), "From: eve@evil.example")
		_, _ = random.Read(noise)
		packed := base64.StdEncoding.EncodeToString(noise)
		for len(packed) > 0 {
			n := min(76, len(packed))
			twice, packed = append(append(twice, packed[:n]...), "\r\n"...), packed[n:]
		}
		must(t, o.dovecot.Deliver(twice))
	}
	must(t, o.dovecot.Deliver(o.signed(o.reply(notice, "YES"))))
	o.ok("run", "--once")
	if got := o.state("T-1"); got != "confirmed" {
		t.Errorf("T-1 is %s", got)
	}
	list := o.ok("quarantine", "list", "--json")
	if aside, bare := strings.Count(list, "\"reason\":\"duplicate_from\""), strings.Count(list, "no_room"); aside != 16 || bare == 0 || bare == 16 {
		t.Errorf("%d are set aside, %d of them without their bytes:\n%s", aside, bare, list)
	}
	if left, err := o.dovecot.Messages("INBOX"); err != nil || len(left) != 0 {
		t.Errorf("%d are left in INBOX, %v", len(left), err)
	}
	o.ok("audit", "verify")
}
