package reply

import (
	"os"
	"strings"
	"testing"
)

// TestLines reads what people answer with in every language, with and without
// accents, to a man and to a woman: testdata/lines.txt says what each is.
func TestLines(t *testing.T) {
	file, err := os.ReadFile("testdata/lines.txt")
	if err != nil {
		t.Fatal(err)
	}
	tried := map[string]bool{}
	for line := range strings.Lines(string(file)) {
		head, said, ok := strings.Cut(strings.TrimSpace(line), ": ")
		language, want, _ := strings.Cut(head, " ")
		if !ok || lex().language(language) == 0 {
			continue
		}
		tried[head] = true
		for text := range strings.SplitSeq(said, " | ") {
			if got := intentOf(text).For(language); string(got) != want {
				t.Errorf("%s: %q is %s, want %s", language, text, got, want)
			}
		}
	}
	if len(tried) != 3*len(lex().names) {
		t.Errorf("%d of %d lists are tried", len(tried), 3*len(lex().names))
	}
}
