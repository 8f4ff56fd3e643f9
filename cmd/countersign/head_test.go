package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRootLocksNobodyOut: what a command of root makes belongs to the daemon's user.
func TestRootLocksNobodyOut(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	const nobody = 65534
	dir := t.TempDir()
	for _, sub := range []string{"state", "etc"} {
		must(t, os.Mkdir(filepath.Join(dir, sub), 0o700))
		must(t, os.Chown(filepath.Join(dir, sub), nobody, -1))
	}
	conf := filepath.Join(dir, "c.toml")
	must(t, os.WriteFile(conf, []byte("state = \"state/state.db\"\nkey_file = \"etc/state.key\"\n"), 0o600))
	var out bytes.Buffer
	if code := run(context.Background(), []string{"--config", conf, "agent", "add", "sam", "--email", "sam@desk.example"}, nil, &out, &out); code != 0 {
		t.Fatalf("exit %d: %s", code, out.String())
	}
	for _, path := range []string{"state/state.db", "state/spool", "etc/state.key", "etc/state.key.head"} {
		info, err := os.Stat(filepath.Join(dir, path))
		must(t, err)
		if owner(info) != nobody {
			t.Errorf("%s belongs to %d", path, owner(info))
		}
	}
}

// TestTornHead: a head that a power loss has torn raises no false alarm.
func TestTornHead(t *testing.T) {
	dir := t.TempDir()
	conf := filepath.Join(dir, "c.toml")
	must(t, os.WriteFile(conf, []byte("state = \"state.db\"\nkey_file = \"state.key\"\n"), 0o600))
	cli := func(args ...string) (int, string) {
		var out bytes.Buffer
		code := run(context.Background(), append([]string{"--config", conf}, args...), nil, &out, &out)
		return code, out.String()
	}
	if code, out := cli("agent", "add", "sam", "--email", "sam@desk.example"); code != 0 {
		t.Fatal(out)
	}
	must(t, os.WriteFile(filepath.Join(dir, "state.key.head"), nil, 0o600))
	if code, out := cli("agent", "list"); code != 0 || strings.Contains(out, "older copy") {
		t.Errorf("exit %d: %s", code, out)
	}
}
