package mutants

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// noticed finds the tests that failed, the innermost of each last. Where a test
// ran out of time or stopped the process, it is among those that were running.
var noticed = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)|^\s*running tests:\n\s+(\S+)`)

// Kill takes the rule out, below the module's root, in a folder of its own that
// is empty, and gives the package and name of the test that noticed; "" if none
// did. The test that noticed before is tried alone first.
func (m Mutant) Kill(root, dir string) (string, error) {
	overlay, err := m.overlay(root, dir)
	if err != nil {
		return "", err
	}
	pkg, name, known := strings.Cut(m.Test, " ")
	if known {
		if test, err := run(root, overlay, pkg, "-run", only(name)); test != "" || err != nil {
			return test, err
		}
	}
	for _, pkg := range m.Packages {
		var args []string
		pkg, name, alone := strings.Cut(pkg, ":")
		if alone {
			args = []string{"-run", only(name)}
		}
		if test, err := run(root, overlay, pkg, args...); test != "" || err != nil {
			return test, err
		}
	}
	return "", nil
}

// overlay writes the changed file and the list that the compiler takes.
func (m Mutant) overlay(root, dir string) (string, error) {
	real := filepath.Join(root, filepath.FromSlash(m.File))
	src, err := os.ReadFile(real)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(src), m.Old); n != 1 {
		return "", fmt.Errorf("%s holds %q %d times, not once", m.File, m.Old, n)
	}
	changed := filepath.Join(dir, filepath.Base(real))
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{real: changed}})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(changed, []byte(strings.Replace(string(src), m.Old, m.New, 1)), 0o600); err != nil {
		return "", err
	}
	return overlay, os.WriteFile(overlay, list, 0o600)
}

// only is the pattern of -run for one test or subtest.
func only(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	return strings.Join(parts, "/")
}

// run runs the tests of a package until one fails.
func run(root, overlay, pkg string, args ...string) (string, error) {
	args = append([]string{"test", "-vet=off", "-failfast", "-timeout", "4m", "-overlay", overlay}, append(args, "./"+pkg)...)
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err == nil {
		return "", nil
	}
	if strings.Contains(string(out), "[build failed]") || strings.Contains(string(out), "[setup failed]") {
		return "", fmt.Errorf("it does not build:\n%s", out)
	}
	test := ""
	for _, found := range noticed.FindAllStringSubmatch(string(out), -1) {
		if name := found[1] + found[2]; test == "" || strings.HasPrefix(name, test+"/") {
			test = name
		}
	}
	if test == "" {
		return "", fmt.Errorf("%s fails without naming a test: %w\n%.2000s", pkg, err, out)
	}
	return pkg + " " + test, nil
}
