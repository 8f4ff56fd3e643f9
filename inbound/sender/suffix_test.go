package sender

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestOrganization(t *testing.T) {
	file := filepath.Join(t.TempDir(), "list.dat")
	if err := os.WriteFile(file, []byte("// VERSION: 2026-11-01_00-00-00_UTC\ncom\norg\nuk\nco.uk\n*.ck\n!www.ck\ngithub.io\nio\n公司.cn\ncn\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"", file} {
		s, err := loadSuffixes(path)
		if err != nil {
			t.Fatal(err)
		}
		for domain, want := range map[string]string{
			"example.com": "example.com", "a.b.example.com": "example.com", "com": "", "co.uk": "", "north.co.uk": "north.co.uk",
			"a.north.co.uk": "north.co.uk", "a.co.ck": "a.co.ck", "co.ck": "", "www.ck": "www.ck", "a.www.ck": "www.ck",
			"github.io": "", "ada.github.io": "ada.github.io", "x.unknowntld": "x.unknowntld", "unknowntld": "",
			"a.xn--55qx5d.cn": "a.xn--55qx5d.cn", "xn--55qx5d.cn": "",
		} {
			if got := s.organization(domain); got != want {
				t.Errorf("list %q: organization(%s) = %q, want %q", path, domain, got, want)
			}
		}
		if s.made.Year() != 2026 {
			t.Errorf("list %q was made %v", path, s.made)
		}
	}
}

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
	name, made := c.SuffixList()
	if age := c.SuffixListAge(made.Add(time.Hour)); name != "built-in" || age != time.Hour {
		t.Errorf("SuffixList() = %s, %v; its age an hour later %v", name, made, age)
	}
}
