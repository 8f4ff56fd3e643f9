package dmarc

import (
	"slices"
	"strings"
	"testing"
)

// FuzzRecord: what is read as a DMARC record begins with its version and asks
// for one of the three policies.
func FuzzRecord(f *testing.F) {
	for _, s := range []string{"v=DMARC1; p=reject", "v=DMARC1;p=none;sp=x;np=reject;psd=y", "v=DMARC1; rua=mailto:a@b.example", "v=DMARC1; p=reject; p=none"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, txt string) {
		r, ok := parseRecord(txt)
		if !ok {
			return
		}
		if !strings.HasPrefix(strings.ToLower(strings.TrimLeft(txt, " \t")), "v") || !slices.Contains([]string{"none", "quarantine", "reject"}, r.Policy) {
			t.Errorf("ParseRecord(%q) = %+v", txt, r)
		}
	})
}
