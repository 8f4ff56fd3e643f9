package rules

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A source is a file with markers, and how each of its rules is taken out.
type source struct {
	file  string // from the root
	text  []byte
	rules []taken
}

// Find gives all rules below the module's root, or says what is wrong with any.
func Find(root string) ([]Rule, error) {
	sources, err := find(root)
	var out []Rule
	for _, s := range sources {
		for _, t := range s.rules {
			out = append(out, t.Rule)
		}
	}
	return out, err
}

func find(root string) (out []source, err error) {
	fail := filepath.WalkDir(root, func(path string, d fs.DirEntry, walk error) error {
		if walk != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return walk
		}
		text, wrong := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		if wrong != nil || !strings.Contains(string(text), marker) || strings.HasPrefix(name, "internal/rules/") {
			return wrong
		}
		s, wrong := read(filepath.ToSlash(name), text)
		out, err = append(out, s), errors.Join(err, wrong)
		return nil
	})
	return out, errors.Join(err, fail)
}

// read finds the rules of one file.
func read(name string, text []byte) (source, error) {
	s := source{file: name, text: text}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return s, err
	}
	for _, group := range tree.Comments {
		for _, c := range group.List {
			if !strings.HasPrefix(c.Text, marker) {
				continue
			}
			rule, wrong := parse(name, set.Position(c.Pos()).Line, c.Text)
			if wrong == nil {
				var t taken
				t, wrong = take(rule, subject(set, tree, rule), func(p token.Pos) int { return set.Position(p).Offset }, text)
				s.rules = append(s.rules, t)
			}
			err = errors.Join(err, wrong)
		}
	}
	return s, err
}

// A subject of a rule is what stands before its marker, with what it is a part of.
type subjectOf struct {
	node   ast.Node
	parent ast.Node
	op     token.Token // of a condition that is one of several
}

// subject finds what a marker speaks of: the head of a block that begins on its
// line, else the widest thing that begins and ends there, else the widest that
// ends there.
func subject(set *token.FileSet, tree *ast.File, r Rule) (found subjectOf) {
	line := func(p token.Pos) int { return set.Position(p).Line }
	best := 0
	consider := func(s subjectOf, rank int) {
		if rank > best { // of equals the first met is the widest
			found, best = s, rank
		}
	}
	var above []ast.Node
	ast.Inspect(tree, func(n ast.Node) bool {
		if n == nil {
			above = above[:len(above)-1]
			return true
		}
		var parent ast.Node
		if len(above) > 0 {
			parent = above[len(above)-1]
		}
		above = append(above, n)
		if head(n) != token.NoPos && line(head(n)) == r.Line {
			consider(subjectOf{node: n, parent: enclosing(above)}, 3)
			return true
		}
		if n.End() == token.NoPos || line(n.End()-1) != r.Line {
			return true
		}
		s, ok := part(n, parent)
		switch {
		case !ok:
		case line(n.Pos()) == r.Line:
			consider(s, 2)
		default:
			consider(s, 1)
		}
		return true
	})
	return found
}

// head is where the head of a block ends.
func head(n ast.Node) token.Pos {
	switch n := n.(type) {
	case *ast.IfStmt:
		return n.Body.Lbrace
	case *ast.CaseClause:
		return n.Colon
	case *ast.FuncDecl:
		if n.Body != nil {
			return n.Body.Lbrace
		}
	}
	return token.NoPos
}

// enclosing is the switch that a case belongs to.
func enclosing(above []ast.Node) ast.Node {
	for i := len(above) - 1; i >= 0; i-- {
		switch above[i].(type) {
		case *ast.SwitchStmt, *ast.TypeSwitchStmt:
			return above[i]
		}
	}
	return nil
}

// part says whether n is something that can be taken out of its parent.
func part(n, parent ast.Node) (subjectOf, bool) {
	s := subjectOf{node: n, parent: parent}
	switch n.(type) {
	case *ast.ExprStmt, *ast.AssignStmt, *ast.IncDecStmt, *ast.DeferStmt, *ast.GoStmt, *ast.ReturnStmt, *ast.ValueSpec:
		return s, true
	}
	switch p := parent.(type) {
	case *ast.CompositeLit:
		return s, n != p.Type
	case *ast.BinaryExpr:
		s.op = p.Op
		return s, p.Op == token.LAND || p.Op == token.LOR
	}
	return s, false
}

func (r Rule) wrong(why string) error {
	return fmt.Errorf("%s:%d: %s: %s", r.File, r.Line, r.Name, why)
}
