package reply

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var mutants = flag.Bool("mutants", false, "take out each rule of testdata/mutants.txt and see a test fail (some minutes)")

// mutant is a rule taken out: old is replaced by new.
type mutant struct{ why, file, old, new string }

func readMutants(t *testing.T) (list []mutant) {
	t.Helper()
	raw, err := os.ReadFile("testdata/mutants.txt")
	if err != nil {
		t.Fatal(err)
	}
	unescape := strings.NewReplacer(`\n`, "\n", `\t`, "\t")
	var m mutant
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			continue
		}
		rest := unescape.Replace(strings.TrimPrefix(line[1:], " "))
		switch line[0] {
		case '#':
			m = mutant{why: rest}
		case '@':
			m.file = rest
		case '-':
			m.old = rest
		case '+':
			m.new = rest
			list = append(list, m)
		}
	}
	return list
}

// TestMutants holds the list to the code as it is; with -mutants it takes the
// rules out one at a time and demands that the tests notice.
func TestMutants(t *testing.T) {
	for _, m := range readMutants(t) {
		src, err := os.ReadFile(m.file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(src), m.old) {
			t.Errorf("%s: %s no longer holds %q", m.why, m.file, m.old)
			continue
		}
		if *mutants {
			t.Run(strings.ReplaceAll(m.why, " ", "-"), func(t *testing.T) {
				survive(t, m, strings.Replace(string(src), m.old, m.new, 1))
			})
		}
	}
}

func survive(t *testing.T, m mutant, src string) {
	dir := t.TempDir()
	file := filepath.Join(dir, m.file)
	here, err := filepath.Abs(m.file)
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{here: file}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{file: []byte(src), filepath.Join(dir, "overlay.json"): overlay} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("go", "test", "-vet=off", "-failfast", "-skip", "TestLinear", "-overlay", filepath.Join(dir, "overlay.json"), ".").CombinedOutput()
	switch {
	case strings.Contains(string(out), "build failed"):
		t.Errorf("it does not build:\n%s", out)
	case err == nil:
		t.Error("no test notices")
	}
}
