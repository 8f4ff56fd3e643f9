package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// variable of the environment says which rule is out.
const variable = "COUNTERSIGN_RULE_OUT"

// A build is tests of the program with rules that can be taken out.
type build struct {
	root, dir string // the module; a folder of the build's own
	overlay   string
}

// newBuild makes the text with which the given rules are switched, or is out
// where it is one that can't be.
func newBuild(root, dir string, sources []source, alone *taken) (*build, error) {
	b := &build{root: root, dir: dir, overlay: filepath.Join(dir, "overlay.json")}
	replace, packages := map[string]string{}, map[string]string{}
	for i, s := range sources {
		var edits []edit
		for _, t := range s.rules {
			if alone == nil && !t.alone || alone != nil && alone.Name == t.Name {
				edits = append(edits, t.edits...)
			}
		}
		if len(edits) == 0 {
			continue
		}
		changed := filepath.Join(dir, fmt.Sprintf("%d-%s", i, path.Base(s.file)))
		if err := os.WriteFile(changed, edited(s.text, edits), 0o600); err != nil {
			return nil, err
		}
		replace[filepath.Join(root, filepath.FromSlash(s.file))] = changed
		tree, err := parser.ParseFile(token.NewFileSet(), s.file, s.text, parser.PackageClauseOnly)
		if err != nil {
			return nil, err
		}
		packages[path.Dir(s.file)] = tree.Name.Name
	}
	for folder, name := range packages {
		if alone != nil {
			break
		}
		added := filepath.Join(dir, strings.ReplaceAll(folder, "/", "-")+".go")
		text := fmt.Sprintf("package %s\n\nimport isOut \"os\"\n\nvar theRuleOut = isOut.Getenv(%q)\n\nfunc %s(name string) bool { return name == theRuleOut }\n", name, variable, switched)
		if err := os.WriteFile(added, []byte(text), 0o600); err != nil {
			return nil, err
		}
		replace[filepath.Join(root, filepath.FromSlash(folder), "zz_rules_out.go")] = added
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, err
	}
	return b, os.WriteFile(b.overlay, list, 0o600)
}

// compile makes the test binary of a package.
func (b *build) compile(pkg string) (binary string, err error) {
	binary = filepath.Join(b.dir, strings.ReplaceAll(pkg, "/", "-")+".test")
	if _, err := os.Stat(binary); err == nil {
		return binary, nil
	}
	cmd := exec.Command("go", "test", "-c", "-vet=off", "-overlay", b.overlay, "-o", binary, "./"+pkg)
	cmd.Dir = b.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s does not build: %w\n%.4000s", pkg, err, out)
	}
	return binary, nil
}

var errNoTest = errors.New("there is no such test")

// noticed reports whether a test fails with the rule out; without a name, with
// all there.
func (b *build) noticed(t Test, rule string) (bool, error) {
	binary, err := b.compile(t.Package)
	if err != nil {
		return false, err
	}
	cmd := exec.Command(binary, "-test.run", only(t.Name), "-test.failfast", "-test.timeout", "3m", "-test.v")
	cmd.Dir = filepath.Join(b.root, filepath.FromSlash(t.Package))
	cmd.Env = append(os.Environ(), variable+"="+rule)
	out, err := cmd.CombinedOutput()
	if _, failed := errors.AsType[*exec.ExitError](err); err != nil && !failed {
		return false, err
	}
	if !bytes.Contains(out, []byte("=== RUN   "+t.Name+"\n")) {
		return false, fmt.Errorf("%s: %w", t, errNoTest)
	}
	return err != nil, nil
}

// only is the pattern of -run for one test or subtest.
func only(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	return strings.Join(parts, "/")
}
