package reply

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var (
	onlyLanguage = flag.String("language", "", "try lines of one language only")
	recordGaps   = flag.Bool("record-gaps", false, "write into testdata/intent what lines are read as that should not be")
)

// intentLine is one line of testdata/intent: what people write, and how it may
// be read.
type intentLine struct {
	ID   string   `json:"id"`
	Lang string   `json:"lang"`
	Text string   `json:"text"`
	Want []string `json:"want"`
	Kind string   `json:"kind"`
	Why  string   `json:"why"`
	Gap  string   `json:"gap,omitempty"` // what it is read as, where that is known to be wrong
}

// TestIntents reads what people who had not seen the word files wrote, in
// testdata/intent/*.jsonl. A line that is known to be read otherwise says so: who
// mends it takes that away. No such gap may be a yes.
func TestIntents(t *testing.T) {
	files, err := filepath.Glob("testdata/intent/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".jsonl"), func(t *testing.T) {
			lines := intentLines(t, file)
			tried, gaps := 0, 0
			for i := range lines {
				l := &lines[i]
				if *onlyLanguage != "" && l.Lang != *onlyLanguage {
					continue
				}
				tried++
				got := string(intentOf(l.Text).For(l.Lang))
				right := slices.Contains(l.Want, got)
				if *recordGaps {
					if l.Gap = ""; !right {
						l.Gap = got
					}
				}
				switch {
				case l.Gap != "":
					gaps++
					if got != l.Gap || right || got == "yes" {
						t.Errorf("%s (%s): %q is %s, want %v or the known gap %q", l.ID, l.Kind, l.Text, got, l.Want, l.Gap)
					}
				case !right:
					t.Errorf("%s (%s): %q is %s, want %v: %s", l.ID, l.Kind, l.Text, got, l.Want, l.Why)
				}
			}
			t.Logf("%d lines, %d known gaps", tried, gaps)
			if *recordGaps {
				writeIntents(t, file, lines)
			}
		})
	}
}

func intentLines(t *testing.T, file string) (lines []intentLine) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		var l intentLine
		if err := d.Decode(&l); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		lines = append(lines, l)
	}
	return lines
}

func writeIntents(t *testing.T, file string, lines []intentLine) {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for _, l := range lines {
		if err := e.Encode(l); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestListed: the denials that an earlier version listed one by one are heard.
func TestListed(t *testing.T) {
	b, err := os.ReadFile("testdata/intent/listed.txt")
	if err != nil {
		t.Fatal(err)
	}
	tried, missed := 0, 0
	for line := range strings.Lines(string(b)) {
		language, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		if language == "#" || *onlyLanguage != "" && language != *onlyLanguage {
			continue
		}
		tried++
		if got := intentOf(text).For(language); got != "no" {
			missed++
			t.Errorf("%s: %q is %s, want no", language, text, got)
		}
	}
	t.Logf("%d of %d", tried-missed, tried)
}
