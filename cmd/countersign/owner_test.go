package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"countersign/internal/config"
	"countersign/internal/exit"
	"countersign/internal/mailtest"
	"countersign/internal/suite"
)

// another is a user who is not root and in no list of users, with a group.
const another = 54321

// program runs the command line in a process of its own.
func program(args ...string) (code int, output string) {
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Args[0] = "countersign"
	out, err := cmd.CombinedOutput()
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		return ended.ExitCode(), string(out)
	}
	if err != nil {
		return -1, err.Error()
	}
	return 0, string(out)
}

// theirs is a desk whose state and key folders belong to another user, below a
// folder of root's, and its configuration.
func theirs(t *testing.T) (dir, conf string) {
	t.Helper()
	if os.Geteuid() != 0 {
		mailtest.Lacks(t, "only root can become another user")
	}
	dir, err := os.MkdirTemp("", "countersign-theirs-") // t.TempDir lets no other user through
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755))
	for _, sub := range []string{"state", "etc"} {
		must(t, os.Mkdir(filepath.Join(dir, sub), 0o700))
		must(t, os.Chown(filepath.Join(dir, sub), another, another))
	}
	must(t, os.Chmod(filepath.Join(dir, "etc"), 0o755))
	conf = filepath.Join(dir, "c.toml")
	must(t, os.WriteFile(conf, []byte("state = \"state/state.db\"\nkey_file = \"etc/state.key\"\n"+
		"[[mailbox]]\nname = \"support\"\naddress = \"support@desk.example\"\nimap = \"127.0.0.1:1\"\ntls = \"none\"\npassword_file = \"etc/secret\"\n"+
		"[smtp]\nserver = \"127.0.0.1:1\"\ntls = \"none\"\n"), 0o644))
	must(t, os.WriteFile(filepath.Join(dir, "etc/secret"), []byte("password\n"), 0o600))
	must(t, os.Chown(filepath.Join(dir, "etc/secret"), another, another))
	return dir, conf
}

// whose fails for every file below folder that isn't uid's.
func whose(t *testing.T, folder string, uid int) {
	t.Helper()
	must(t, filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Lstat(path)
		if err == nil && config.Owner(info) != uid {
			t.Errorf("%s belongs to %d, want %d", path, config.Owner(info), uid)
		}
		return err
	}))
}

// TestRootLocksNobodyOut: what commands of root make belongs to the daemon's
// user, and root's own files are read and written as root.
func TestRootLocksNobodyOut(t *testing.T) {
	t.Parallel()
	dir, conf := theirs(t)
	mine := filepath.Join(dir, "mine")
	must(t, os.MkdirAll(filepath.Join(mine, "box/cur"), 0o700))
	csv := filepath.Join(mine, "contacts.csv")
	must(t, os.WriteFile(csv, []byte("client,client_name,email,name,role,permissions,language\n"+
		"north,Northwind,ada@north.example,Ada Berg,primary,,en\nnorth,Northwind,\"nils@north,example\",Nils Holm,authorised,,en\n"), 0o600))
	for _, name := range []string{"1", "2"} {
		must(t, os.WriteFile(filepath.Join(mine, "box/cur", name), []byte("From: ada@north.example\r\n\r\nYES\r\n"), 0o600))
	}
	for _, tt := range []struct {
		args string
		code int
		said string
	}{
		{"contact import " + csv, exit.DataErr, "contacts.rejected.csv"},
		{"agent add sam --email sam@desk.example", 0, "Added sam"},
		{"contact list", 0, "Ada Berg"},
		{"verify " + mine + "/box", exit.NoPerm, "2 messages"},
		{"authorize T-1 question --agent sam", exit.NoInput, "No such ticket"},
		{"run --once", exit.Unavailable, "127.0.0.1:1"},
		{"check-config", 0, "good"},
		{"open-store", exit.Usage, "for the program itself"},
	} {
		if code, out := program(append([]string{"--config", conf}, strings.Fields(tt.args)...)...); code != tt.code || !strings.Contains(out, tt.said) {
			t.Errorf("%s: exit %d, want %d and %q:\n%s", tt.args, code, tt.code, tt.said, out)
		}
	}
	for _, path := range []string{"state/state.db", "state/spool", "etc/state.key", "etc/state.key.head"} {
		if _, err := os.Stat(filepath.Join(dir, path)); err != nil {
			t.Error(err)
		}
	}
	whose(t, filepath.Join(dir, "state"), another)
	whose(t, filepath.Join(dir, "etc"), another)
	whose(t, mine, 0)
}

// TestRootMakesTheState: the first command may be root's, before there is a
// folder of the state: in root's own folder, or in one of that user's.
func TestRootMakesTheState(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		spoil func(dir string) error
		state string
		code  int
		said  string
	}{
		{"in-roots", func(string) error { return nil }, "new/state.db", 0, ""},
		{"in-theirs", func(string) error { return nil }, "etc/new/deeper/state.db", 0, ""},
		{"others-can-write", func(dir string) error { return os.Chmod(dir, 0o777|fs.ModeSticky) }, "new/state.db", exit.Config, "install -d -m 0700 -o 54321 "},
		{"two-missing", func(string) error { return nil }, "new/deeper/state.db", exit.Config, "install -d -m 0700 -o 54321 "},
		{"a-folder-of-roots", func(dir string) error { return os.Mkdir(filepath.Join(dir, "new"), 0o700) }, "new/state.db", exit.Config, "chown 54321 "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, conf := theirs(t)
			text, err := os.ReadFile(conf)
			must(t, err)
			must(t, os.WriteFile(conf, bytes.Replace(text, []byte("state/state.db"), []byte(tt.state), 1), 0o644))
			must(t, tt.spoil(dir))
			code, out := program("--config", conf, "agent", "add", "sam", "--email", "sam@desk.example")
			if code != tt.code || !strings.Contains(out, tt.said) {
				t.Fatalf("exit %d, want %d and %q:\n%s", code, tt.code, tt.said, out)
			}
			if tt.code == 0 {
				whose(t, filepath.Join(dir, filepath.Dir(tt.state)), another)
			}
		})
	}
}

// TestSwappedFolders: who has taken over the daemon's user gets nothing of root's
// by a link in the place of what root once walked, not even while it runs.
func TestSwappedFolders(t *testing.T) {
	suite.Long(t)
	t.Parallel()
	dir, conf := theirs(t)
	add := func(id string) (int, string) {
		return program("--config", conf, "agent", "add", id, "--email", id+"@desk.example")
	}
	if code, out := add("sam"); code != 0 {
		t.Fatal(out)
	}
	precious := filepath.Join(dir, "precious")
	must(t, os.MkdirAll(filepath.Join(precious, "ab"), 0o755))
	must(t, os.WriteFile(filepath.Join(precious, "ab/file"), []byte("precious"), 0o600))
	check := func() {
		t.Helper()
		whose(t, precious, 0)
		entries, err := os.ReadDir(precious)
		must(t, err)
		if b, err := os.ReadFile(filepath.Join(precious, "ab/file")); err != nil || string(b) != "precious" || len(entries) != 1 {
			t.Errorf("it now holds %q, %v, %v", b, err, entries)
		}
	}
	for i, what := range []string{"state/spool", "state/state.db", "etc/state.key.head", "etc/state.key", "state", "etc"} {
		path, target := filepath.Join(dir, what), filepath.Join(precious, "ab/file")
		if !strings.Contains(filepath.Base(what), ".") {
			target = precious
		}
		must(t, os.Rename(path, path+".real"))
		must(t, os.Symlink(target, path))
		must(t, os.Lchown(path, another, another))
		code, out := add(fmt.Sprintf("other%d", i))
		if code == 0 && what != "etc/state.key.head" { // which is replaced as a whole
			t.Errorf("%s: exit 0: %s", what, out)
		}
		if strings.HasPrefix(what, "state/s") && (code != exit.Config || !strings.Contains(out, "is a link")) {
			t.Errorf("%s: exit %d: %s", what, code, out)
		}
		check()
		must(t, os.Remove(path))
		must(t, os.Rename(path+".real", path))
	}

	// the same while commands run, between any two of their steps
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		spool := filepath.Join(dir, "state/spool")
		link := spool + ".link"
		if os.Symlink(precious, link) != nil || os.Lchown(link, another, another) != nil {
			return
		}
		for {
			select {
			case <-done:
				return
			default:
				_ = os.Rename(spool, spool+".real")
				_ = os.Rename(link, spool)
				_ = os.Rename(spool, link)
				_ = os.Rename(spool+".real", spool)
			}
		}
	}()
	for i := range 15 {
		add(fmt.Sprintf("racer%d", i))
	}
	close(done)
	<-stopped
	check()
}

// TestRejectedLines: what stands under the name of the file for rejected lines is
// replaced and never written through, be it a link to a file or another name of it.
func TestRejectedLines(t *testing.T) {
	t.Parallel()
	_, conf := theirs(t)
	for name, link := range map[string]func(old, path string) error{"symbolic": os.Symlink, "hard": os.Link} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			precious, rejected := filepath.Join(dir, "precious"), filepath.Join(dir, "contacts.rejected.csv")
			must(t, os.WriteFile(precious, []byte("precious"), 0o600))
			must(t, link(precious, rejected))
			must(t, os.WriteFile(filepath.Join(dir, "contacts.csv"), []byte("client,client_name,email,name,role,permissions,language\n"+
				"north,Northwind,\"nils@north,example\",Nils Holm,authorised,,en\n"), 0o600))
			if code, out := program("--config", conf, "contact", "import", filepath.Join(dir, "contacts.csv")); code != exit.DataErr {
				t.Fatalf("exit %d: %s", code, out)
			}
			if b, err := os.ReadFile(precious); err != nil || string(b) != "precious" {
				t.Errorf("root's file now holds %q, %v", b, err)
			}
			if b, err := os.ReadFile(rejected); err != nil || !strings.Contains(string(b), "Nils Holm") {
				t.Errorf("the rejected lines are %q, %v", b, err)
			}
		})
	}
}
