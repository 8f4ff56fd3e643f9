package gateway

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"countersign/inbound/sender"
	"countersign/internal/mailtest"
	"countersign/policy"
	"countersign/tickets"
	"countersign/tickets/ledger"
)

// asks opens a ticket for somebody, and gives the notice that asks them.
func (w *bench) asks(t *testing.T, address string) (notice []byte) {
	t.Helper()
	ours := w.notice
	_, err := w.Store.Open(tickets.OpenRequest{Contact: address, Channel: policy.Chat, Class: policy.PasswordChange, Subject: "A thing", Agent: "sam"})
	if err != nil {
		t.Fatal(err)
	}
	notice, w.notice = w.notice, ours
	return notice
}

// TestRetryAddresses: however many mails of a neighbour with a secret of their own
// came due before, an answer of the same domain is the next, and whether or not
// DNS answers for theirs.
func TestRetryAddresses(t *testing.T) {
	t.Parallel()
	for _, silent := range []bool{false, true} {
		t.Run(fmt.Sprint("silent-", silent), func(t *testing.T) {
			w := newFlood(t)
			w.now = time.Now()
			w.contact(t, "eve", "eve@north.example")
			notice := w.asks(t, "eve@north.example")
			var mails [][]byte
			for i := range 40 {
				raw, err := mailtest.Reply(notice, "eve@north.example", fmt.Sprint("Maybe ", i), w.now)
				if err != nil {
					t.Fatal(err)
				}
				mails = append(mails, raw)
			}
			c := w.deferred(t, append(mails, w.yes(t))...)
			var from []string
			w.Check = checker(func(r sender.Request) policy.Sender {
				from = append(from, r.From)
				c.check = func(string) policy.Sender {
					if silent && r.From == "eve@north.example" {
						return temperror
					}
					return policy.Sender{Result: policy.ResultNone}
				}
				return c.Check(context.Background(), r)
			})
			w.now = w.now.Add(time.Hour)
			for range 2 {
				if err := w.Retry(context.Background(), false); err != nil {
					t.Fatal(err)
				}
			}
			if at := slices.Index(from, "ada@north.example"); at < 0 || at > 1 {
				t.Errorf("Ada's answer was judged as number %d of %d", at, len(from))
			}
		})
	}
}

// TestRetryOrder: what each row changes puts m-2 before m-1.
func TestRetryOrder(t *testing.T) {
	wait := func(id, from, domain string, asked bool) ledger.Waiting {
		return ledger.Waiting{ID: id, From: from + "@" + domain, Domain: domain, Asked: asked}
	}
	x, y := wait("m-1", "x", "x.example", false), wait("m-2", "y", "y.example", false)
	neighbour := wait("m-2", "y", "x.example", false)
	for _, tt := range []struct {
		name    string
		silent  []ledger.Waiting // one after the other
		waiting []ledger.Waiting
		want    []string
	}{
		{"as-they-are-due", nil, []ledger.Waiting{x, y}, []string{"m-1", "m-2"}},
		{"a-secret", nil, []ledger.Waiting{x, wait("m-2", "y", "y.example", true)}, []string{"m-2", "m-1"}},
		{"silent", []ledger.Waiting{x}, []ledger.Waiting{x, y}, []string{"m-2", "m-1"}},
		{"both-silent", []ledger.Waiting{y, x}, []ledger.Waiting{x, y}, []string{"m-2", "m-1"}},
		{"silent-with-a-secret", []ledger.Waiting{x}, []ledger.Waiting{wait("m-1", "x", "x.example", true), y}, []string{"m-2", "m-1"}},
		{"a-silent-neighbour", []ledger.Waiting{x}, []ledger.Waiting{x, neighbour}, []string{"m-2", "m-1"}},
		{"many-of-one", nil, []ledger.Waiting{x, wait("m-3", "x", "x.example", false), neighbour}, []string{"m-1", "m-2", "m-3"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &silences{}
			s.order(tt.waiting)
			for _, w := range tt.silent {
				s.note(w)
			}
			var got []string
			for _, w := range s.order(tt.waiting) {
				got = append(got, w.ID)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("order() = %v, want %v", got, tt.want)
			}
			if s.order(nil); len(s.of) != 0 {
				t.Errorf("of nobody who waits it remembers %v", s.of)
			}
		})
	}
}

// TestRetryLarge: large messages are judged one at a time, and those that wait
// for that keep no small one waiting.
func TestRetryLarge(t *testing.T) {
	t.Parallel()
	w := newFlood(t)
	var mails [][]byte
	for i := range workers {
		mails = append(mails, append(from(i, 0), bytes.Repeat([]byte("0123456789abcd\r\n"), large/16+1)...))
	}
	c := w.deferred(t, append(mails, from(workers, 0))...)
	release := make(chan struct{})
	small := fmt.Sprintf("%d/0", workers)
	var mu sync.Mutex
	under, most := 0, 0
	c.check = func(subject string) policy.Sender {
		if subject == small {
			return policy.Sender{Result: policy.ResultNone}
		}
		mu.Lock()
		under++
		most = max(most, under)
		mu.Unlock()
		<-release
		mu.Lock()
		under--
		mu.Unlock()
		return temperror
	}
	ended := make(chan error)
	go func() { ended <- w.Retry(context.Background(), true) }()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, outcome := w.tries(t, workers+1); outcome == policy.Applied {
			break
		}
		if time.Now().After(end) {
			t.Error("the small one waits for the large ones")
			break
		}
	}
	close(release)
	if err := <-ended; err != nil || most != 1 || len(c.order) != workers+1 {
		t.Errorf("%v; %d large ones at once, %d judged", err, most, len(c.order))
	}
}
