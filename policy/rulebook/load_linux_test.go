package rulebook

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestLoadPipe: a pipe to which nobody writes keeps neither a command nor a reload waiting.
func TestLoadPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.toml")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	done := make(chan []Problem, 1)
	go func() { _, problems := Load(path); done <- problems }()
	select {
	case problems := <-done:
		if len(problems) != 1 || !strings.Contains(problems[0].Text, "is not a file") {
			t.Errorf("%v", problems)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it waits for the pipe")
	}
}
