package sender

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gomail "github.com/emersion/go-message/mail"

	"countersign/internal/rawmail"
	"countersign/policy"
)

var write = flag.Bool("write", false, "write testdata/corpus from the cases in cases_test.go")

// want is what a case in testdata/corpus must come to: lines "key: value".
type want map[string]string

func (w want) list(key string) []string { return strings.Fields(w[key]) }

func readWant(t *testing.T, path string) want {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	w := want{}
	for line := range strings.Lines(string(raw)) {
		k, v, _ := strings.Cut(strings.TrimSpace(line), ":")
		w[k] = strings.TrimSpace(v)
	}
	return w
}

// TestCorpus judges every message of the corpus with the real checker over a
// real DNS server. Where a signature passes, go-msgauth and mox must agree: that is
// asked in internal/secondopinion.
func TestCorpus(t *testing.T) {
	if *write {
		writeCorpus(t)
	}
	files, err := filepath.Glob("testdata/corpus/*/*.eml")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	srv := startServer(t, "")
	for _, file := range files {
		base := strings.TrimSuffix(file, ".eml")
		t.Run(strings.TrimPrefix(base, "testdata/corpus/"), func(t *testing.T) { runCase(t, srv, base) })
	}
}

func runCase(t *testing.T, srv *server, base string) {
	w := readWant(t, base+".want")
	raw, err := os.ReadFile(base + ".eml")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(base + ".zone")
	if err != nil {
		t.Fatal(err)
	}
	z, err := parseZone(string(text))
	if err != nil {
		t.Fatal(err)
	}
	srv.zone.Store(z)
	cfg := Config{Resolver: srv.addr, StrictDomains: w.list("strict"), PublicSuffixFile: w["suffixes"]}
	for _, fault := range z.faults {
		if fault == "drop" {
			cfg.Timeout = 100 * time.Millisecond
		}
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse(time.RFC3339, w["at"])
	if err != nil {
		t.Fatal(err)
	}
	m, refused := rawmail.Scan(raw, rawmail.DefaultLimits())
	from, bad := "", (*policy.Reason)(nil)
	if len(refused) == 0 {
		from, bad = m.From()
	}
	if len(refused) > 0 || bad != nil {
		code := ""
		if bad != nil {
			code = string(bad.Code)
		} else {
			code = string(refused[0].Code)
		}
		if w["result"] != "refused" || w["reasons"] != code {
			t.Fatalf("%s: refused with %s, want %s %s", w["why"], code, w["result"], w["reasons"])
		}
		return
	}
	otherReaders(t, raw, from)
	trust := Trust{AuthservIDs: w.list("authserv"), Exclusive: w["exclusive"] == "true", ARCSealers: w.list("sealers")}
	fmt.Sscan(w["below"], &trust.BelowReceived)
	s := c.Check(context.Background(), Request{Message: m, From: from, Arrived: at, Trust: trust})
	var codes []string
	for _, r := range s.Reasons {
		codes = append(codes, string(r.Code))
		if r.Text == "" {
			t.Errorf("reason %s has no sentence", r.Code)
		}
	}
	got := fmt.Sprintf("result=%s by=%s domain=%s dmarc=%s policy=%s reasons=%s", s.Result, s.By, s.Domain, s.DMARC, s.Policy, strings.Join(codes, " "))
	wanted := fmt.Sprintf("result=%s by=%s domain=%s dmarc=%s policy=%s reasons=%s", w["result"], w["by"], w["domain"], w["dmarc"], w["policy"], w["reasons"])
	if got != wanted {
		t.Errorf("%s:\n got %s\nwant %s\ndkim %v\nrecords %v", w["why"], got, wanted, s.DKIM, s.Records)
	}
	if w["arc"] != "" && w["arc"] != string(s.ARC) {
		t.Errorf("%s: arc is %s, want %s", w["why"], s.ARC, w["arc"])
	}
	for _, f := range w.list("covers") {
		if !s.Covers(f) {
			t.Errorf("%s: %s is not covered, only %v", w["why"], f, s.Covered)
		}
	}
	for _, f := range w.list("uncovered") {
		if s.Covers(f) {
			t.Errorf("%s: %s is said to be covered", w["why"], f)
		}
	}
}

// otherReaders demands that net/mail and go-message, where they find a From
// address, find the one that we do.
func otherReaders(t *testing.T, raw []byte, from string) {
	t.Helper()
	compare := func(who string, n int, addr string) {
		if theirs, err := rawmail.Canonical(addr); n != 1 || err == nil && theirs != from {
			t.Errorf("we see %s, %s sees %d addresses, %q", from, who, n, addr)
		}
	}
	if m, err := mail.ReadMessage(bytes.NewReader(raw)); err == nil {
		list, err := m.Header.AddressList("From")
		if err == nil {
			compare("net/mail", len(list), list[0].Address)
		}
	}
	if r, err := gomail.CreateReader(bytes.NewReader(raw)); err == nil {
		list, err := r.Header.AddressList("From")
		if err == nil && len(list) > 0 {
			compare("go-message", len(list), list[0].Address)
		}
	}
}

// writeCorpus writes the files from the cases.
func writeCorpus(t *testing.T) {
	t.Helper()
	if err := os.RemoveAll("testdata/corpus"); err != nil {
		t.Fatal(err)
	}
	for i, k := range cases() {
		base := fmt.Sprintf("testdata/corpus/%s/%03d-%s", k.subject, i+1, k.name)
		if err := os.MkdirAll(filepath.Dir(base), 0o755); err != nil {
			t.Fatal(err)
		}
		var w strings.Builder
		fmt.Fprintf(&w, "why: %s\n", k.why)
		for _, key := range []string{"at", "authserv", "below", "exclusive", "sealers", "strict", "suffixes", "result", "by", "domain", "dmarc", "policy", "reasons", "arc", "covers", "uncovered"} {
			if v := k.want[key]; v != "" {
				fmt.Fprintf(&w, "%s: %s\n", key, v)
			}
		}
		for ext, text := range map[string]string{".eml": k.raw, ".zone": k.zone, ".want": w.String()} {
			if err := os.WriteFile(base+ext, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
