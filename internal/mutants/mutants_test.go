package mutants

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	take   = flag.Bool("mutants", false, "take out each rule of the lists and see a test fail (some minutes)")
	record = flag.Bool("record", false, "take out only rules that name no test, and write which test noticed")
)

// TestMutants holds every list to the code as it is: the rule stands where the
// list says, and a test that noticed is named and there. With -mutants it takes
// the rules out one at a time and demands that a test notices.
func TestMutants(t *testing.T) {
	if !*take && !*record {
		t.Skip("the lists are held to the code when rules are taken out: -mutants")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			list, err := Read(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			whys := map[string]bool{}
			for i := range list {
				m := &list[i]
				if whys[m.Why] {
					t.Errorf("%q stands twice", m.Why)
				}
				whys[m.Why] = true
				hold(t, root, *m)
				if *take && !(*record && m.Test != "") {
					t.Run(strings.ReplaceAll(m.Why, " ", "-"), func(t *testing.T) { kill(t, root, m) })
				}
			}
			if *record {
				write(t, file, list)
			}
		})
	}
}

// hold demands that the rule stands in the code and the test that noticed in
// its package.
func hold(t *testing.T, root string, m Mutant) {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(root, m.File))
	if err != nil {
		t.Error(err)
	}
	if n := strings.Count(string(src), m.Old); n != 1 || m.Old == m.New {
		t.Errorf("%s: %s holds %q %d times, not once", m.Why, m.File, m.Old, n)
	}
	if *record {
		return
	}
	pkg, name, _ := strings.Cut(m.Test, " ")
	function, _, _ := strings.Cut(name, "/")
	tests, err := filepath.Glob(filepath.Join(root, pkg, "*_test.go"))
	if err != nil {
		t.Error(err)
	}
	if function == "" || !slices.ContainsFunc(tests, func(file string) bool {
		raw, err := os.ReadFile(file)
		return err == nil && bytes.Contains(raw, []byte("\nfunc "+function+"("))
	}) {
		t.Errorf("%s: no test named %q in package %q", m.Why, function, pkg)
	}
}

func kill(t *testing.T, root string, m *Mutant) {
	test, err := m.Kill(root, t.TempDir())
	switch {
	case err != nil:
		t.Error(err)
	case test == "":
		t.Error("no test notices")
	default:
		m.Test = test
		t.Log(test)
	}
}

func write(t *testing.T, file string, list []Mutant) {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, list); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A list that is not written as it should be would hide a rule.
func TestRead(t *testing.T) {
	const good = "# a\n@ x/f.go y\n- \\tif a {\n+ \\tif false {\n= x TestA/b\n\n# b\n@ f.go\n- b\n+ \n"
	list, err := Read(strings.NewReader(good))
	if err != nil || len(list) != 2 || list[0].Old != "\tif a {" || !slices.Equal(list[0].Packages, []string{"x", "y"}) || list[0].Test != "x TestA/b" ||
		list[1].New != "" || list[1].Packages[0] != "." {
		t.Errorf("Read() = %+v, %v", list, err)
	}
	var b strings.Builder
	if err := Write(&b, list); err != nil || b.String() != good {
		t.Errorf("Write() = %q, %v", b.String(), err)
	}
	for _, bad := range []string{"- a\n", "# a\n- b\n", "# a\n@ f\n+ b\n", "# a\n@\n", "# a\n@ f\n- b\n+ c\n+ d\n", "x\n"} {
		if _, err := Read(strings.NewReader(bad)); err == nil {
			t.Errorf("Read(%q) takes it", bad)
		}
	}
}

// TestNoticed: the innermost test of the first that failed is named.
func TestNoticed(t *testing.T) {
	for out, want := range map[string]string{
		"--- FAIL: TestA (0.00s)\n    --- FAIL: TestA/b (0.00s)\n        x_test.go:1: no\n--- FAIL: TestC (0.00s)\nFAIL\n": "TestA TestA/b TestC",
		"panic: test timed out after 1s\n\trunning tests:\n\t\tTestSlow (1s)\n":                                            "TestSlow",
		"ok  \tx\t0.1s\n": "",
	} {
		var names []string
		for _, m := range noticed.FindAllStringSubmatch(out, -1) {
			names = append(names, m[1]+m[2])
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("of %q: %q, want %q", out, got, want)
		}
	}
	if p := regexp.MustCompile(strings.Split(only("TestA/b+c"), "/")[1]); !p.MatchString("b+c") || p.MatchString("b+cd") {
		t.Errorf("only() = %s", p)
	}
}
