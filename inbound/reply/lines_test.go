package reply

import (
	"os"
	"strings"
	"testing"
)

// listedLines are the lines of testdata/lines.txt, with what each is.
func listedLines(t *testing.T) (out []intentLine) {
	t.Helper()
	file, err := os.ReadFile("testdata/lines.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(file)) {
		head, said, ok := strings.Cut(strings.TrimSpace(line), ": ")
		language, want, _ := strings.Cut(head, " ")
		if !ok || lex().Language(language) == 0 {
			continue
		}
		for text := range strings.SplitSeq(said, " | ") {
			out = append(out, intentLine{ID: head, Lang: language, Text: text, Want: []string{want}})
		}
	}
	return out
}

// TestLines reads what people answer with in every language, with and without
// accents, to a man and to a woman: testdata/lines.txt says what each is.
func TestLines(t *testing.T) {
	tried := map[string]bool{}
	for _, l := range listedLines(t) {
		tried[l.ID] = true
		if got := intentOf(l.Text).For(l.Lang); string(got) != l.Want[0] {
			t.Errorf("%s: %q is %s, want %s", l.Lang, l.Text, got, l.Want[0])
		}
	}
	if len(tried) != 3*len(lex().Languages) {
		t.Errorf("%d of %d lists are tried", len(tried), 3*len(lex().Languages))
	}
}
