package archtest

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// A key is what one constant of a keys.go says: how keys of the store begin, or
// the whole of one.
type key struct {
	owner string // package
	name  string // of the constant
	value string
	form  string // with its parts named, as the comment beside the constant gives it
	holds string // what stands there, as that comment says
}

// old tells of a key that only stores of an older schema have: its name ends with
// the number of the last that had it.
func (k key) old() bool { return unicode.IsDigit(rune(k.name[len(k.name)-1])) }

// isKeys reports whether a file names keys of the store. Package keys is about others.
func (f file) isKeys() bool { return path.Base(f.name) == "keys.go" && f.dir != "internal/keys" }

// owned reads the constants of every keys.go.
func owned(t *testing.T, all []file) (keys []key) {
	t.Helper()
	for _, f := range all {
		if !f.isKeys() {
			continue
		}
		for _, d := range f.ast.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, s := range g.Specs {
				v, ok := s.(*ast.ValueSpec)
				if !ok || len(v.Values) != 1 {
					continue
				}
				lit, ok := v.Values[0].(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					continue
				}
				k := key{owner: f.dir, name: v.Names[0].Name}
				k.value, _ = strconv.Unquote(lit.Value)
				k.form, k.holds = k.value, strings.TrimSpace(v.Comment.Text())
				if strings.HasSuffix(k.value, "/") {
					k.form, k.holds, _ = strings.Cut(k.holds, ": ")
				}
				keys = append(keys, k)
			}
		}
	}
	return keys
}

// TestKeysHaveOneOwner: every key is named once, by a constant that no other
// package can use, with what stands there; and no key of one kind begins like
// those of another, so that a scan of the one finds none of the other.
func TestKeysHaveOneOwner(t *testing.T) {
	keys := owned(t, files(t))
	if len(keys) < 40 {
		t.Fatalf("only %d keys are found", len(keys))
	}
	for i, k := range keys {
		switch {
		case token.IsExported(k.name):
			t.Errorf("%s: %s is exported; nobody else has business with the keys under %s", k.owner, k.name, k.value)
		case k.holds == "" || !strings.HasPrefix(k.form, k.value):
			t.Errorf(`%s: %s has no comment beside it like "// %s<...>: what stands there"`, k.owner, k.name, k.value)
		}
		for _, other := range keys[:i] {
			if strings.HasPrefix(k.value, other.value) || strings.HasPrefix(other.value, k.value) {
				t.Errorf("%s of %s and %s of %s begin alike", k.value, k.owner, other.value, other.owner)
			}
		}
	}
}

// TestOldKeysAreOnlyMoved: what an older schema had is read on the way to the
// present one, and nowhere else.
func TestOldKeysAreOnlyMoved(t *testing.T) {
	all := files(t)
	keys := owned(t, all)
	for _, f := range all {
		if f.test || f.isKeys() || path.Base(f.name) == "migrate.go" {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && slices.ContainsFunc(keys, func(k key) bool { return k.old() && k.owner == f.dir && k.name == id.Name }) {
				t.Errorf("%s: %s is of an older schema", f.name, id.Name)
			}
			return true
		})
	}
}

// keyAt says in which places of a call a key of the store stands.
func keyAt(c *ast.CallExpr) []ast.Expr {
	fun := c.Fun
	if i, ok := fun.(*ast.IndexExpr); ok { // kv.Load[T]
		fun = i.X
	}
	s, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	x, _ := s.X.(*ast.Ident)
	of := func(names ...string) bool { return x != nil && slices.Contains(names, x.Name) }
	switch name, n := s.Sel.Name, len(c.Args); {
	case of("kv") && slices.Contains([]string{"Load", "Save", "Counter", "Pages", "Keys", "Under"}, name) && n > 1:
		return c.Args[1:2]
	case of("kv") && name == "Numbered" && n > 0, name == "Put" && n == 2, of("tx", "r", "v", "w") && (name == "Get" || name == "Delete") && n == 1:
		return c.Args[:1]
	case name == "Scan" && n == 3:
		return c.Args[:2]
	}
	return nil
}

// letters are in literals that say anything; those between the parts of a key,
// and the verbs of a format, don't.
var letters = regexp.MustCompile(`(^|[^%])[A-Za-z]`)

// format reports whether a call is fmt.Sprintf or one like it.
func format(c *ast.CallExpr) bool {
	s, ok := c.Fun.(*ast.SelectorExpr)
	return ok && (strings.HasSuffix(s.Sel.Name, "rintf") || s.Sel.Name == "Appendf") && len(c.Args) > 0
}

// TestKeysAreNamed: outside of a keys.go no key is written as it is, neither
// where it is used nor where it is put together.
func TestKeysAreNamed(t *testing.T) {
	all := files(t)
	keys := owned(t, all)
	begins := func(text string) bool {
		return slices.ContainsFunc(keys, func(k key) bool { return strings.HasSuffix(k.value, "/") && strings.HasPrefix(text, k.value) })
	}
	for _, f := range all {
		if f.test || f.isKeys() || f.dir == "internal/kv/kvtest" {
			continue
		}
		literals := func(n ast.Node, bad func(text string) bool, why string) {
			ast.Inspect(n, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if text, _ := strconv.Unquote(lit.Value); bad(text) {
						t.Errorf("%s: %q is %s; name it in the keys.go of its owner", f.name, text, why)
					}
				}
				c, ok := n.(*ast.CallExpr) // what a function makes of its arguments is looked at there
				return !ok || format(c)
			})
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				for _, arg := range keyAt(n) {
					literals(arg, letters.MatchString, "used as a key")
				}
				if format(n) {
					literals(n.Args[0], begins, "the form of a key")
				}
			case *ast.BinaryExpr:
				if n.Op == token.ADD {
					literals(n, begins, "the beginning of a key")
				}
			case *ast.BasicLit:
				if text, _ := strconv.Unquote(n.Value); n.Kind == token.STRING && slices.ContainsFunc(keys, func(k key) bool { return k.value == text && strings.HasSuffix(text, "/") }) {
					t.Errorf("%s: %q is the prefix of keys; name it in the keys.go of its owner", f.name, text)
				}
			}
			return true
		})
	}
}
