//go:build linux

package owner

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"countersign/internal/config"
	"countersign/internal/mailtest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// another is a user who is not root and in no list of users, with a group.
const another = 54321

func TestMain(m *testing.M) {
	if os.Args[0] == "stepdown" {
		steppedDown()
		return
	}
	os.Exit(m.Run())
}

// steppedDown is a program that steps down and says who it is then, in every
// thread, and whether it could be root again.
func steppedDown() {
	ready := make(chan struct{})
	for range 4 { // threads that are there already
		go func() { runtime.LockOSThread(); ready <- struct{}{}; select {} }()
		<-ready
	}
	dir := os.Args[1]
	if err := StepDown(config.Config{State: filepath.Join(dir, "state/state.db"), KeyFile: filepath.Join(dir, "etc/state.key")}); err != nil {
		fmt.Println(err)
		return
	}
	threads, _ := filepath.Glob("/proc/self/task/*/status")
	for _, path := range threads {
		b, _ := os.ReadFile(path)
		for _, line := range strings.Split(string(b), "\n") {
			for _, want := range []string{"Uid:", "Gid:", "Groups:", "CapEff:", "CapPrm:"} {
				if strings.HasPrefix(line, want) {
					fmt.Println(strings.Join(strings.Fields(line), " "))
				}
			}
		}
	}
	fmt.Println("again:", syscall.Setuid(0), len(threads) > 4)
}

// TestStepDown: nothing of root is left, in no thread, and there is no way back.
func TestStepDown(t *testing.T) {
	if os.Geteuid() != 0 {
		mailtest.Lacks(t, "only root can become another user")
	}
	dir, err := os.MkdirTemp("", "countersign-owner-") // t.TempDir lets no other user through
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755))
	for _, sub := range []string{"state", "etc"} {
		must(t, os.Mkdir(filepath.Join(dir, sub), 0o700))
		must(t, os.Chown(filepath.Join(dir, sub), another, another))
	}
	cmd := exec.Command("/proc/self/exe", dir)
	cmd.Args[0] = "stepdown"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 0, Gid: 0, Groups: []uint32{0, 6, 42}}}
	out, err := cmd.CombinedOutput()
	must(t, err)
	operators := ""
	if u, err := withGroups(another, dir); err == nil && len(u.groups) == 1 {
		operators = fmt.Sprintf(" %d", u.groups[0])
	}
	good := map[string]bool{"Uid: 54321 54321 54321 54321": true, "Gid: 54321 54321 54321 54321": true, "Groups:" + operators: true,
		"CapEff: 0000000000000000": true, "CapPrm: 0000000000000000": true, "again: operation not permitted true": true}
	seen := map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		if seen[line] = true; !good[line] {
			t.Errorf("%s", line)
		}
	}
	if len(seen) != len(good) {
		t.Errorf("it said\n%s", out)
	}
}
