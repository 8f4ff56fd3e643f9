package arc

import (
	"fmt"
	"strings"
	"testing"

	"countersign/internal/rawmail"
)

// set is what a sealer puts on top of a message; what is wrong with its
// signatures is found later.
func set(n int, cv string) string {
	return fmt.Sprintf("ARC-Seal: i=%d; a=rsa-sha256; cv=%s; d=list.example; s=arc; b=AAAA\r\n"+
		"ARC-Message-Signature: i=%d; a=rsa-sha256; d=list.example; s=arc; h=from:to; bh=AAAA; b=AAAA\r\n"+
		"ARC-Authentication-Results: i=%d; list.example; dkim=pass header.d=north.example\r\n", n, cv, n, n)
}

// chain is n sets that belong together.
func chain(n int) (fields string) {
	for i := 1; i <= n; i++ {
		fields = set(i, map[bool]string{true: "none", false: "pass"}[i == 1]) + fields
	}
	return fields
}

// TestRead: each row spoils one thing of a chain that is one.
func TestRead(t *testing.T) {
	good := chain(2)
	for name, tt := range map[string]struct {
		fields string
		sets   int
		found  bool
	}{
		"none":                     {"", 0, false},
		"one":                      {chain(1), 1, true},
		"two":                      {good, 2, true},
		"in-another-order":         {set(1, "none") + set(2, "pass"), 2, true},
		"longest":                  {chain(MaxSets), MaxSets, true},
		"too-long":                 {chain(MaxSets + 1), 0, true},
		"a-gap":                    {set(3, "pass") + chain(1), 0, true},
		"a-number-twice":           {chain(1) + chain(1), 0, true},
		"number-zero":              {set(0, "none"), 0, true},
		"not-a-number":             {strings.Replace(good, "i=2", "i=x", 1), 0, true},
		"results-without-a-number": {strings.Replace(good, "Results: i=2; ", "Results: ", 1), 0, true},
		"seal-missing":             {strings.Replace(good, "ARC-Seal: i=2", "X-Seal: i=2", 1), 0, true},
		"signature-missing":        {strings.Replace(good, "ARC-Message-Signature: i=2", "X-Signature: i=2", 1), 0, true},
		"results-missing":          {strings.Replace(good, "ARC-Authentication-Results: i=2", "X-Results: i=2", 1), 0, true},
		"first-says-pass":          {strings.Replace(good, "cv=none", "cv=pass", 1), 0, true},
		"second-says-none":         {strings.Replace(good, "cv=pass", "cv=none", 1), 0, true},
		"broken-before":            {strings.Replace(good, "cv=pass", "cv=fail", 1), 0, true},
		"seal-with-h":              {strings.Replace(good, "cv=pass;", "cv=pass; h=from;", 1), 0, true},
		"seal-with-sha1":           {strings.Replace(good, "a=rsa-sha256; cv=pass", "a=rsa-sha1; cv=pass", 1), 0, true},
		"seal-without-signature":   {strings.Replace(good, "s=arc; b=AAAA", "s=arc; b=", 1), 0, true},
		"signature-over-seals":     {strings.Replace(good, "h=from:to", "h=from:arc-seal", 1), 0, true},
		"no-domain":                {strings.Replace(good, "d=list.example", "d=-", 1), 0, true},
	} {
		m, refused := rawmail.Scan([]byte(tt.fields+"From: ada@north.example\r\n\r\nYES\r\n"), rawmail.DefaultLimits())
		if len(refused) > 0 {
			t.Fatalf("%s: %v", name, refused)
		}
		got, found := Read(m)
		if len(got) != tt.sets || found != tt.found {
			t.Errorf("%s: %d sets, found %v; want %d, %v", name, len(got), found, tt.sets, tt.found)
		}
		for i, s := range got {
			if s.Results != " list.example; dkim=pass header.d=north.example" || s.Message.Domain != "list.example" || s.Seal.Domain != "list.example" {
				t.Errorf("%s: set %d is %+v", name, i+1, s)
			}
		}
	}
}
