package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadSecret(t *testing.T) {
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	tests := []struct {
		name, content string
		mode          os.FileMode
		want, refused string
	}{
		{"one-line", "pa ss\n", 0o600, "pa ss", ""},
		{"no-line-end", "päss", 0o400, "päss", ""},
		{"windows-line-end", "pass\r\n", 0o600, "pass", ""},
		{"group-may-read", "pass\n", 0o640, "", "chmod 600"},
		{"all-may-read", "pass\n", 0o604, "", "(mode 0604)"},
		{"all-may-write", "pass\n", 0o602, "", "(mode 0602)"},
		{"empty", "", 0o600, "", "is empty"},
		{"empty-first-line", "\npass\n", 0o600, "", "is empty"},
		{"two-lines", "pass\nword\n", 0o600, "", "more than one line"},
		{"control", "pa\x00ss", 0o600, "", "control characters"},
		{"longest", strings.Repeat("x", maxSecret), 0o600, strings.Repeat("x", maxSecret), ""},
		{"too-long", strings.Repeat("x", maxSecret+1), 0o600, "", "more than one line"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "imap secret")
			if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, tt.mode); err != nil { // whatever the umask
				t.Fatal(err)
			}
			got, err := ReadSecret(path)
			if tt.refused == "" {
				if err != nil || string(got) != tt.want {
					t.Errorf("ReadSecret() = %q, %v, want %q", string(got), err, tt.want)
				}
				return
			}
			e, ok := err.(*secretError)
			if !ok || !strings.Contains(e.Error(), tt.refused) || got != "" {
				t.Errorf("ReadSecret() = %q, %v, want an error with %q", string(got), err, tt.refused)
			}
			if ok && tt.content != "" && strings.Contains(e.Error(), "pass\n") {
				t.Errorf("%q shows the secret", e.Error())
			}
			if ok && e.Try != "" && !strings.Contains(e.Try, "'"+path+"'") {
				t.Errorf("the command %q breaks at the blank in the path", e.Try)
			}
		})
	}
}

// TestCredential: a credential of systemd may show the mask of its access
// control list as the group's right to read, and no more than that.
func TestCredential(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "imap")
	if err := os.WriteFile(path, []byte("pass\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, credentials string
		mode              os.FileMode
		good              bool
	}{
		{"credential", dir, 0o440, true},
		{"credential-all-may-read", dir, 0o444, false},
		{"credential-group-may-write", dir, 0o460, false},
		{"not-from-systemd", "", 0o440, false},
		{"other-folder", filepath.Join(dir, "x"), 0o440, false},
		{"folder-above", filepath.Dir(dir), 0o440, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("CREDENTIALS_DIRECTORY", tt.credentials)
			if err := os.Chmod(path, tt.mode); err != nil {
				t.Fatal(err)
			}
			if _, err := ReadSecret(path); (err == nil) != tt.good {
				t.Errorf("ReadSecret() of mode %o: %v", tt.mode, err)
			}
		})
	}
}
