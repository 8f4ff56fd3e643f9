package mailbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

// patterned is a body of that length in which every place differs.
func patterned(n int) []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "line %d\r\n", i)
	}
	return b.Bytes()[:n]
}

// serveBytes serves one message whose size it states as claimed.
func serveBytes(t *testing.T, raw []byte, claimed int) *hostile {
	return newHostile(t, "* OK hi", func(tag, command string, w net.Conn) bool {
		if !strings.HasPrefix(command, "UID FETCH") {
			return false
		}
		if !strings.Contains(command, "BODY") {
			fmt.Fprintf(w, "* 1 FETCH (UID 7 RFC822.SIZE %d INTERNALDATE \"25-Nov-2026 12:00:00 +0000\")\r\n%s OK\r\n", claimed, tag)
			return true
		}
		_, part, _ := strings.Cut(command, "<")
		var from, n int
		_, _ = fmt.Sscanf(part, "%d.%d", &from, &n)
		from = min(from, len(raw))
		n = min(n, len(raw)-from)
		fmt.Fprintf(w, "* 1 FETCH (UID 7 BODY[]<%d> {%d}\r\n%s)\r\n%s OK\r\n", from, n, raw[from:from+n], tag)
		return true
	})
}

// TestContent: whatever its size, and whatever size is claimed, a message is
// handed on byte for byte, and a large one leaves no file behind.
func TestContent(t *testing.T) {
	for _, size := range []int{1, slice - 1, slice, slice + 1, largeMessage - 1, largeMessage, largeMessage + 1, largeMessage + slice, 6<<20 - 7} {
		for _, claimed := range []int{size, size + 5} {
			raw := patterned(size)
			h := serveBytes(t, raw, claimed)
			dir := t.TempDir()
			calls := 0
			handle := func(_ context.Context, f Fetched) error {
				calls++
				if sha256.Sum256(f.Raw) != sha256.Sum256(raw) || f.Poison {
					t.Errorf("%d bytes (%d claimed): %d other bytes came", size, claimed, len(f.Raw))
				}
				if (f.content.file != nil) != (size > largeMessage) {
					t.Errorf("%d bytes: in a file: %v", size, f.content.file != nil)
				}
				if left, _ := os.ReadDir(dir); len(left) != 0 {
					t.Errorf("%d bytes: %s has a name", size, left[0].Name())
				}
				return nil
			}
			r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "none", FromBeginning: true, Timeout: 20 * time.Second, Spool: dir}, &ledger{}, handle, zerolog.Nop())
			if err := r.Once(context.Background()); err != nil || calls != 1 {
				t.Errorf("%d bytes: Once() = %v, handled %d times", size, err, calls)
			}
			h.close()
		}
	}
}

// TestSpoolFails: a disk of ours that fails is no fault of the message, which
// is read when the disk is well again.
func TestSpoolFails(t *testing.T) {
	raw := patterned(largeMessage + 1)
	h := serveBytes(t, raw, len(raw))
	defer h.close()
	dir := filepath.Join(t.TempDir(), "away")
	l := &ledger{}
	r := NewReader(Settings{Name: "support", Server: h.addr, TLS: "none", FromBeginning: true, Timeout: 20 * time.Second, Spool: dir, Patience: 1}, l,
		func(ctx context.Context, f Fetched) error {
			f.Raw = bytes.Clone(f.Raw)
			return l.handle(ctx, f)
		}, zerolog.Nop())
	for range 2 * maxTries {
		if err := r.Once(context.Background()); !errors.Is(err, errSpool) || len(l.got) != 0 {
			t.Fatalf("Once() = %v with no spool, %d messages handed on", err, len(l.got))
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := r.Once(context.Background()); err != nil || len(l.got) != 1 || !bytes.Equal(l.got[0].Raw, raw) {
		t.Errorf("Once() = %v, %d messages", err, len(l.got))
	}
}
