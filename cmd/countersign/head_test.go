package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/audit"
	"countersign/internal/exit"
	"countersign/internal/keys"
	"countersign/internal/kv"
)

// kept is a desk whose files are put away and back as an operator might.
type kept struct {
	*testing.T
	dir string
}

func keptDesk(t *testing.T) kept {
	t.Helper()
	k := kept{t, t.TempDir()}
	must(t, os.WriteFile(k.path("c.toml"), []byte("state = \"state.db\"\nkey_file = \"state.key\"\n"), 0o600))
	k.ok("agent", "add", "sam", "--email", "sam@desk.example", "--authority", "all", "--role", "lead")
	must(t, os.WriteFile(k.path("people.csv"), []byte("client,client_name,email,name,role,permissions,language\nnorth,Northwind,ada@north.example,Ada Berg,primary,,en\n"), 0o600))
	k.ok("contact", "import", k.path("people.csv"))
	return k
}

func (k kept) path(name string) string { return filepath.Join(k.dir, name) }

func (k kept) cli(args ...string) (int, string) {
	var out bytes.Buffer
	code := run(context.Background(), append([]string{"--config", k.path("c.toml")}, args...), nil, &out, &out)
	return code, out.String()
}

func (k kept) ok(args ...string) string {
	k.Helper()
	code, out := k.cli(args...)
	if code != 0 {
		k.Fatalf("%v: exit %d: %s", args, code, out)
	}
	return out
}

func (k kept) copy(from, to string) {
	k.Helper()
	b, err := os.ReadFile(k.path(from))
	must(k, err)
	must(k, os.WriteFile(k.path(to), b, 0o600))
}

func (k kept) open(subject string) {
	k.Helper()
	k.ok("ticket", "open", "--contact", "ada@north.example", "--channel", "chat", "--class", "password-change", "--subject", subject, "--agent", "sam")
}

// TestRestoredStore does one thing to the files that lie beside a store and says
// whether the next command takes it for an older copy.
func TestRestoredStore(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		spoil    func(kept)
		restored bool
	}{
		{"as-it-was", func(kept) {}, false},
		{"head-of-before", func(k kept) { // the program died before it kept the last one
			k.copy("state.key.head", "before")
			k.open("more")
			k.copy("before", "state.key.head")
		}, false},
		{"older-store", func(k kept) {
			k.copy("state.db", "before")
			k.open("more")
			k.copy("before", "state.db")
		}, true},
		{"no-head", func(k kept) { must(k, os.Remove(k.path("state.key.head"))) }, true},
		{"empty-head", func(k kept) { must(k, os.WriteFile(k.path("state.key.head"), nil, 0o600)) }, true},
		{"torn-head", func(k kept) { must(k, os.Truncate(k.path("state.key.head"), 40)) }, true},
		{"head-without-signature", func(k kept) {
			b, err := os.ReadFile(k.path("state.key.head"))
			must(k, err)
			must(k, os.WriteFile(k.path("state.key.head"), b[:bytes.Index(b, []byte("\n\n"))+2], 0o600))
		}, true},
		{"head-is-a-folder", func(k kept) {
			must(k, os.Remove(k.path("state.key.head")))
			must(k, os.Mkdir(k.path("state.key.head"), 0o700))
		}, true},
		{"head-of-another-desk", func(k kept) {
			other := keptDesk(k.T)
			b, err := os.ReadFile(other.path("state.key.head"))
			must(k, err)
			must(k, os.WriteFile(k.path("state.key.head"), b, 0o600))
		}, true},
		{"head-that-names-nothing", func(k kept) {
			key, err := keys.Load(k.path("state.key"), k.path("state.db"))
			must(k, err)
			must(k, kv.Memory().View(func(v kv.View) error {
				head, err := audit.New(key.Signer()).Checkpoint(v)
				must(k, err)
				return os.WriteFile(k.path("state.key.head"), []byte(head), 0o600)
			}))
		}, true},
		{"lost-store", func(k kept) { must(k, os.Remove(k.path("state.db"))) }, true},
		{"store-beside-it", func(k kept) { // a copy under another path, with the same key, was used meanwhile
			k.copy("state.db", "copy.db")
			conf := "state = \"copy.db\"\nkey_file = \"state.key\"\n"
			k.copy("c.toml", "first.toml")
			must(k, os.WriteFile(k.path("c.toml"), []byte(conf), 0o600))
			k.open("in the copy")
			k.copy("first.toml", "c.toml")
		}, true},
		{"copy-of-an-older-one-beside-it", func(k kept) {
			k.copy("state.db", "copy.db")
			k.open("in the first")
			must(k, os.WriteFile(k.path("c.toml"), []byte("state = \"copy.db\"\nkey_file = \"state.key\"\n"), 0o600))
		}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := keptDesk(t)
			tt.spoil(k)
			code, out := k.cli("client", "list")
			if tt.name == "head-is-a-folder" { // it is noticed, and can't be mended by the program
				if code != exit.IOErr || !strings.Contains(out, "can't be kept beside it") {
					t.Errorf("exit %d: %s", code, out)
				}
				must(t, os.Remove(k.path("state.key.head")))
				code, out = k.cli("client", "list")
			}
			if code != 0 || strings.Contains(out, "older copy") != tt.restored {
				t.Fatalf("exit %d, want restored %v: %s", code, tt.restored, out)
			}
			if out := k.ok("client", "list"); strings.Contains(out, "older copy") != tt.restored {
				t.Errorf("the second time: %s", out)
			}
			if tt.name == "lost-store" {
				k.ok("agent", "add", "sam", "--email", "sam@desk.example", "--role", "lead")
			}
			if tt.restored {
				k.ok("outbox", "release", "--agent", "sam")
			}
			if out := k.ok("client", "list"); strings.Contains(out, "older copy") {
				t.Errorf("after the release: %s", out)
			}
		})
	}
}

// TestFirstStart: nothing that can happen before the first decision makes a new
// store an older copy: a crash before its first head, or keys put in place first.
func TestFirstStart(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		spoil func(kept)
	}{
		{"crash-before-the-head", func(k kept) { must(k, os.Remove(k.path("state.key.head"))) }},
		{"crash-while-it-was-written", func(k kept) { must(k, os.WriteFile(k.path("state.key.head"), nil, 0o600)) }},
		{"crash-after-the-first-commit", func(k kept) {
			k.copy("state.key.head", "first")
			k.ok("agent", "add", "sam", "--email", "sam@desk.example")
			k.copy("first", "state.key.head")
		}},
		{"all-new-but-the-head", func(k kept) { must(k, errors.Join(os.Remove(k.path("state.key")), os.Remove(k.path("state.db")))) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := kept{t, t.TempDir()}
			must(t, os.WriteFile(k.path("c.toml"), []byte("state = \"state.db\"\nkey_file = \"state.key\"\n"), 0o600))
			k.ok("client", "list")
			tt.spoil(k)
			if out := k.ok("client", "list"); strings.Contains(out, "older copy") {
				t.Error(out)
			}
		})
	}
	// A backup that is put in the place of the store of a first start is one.
	k := keptDesk(t)
	k.copy("state.db", "backup")
	k.copy("state.key", "safe")
	for _, name := range []string{"state.db", "state.key", "state.key.head"} {
		must(t, os.Remove(k.path(name)))
	}
	k.copy("safe", "state.key")
	k.ok("client", "list")
	k.copy("backup", "state.db")
	if out := k.ok("client", "list"); !strings.Contains(out, "older copy") {
		t.Errorf("a backup put over a store that was just made: %s", out)
	}
}

// TestNoNewKey: a state whose key is gone is not opened with a new one.
func TestNoNewKey(t *testing.T) {
	k := keptDesk(t)
	must(t, os.Remove(k.path("state.key")))
	for _, head := range []bool{true, false} {
		if !head {
			must(t, os.Remove(k.path("state.key.head")))
		}
		code, out := k.cli("ticket", "list")
		if code != exit.Config || !strings.Contains(out, "put back the key file") || !strings.Contains(out, k.path("state.key")) {
			t.Errorf("exit %d: %s", code, out)
		}
		if _, err := os.Stat(k.path("state.key")); err == nil {
			t.Error("a key was made")
		}
	}
}
