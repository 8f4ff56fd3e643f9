package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"countersign/desk/api"
	"countersign/desk/gateway"
	"countersign/internal/exit"
	"countersign/internal/mailtest"
	"countersign/internal/suite"
)

// answering runs the daemon until its socket is there, and to the test's end. Of
// its process the peak of memory can be told.
func answering(t *testing.T, conf, socket string) (pid int) {
	t.Helper()
	var log bytes.Buffer
	cmd, err := background(&log, nil, "--config", conf, "run")
	must(t, err)
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil || t.Failed() {
			t.Logf("the daemon: %v\n%s", err, &log)
		}
	})
	eventually(t, "the socket", func() bool { _, err := os.Stat(socket); return err == nil })
	return cmd.Process.Pid
}

// peak is the most memory that a process has had, in MiB (VmHWM, proc(5)).
func peak(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	must(t, err)
	kib := 0
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	_, err = fmt.Sscan(rest, &kib)
	must(t, err)
	return kib >> 10
}

// TestManyLargeRequests: many messages of 8 MB to judge at a time, and clients that
// stand still in the middle, take a bounded part of the daemon's memory, and
// keep no small request waiting.
func TestManyLargeRequests(t *testing.T) {
	suite.Long(t)
	t.Parallel()
	many, most := suite.Size(20, 60), 300 // requests, MiB
	if suite.Race {
		many, most = 12, 1000
	}
	dir := t.TempDir()
	conf, socket := filepath.Join(dir, "c.toml"), filepath.Join(dir, "control.sock")
	must(t, os.WriteFile(conf, []byte("state = \"state.db\"\nkey_file = \"state.key\"\nsocket = \"control.sock\"\n"+
		"[[mailbox]]\nname = \"support\"\naddress = \"support@desk.example\"\nimap = \"127.0.0.1:1\"\ntls = \"none\"\npassword_file = \"secret\"\n"+
		"[smtp]\nserver = \"127.0.0.1:1\"\ntls = \"none\"\n"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "secret"), []byte("password\n"), 0o600))
	pid := answering(t, conf, socket)
	before := peak(t, pid)
	raw := append(mailtest.New("ada@north.example", "support@desk.example", "A question", "How are you?", time.Now()),
		bytes.Repeat([]byte(strings.Repeat("x", 78)+"\r\n"), 8<<20/80)...)

	for range 30 { // which announce and begin 8 MB
		c, err := net.Dial("unix", socket)
		must(t, err)
		defer c.Close()
		_, err = fmt.Fprintf(c, "POST %sverify HTTP/1.1\r\nHost: countersign\r\nContent-Length: %d\r\n\r\n%s", api.Prefix, 8<<20, strings.Repeat("x", 70<<10))
		must(t, err)
	}
	var wait sync.WaitGroup
	outcomes := make(chan string, many)
	for range many {
		wait.Go(func() {
			client, err := api.Dial(socket)
			if err == nil {
				var v gateway.Verification
				err = client.Call(context.Background(), "verify", api.VerifyRequest{Raw: raw}, &v)
			}
			if e, ok := errors.AsType[*exit.Error](err); ok {
				if e.Code != exit.TempFail {
					t.Log(err, e.Err)
				}
				outcomes <- e.Reason
				return
			}
			outcomes <- fmt.Sprint(err)
		})
	}
	done := make(chan struct{})
	go func() { wait.Wait(); close(done) }()
	slowest, small := time.Duration(0), 0
	for going := true; going; {
		began := time.Now()
		if code, out := program("--config", conf, "ticket", "list"); code != 0 {
			t.Errorf("a small request: exit %d: %s", code, out)
		}
		slowest, small = max(slowest, time.Since(began)), small+1
		select {
		case <-done:
			going = false
		case <-time.After(200 * time.Millisecond): // or these alone would keep the machine busy
		}
	}
	close(outcomes)
	count := map[string]int{}
	for o := range outcomes {
		count[o]++
	}
	t.Logf("%v; peak %d MiB, %d at the start; slowest of %d small ones %v", count, peak(t, pid), before, small, slowest)
	if refused := count["busy"] + count["too_slow"]; count["<nil>"] == 0 || count["<nil>"]+refused != many || count["too_slow"] > 0 && !suite.Race {
		t.Errorf("%d requests came to %v", many, count)
	}
	if got := peak(t, pid); got > most {
		t.Errorf("the daemon took %d MiB", got)
	}
	if slowest > time.Minute { // it would be more than that behind all of them
		t.Errorf("a small request took %v", slowest)
	}
}
