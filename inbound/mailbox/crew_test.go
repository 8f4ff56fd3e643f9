package mailbox

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"countersign/internal/mailtest"
)

// TestLargeAlone: of two large messages one is judged at a time.
func TestLargeAlone(t *testing.T) {
	w := (&Reader{set: Settings{}.withDefaults()}).newCrew()
	large := &Fetched{Raw: make([]byte, largeMessage+1)}
	begun, end := make(chan struct{}, 2), make(chan struct{})
	handle := func(context.Context, Fetched) error {
		begun <- struct{}{}
		<-end
		return nil
	}
	w.judge(context.Background(), large, handle)
	second := make(chan struct{})
	go func() {
		w.judge(context.Background(), large, handle)
		close(second)
	}()
	<-begun
	select {
	case <-begun:
		t.Error("two large messages are judged at once")
	case <-second:
		t.Error("two large messages are judged at once")
	case <-time.After(50 * time.Millisecond):
	}
	close(end)
	<-second
	if err := w.end(); err != nil {
		t.Error(err)
	}
}

// TestSlowMessage: one whose DNS takes its time keeps neither those of the next
// hundred waiting, nor their being moved, nor a large one.
func TestSlowMessage(t *testing.T) {
	server, err := mailtest.NewIMAP()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	const n = 150
	for i := range n {
		raw := []byte(hostileMail)
		if i == n-1 {
			raw = append(raw, bytes.Repeat([]byte("0123456789abcd\r\n"), largeMessage/16+1)...)
		}
		if _, err := server.Append(raw, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	s := &store{}
	last := make(chan struct{})
	handle := func(ctx context.Context, f Fetched) error {
		if f.UID == 1 {
			select {
			case <-last:
			case <-time.After(20 * time.Second):
				return fmt.Errorf("the last of %d messages waits for the first", n)
			}
		}
		err := s.handle(ctx, f)
		if f.UID == n {
			close(last)
		}
		return err
	}
	r := NewReader(Settings{Name: "support", Server: server.Addr, TLS: "none", User: server.User, Password: server.Password,
		FromBeginning: true, Timeout: 5 * time.Second, Spool: t.TempDir()}, s, handle, zerolog.Nop())
	if err := r.Once(context.Background()); err != nil {
		t.Error(err)
	}
	if len(s.got) != n || len(s.done) != n {
		t.Errorf("%d judged, %d moved, want %d", len(s.got), len(s.done), n)
	}
}
