package reply

import (
	"bufio"
	"math/rand"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// listBegins and listHolds are what begins and holds say, of one list, pattern by
// pattern.
func listBegins(s string, list []string) bool {
	return slices.ContainsFunc(list, func(p string) bool {
		before, after, any := strings.Cut(p, "*")
		return strings.HasPrefix(s, before) && (!any || strings.Contains(s[len(before):], after))
	})
}

func listHolds(s string, list []string) bool {
	return slices.ContainsFunc(list, func(p string) bool {
		before, after, any := strings.Cut(p, "*")
		i := strings.Index(s, before)
		if i < 0 || !any {
			return i >= 0
		}
		rest := s[i+len(before):]
		return strings.Contains(rest[:min(len(rest), longestGap)], after)
	})
}

// sameAsListed holds the table to the lists that it stands for.
func sameAsListed(t *testing.T, line, next string) {
	t.Helper()
	low := lower(line)
	for name, m := range marked {
		if got, want := begins(line, m), listBegins(low, patterns[name]); got != want {
			t.Errorf("begins(%q, %s) = %v, want %v", line, name, got, want)
		}
		if got, want := holds(line, m), listHolds(low, patterns[name]); got != want {
			t.Errorf("holds(%q, %s) = %v, want %v", line, name, got, want)
		}
	}
	legal := func(s string) bool { return len(s) >= 20 && listHolds(lower(s), patterns["legal"]) }
	line, next = strings.TrimSpace(line), strings.TrimSpace(next)
	want := legal(line) || line != "" && next != "" && len(next) < 400 && len(line) < 400 && !legal(next) && legal(line+" "+next)
	d := disclaimers{lines: []string{line, next}}
	if got := d.at(0); got != want {
		t.Errorf("%q and %q tell a disclaimer: %v, want %v", line, next, got, want)
	}
}

// TestTable: the table of patterns finds what its lists would one by one, in the
// mails that we have and in their pieces beside patterns and pieces of these.
func TestTable(t *testing.T) {
	if n := table().gaps; n > maxGaps {
		t.Fatalf("%d patterns have an asterisk, and there is room for %d", n, maxGaps)
	}
	var lines []string
	files, _ := filepath.Glob("testdata/corpus/*/*.eml")
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		for s := bufio.NewScanner(f); s.Scan(); {
			lines = append(lines, strings.TrimRight(s.Text(), "\r"))
		}
		f.Close()
	}
	var pieces []string
	for name := range marked {
		for _, p := range patterns[name] {
			pieces = append(pieces, strings.Split(p, "*")...)
		}
	}
	slices.Sort(pieces)
	for i, line := range lines {
		sameAsListed(t, line, lines[(i+1)%len(lines)])
	}
	r := rand.New(rand.NewSource(1))
	piece := func() string {
		p := pieces[r.Intn(len(pieces))]
		switch r.Intn(5) {
		case 0:
			return strings.ToUpper(p)
		case 1:
			return p[:r.Intn(len(p)+1)]
		case 2:
			return p[r.Intn(len(p)+1):]
		case 3:
			return lines[r.Intn(len(lines))]
		}
		return p
	}
	for range 20_000 {
		var b strings.Builder
		for range 1 + r.Intn(5) {
			b.WriteString(piece())
			b.WriteString([]string{"", " ", ". ", "\u202F", strings.Repeat("x", 50)}[r.Intn(5)])
		}
		s := b.String()
		i := r.Intn(len(s) + 1)
		sameAsListed(t, s[:i], s[i:])
		sameAsListed(t, s, piece())
	}
}

// TestNames: the names of elements are those that one expression for each sort
// knew.
func TestNames(t *testing.T) {
	quote := regexp.MustCompile(`(?i)gmail_attr|gmail_extra_quote|yahoo_quoted|moz-cite-prefix|moz-forward|protonmail_quote|zmail_extra|isreplycontent|reply-intro|tutanota_quote|wmquote|ntes-mailmaster-quote|sh-signature-quote|^qt$|^replymessage`)
	sign := regexp.MustCompile(`(?i)gmail_signature|moz-signature|protonmail_signature|outlook-mobile-signature|applemailsignature|lineBreakAtBeginningOfSignature.+|composer_signature|_rc_sig|zm-_id_-sgn|messagesignaturesection|^(x_)*(ms-outlook-)?signature$|tutanota_signature|mobile_signature|ydp\w*signature`)
	rest := regexp.MustCompile(`(?i)divRplyFwdMsg|appendonsend|OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|^(x_)*zwchr$|messagereplysection|^(x_)*quote$|stopspelling`)
	pieces := strings.Fields("x_ x_ ms-outlook- signature Signature quote zwchr qt replymessage lineBreakAtBeginningOfSignature ydp ydp a1_ Q gmail_quote MsoNormal __HEADERS__ - é")
	for _, list := range []string{"quote-name", "signature-name", "rest-name"} {
		pieces = append(pieces, patterns[list]...)
	}
	r := rand.New(rand.NewSource(1))
	for range 100_000 {
		var b strings.Builder
		for range 1 + r.Intn(4) {
			p := pieces[r.Intn(len(pieces))]
			switch r.Intn(6) {
			case 0:
				p = strings.ToUpper(p)
			case 1:
				p = p[:r.Intn(len(p)+1)]
			}
			b.WriteString(p)
			b.WriteString([]string{"", "", "", "", " ", "\n"}[r.Intn(6)])
		}
		s := b.String()
		want := name{quote: quote.MatchString(s), sign: sign.MatchString(s), rest: rest.MatchString(s) || s == "__HEADERS__"}
		if got := nameOf(s); got != want {
			t.Fatalf("nameOf(%q) = %v, want %v", s, got, want)
		}
	}
}
