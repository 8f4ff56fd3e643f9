package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOthersCanWrite: what other users could change is refused, with the
// command that mends it; what is safe as it is, is not.
func TestOthersCanWrite(t *testing.T) {
	chmod := func(path string, mode os.FileMode) func(string) error {
		return func(dir string) error { return os.Chmod(filepath.Join(dir, path), mode) }
	}
	swap := func(path string, uid int) func(string) error {
		return func(dir string) error {
			path := filepath.Join(dir, path)
			if err := os.Rename(path, path+".real"); err != nil {
				return err
			}
			if err := os.Symlink(path+".real", path); err != nil {
				return err
			}
			return os.Lchown(path, uid, -1)
		}
	}
	own := os.Geteuid()
	for _, tt := range []struct {
		name  string
		spoil func(dir string) error
		want  string // in the one problem; empty: none
		root  bool
	}{
		{"as-it-should-be", func(string) error { return nil }, "", false},
		{"config-0666", chmod("conf/c.toml", 0o666), "c.toml: other users can write it (mode 0666). Run: chmod go-w ", false},
		{"config-folder-0777", chmod("conf", 0o777), "conf: other users can write it (mode 0777). Run: chmod go-w ", false},
		{"config-folder-sticky", chmod("conf", 0o777|os.ModeSticky), "", false},
		{"state-folder-0777", chmod("state", 0o777), "state: state: other users can write it (mode 0777). Run: chmod go-w ", false},
		{"state-folder-sticky", chmod("state", 0o777|os.ModeSticky), "chmod go-w ", false},
		{"state-folder-0755", chmod("state", 0o755), "", false},
		{"folder-above-0777", chmod(".", 0o777), "", true}, // see below
		{"folder-above-sticky", chmod(".", 0o777|os.ModeSticky), "", false},
		{"store-0666", chmod("state/state.db", 0o666), "state.db: state: other users can read or write it (mode 0666). Run: chmod 600 ", false},
		{"store-0640", chmod("state/state.db", 0o640), "chmod 600 ", false},
		{"spool-0777", chmod("state/spool", 0o777), "spool: state: other users can write it", false},
		{"key-folder-0777", chmod("etc", 0o777), "etc: key_file: other users can write it (mode 0777). Run: chmod go-w ", false},
		{"socket-folder-0777", chmod("run", 0o777|os.ModeSticky), "run: socket: other users can write it", false},
		{"own-link-for-spool", swap("state/spool", own), "", false},
		{"link-for-spool", swap("state/spool", 54321), "spool: state: is a link that user 54321 has made", true},
		{"link-for-store", swap("state/state.db", 54321), "state.db: state: is a link", true},
		{"link-for-state", swap("state", 54321), "state: state: is a link", true},
		{"link-for-keys", swap("etc", 54321), "etc: key_file: is a link", true},
		{"group-of-another", func(dir string) error {
			if err := os.Chown(filepath.Join(dir, "state"), -1, 54321); err != nil {
				return err
			}
			return os.Chmod(filepath.Join(dir, "state"), 0o770)
		}, "(mode 0770). Run: chmod go-w ", true},
		{"store-of-another", func(dir string) error { return os.Chown(filepath.Join(dir, "state/state.db"), 54321, -1) }, "belongs to another user than its folder", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.root && own != 0 {
				t.Skip("needs root")
			}
			dir := t.TempDir()
			for _, sub := range []string{"conf", "state/spool", "etc", "run"} {
				if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			for path, text := range map[string]string{"state/state.db": "", "conf/c.toml": "state = \"../state/state.db\"\nkey_file = \"../etc/state.key\"\nsocket = \"../run/control.sock\"\n"} {
				if err := os.WriteFile(filepath.Join(dir, path), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := tt.spoil(dir); err != nil {
				t.Fatal(err)
			}
			c, problems := Load(filepath.Join(dir, "conf/c.toml"))
			problems = append(problems, c.CheckPlaces()...)
			var said []string
			for _, p := range problems {
				said = append(said, p.String())
			}
			got := strings.Join(said, "\n")
			if tt.name == "folder-above-0777" { // once above the state, once above the key
				if len(said) != 2 || strings.Count(got, "Run: chmod o-w "+dir) != 2 {
					t.Errorf("found:\n%s", got)
				}
				return
			}
			if (tt.want == "") != (len(said) == 0) || !strings.Contains(got, tt.want) {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}
