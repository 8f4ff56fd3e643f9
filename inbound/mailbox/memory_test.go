package mailbox

import (
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"countersign/internal/suite"
)

// heapBound is what reading may take at its worst, in bytes.
const heapBound = 256 << 20

// peak calls fn and gives by how much the heap in use grew meanwhile at most, in
// bytes: live objects and what is not yet collected.
func peak(fn func()) (most uint64) {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}}
	inUse := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64() + sample[1].Value.Uint64()
	}
	runtime.GC()
	before := inUse()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			most = max(most, inUse())
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	}()
	fn()
	close(stop)
	<-stopped
	return most - min(most, before)
}

// bulk serves n messages of that size, the first with UID 1, out of one block.
func bulk(t *testing.T, n int, size int64) *hostile {
	t.Helper()
	block := []byte(strings.Repeat("0123456789abcde\n", slice/16))
	return newHostile(t, "* OK hi", func(tag, command string, w net.Conn) bool {
		var uid int
		var from, length int64
		switch {
		case strings.HasPrefix(command, "UID SEARCH"):
			fmt.Fprintf(w, "* SEARCH")
			for uid := range n {
				fmt.Fprintf(w, " %d", uid+1)
			}
			fmt.Fprintf(w, "\r\n%s OK\r\n", tag)
		case strings.HasPrefix(command, "UID FETCH") && strings.Contains(command, "BODY"):
			fmt.Sscanf(command, "UID FETCH %d", &uid)
			_, part, _ := strings.Cut(command, "<")
			fmt.Sscanf(part, "%d.%d", &from, &length)
			length = max(0, min(length, size-from))
			fmt.Fprintf(w, "* 1 FETCH (UID %d BODY[]<%d> {%d}\r\n", uid, from, length)
			_, _ = w.Write(block[:length])
			fmt.Fprintf(w, ")\r\n%s OK\r\n", tag)
		case strings.HasPrefix(command, "UID FETCH"):
			fmt.Sscanf(command, "UID FETCH %d", &uid)
			fmt.Fprintf(w, "* 1 FETCH (UID %d RFC822.SIZE %d INTERNALDATE \"25-Nov-2026 12:00:00 +0000\")\r\n%s OK\r\n", uid, size, tag)
		default:
			return false
		}
		return true
	})
}

// TestMemory: messages at the size limit come one at a time, those that come
// side by side are small, so that neither many nor large ones take all memory.
func TestMemory(t *testing.T) {
	const workers = 8
	for _, tt := range []struct {
		name   string
		n      int
		size   int64
		beside int    // how many are in hand at once before the first is done
		mib    uint64 // by how much the heap may grow
	}{
		{"four-of-25-mib", 4, 25 << 20, 1, 96},
		{"sixteen-just-under-what-goes-alone", 16, largeMessage, workers, 256},
		{"two-hundred-of-64-kib", 200, 64 << 10, workers, 64},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := bulk(t, tt.n, tt.size)
			defer h.close()
			var mu sync.Mutex
			inHand, most, whole := 0, 0, 0
			full := make(chan struct{})
			hold := func(_ context.Context, f Fetched) error {
				mu.Lock()
				if inHand++; inHand == tt.beside && most < tt.beside {
					close(full)
				}
				most = max(most, inHand)
				mu.Unlock()
				<-full // slow DNS: the first are held until all places are taken
				mu.Lock()
				defer mu.Unlock()
				inHand--
				if int64(len(f.Raw)) == tt.size {
					whole++
				}
				return nil
			}
			r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "none", FromBeginning: true, Timeout: 20 * time.Second, Workers: workers},
				&ledger{}, hold, zerolog.Nop())
			var err error
			grew := peak(func() { err = r.Once(context.Background()) })
			if err != nil || whole != tt.n || most > tt.beside {
				t.Errorf("Once() = %v; %d of %d read whole, %d at once, want at most %d", err, whole, tt.n, most, tt.beside)
			}
			t.Logf("%d messages of %d KiB, %d at once: the heap grew by %d MiB", tt.n, tt.size>>10, most, grew>>20)
			if grew > tt.mib<<20 {
				t.Errorf("the heap grew by %d MiB", grew>>20)
			}
		})
	}
}

// TestMemoryHostile: what a server sends without being asked for is not kept.
func TestMemoryHostile(t *testing.T) {
	suite.Long(t)
	body := func(do func(w net.Conn)) script { // answers when the bytes are asked for
		return func(_, command string, w net.Conn) bool {
			if !strings.Contains(command, "BODY") {
				return false
			}
			do(w)
			return true
		}
	}
	for name, s := range map[string]script{
		"literal-of-1-gib": body(func(w net.Conn) {
			io.WriteString(w, "* 1 FETCH (UID 7 BODY[]<0> {1073741824}\r\n")
			flood(w, "x", 1<<30)
		}),
		"literal-that-was-not-asked-for": body(func(w net.Conn) {
			io.WriteString(w, "* 1 FETCH (UID 7 BODY[] {26214400}\r\n")
			flood(w, "x", 25<<20)
		}),
		"many-small-literals": body(func(w net.Conn) { flood(w, "* 1 FETCH (UID 7 BODY[] {1}\r\nx)\r\n", 1<<30) }),
		"many-answers":        body(func(w net.Conn) { flood(w, "* 1 FETCH (UID 7 FLAGS (\\Seen a b c d e f))\r\n", 1<<30) }),
		"line-of-1-gib":       on("UID SEARCH", func(_ string, w net.Conn) { io.WriteString(w, "* SEARCH"); flood(w, " 7", 1<<30) }),
		"parentheses":         on("UID SEARCH", func(_ string, w net.Conn) { io.WriteString(w, "* 1 FETCH (BODYSTRUCTURE "); flood(w, "(", 1<<30) }),
		"many-lists":          on("UID SEARCH", func(_ string, w net.Conn) { flood(w, "* SEARCH 1 2 3 4 5 6 7\r\n", 1<<30) }),
		"many-flags":          on("SELECT", func(_ string, w net.Conn) { flood(w, "* FLAGS (a b c d e f g h i j k l m n o p)\r\n", 1<<30) }),
		"many-capabilities":   on("CAPABILITY", func(_ string, w net.Conn) { flood(w, "* CAPABILITY IMAP4rev1 AUTH=A AUTH=B X Y Z\r\n", 1<<30) }),
	} {
		t.Run(name, func(t *testing.T) {
			h := newHostile(t, "* OK hi", s)
			defer h.close()
			l := &ledger{}
			r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "none", FromBeginning: true, Timeout: suite.Size(700*time.Millisecond, 2*time.Second), Patience: 1},
				l, l.handle, zerolog.Nop())
			var err error
			grew := peak(func() { err = r.Once(context.Background()) })
			t.Logf("the heap grew by %d MiB", grew>>20)
			if grew > uint64(suite.Size(heapBound/4, heapBound)) { // as they have less time for it
				t.Errorf("the heap grew by %d MiB", grew>>20)
			}
			if err == nil && (len(l.got) != 1 || l.got[0].Raw != nil) {
				t.Errorf("Once() took %d messages from it", len(l.got))
			}
		})
	}
}
