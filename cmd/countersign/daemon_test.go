package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"countersign/internal/suite"
)

// background starts the program, in a process of its own: TestMain knows it by
// its name.
func background(stderr io.Writer, env []string, args ...string) (*exec.Cmd, error) {
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Args[0], cmd.Stderr, cmd.Env = "countersign", stderr, append(os.Environ(), env...)
	return cmd, cmd.Start()
}

// eventually waits for something that another process does.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(3 * time.Minute); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// daemon starts the program, and gives what ends it with SIGTERM: that must go
// well, and soon.
func (o *outside) daemon() (stop func()) {
	t := o.t
	t.Helper()
	log := &bytes.Buffer{}
	daemon, err := background(log, []string{"NOTIFY_SOCKET=" + o.systemd}, "--config", filepath.Join(o.dir, "countersign.toml"), "run")
	must(t, err)
	gone := make(chan error, 1)
	go func() { gone <- daemon.Wait() }()
	ended := false
	t.Cleanup(func() {
		if !ended {
			_ = daemon.Process.Kill()
			<-gone
		}
		if t.Failed() {
			t.Logf("the daemon said:\n%s", log)
		}
	})
	eventually(t, "the socket", func() bool {
		_, err := os.Stat(filepath.Join(o.dir, "state", "control.sock"))
		return err == nil
	})
	return func() {
		t.Helper()
		must(t, daemon.Process.Signal(syscall.SIGTERM))
		began := time.Now()
		select {
		case err := <-gone:
			if ended = true; err != nil {
				t.Errorf("after SIGTERM: %v", err)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("SIGTERM did not end the daemon")
		}
		t.Logf("SIGTERM ended it after %s", time.Since(began).Round(time.Millisecond))
	}
}

// TestDaemon: the daemon reads and sends while the command line is its client; a
// second one is refused, and SIGTERM ends the first cleanly.
func TestDaemon(t *testing.T) {
	t.Parallel()
	o := newOutside(t)
	notice := o.people()
	o.systemd = filepath.Join(t.TempDir(), "notify")
	listener, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: o.systemd, Net: "unixgram"})
	must(t, err)
	defer listener.Close()
	stop := o.daemon()
	for _, want := range []string{"READY=1", "WATCHDOG=1"} {
		said := make([]byte, 4096)
		must(t, listener.SetReadDeadline(time.Now().Add(30*time.Second)))
		if n, err := listener.Read(said); err != nil || !strings.HasPrefix(string(said[:n]), want) {
			t.Errorf("systemd is told %q, want %s; %v", said[:n], want, err)
		}
	}
	conf, socket := filepath.Join(o.dir, "countersign.toml"), filepath.Join(o.dir, "state", "control.sock")

	// The clients: one opens tickets while others look, and mail arrives.
	must(t, o.dovecot.Deliver(o.signed(o.reply(notice, "YES"))))
	sent := len(o.smtp.Mails())
	done := make(chan error, 4)
	for i := range 4 {
		go func() {
			var err error
			for n := range 5 {
				args := []string{"--config", conf, "ticket", "list"}
				if i == 0 {
					args = []string{"--config", conf, "ticket", "open", "--contact", "ada@north.example", "--channel", "chat", "--class", "password-change",
						"--subject", fmt.Sprint("No. ", n), "--agent", "sam"}
				}
				var out bytes.Buffer
				if code := run(context.Background(), args, strings.NewReader(""), &out, &out); code != 0 {
					err = errors.Join(err, fmt.Errorf("exit %d: %s", code, out.String()))
				}
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	eventually(t, "T-1 to be confirmed", func() bool { return o.state("T-1") == "confirmed" })
	eventually(t, "the questions to go out", func() bool { return len(o.smtp.Mails()) >= sent+5 })
	if out := o.ok("mailbox", "status", "--json"); !strings.Contains(out, `"uidvalidity"`) || strings.Contains(out, "not running") {
		t.Errorf("mailbox status: %s", out)
	}

	o.denied(69, "another daemon answers", "run")
	o.denied(69, "A daemon runs", "run", "--once")
	if _, err := os.Stat(socket); err != nil {
		t.Errorf("the second daemon took the socket away: %v", err)
	}
	o.ok("ticket", "list")

	before := files(t, o.dir)
	stop()
	after := files(t, o.dir)
	for name := range before {
		if !after[name] && name != "state/control.sock" {
			t.Errorf("%s was removed at the end", name)
		}
	}
	if got := o.state("T-1"); got != "confirmed" {
		t.Errorf("T-1 is %s after the end", got)
	}
	o.ok("run", "--once")
	o.ok("audit", "verify")
}

// files names everything below dir.
func files(t *testing.T, dir string) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			all[name] = true
		}
		return err
	}))
	return all
}

// TestDiskFullMeanwhile: the disk fills up under the daemon. It says so, takes
// nothing on, loses nothing, and goes on by itself when there is space.
func TestDiskFullMeanwhile(t *testing.T) {
	suite.Long(t)
	t.Parallel()
	o := newOutside(t)
	state := filepath.Join(o.dir, "state")
	mount(t, state, 4<<20)
	notice := o.people()
	stop := o.daemon()
	read := func() bool { return strings.Contains(o.ok("mailbox", "status", "--json"), `"state":"idle"`) }
	eventually(t, "the mailbox to be read", read)
	ballast := fill(t, state)
	n := o.post(notice)
	eventually(t, "the status to say so", func() bool {
		return strings.Contains(o.ok("mailbox", "status", "--json"), "no space left on device")
	})
	refused := 0
	for range 200 { // until the pages that the store still has are used up
		code, out := o.cli("ticket", "open", "--contact", "ada@north.example", "--channel", "chat", "--class", "password-change", "--subject", "more", "--agent", "sam")
		if code == 0 {
			continue
		}
		if refused++; code != 74 || !strings.Contains(out, "no space left on device") {
			t.Fatalf("exit %d: %s", code, out)
		}
		if refused == 3 {
			break
		}
	}
	if code, out := o.cli("authorize", "T-1", "password-change", "--agent", "sam"); code == 0 {
		t.Errorf("allowed on a full disk: %s", out)
	}
	o.untouched(n-len(o.records()), n)
	must(t, os.Remove(ballast))
	eventually(t, "all mail to be moved", func() bool {
		left, err := o.dovecot.Messages("INBOX")
		must(t, err)
		return len(left) == 0 && len(o.records()) == n
	})
	o.settled(n)
	stop()
	o.ok("audit", "verify")
}
