package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestReadme: what README says of bringing people in and changing them goes well as
// it is written there, on a desk that has nothing but its configuration.
func TestReadme(t *testing.T) {
	b, err := os.ReadFile("../../README.md")
	must(t, err)
	_, text, _ := strings.Cut(string(b), "3. Check it, bring people in, start.")
	setUp, people, found := strings.Cut(text, "### People")
	if !found {
		t.Fatal("README has no section on people")
	}
	var script strings.Builder
	commands := func(block string) {
		n := 0
		for line := range strings.Lines(block) {
			if line = strings.TrimSpace(line); strings.HasPrefix(line, "countersign ") {
				script.WriteString("exec " + strings.ReplaceAll(line, `"`, "'") + "\n")
				n++
			}
		}
		if n < 3 {
			t.Errorf("%d commands in %q", n, block)
		}
	}
	commands(fenced(t, setUp, "sh"))
	script.WriteString("exec countersign agent add lea --email lea@desk.example --role lead\n") // whom the text has by now
	commands(fenced(t, people, "sh"))
	script.WriteString("exec countersign contact list\nstdout 'ada@north.example .* active'\nstdout 'bea@north.example .* removed .* password-change'\n")
	script.WriteString("-- contacts.csv --\n" + fenced(t, setUp, "csv"))
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "readme.txtar"), []byte(script.String()), 0o600))
	testscript.Run(t, testscript.Params{Dir: dir, Setup: deskOfItsOwn})
}

// fenced gives the first block of that kind in a text, without its indentation.
func fenced(t *testing.T, text, kind string) string {
	t.Helper()
	_, block, found := strings.Cut(text, "```"+kind+"\n")
	block, _, ended := strings.Cut(block, "```")
	if !found || !ended {
		t.Fatalf("README has no block of %s there", kind)
	}
	var out strings.Builder
	for line := range strings.Lines(block) {
		if line = strings.TrimSpace(line); line != "" {
			out.WriteString(line + "\n")
		}
	}
	return out.String()
}
