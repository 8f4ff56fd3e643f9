package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"countersign/internal/suite"
	"countersign/staff"
)

// door is a way to s for one user, named as the agent's Unix user is.
func door(t *testing.T, s *Server, uid int, name string) (dial func() net.Conn, client *http.Client) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: s, IdleTimeout: time.Minute, ConnContext: func(ctx context.Context, _ net.Conn) context.Context {
		return context.WithValue(ctx, peerKey{}, peer{uid: uid, user: name})
	}}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { server.Close() })
	dial = func() net.Conn {
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return net.Dial("unix", path) }, DisableKeepAlives: true}
	return dial, &http.Client{Transport: transport, Timeout: time.Minute}
}

// post asks for a list of tickets with a body of that size, and gives the code
// of the problem, if any, and how long it took.
func post(t *testing.T, client *http.Client, size int) (code string, took time.Duration) {
	t.Helper()
	began := time.Now()
	resp, err := client.Post("http://countersign"+Prefix+"ticket/list", "application/json", strings.NewReader("{"+strings.Repeat(" ", size-2)+"}"))
	if err != nil {
		return err.Error(), time.Since(began)
	}
	defer resp.Body.Close()
	var p Problem
	if resp.StatusCode != http.StatusOK {
		_ = json.NewDecoder(resp.Body).Decode(&p)
	}
	return p.Code, time.Since(began)
}

// begin sends the head of a request of that size and so much of its body.
func begin(t *testing.T, c net.Conn, size, sent int) {
	t.Helper()
	if _, err := fmt.Fprintf(c, "POST %sticket/list HTTP/1.1\r\nHost: countersign\r\nContent-Length: %d\r\n\r\n{%s", Prefix, size, strings.Repeat(" ", sent-1)); err != nil {
		t.Fatal(err)
	}
}

func twoAgents(t *testing.T) *Server {
	return newServer(t, staff.Agent{ID: "sam", Email: "sam@desk.example", Role: "agent", UnixUser: "sam"},
		staff.Agent{ID: "lea", Email: "lea@desk.example", Role: "lead", UnixUser: "lea"})
}

// TestStandsStill: 24 requests of one user that announce the most and stop in the
// middle keep out no other user, neither a small request nor the largest, and
// the user's own only until they are cut off.
func TestStandsStill(t *testing.T) {
	suite.Long(t)
	s := twoAgents(t)
	s.grace = 300 * time.Millisecond
	dial, sam := door(t, s, stranger, "sam")
	_, lea := door(t, s, stranger+1, "lea")
	alone := map[int]time.Duration{} // which is long on a busy machine
	for _, size := range []int{100, 20 << 20, maxBody} {
		_, alone[size] = post(t, lea, size)
	}
	var still []net.Conn
	for i := range 24 {
		c := dial()
		begin(t, c, maxBody, []int{10, smallBody + 10}[i%2])
		still = append(still, c)
	}
	for _, tt := range []struct {
		who    string
		client *http.Client
		size   int
		within time.Duration // over what it takes alone, a few times
	}{
		{"lea, small", lea, 100, time.Second}, {"sam, small", sam, 100, time.Second},
		{"lea, large", lea, 20 << 20, 2 * time.Second}, {"lea, the largest", lea, maxBody, 4 * time.Second},
	} {
		code, took := post(t, tt.client, tt.size)
		if within := tt.within + 4*alone[tt.size]; code != "" || took > within {
			t.Errorf("%s: %q after %v, want it within %v", tt.who, code, took, within)
		}
	}
	for i, c := range still { // each is told, and cut off
		_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
		b, err := io.ReadAll(c)
		if err != nil || !strings.Contains(string(b), `"code":"too_slow"`) && !strings.Contains(string(b), `"code":"busy"`) {
			t.Fatalf("%d: %v, %.300s", i, err, b)
		}
	}
	if code, _ := post(t, sam, 20<<20); code != "" {
		t.Errorf("sam, afterwards: %q", code)
	}
	if s.arriving.used != 0 || s.working.used != 0 || len(s.arriving.users)+len(s.working.users) != 0 {
		t.Errorf("left over: %+v, %+v", s.arriving, s.working)
	}
}

// TestTrickle: a request that comes in drops is cut off, however steadily.
func TestTrickle(t *testing.T) {
	s := twoAgents(t)
	s.grace = 200 * time.Millisecond
	dial, _ := door(t, s, stranger, "sam")
	c := dial()
	begin(t, c, 10<<20, smallBody+1)
	began := time.Now()
	for {
		if _, err := c.Write([]byte("    ")); err != nil {
			break
		}
		if time.Since(began) > 20*time.Second {
			t.Fatal("it still takes drops")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestBehind: who has sent what is due is not cut off where we are late to read it.
func TestBehind(t *testing.T) {
	client, server := net.Pipe()
	defer client.Close()
	conn := http.NewResponseController(deadlines{Conn: server})
	in := &steady{Reader: server, conn: conn, grace: time.Second, since: time.Now().Add(-time.Minute)}
	go func() { _, _ = client.Write(make([]byte, smallBody+3)) }()
	if n, err := in.Read(make([]byte, smallBody)); n != smallBody || err != nil {
		t.Errorf("Read() = %d, %v of what has been sent", n, err)
	}
	if _, err := in.Read(make([]byte, smallBody)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Read() = %v of a few bytes that came late", err)
	}
	if _, err := in.Read(make([]byte, smallBody)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Read() = %v of nothing", err)
	}
}

// deadlines is an answer of which only the connection's deadlines are used.
type deadlines struct {
	net.Conn
	http.ResponseWriter
}

func (d deadlines) Write(b []byte) (int, error) { return d.Conn.Write(b) }

// TestUnread: a client that reads no further is cut off, since its answer holds
// memory and pages of the store.
func TestUnread(t *testing.T) {
	s := twoAgents(t)
	s.unread = 200 * time.Millisecond
	ended := make(chan error, 1)
	operations["test/endless"] = many(staff.RoleAgent, func(_ context.Context, _ *Server, _ Caller, _ None, emit func(any) error) error {
		for {
			if err := emit(strings.Repeat("x", 1000)); err != nil {
				ended <- err
				return err
			}
		}
	})
	defer delete(operations, "test/endless")
	dial, _ := door(t, s, stranger, "sam")
	c := dial()
	if _, err := fmt.Fprintf(c, "POST %stest/endless HTTP/1.1\r\nHost: countersign\r\nContent-Length: 2\r\n\r\n{}", Prefix); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Error("it still waits")
	}
}

// TestBusy: who waits for too long is told to come back.
func TestBusy(t *testing.T) {
	s := twoAgents(t)
	s.patience = 200 * time.Millisecond
	_, sam := door(t, s, stranger, "sam")
	if code, _ := post(t, sam, 1<<20); code != "" {
		t.Fatal(code)
	}
	for _, b := range []*budget{s.arriving, s.working} {
		done, err := b.take(t.Context(), 7, b.total)
		if err != nil {
			t.Fatal(err)
		}
		if code, _ := post(t, sam, 1<<20); code != "busy" {
			t.Errorf("code %q", code)
		}
		if code, _ := post(t, sam, smallBody); code != "" {
			t.Errorf("a small one: %q", code)
		}
		done()
		if code, _ := post(t, sam, 1<<20); code != "" {
			t.Errorf("afterwards: %q", code)
		}
	}
}

// TestBodySizes: what is at and past each bound, with a size announced and without.
func TestBodySizes(t *testing.T) {
	suite.Long(t)
	t.Parallel()
	s := twoAgents(t)
	_, sam := door(t, s, stranger, "sam")
	for _, tt := range []struct {
		size int
		want string
	}{{2, ""}, {smallBody - 1, ""}, {smallBody, ""}, {smallBody + 1, ""}, {1 << 20, ""}, {maxBody, ""}, {maxBody + 1, "too_large"}} {
		if code, _ := post(t, sam, tt.size); code != tt.want && (tt.want == "" || !strings.Contains(code, "broken pipe") && !strings.Contains(code, "reset")) {
			t.Errorf("%d bytes: %q, want %q", tt.size, code, tt.want)
		}
		if tt.size == maxBody { // which takes long enough once
			continue
		}
		chunked := io.MultiReader(strings.NewReader("{"), io.LimitReader(blanks{}, int64(tt.size-2)), strings.NewReader("}"))
		resp, err := sam.Post("http://countersign"+Prefix+"ticket/list", "application/json", chunked)
		if err != nil {
			t.Errorf("%d bytes in chunks: %v", tt.size, err)
			continue
		}
		resp.Body.Close()
		if (resp.StatusCode == http.StatusOK) != (tt.want == "") {
			t.Errorf("%d bytes in chunks: %s", tt.size, resp.Status)
		}
	}
}

type blanks struct{}

func (blanks) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

// TestBudget: turns go to whoever holds least and has waited longest for one;
// never is more given than there is, nor to one user more than half.
func TestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(100)
		got := make(chan string, 100)
		hold := func(name string, uid int, bytes int64) {
			go func() {
				done, err := b.take(t.Context(), uid, bytes)
				if err != nil {
					got <- name + " busy"
					return
				}
				got <- name
				time.Sleep(time.Second)
				done()
			}()
			synctest.Wait()
		}
		turn := func() string {
			synctest.Wait()
			var names []string
			for len(got) > 0 {
				names = append(names, <-got)
			}
			b.mu.Lock()
			if b.used > b.total {
				t.Errorf("%d are given of %d", b.used, b.total)
			}
			b.mu.Unlock()
			slices.Sort(names)
			return strings.Join(names, ",")
		}
		for i := range 5 {
			hold(fmt.Sprint("a", i), 1, 25)
		}
		hold("b0", 2, 50)
		hold("c0", 3, 200)
		hold("d0", 4, 10)
		for i, want := range []string{"a0,a1,b0", "c0", "a2,a3,d0", "a4", ""} {
			if got := turn(); got != want {
				t.Errorf("turn %d: %s, want %s", i, got, want)
			}
			time.Sleep(time.Second)
		}
		empty := func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			if len(b.users)+len(b.waiting) > 0 || b.used != 0 {
				t.Errorf("left over: %d users, %d waiting, %d bytes", len(b.users), len(b.waiting), b.used)
			}
		}
		empty()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		all, _ := b.take(ctx, 1, 100)
		if _, err := b.take(ctx, 2, 1); !errors.Is(err, errBusy) {
			t.Errorf("take() in vain = %v", err)
		}
		all()
		empty()
	})
}

// TestCrowd: the connections of one user past the bound are told so, and give
// way when others end; another user's are taken.
func TestCrowd(t *testing.T) {
	suite.Long(t)
	t.Parallel()
	s := newServer(t)
	path := listen(t, s)
	var open []net.Conn
	for range perUser {
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		open = append(open, c)
	}
	if got := dialled(path); got != "ticket/list busy 75, audit/list busy 75" {
		t.Errorf("one more: %s", got)
	}
	l := newCrowd(nil)
	for range perUser {
		l.enter(1)
	}
	if l.enter(1) || !l.enter(2) {
		t.Error("a user takes the place of another")
	}
	open[0].Close()
	open[1].Close()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		got := dialled(path)
		if got == "ticket/list ok, audit/list ok" {
			break
		}
		if time.Now().After(end) {
			t.Fatal(got)
		}
	}
}
