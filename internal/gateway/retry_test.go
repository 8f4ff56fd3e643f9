package gateway

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"countersign/inbound"
	"countersign/inbound/reply"
	"countersign/inbound/sender"
	"countersign/internal/blob"
	"countersign/internal/keys"
	"countersign/internal/kv"
	"countersign/internal/rawmail"
	"countersign/policy"
	"countersign/tickets"
)

// slow is DNS that doesn't answer for one domain before it is told to.
type slow struct{ answer chan struct{} }

func (s *slow) Check(ctx context.Context, r sender.Request) policy.Sender {
	if r.From == "slow@evil.example" && s.answer != nil {
		select {
		case <-s.answer:
		case <-ctx.Done():
		}
	}
	return policy.Sender{Result: policy.ResultTempError}
}

// TestRetrySideBySide: a domain whose DNS takes its time keeps no other deferred
// message from being judged again.
func TestRetrySideBySide(t *testing.T) {
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	blobs, err := blob.Open(t.TempDir(), keys.FromSeed([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	check := &slow{}
	g := &Gateway{Blobs: blobs, Check: check, Log: zerolog.Nop(),
		Desks: map[string]inbound.Desk{"support": {Own: reply.Own{Address: "support@desk.example"}, Limits: rawmail.DefaultLimits()}},
		Store: tickets.New(kv.Memory(), tickets.Options{Now: func() time.Time { return now }, Keys: keys.FromSeed([32]byte{1}),
			ReplyAddress: "support+{token}@desk.example", DNSWait: 72 * time.Hour})}
	const hostile = workers - 1
	for i := range hostile + 1 {
		from := "slow@evil.example"
		if i == hostile {
			from = "ada@north.example"
		}
		raw := fmt.Appendf(nil, "From: %s\r\nTo: support@desk.example\r\nMessage-ID: <%d@x.example>\r\n\r\nhello\r\n", from, i)
		if err := g.Handle(context.Background(), inbound.Fetched{Mailbox: "support", UIDValidity: 1, UID: uint32(i + 1), Arrived: now, Size: int64(len(raw)), Raw: raw}); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(time.Hour)
	check.answer = make(chan struct{})
	ended := make(chan error)
	go func() { ended <- g.Retry(context.Background(), false) }()
	last := fmt.Sprintf("m-%d", hostile+1)
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		m, ok, err := g.Store.DeferredByID(last)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		if m.Tries == 2 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the last one waits for the others: %d tries", m.Tries)
		}
	}
	close(check.answer)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
