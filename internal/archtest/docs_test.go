package archtest

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documents gives the text of every document of ours, by its path from the
// module's root.
func documents(t *testing.T) map[string]string {
	t.Helper()
	root := top(t)
	out := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range found {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			rel, err := filepath.Rel(root, file)
			if err != nil {
				t.Fatal(err)
			}
			out[filepath.ToSlash(rel)] = string(b)
		}
	}
	if len(out) < 5 {
		t.Fatalf("only %d documents", len(out))
	}
	return out
}

var (
	link   = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	source = regexp.MustCompile("`([a-z]+(?:/[a-z0-9_]+)+\\.go)`")
	step   = regexp.MustCompile("(?m)^\\| `([a-z0-9_/]+\\.go)` \\| ([^|]+) \\|")
	quoted = regexp.MustCompile("`([A-Za-z]+)`")
	tests  = regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark)[A-Z]\w*`)
)

// TestDocuments: what a document links to or names as a file is there.
func TestDocuments(t *testing.T) {
	for doc, text := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(top(t), filepath.Dir(doc), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", doc, m[1])
			}
		}
		for _, m := range source.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(top(t), m[1])); err != nil {
				t.Errorf("%s names %s, which is not there", doc, m[1])
			}
		}
	}
}

// TestDocumentsNameTests: a test that a document names is there, if only as the
// beginning of a name, as -run takes it.
func TestDocumentsNameTests(t *testing.T) {
	var there []string
	for _, f := range files(t) {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && f.test && fn.Recv == nil {
				there = append(there, fn.Name.Name)
			}
		}
	}
	seen := 0
	for doc, text := range documents(t) {
		for _, name := range tests.FindAllString(text, -1) {
			seen++
			if !slices.ContainsFunc(there, func(have string) bool { return strings.HasPrefix(have, name) }) {
				t.Errorf("%s names %s, which is not there", doc, name)
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d tests are named", seen)
	}
}

// TestWay: the way that docs/flow.md tells goes through functions that are there.
func TestWay(t *testing.T) {
	functions := map[string][]string{}
	for _, f := range files(t) {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				functions[f.name] = append(functions[f.name], fn.Name.Name)
			}
		}
	}
	steps := step.FindAllStringSubmatch(documents(t)["docs/flow.md"], -1)
	if len(steps) < 30 {
		t.Fatalf("only %d steps", len(steps))
	}
	for _, m := range steps {
		names := quoted.FindAllStringSubmatch(m[2], -1)
		if len(names) == 0 {
			t.Errorf("%s: no function is named in %q", m[1], strings.TrimSpace(m[2]))
		}
		for _, name := range names {
			if !slices.Contains(functions[m[1]], name[1]) {
				t.Errorf("%s: there is no function %s", m[1], name[1])
			}
		}
	}
}
