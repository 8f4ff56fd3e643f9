package daemon

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestTidyKey: what a killed program left half written beside the key goes, and
// nothing else does.
func TestTidyKey(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	files := map[string]bool{"state.key": true, "state.key.head": true, "state.key.new-123": false, "state.key.head.new-9": false,
		"state.key.new-1.bak": true, "other.key.new-1": true, "state.key.new-copy": true}
	for name := range files {
		name = filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(name, nil, 0o600), os.Chtimes(name, now, now.Add(-2*time.Hour))); err != nil {
			t.Fatal(err)
		}
	}
	fresh := filepath.Join(dir, "state.key.new-77") // of a command that runs
	if err := os.WriteFile(fresh, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	files["state.key.new-77"] = true
	if err := tidyKey(filepath.Join(dir, "state.key"), now.Add(-longAgo)); err != nil {
		t.Fatal(err)
	}
	for name, stay := range files {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != stay {
			t.Errorf("%s: %v, want it there: %v", name, err, stay)
		}
	}
}
