package reply

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/rawmail"
)

// TestCorpus reads every message of testdata/corpus. Beside NN-name.eml stands
// NN-name.want: a line on why, "kind: ", "intent: " or "intent CODE: " for a
// contact of that language, and behind an empty line the own text.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("testdata/corpus/*/*.eml")
	if err != nil || len(files) < 250 {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(file, "testdata/corpus/"), ".eml")
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(strings.TrimSuffix(file, ".eml") + ".want")
			if err != nil {
				t.Fatal(err)
			}
			m, bad := rawmail.Scan(rawmail.Normalize(raw), rawmail.DefaultLimits())
			if m == nil || len(bad) > 0 {
				t.Fatal(bad)
			}
			r := Read(m, corpusOwn)
			head, text, _ := strings.Cut(string(bytes.TrimSuffix(want, []byte("\n"))), "\n\n")
			for line := range strings.SplitSeq(head, "\n") {
				key, value, _ := strings.Cut(line, ": ")
				got := value
				switch lang, ok := strings.CutPrefix(key, "intent "); {
				case key == "kind":
					got = string(r.Kind)
				case key == "intent":
					got = string(r.Answer.For(""))
				case ok:
					got = string(r.Answer.For(lang))
				}
				if got != value {
					t.Errorf("%s: %s, want %s; text %q, %s", key, got, value, r.Text, r.KindWhy)
				}
			}
			if text != "" && r.Text != text {
				t.Errorf("text %q, want %q", r.Text, text)
			}
		})
	}
}

var corpusOwn = Own{Address: "support@desk.example", ListIDs: []string{"help.desk.example"}, ReplyAddress: "support+{token}@desk.example"}
