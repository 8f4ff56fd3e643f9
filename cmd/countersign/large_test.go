package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/mailtest"
	"countersign/internal/suite"
)

// withAttachment gives a reply an attachment of n bytes, as a mail program does.
func withAttachment(raw []byte, n int) []byte {
	header, body, _ := strings.Cut(string(raw), "\r\n\r\n")
	header = strings.Replace(header, "Content-Type: text/plain; charset=utf-8", `Content-Type: multipart/mixed; boundary="b"`, 1)
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i * i >> 3)
	}
	lines := base64.StdEncoding.EncodeToString(data)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n--b\r\nContent-Type: application/zip; name=\"logs.zip\"\r\n"+
		"Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment\r\n\r\n", header, body)
	for len(lines) > 76 {
		b.WriteString(lines[:76] + "\r\n")
		lines = lines[76:]
	}
	b.WriteString(lines + "\r\n--b--\r\n")
	return []byte(b.String())
}

// TestLargeMail: mail just under the limit is judged like any other, and kept
// with every byte.
func TestLargeMail(t *testing.T) {
	suite.Long(t)
	t.Parallel()
	o := newOutside(t)
	notice := o.people()
	yes := o.signed(withAttachment(o.reply(notice, "YES"), 18<<20))
	if n := len(yes) >> 20; n != 24 {
		t.Fatalf("the reply has %d MiB, want just under 25", n)
	}
	aside := withAttachment(mailtest.With(o.reply(notice, "YES"), "From: eve@evil.example"), 18<<20)
	must(t, o.dovecot.Deliver(yes))
	must(t, o.dovecot.Deliver(aside))
	o.ok("run", "--once")
	if got := o.state("T-1"); got != "confirmed" {
		t.Errorf("T-1 is %s", got)
	}
	reasons := map[string]int{}
	for _, m := range o.records() {
		reasons[m.Outcome+" "+m.Reason]++
	}
	if reasons["applied confirmed"] != 1 || reasons["set-aside duplicate_from"] != 1 || len(o.records()) != 2 {
		t.Errorf("records: %v", reasons)
	}
	if lines := strings.Count(o.ok("quarantine", "show", o.aside()), "\n"); lines < strings.Count(string(aside), "\n") {
		t.Errorf("only %d lines were kept", lines)
	}
	if left, err := os.ReadDir(filepath.Join(o.dir, "state", "spool")); err != nil || len(left) > 2 {
		t.Errorf("the spool holds %d folders for two kept messages; %v", len(left), err)
	}
}
