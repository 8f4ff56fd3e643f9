package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

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
