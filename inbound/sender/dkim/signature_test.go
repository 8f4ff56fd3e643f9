package dkim

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/inbound/sender/resolver"
	"countersign/internal/rawmail"
)

// TestBase64: a value is written in one way only.
func TestBase64(t *testing.T) {
	for s, want := range map[string]bool{"AA==": true, "A A\t= =": true, "AB==": false, "AA=": false, "A*A=": false} {
		if _, err := unbase64(s); (err == nil) != want {
			t.Errorf("unbase64(%q): %v", s, err)
		}
	}
}

// FuzzSignature: a signature that parses names a domain and selector that are
// plain names, covers what it says and never verifies for a message whose
// signed From was changed.
func FuzzSignature(f *testing.F) {
	raw, err := os.ReadFile("../testdata/corpus/dkim/001-honest.eml")
	if err != nil {
		f.Fatal(err)
	}
	field, honest, ok := strings.Cut(string(raw), "\r\nFrom:")
	if !ok {
		f.Fatal("the message does not begin with its signature")
	}
	forged := strings.Replace("From:"+honest, "ada@", "eve@", 1)
	answer := resolver.Answer{TXT: []string{edRecord("")}, TTL: 60}
	arrived := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	verifies := func(s *Signature, m *rawmail.Message) bool {
		_, code := s.Prove(answer, s.Sum(m))
		return s.Acceptable(m, arrived) == "" && code == "" && s.CheckBody(NewBody(m.Body)) == ""
	}
	m, _ := rawmail.Scan(raw, rawmail.DefaultLimits())
	if s, err := Parse(m.Fields[0].Raw); err != nil || !verifies(s, m) {
		f.Fatal("the honest message does not verify:", err)
	}
	f.Add(field + "\r\n")
	f.Add("DKIM-Signature: v=1; a=rsa-sha256; d=x.example; s=y; h=from; bh=" + strings.Repeat("A", 43) + "=; b=AAAA\r\n")
	f.Add("DKIM-Signature: v=1; b=; b=\r\n")
	f.Fuzz(func(t *testing.T, field string) {
		m, refused := rawmail.Scan([]byte(field+forged), rawmail.DefaultLimits())
		if len(refused) > 0 || m.Fields[0].Key != "dkim-signature" {
			return
		}
		s, err := Parse(m.Fields[0].Raw)
		if err != nil {
			return
		}
		if !resolver.IsDomain(s.Domain, false) || !resolver.IsDomain(s.Selector, true) || len(s.Names) == 0 {
			t.Errorf("a signature of %q by %q over %q", s.Domain, s.Selector, s.Names)
		}
		for _, n := range s.Covered(m) {
			if !slices.Contains(s.Names, n) || m.Values(n) == nil {
				t.Errorf("%s is said to be covered by %q", n, s.Names)
			}
		}
		if slices.Contains(s.Names, "from") && verifies(s, m) {
			t.Errorf("a changed From verifies with %q", field)
		}
	})
}
