package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"countersign/internal/exit"
	"countersign/internal/mailtest"
	"countersign/internal/suite"
	"countersign/staff"
)

// TestMain lets the test binary be a client in a process of its own.
func TestMain(m *testing.M) {
	if path := os.Getenv("COUNTERSIGN_TEST_DIAL"); path != "" {
		fmt.Println(dialled(path))
		return
	}
	os.Exit(suite.Waiting{M: m}.Run())
}

// dialled says what a client comes to that lists tickets and then the audit log.
func dialled(path string) string {
	c, err := Dial(path)
	if err != nil {
		return outcome(err)
	}
	defer c.http.CloseIdleConnections()
	var said []string
	for _, name := range []string{"ticket/list", "audit/list"} {
		err := c.Each(context.Background(), name, None{}, func(json.RawMessage) error { return nil })
		said = append(said, name+" "+outcome(err))
	}
	return strings.Join(said, ", ")
}

func outcome(err error) string {
	if err == nil {
		return "ok"
	}
	if e, ok := errors.AsType[*exit.Error](err); ok {
		return fmt.Sprint(e.Reason, " ", e.Code)
	}
	return err.Error()
}

// listen serves s on a socket in a folder that everybody may go through.
func listen(t *testing.T, s *Server) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "api")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "control.sock")
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve() = %v", err)
		}
	})
	return path
}

// TestPeer connects as another Unix user: the kernel says who they are, and
// their agent's role what they may.
func TestPeer(t *testing.T) {
	if os.Getuid() != 0 {
		mailtest.Lacks(t, "only root can start a process as another user")
	}
	other, err := user.Lookup("nobody")
	if err != nil {
		mailtest.Lacks(t, "there is no user nobody")
	}
	uid, _ := strconv.Atoi(other.Uid)
	as := func(path string) string {
		t.Helper()
		cmd := exec.Command("/proc/self/exe")
		cmd.Env = append(os.Environ(), "COUNTERSIGN_TEST_DIAL="+path)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return strings.TrimSpace(string(out))
	}
	agent := staff.Agent{ID: "sam", Email: "sam@desk.example", Role: "agent", UnixUser: "nobody"}
	lead := agent
	lead.Role = "lead"
	for _, tt := range []struct {
		name   string
		agents []staff.Agent
		mode   os.FileMode
		want   string
	}{
		{"not-in-the-group", []staff.Agent{lead}, 0o660, "socket_forbidden 77"},
		{"no-agent", nil, 0o666, "ticket/list not_permitted 77, audit/list not_permitted 77"},
		{"agent", []staff.Agent{agent}, 0o666, "ticket/list ok, audit/list not_permitted 77"},
		{"lead", []staff.Agent{lead}, 0o666, "ticket/list ok, audit/list ok"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := listen(t, newServer(t, tt.agents...))
			if tt.mode != 0o660 {
				if err := os.Chmod(path, tt.mode); err != nil {
					t.Fatal(err)
				}
			}
			if got := as(path); got != tt.want {
				t.Errorf("uid %d: %s, want %s", uid, got, tt.want)
			}
			if got := dialled(path); got != "ticket/list ok, audit/list ok" {
				t.Errorf("root: %s", got)
			}
		})
	}
}

// TestListen: a socket that answers is not taken, nor a file that is no socket;
// what a dead daemon left is replaced.
func TestListen(t *testing.T) {
	path := listen(t, newServer(t))
	if _, err := Listen(path); err == nil || !strings.Contains(err.Error(), "another daemon") {
		t.Errorf("Listen() beside another = %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(file); err == nil || !strings.Contains(err.Error(), "no socket") {
		t.Errorf("Listen() on a file = %v", err)
	}
	if b, _ := os.ReadFile(file); string(b) != "precious" {
		t.Error("the file was changed")
	}
	dead := filepath.Join(t.TempDir(), "dead.sock")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: dead})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	if _, err := Dial(dead); !errors.Is(err, ErrNoDaemon) {
		t.Errorf("Dial() of a dead socket = %v", err)
	}
	again, err := Listen(dead)
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}
