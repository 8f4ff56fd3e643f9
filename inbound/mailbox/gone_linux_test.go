package mailbox

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"countersign/internal/mailtest"
	"countersign/internal/suite"
)

// TestNetworkGone puts the server into a network namespace whose way back is
// then lost: packets vanish, also those of new connections, until it is there again.
func TestNetworkGone(t *testing.T) {
	suite.Long(t)
	ip, err := exec.LookPath("ip")
	if err != nil {
		mailtest.Lacks(t, "ip is not installed (Debian: iproute2)")
	}
	if os.Getuid() != 0 {
		mailtest.Lacks(t, "only root can make a network namespace")
	}
	space, near, far := fmt.Sprintf("cs%d", os.Getpid()), fmt.Sprintf("csa%d", os.Getpid()), fmt.Sprintf("csb%d", os.Getpid())
	do := func(line string, args ...any) error {
		out, err := exec.Command(ip, strings.Fields(fmt.Sprintf(line, args...))...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("ip "+line+": %w: %s", append(args, err, out)...)
		}
		return nil
	}
	if err := do("netns add %s", space); err != nil {
		mailtest.Lacks(t, "a network namespace can't be made here: ", err)
	}
	t.Cleanup(func() {
		if err := do("netns del %s", space); err != nil {
			t.Error(err)
		}
	})
	for _, line := range []string{
		"link add " + near + " type veth peer name " + far + " netns " + space,
		"addr add 198.18.77.1/30 dev " + near,
		"link set " + near + " up",
		"-n " + space + " addr add 198.18.77.2/30 dev " + far,
		"-n " + space + " link set " + far + " up",
	} {
		if err := do("%s", line); err != nil {
			mailtest.Lacks(t, "two network namespaces can't be joined here: ", err)
		}
	}
	l, err := listenIn("/run/netns/"+space, "198.18.77.2:0")
	if err != nil {
		t.Fatal(err)
	}
	g := newGrowing(t, true)
	r := runReader(t, newSilence(t, l, g.addr).Addr().String())
	r.waits(7)
	<-g.idling
	if err := do("-n %s route add blackhole 198.18.77.1/32", space); err != nil {
		t.Fatal(err)
	}
	g.last.Store(8)
	began := time.Now()
	for r.Status().State != "failing" {
		if time.Since(began) > 30*time.Second {
			t.Fatalf("the reader does not notice: %+v", r.Status())
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Logf("noticed %s after the packets vanished (deadline %s): %s", time.Since(began).Round(time.Millisecond), brief, r.Status().Error)
	if err := do("-n %s route del blackhole 198.18.77.1/32", space); err != nil {
		t.Fatal(err)
	}
	r.waits(8)
}

// listenIn listens in another network namespace. A socket stays in the one it
// was made in; the thread that went there is thrown away.
func listenIn(space, addr string) (l net.Listener, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		fd, err2 := unix.Open(space, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err = err2; err != nil {
			return
		}
		defer unix.Close(fd)
		if err = unix.Setns(fd, unix.CLONE_NEWNET); err == nil {
			l, err = net.Listen("tcp", addr)
		}
	}()
	<-done
	return l, err
}
