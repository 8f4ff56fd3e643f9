package sender

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A list that is cut off or is none would silently make strangers relatives.
func TestSuffixFileRefused(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "cut-off": "com\n", "html": "<html>\n<a href=x>\n", "rule": "com\norg\n**.x\n"} {
		file := filepath.Join(t.TempDir(), "list.dat")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := New(Config{PublicSuffixFile: file}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := New(Config{PublicSuffixFile: "testdata/none"}); err == nil {
		t.Error("a missing file is accepted")
	}
	if _, err := New(Config{Resolver: "no port"}); err == nil {
		t.Error("a resolver without a port is accepted")
	}
	if _, err := New(Config{StrictDomains: []string{"a b"}}); err == nil {
		t.Error("a strict domain that is none is accepted")
	}
	c, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	name, made := c.suffixes.List()
	if age := c.SuffixListAge(made.Add(time.Hour)); name != "built-in" || age != time.Hour {
		t.Errorf("the list is %s, %v; its age an hour later %v", name, made, age)
	}
}
