// Package rules takes the rules that must always hold out of the program, one at
// a time, and demands that the tests named for it notice: what no test would miss
// is either untested or not needed.
//
// A rule is found by a marker behind the code that keeps it, so that it moves
// with the code:
//
//	case t.Notice.Spent: //rule:6.4 spent-is-dead TestBind/spent
//
// It names the invariant of docs/invariants.md, the rule, perhaps what stands in
// its place, and one test or more, each of which must fail without it; a test of
// another package as inbound/sender.TestCorpus. What taking out means depends on
// what stands before the marker:
//
//	if, case        the condition is false; with =true it is true; an if with ! is
//	                not there at all
//	a statement     it is not done; a case of a switch over a value does nothing
//	return, func    with =VALUE that is returned; with ! nothing, and it goes on
//	x := ...        with =VALUE, x is that
//	a row, a field  is not there; a constant with =VALUE is that
//	a line of a condition over several, or with part=N its N-th of one line: it
//	                is as if it did not stand there
//
// No source is changed: the compiler is given another text (go help build,
// -overlay), in which nearly all rules are switched by the environment, so that
// one build of a package does for all of them.
//
// It is for what must hold, not for every branch: what a list of words or a text
// says is held by the cases of its own package.
package rules

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// A Rule is what one marker says.
type Rule struct {
	Name      string // in words, once in the whole program
	Invariant string // as in docs/invariants.md
	File      string // from the module's root
	Line      int
	Value     string // what stands in the rule's place
	Part      int    // which of the conditions on its line; 0: all
	Tests     []Test // each must notice
}

// A Test is named by its package, from the module's root, and its name.
type Test struct{ Package, Name string }

func (t Test) String() string { return t.Package + "." + t.Name }

const marker = "//rule:"

var (
	nameForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)+$`)
	testForm = regexp.MustCompile(`^(?:([a-z0-9/]+)\.)?((?:Test|Fuzz)[A-Z]\w*(?:/\S+)?)$`)
)

// parse reads a marker in a file.
func parse(file string, line int, text string) (Rule, error) {
	r := Rule{File: file, Line: line}
	bad := func(why string) (Rule, error) { return r, fmt.Errorf("%s:%d: %s: %s", file, line, why, text) }
	f := strings.Fields(strings.TrimPrefix(text, marker))
	if len(f) < 3 {
		return bad("a marker names an invariant, a rule and its tests")
	}
	r.Invariant, r.Name, f = f[0], f[1], f[2:]
	if !nameForm.MatchString(r.Name) {
		return bad("a rule's name is words in lower case with dashes between")
	}
	switch {
	case f[0][0] == '=':
		r.Value, f = f[0][1:], f[1:]
	case f[0] == "!":
		r.Value, f = "!", f[1:]
	case strings.HasPrefix(f[0], "part="):
		if _, err := fmt.Sscanf(f[0], "part=%d", &r.Part); err != nil || r.Part < 1 {
			return bad("which part")
		}
		f = f[1:]
	}
	for _, name := range f {
		m := testForm.FindStringSubmatch(name)
		if m == nil {
			return bad(name + " is no test")
		}
		if m[1] == "" {
			m[1] = path.Dir(file)
		}
		r.Tests = append(r.Tests, Test{m[1], m[2]})
	}
	if len(r.Tests) == 0 {
		return bad("no test is named")
	}
	return r, nil
}
