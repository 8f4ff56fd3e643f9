package dmarc

import (
	"os"
	"path/filepath"
	"testing"
)

func TestOrganization(t *testing.T) {
	file := filepath.Join(t.TempDir(), "list.dat")
	if err := os.WriteFile(file, []byte("// VERSION: 2026-11-01_00-00-00_UTC\ncom\norg\nuk\nco.uk\n*.ck\n!www.ck\ngithub.io\nio\n公司.cn\ncn\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"", file} {
		s, err := LoadSuffixes(path)
		if err != nil {
			t.Fatal(err)
		}
		for domain, want := range map[string]string{
			"example.com": "example.com", "a.b.example.com": "example.com", "com": "", "co.uk": "", "north.co.uk": "north.co.uk",
			"a.north.co.uk": "north.co.uk", "a.co.ck": "a.co.ck", "co.ck": "", "www.ck": "www.ck", "a.www.ck": "www.ck",
			"github.io": "", "ada.github.io": "ada.github.io", "x.unknowntld": "x.unknowntld", "unknowntld": "",
			"a.xn--55qx5d.cn": "a.xn--55qx5d.cn", "xn--55qx5d.cn": "",
		} {
			if got := s.Organization(domain); got != want {
				t.Errorf("list %q: organization(%s) = %q, want %q", path, domain, got, want)
			}
		}
		if s.made.Year() != 2026 {
			t.Errorf("list %q was made %v", path, s.made)
		}
	}
}
