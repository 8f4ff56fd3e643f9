package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// words are types of strings that are one list, with what holds for each word
// beside it. Elsewhere a word is named by its constant: a literal, or a string
// that is made one, could be none of the list.
var words = map[string][]string{ // to the files in which they are made
	"NoticeKind": {"policy/notices.go"},
	"Code":       {"policy/codes.go"},
	"EffectKind": {"policy/effects.go"},
}

// built is one package as the go command has built it.
type built struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	Module                  *struct{ Main bool }
}

// packages gives our packages, and where the types of every package are.
func packages(t *testing.T, root string) (ours []built, exports map[string]string) {
	t.Helper()
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,Module", "./...")
	cmd.Dir = root
	var failed bytes.Buffer
	cmd.Stderr = &failed
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, failed.Bytes())
	}
	exports = map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p built
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return ours, exports
		} else if err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
		if p.Module != nil && p.Module.Main {
			ours = append(ours, p)
		}
	}
}

// TestWords: a word of a list is named by its constant.
func TestWords(t *testing.T) {
	root := top(t)
	ours, exports := packages(t, root)
	fset := token.NewFileSet()
	types := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("no types of %s", path)
		}
		return os.Open(exports[path])
	})
	seen := 0
	for _, p := range ours {
		for _, where := range literals(t, fset, types, p) {
			file, err := filepath.Rel(root, fset.Position(where.pos).Filename)
			if err != nil {
				t.Fatal(err)
			}
			if file = filepath.ToSlash(file); slices.Contains(words[where.word], file) {
				seen++
			} else {
				t.Errorf("%s:%d: a %s is made of a string here; use its constant", file, fset.Position(where.pos).Line, where.word)
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d words found where they are made", seen)
	}
}

// literal is where a string becomes a word.
type literal struct {
	word string
	pos  token.Pos
}

// literals finds what is made a word in the package: string literals, and
// conversions.
func literals(t *testing.T, fset *token.FileSet, from types.Importer, p built) (found []literal) {
	t.Helper()
	var files []*ast.File
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	if _, err := (&types.Config{Importer: from}).Check(p.ImportPath, fset, files, &info); err != nil {
		t.Fatal(err)
	}
	for e, tv := range info.Types {
		named, ok := tv.Type.(*types.Named)
		if !ok || named.Obj().Pkg() == nil || named.Obj().Pkg().Path() != module+"policy" || words[named.Obj().Name()] == nil {
			continue
		}
		switch e := e.(type) {
		case *ast.BasicLit:
			if e.Value != `""` { // none of them
				found = append(found, literal{named.Obj().Name(), e.Pos()})
			}
		case *ast.CallExpr:
			if info.Types[e.Fun].IsType() && !types.Identical(info.Types[e.Args[0]].Type, tv.Type) {
				found = append(found, literal{named.Obj().Name(), e.Pos()})
			}
		}
	}
	return found
}
