package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"countersign/internal/mailtest"
)

// The people of the house in which the program is installed.
const (
	passwd = "root:x:0:0::/:/bin/sh\ncountersign:x:990:990::/:/bin/false\nsam:x:2001:2001::/:/bin/sh\nkim:x:2002:2002::/:/bin/sh\n"
	groups = "root:x:0:\ncountersign:x:990:\nsam:x:2001:\nkim:x:2002:\ncountersign-operators:x:991:sam\n"
)

// as are the rights of who has logged in.
var as = map[string]*syscall.Credential{
	"root":             {},
	"sam":              {Uid: 2001, Gid: 2001, Groups: []uint32{991}},
	"sam, before":      {Uid: 2001, Gid: 2001}, // logged in before they came into the group
	"kim":              {Uid: 2002, Gid: 2002},
	"the daemon's own": {Uid: 990, Gid: 990},
}

// typed runs the command line as somebody.
func typed(who string, args ...string) (int, string) {
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Args[0], cmd.Dir, cmd.Env = "countersign", "/", []string{"PATH=/usr/bin:/bin"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as[who]}
	out, err := cmd.CombinedOutput()
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		return ended.ExitCode(), string(out)
	}
	if err != nil {
		return -1, err.Error()
	}
	return 0, string(out)
}

// unit is the settings of the shipped unit.
func unit(t *testing.T) map[string]string {
	t.Helper()
	b, err := os.ReadFile("../../packaging/countersign.service")
	must(t, err)
	out := map[string]string{}
	for _, line := range strings.Split(string(b), "\n") {
		if key, value, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			out[key] = value
		}
	}
	return out
}

// readmeConfig is the configuration that the README shows as a whole working one.
func readmeConfig(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../README.md")
	must(t, err)
	block := regexp.MustCompile("(?s)```toml\n(.*?)```").FindSubmatch(b)
	if block == nil {
		t.Fatal("the README shows no configuration")
	}
	return string(block[1])
}

// house is a machine with these people, on which nothing of the program is yet.
func house(t *testing.T) {
	t.Helper()
	etc := t.TempDir()
	for name, text := range map[string]string{"passwd": passwd, "group": groups, "nsswitch.conf": "passwd: files\ngroup: files\n"} {
		must(t, os.WriteFile(filepath.Join(etc, name), []byte(text), 0o644))
	}
	must(t, os.Chmod(etc, 0o755))
	must(t, syscall.Mount("none", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""))
	must(t, syscall.Mount(etc, "/etc", "", syscall.MS_BIND, ""))
	for _, dir := range []string{"/run", "/var/lib"} {
		must(t, syscall.Mount("tmpfs", dir, "tmpfs", 0, "mode=0755"))
	}
}

// start does what systemd does with the unit, as far as it matters here.
func start(t *testing.T) (daemon *exec.Cmd, log *bytes.Buffer) {
	t.Helper()
	u := unit(t)
	if u["User"] != "countersign" || u["Group"] != "countersign" || u["SupplementaryGroups"] != "countersign-operators" {
		t.Fatalf("the unit runs as %s, %s, %s", u["User"], u["Group"], u["SupplementaryGroups"])
	}
	env := []string{"PATH=/usr/bin:/bin"}
	for _, d := range []struct{ setting, below, variable string }{
		{"RuntimeDirectory", "/run", "RUNTIME_DIRECTORY"}, {"StateDirectory", "/var/lib", "STATE_DIRECTORY"},
		{"ConfigurationDirectory", "/etc", "CONFIGURATION_DIRECTORY"}} {
		path := filepath.Join(d.below, u[d.setting])
		env = append(env, d.variable+"="+path)
		mode, err := strconv.ParseUint(u[d.setting+"Mode"], 8, 32)
		must(t, err)
		must(t, os.MkdirAll(path, 0o700))
		must(t, os.Chmod(path, os.FileMode(mode)))
		if d.below != "/etc" {
			must(t, os.Chown(path, 990, 990))
		}
	}
	log = &bytes.Buffer{}
	daemon = exec.Command("/proc/self/exe", strings.Fields(u["ExecStart"])[1:]...)
	daemon.Args[0], daemon.Dir, daemon.Env, daemon.Stderr = "countersign", "/", env, log
	daemon.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 990, Gid: 990, Groups: []uint32{991}}}
	must(t, daemon.Start())
	return daemon, log
}

// TestInstalled goes through the README as root, as a member of the group and as
// a stranger, with the shipped unit, in a house of its own.
func TestInstalled(t *testing.T) {
	t.Parallel()
	if os.Getenv("COUNTERSIGN_HOUSE") == "" {
		if os.Geteuid() != 0 {
			mailtest.Lacks(t, "needs root")
		}
		cmd := exec.Command("/proc/self/exe", "-test.run=^TestInstalled$", "-test.v")
		cmd.Env = append(os.Environ(), "COUNTERSIGN_HOUSE=1")
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
		out, err := cmd.CombinedOutput()
		if errors.Is(err, syscall.EPERM) {
			mailtest.Lacks(t, "no mounts of one's own here")
		}
		if err != nil || !bytes.Contains(out, []byte("--- PASS: TestInstalled")) {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	readme := readmeConfig(t)
	house(t)
	says := func(who, args string, code int, want, never string) {
		t.Helper()
		got, out := typed(who, strings.Fields(args)...)
		if got != code || !strings.Contains(out, want) || never != "" && strings.Contains(out, never) {
			t.Errorf("%s: %s: exit %d, want %d and %q, never %q:\n%s", who, args, got, code, want, never, out)
		}
	}
	// README, "Run it for real", 1 to 3
	must(t, os.MkdirAll("/etc/countersign", 0o755))
	must(t, os.Chown("/etc/countersign", 990, -1))
	must(t, os.WriteFile("/etc/countersign/countersign.toml", []byte(readme), 0o644))
	for _, name := range []string{"imap.secret", "smtp.secret"} {
		must(t, os.WriteFile("/etc/countersign/"+name, []byte("password\n"), 0o600))
		must(t, os.Chown("/etc/countersign/"+name, 990, 990))
	}
	must(t, os.WriteFile("/run/contacts.csv", []byte("client,client_name,email,name,role,permissions,language\nnorth,Northwind,ada@north.example,Ada Berg,primary,,en\n"), 0o600))
	says("root", "check-config", 0, "good", "")
	says("kim", "ticket list", 69, "not running", "usermod")
	says("root", "contact import /run/contacts.csv", 0, "Added 1", "")
	says("root", "agent add sam --email sam@desk.example --authority password-change --unix-user sam", 0, "Added sam", "")
	says("sam", "ticket list", 69, "systemctl start countersign", "usermod")
	says("the daemon's own", "contact list", 0, "Ada Berg", "")

	// 4 and 5: no command finds the store in use, not even while the daemon starts
	daemon, log := start(t)
	defer func() {
		_ = daemon.Process.Kill()
		_ = daemon.Wait()
		if t.Failed() {
			t.Logf("the daemon said:\n%s", log)
		}
	}()
	says("root", "contact list", 0, "Ada Berg", "")
	eventually(t, "the daemon's socket", func() bool { code, _ := typed("root", "mailbox", "status"); return code == 0 })
	says("root", "mailbox status", 0, "support", "")
	says("the daemon's own", "mailbox status", 0, "support", "")
	says("sam", "ticket open --contact ada@north.example --channel chat --class password-change --subject SFTP --agent sam", 0, "T-1 opened", "")
	says("sam", "authorize T-1 password-change --agent sam", 77, "DENY", "")
	says("sam", "__complete authorize T", 0, "T-1\tSFTP\n", "")
	says("sam", "__complete authorize T-1 pass", 0, "password-change\n", "T-1")
	says("kim", "__complete ticket show T", 0, ":4", "T-1")
	says("sam, before", "ticket list", 77, "log in again", "usermod")
	says("kim", "ticket list", 77, "usermod -aG countersign-operators kim", "newgrp")
	says("root", "run --once", 69, "A daemon runs", "")

	must(t, daemon.Process.Signal(syscall.SIGHUP))
	time.Sleep(300 * time.Millisecond)
	says("sam", "ticket list", 0, "T-1", "")

	must(t, daemon.Process.Signal(syscall.SIGTERM))
	if err := daemon.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
	if !strings.Contains(log.String(), "settings read again") {
		t.Error("nothing is read again after a SIGHUP")
	}
	says("sam", "ticket list", 69, "not running", "usermod")
	must(t, os.RemoveAll("/run/countersign")) // as systemd does when the daemon has stopped
	says("sam", "ticket list", 69, "systemctl start countersign", "usermod")
	says("root", "ticket list", 0, "T-1", "")
	if b, err := os.ReadDir("/var/lib/countersign"); err != nil || len(b) == 0 {
		t.Error(fmt.Sprint(b, err))
	}
	whose(t, "/var/lib/countersign", 990)
}
