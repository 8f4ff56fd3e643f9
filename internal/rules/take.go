package rules

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
)

// taken is a rule with what is written for it.
type taken struct {
	Rule
	edits []edit
	alone bool // it can't be switched and has a build of its own
}

// An edit puts new text in the place of some old.
type edit struct {
	at, end int
	text    string
}

// switched is the function that tells whether a rule is out; a file of every
// package with rules holds it.
const switched = "ruleIsOut"

// take says how the rule is taken out of what it stands for.
func take(r Rule, s subjectOf, offset func(token.Pos) int, text []byte) (taken, error) {
	t := taken{Rule: r}
	out := fmt.Sprintf("%s(%q)", switched, r.Name)
	before := func(p token.Pos, text string) { t.edits = append(t.edits, edit{offset(p), offset(p), text}) }
	around := func(n ast.Node, left, right string) { before(n.Pos(), left); before(n.End(), right) }
	condition := func(n ast.Expr) {
		if r.Value == "true" {
			around(n, out+" || (", ")")
			return
		}
		around(n, "!"+out+" && (", ")")
	}
	operand := func(n ast.Node, op token.Token) {
		if op == token.LAND {
			around(n, "("+out+" || (", "))")
			return
		}
		around(n, "(!"+out+" && (", "))")
	}
	instead := "if " + out + " { return " + r.Value + " };"
	if r.Part > 0 {
		n, op := nth(s.node, r.Part)
		if n == nil {
			return t, r.wrong("there is no such part")
		}
		operand(n, op)
		return t, nil
	}
	switch n := s.node.(type) {
	case *ast.IfStmt:
		if r.Value == "!" {
			around(n, "if !"+out+" { ", " }")
			break
		}
		condition(n.Cond)
	case *ast.CaseClause:
		if of, ok := s.parent.(*ast.SwitchStmt); ok && of.Tag == nil && n.List != nil {
			for _, e := range n.List {
				condition(e)
			}
			break
		}
		before(n.Colon+1, " if "+out+" { break };")
	case *ast.FuncDecl:
		if r.Value == "" {
			return t, r.wrong("say what is returned without it")
		}
		if r.Value == "!" {
			instead = "if " + out + " { return };"
		}
		before(n.Body.Lbrace+1, instead)
	case *ast.ReturnStmt:
		switch r.Value {
		case "":
			return t, r.wrong("say what is returned without it, or ! for nothing")
		case "!":
			around(n, "if !"+out+" { ", " }")
		default:
			before(n.Pos(), instead)
		}
	case *ast.AssignStmt:
		switch {
		case r.Value != "":
			before(n.End(), "; if "+out+" { "+string(text[offset(n.Lhs[0].Pos()):offset(n.Lhs[0].End())])+" = "+r.Value+" }")
		case n.Tok == token.DEFINE:
			return t, r.wrong("say what it is without the rule")
		default:
			around(n, "if !"+out+" { ", " }")
		}
	case *ast.ExprStmt, *ast.IncDecStmt, *ast.DeferStmt, *ast.GoStmt:
		around(n, "if !"+out+" { ", " }")
	case *ast.ValueSpec:
		if r.Value == "" || len(n.Values) != 1 {
			return t, r.wrong("say what it is without the rule")
		}
		t.alone, t.edits = true, []edit{{offset(n.Values[0].Pos()), offset(n.Values[0].End()), r.Value}}
	case nil:
		return t, r.wrong("nothing stands before it that could be taken out")
	default:
		if s.op != token.ILLEGAL {
			operand(n, s.op)
			break
		}
		t.row(n, offset, text)
	}
	return t, nil
}

// row takes a row of a table, or a field, away, with its comma; or puts another
// value there.
func (t *taken) row(n ast.Node, offset func(token.Pos) int, text []byte) {
	t.alone = true
	if field, ok := n.(*ast.KeyValueExpr); ok && t.Value != "" {
		t.edits = []edit{{offset(field.Value.Pos()), offset(field.Value.End()), t.Value}}
		return
	}
	end := offset(n.End())
	if end < len(text) && text[end] == ',' {
		end++
	}
	t.edits = []edit{{offset(n.Pos()), end, ""}}
}

// nth gives the n-th of the conditions that are joined in a statement's head, or
// in what it returns, and by what they are joined.
func nth(in ast.Node, n int) (ast.Node, token.Token) {
	var all []ast.Expr
	switch s := in.(type) {
	case *ast.IfStmt:
		all = []ast.Expr{s.Cond}
	case *ast.CaseClause:
		all = s.List
	case *ast.ReturnStmt:
		all = s.Results
	case *ast.AssignStmt:
		all = s.Rhs
	case ast.Expr: // a line of a condition over several
		all = []ast.Expr{s}
	}
	for _, e := range all {
		list, op := joined(e)
		if op != token.ILLEGAL && n <= len(list) {
			return list[n-1], op
		}
	}
	return nil, token.ILLEGAL
}

// joined gives the operands of the same operator.
func joined(e ast.Expr) (list []ast.Expr, op token.Token) {
	b, ok := e.(*ast.BinaryExpr)
	if !ok || b.Op != token.LAND && b.Op != token.LOR {
		return []ast.Expr{e}, token.ILLEGAL
	}
	left, of := joined(b.X)
	if of != b.Op {
		left = []ast.Expr{b.X}
	}
	return append(left, b.Y), b.Op
}

// edited gives a text with edits made.
func edited(text []byte, edits []edit) []byte {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b edit) int { return a.at - b.at })
	var out []byte
	at := 0
	for _, e := range edits {
		out = append(append(out, text[at:e.at]...), e.text...)
		at = e.end
	}
	return append(out, text[at:]...)
}
