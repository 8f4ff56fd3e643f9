package rules

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"countersign/internal/suite"
)

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// invariants are the numbers in the first column of docs/invariants.md.
func invariants(t *testing.T) (out []string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/invariants.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^\| ([0-9A-Z.]+(?:, [0-9A-Z.]+)*) \|`).FindAllStringSubmatch(string(text), -1) {
		out = append(out, strings.Split(m[1], ", ")...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestMarkers: every marker is written as it should be and stands where something
// can be taken out; no name stands twice; the invariant is one of ours and the
// tests are there. Every invariant has a rule.
func TestMarkers(t *testing.T) {
	all, err := Find(root(t))
	if err != nil {
		t.Error(err)
	}
	of, names := map[string]int{}, map[string]string{}
	for _, number := range invariants(t) {
		of[number] = 0
	}
	for _, r := range all {
		here := fmt.Sprintf("%s:%d", r.File, r.Line)
		if there := names[r.Name]; there != "" {
			t.Errorf("%s: %s has the name of %s", here, r.Name, there)
		}
		names[r.Name] = here
		if _, ok := of[r.Invariant]; !ok {
			t.Errorf("%s: docs/invariants.md has no %s", here, r.Invariant)
		}
		of[r.Invariant]++
		for _, test := range r.Tests {
			if !exists(t, test) {
				t.Errorf("%s: there is no %s", here, test)
			}
		}
	}
	for number, n := range of {
		if n == 0 {
			t.Errorf("no rule is marked with invariant %s", number)
		}
	}
	t.Logf("%d rules of %d invariants", len(all), len(of))
}

// exists reports whether the package has a function of that name.
func exists(t *testing.T, test Test) bool {
	t.Helper()
	function, _, _ := strings.Cut(test.Name, "/")
	files, err := filepath.Glob(filepath.Join(root(t), test.Package, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		return err == nil && strings.Contains(string(text), "\nfunc "+function+"(")
	})
}

// TestTakenOut takes every rule out and demands that each test that it names
// fails. -run TestTakenOut/NAME is for one.
func TestTakenOut(t *testing.T) {
	if !suite.Nightly() {
		t.Skip("the rules are taken out in a nightly run: COUNTERSIGN_NIGHTLY=1")
	}
	sources, err := find(root(t))
	if err != nil {
		t.Fatal(err)
	}
	all, err := newBuild(root(t), t.TempDir(), sources, nil)
	if err != nil {
		t.Fatal(err)
	}
	var whole sync.Map // tests that pass while no rule is out
	for _, s := range sources {
		for _, rule := range s.rules {
			t.Run(rule.Name, func(t *testing.T) {
				b := all
				if rule.alone {
					if b, err = newBuild(root(t), t.TempDir(), sources, &rule); err != nil {
						t.Fatal(err)
					}
				}
				for _, test := range rule.Tests {
					if _, passed := whole.Load(test); !passed {
						if failed, err := all.noticed(test, ""); err != nil {
							t.Fatal(err)
						} else if failed {
							t.Fatalf("%s fails with all rules there", test)
						}
						whole.Store(test, true)
					}
					if noticed, err := b.noticed(test, rule.Name); err != nil {
						t.Error(err)
					} else if !noticed {
						t.Errorf("%s:%d: %s does not notice", rule.File, rule.Line, test)
					}
				}
			})
		}
	}
}

// TestTake takes something of each kind out.
func TestTake(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"if", "if a { //rule:6.1 x-y TestA\n b()\n}", `if !ruleIsOut("x-y") && (a) {`},
		{"if-true", "if c := f(); a && c { //rule:6.1 x-y =true TestA\n b()\n}", `if c := f(); ruleIsOut("x-y") || (a && c) {`},
		{"if-with-what-it-asks", "if err := a(); err != nil { //rule:6.1 x-y ! TestA\n return err\n}", `if !ruleIsOut("x-y") { if err := a(); err != nil {`},
		{"part-of-an-if", "if a && c && d { //rule:6.1 x-y part=2 TestA\n b()\n}", `if a && (ruleIsOut("x-y") || (c)) && d {`},
		{"part-of-a-return", "return a || c //rule:6.1 x-y part=1 TestA", `return (!ruleIsOut("x-y") && (a)) || c`},
		{"case", "switch {\ncase a, c: //rule:6.1 x-y TestA\n b()\n}", `case !ruleIsOut("x-y") && (a), !ruleIsOut("x-y") && (c):`},
		{"case-of-a-value", "switch a {\ncase 1: //rule:6.1 x-y TestA\n b()\n}", `case 1: if ruleIsOut("x-y") { break };`},
		{"statement", "a.b(c) //rule:6.1 x-y TestA", `if !ruleIsOut("x-y") { a.b(c) }`},
		{"statement-in-a-block", "if a {\n c = d //rule:6.1 x-y TestA\n}", `if !ruleIsOut("x-y") { c = d }`},
		{"defer", "defer a.b() //rule:6.1 x-y TestA", `if !ruleIsOut("x-y") { defer a.b() }`},
		{"value", "a, b := c() //rule:6.1 x-y =true TestA", `a, b := c(); if ruleIsOut("x-y") { a = true }`},
		{"return", "return a //rule:6.1 x-y =nil TestA", `if ruleIsOut("x-y") { return nil };return a`},
		{"return-goes-on", "if a {\nreturn //rule:6.1 x-y ! TestA\n}", `if !ruleIsOut("x-y") { return }`},
		{"line-of-a-condition", "return a &&\n c && //rule:6.1 x-y TestA\n d", `(ruleIsOut("x-y") || (c)) &&`},
		{"first-line-of-a-condition", "return a || //rule:6.1 x-y TestA\n c", `return (!ruleIsOut("x-y") && (a)) ||`},
		{"row", "return []s{\n{a, func() bool { return c }}, //rule:6.1 x-y TestA\n{d, nil},\n}", " //rule:6.1 x-y TestA\n{d, nil},"},
		{"field", "return s{\nA: c, //rule:6.1 x-y TestA\nB: d,\n}", " //rule:6.1 x-y TestA\nB: d,"},
		{"constant", "const a = 5 //rule:6.1 x-y =9 TestA", "const a = 9 "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := read("p/f.go", []byte("package p\n\nfunc f() {\n"+tt.body+"\n}\n"))
			if err != nil || len(s.rules) != 1 {
				t.Fatal(s.rules, err)
			}
			if got := string(edited(s.text, s.rules[0].edits)); !strings.Contains(got, tt.want) {
				t.Errorf("out it is\n%swant\n%s", got, tt.want)
			}
		})
	}
	s, err := read("p/f.go", []byte("package p\n\nfunc f() bool { //rule:6.1 x-y =true TestA\n\treturn false\n}\n"))
	if got := string(edited(s.text, s.rules[0].edits)); err != nil || !strings.Contains(got, `{if ruleIsOut("x-y") { return true }; //rule`) {
		t.Errorf("a function: %s, %v", got, err)
	}
}

// TestWrongMarkers: what is no marker, or stands where nothing can be taken out,
// is said.
func TestWrongMarkers(t *testing.T) {
	for _, body := range []string{
		"a() //rule:6.1", "a() //rule:6.1 x-y", "a() //rule:6.1 X TestA", "a() //rule:6.1 x-y Testa", "a() //rule:6.1 x-y part=0 TestA", "a() //rule:6.1 x-y part=2 TestA",
		"a := b() //rule:6.1 x-y TestA", "return a //rule:6.1 x-y TestA", "//rule:6.1 x-y TestA", "} //rule:6.1 x-y TestA\nfunc g() {",
	} {
		if s, err := read("p/f.go", []byte("package p\n\nfunc f() {\n"+body+"\n}\n")); err == nil {
			t.Errorf("%q is taken: %+v", body, s.rules)
		}
	}
}
