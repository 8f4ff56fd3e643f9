// Package mutants takes the rules of the program out one at a time and demands
// that a test notices: what no test would miss is either untested or not needed.
//
// A list in testdata names the rules, with the test that noticed each. Without a
// flag the test of this package holds the lists to the code as it is; the rules
// are taken out by
//
//	go test ./internal/mutants -run TestMutants/NAME -mutants -v -timeout 60m
//
// and with -record besides only those for which the list names no test, and the
// list is written again with the test that noticed. No source is changed: the
// compiler is given another text of one file (go help build, -overlay).
package mutants

import (
	"bufio"
	"fmt"
	"io"
	"path"
	"strings"
)

// Mutant is a rule taken out: in File, Old becomes New.
type Mutant struct {
	Why      string   // the rule in a few words
	File     string   // from the module's root
	Packages []string // from the root, whose tests must notice; perhaps with :Test, for that one alone
	Old, New string
	Test     string // package and name of the test that noticed; empty: not run yet
}

var (
	unescape = strings.NewReplacer(`\n`, "\n", `\t`, "\t")
	escape   = strings.NewReplacer("\n", `\n`, "\t", `\t`)
)

// Read reads a list. Each rule has these lines, and an empty one behind it:
//
//	# why
//	@ file [package of another test[:name] ...]
//	- old text, with \n and \t for what does not fit on a line
//	+ new text
//	= package test
func Read(r io.Reader) (list []Mutant, err error) {
	var m Mutant
	order := ""
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if line == "" {
			continue
		}
		mark, rest := line[:1], strings.TrimPrefix(line[1:], " ")
		if mark == "#" {
			m, order = Mutant{Why: rest}, ""
		}
		order += mark
		switch order {
		case "#":
		case "#@":
			f := strings.Fields(rest)
			if len(f) == 0 {
				return nil, fmt.Errorf("line %d names no file", n)
			}
			m.File, m.Packages = f[0], append([]string{path.Dir(f[0])}, f[1:]...)
		case "#@-":
			m.Old = unescape.Replace(rest)
		case "#@-+":
			m.New = unescape.Replace(rest)
			list = append(list, m)
		case "#@-+=":
			list[len(list)-1].Test = rest
		default:
			return nil, fmt.Errorf("line %d: %q stands where it should not", n, mark)
		}
	}
	return list, lines.Err()
}

// Write writes a list as Read reads it.
func Write(w io.Writer, list []Mutant) error {
	for i, m := range list {
		gap := "\n"
		if i == 0 {
			gap = ""
		}
		_, err := fmt.Fprintf(w, "%s# %s\n@ %s\n- %s\n+ %s\n", gap, m.Why, strings.Join(append([]string{m.File}, m.Packages[1:]...), " "),
			escape.Replace(m.Old), escape.Replace(m.New))
		if err == nil && m.Test != "" {
			_, err = fmt.Fprintf(w, "= %s\n", m.Test)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
