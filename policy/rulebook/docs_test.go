package rulebook

import (
	"os"
	"regexp"
	"testing"

	"countersign/internal/strict"
)

var tomlBlock = regexp.MustCompile("(?s)```toml\n(.*?)```")

// TestDocuments: the policies that docs and packages show are good, and come out as
// their examples say.
func TestDocuments(t *testing.T) {
	text, err := os.ReadFile("../../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, m := range tomlBlock.FindAllStringSubmatch(string(text), -1) {
		files["policy.md: "+m[1][:min(len(m[1]), 30)]] = m[1]
	}
	shipped, err := os.ReadFile("../../packaging/policy.toml")
	if err != nil {
		t.Fatal(err)
	}
	files["packaging/policy.toml"] = string(shipped)
	if len(files) != 3 {
		t.Errorf("%d policies", len(files))
	}
	for name, file := range files {
		b, problems := Read("policy.toml", []byte(file))
		if len(problems) > 0 {
			t.Errorf("%s: %v", name, strict.Faults(problems))
			continue
		}
		tried, failed := b.Try()
		for _, f := range failed {
			t.Errorf("%s: %s: %q: expected %s, got %s. %s", name, f.Where, f.Request, f.Want, f.Got, f.Why)
		}
		if tried == 0 {
			t.Errorf("%s: no examples", name)
		}
	}
}
