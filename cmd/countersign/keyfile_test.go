package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/exit"
)

// TestCheckConfigAsDaemon: check-config, run by root, finds what would stop the
// daemon's user, and its command mends it: afterwards it calls the desk good.
func TestCheckConfigAsDaemon(t *testing.T) {
	t.Parallel()
	own := func(uid int, paths ...string) func(dir string) error {
		return func(dir string) error {
			for _, path := range paths {
				if err := os.Chown(filepath.Join(dir, path), uid, -1); err != nil {
					return err
				}
			}
			return nil
		}
	}
	mode := func(path string, mode os.FileMode) func(string) error {
		return func(dir string) error { return os.Chmod(filepath.Join(dir, path), mode) }
	}
	for _, tt := range []struct {
		name        string
		spoil, mend func(dir string) error
		want        string // with DIR for the folder; the command that mends it
	}{
		{"key-of-roots", own(0, "etc/state.key"), own(another, "etc/state.key"), "sudo chown 54321 DIR/etc/state.key\n"},
		{"key-folder-of-roots", own(0, "etc"), own(another, "etc"), "sudo chown 54321 DIR/etc\n"},
		{"all-of-roots", own(0, "etc", "etc/state.key", "etc/state.key.head"), own(another, "etc", "etc/state.key", "etc/state.key.head"),
			"sudo chown 54321 DIR/etc DIR/etc/state.key DIR/etc/state.key.head\n"},
		{"head-of-roots", own(0, "etc/state.key.head"), own(another, "etc/state.key.head"), "sudo chown 54321 DIR/etc/state.key.head\n"},
		{"key-0644", mode("etc/state.key", 0o644), mode("etc/state.key", 0o600), "chmod 600 DIR/etc/state.key\n"},
		{"key-lost", func(dir string) error { return os.Rename(dir+"/etc/state.key", dir+"/key") },
			func(dir string) error { return os.Rename(dir+"/key", dir+"/etc/state.key") }, "its key is missing"},
		{"config-closed", mode("c.toml", 0o600), mode("c.toml", 0o644), "sudo chmod 644 DIR/c.toml\n"},
		{"secret-of-roots", own(0, "etc/secret"), own(another, "etc/secret"), "belongs to root, so that the daemon's user may not read it. Run: sudo chown countersign DIR/etc/secret\n"},
		{"state-folder-of-roots", own(0, "state"), own(another, "state"), "Run: chown 54321 DIR/state\n"},
		{"state-beside-other-things", func(dir string) error {
			return os.WriteFile(dir+"/c.toml", []byte("state = \"state.db\"\nkey_file = \"etc/state.key\"\n[[mailbox]]\nname = \"support\"\naddress = \"support@desk.example\"\nimap = \"127.0.0.1:1\"\ntls = \"none\"\npassword_file = \"etc/secret\"\nmode = \"observe\"\n"), 0o644)
		}, nil, "folder of its own that belongs to that user, such as DIR/countersign/state.db.\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, conf := theirs(t)
			check := func() (int, string) { return program("--config", conf, "check-config") }
			if code, out := program("--config", conf, "contact", "list"); code != 0 {
				t.Fatalf("exit %d\n%s", code, out)
			}
			must(t, tt.spoil(dir))
			want := strings.ReplaceAll(tt.want, "DIR", dir)
			if code, out := check(); code != exit.Config || !strings.Contains(out, want) || strings.Contains(out, "Try: ") {
				t.Errorf("exit %d, want %d and %q:\n%s", code, exit.Config, want, out)
			}
			if tt.mend == nil {
				return
			}
			must(t, tt.mend(dir))
			if code, out := check(); code != 0 {
				t.Errorf("after its advice: exit %d\n%s", code, out)
			}
		})
	}
}

// TestHeadOfRoots: a head that another user owns is not lost: the store isn't
// taken for an older copy, whose questions are void for good.
func TestHeadOfRoots(t *testing.T) {
	t.Parallel()
	dir, conf := theirs(t)
	for _, step := range []struct {
		owner, code int
		said        string
	}{{another, 0, "CONTACT"}, {0, exit.Config, "Try: sudo chown 54321 " + dir + "/etc/state.key.head\n"}, {another, 0, "CONTACT"}} {
		if _, err := os.Stat(filepath.Join(dir, "etc/state.key.head")); err == nil { // not at first
			must(t, os.Chown(filepath.Join(dir, "etc/state.key.head"), step.owner, -1))
		}
		code, out := program("--config", conf, "contact", "list")
		if code != step.code || !strings.Contains(out, step.said) || strings.Contains(out, "older copy") {
			t.Errorf("head of user %d: exit %d, want %d and %q:\n%s", step.owner, code, step.code, step.said, out)
		}
	}
}
