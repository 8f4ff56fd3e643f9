package gateway

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"countersign/clients"
	"countersign/inbound"
	"countersign/inbound/mailbox"
	"countersign/inbound/reply"
	"countersign/inbound/sender"
	"countersign/internal/blob"
	"countersign/internal/keys"
	"countersign/internal/kv"
	"countersign/internal/kv/bolt"
	"countersign/internal/mailtest"
	"countersign/internal/rawmail"
	"countersign/policy"
	"countersign/staff"
	"countersign/tickets"
)

// bench is a gateway over a bbolt file, with one open question to Ada.
type bench struct {
	Gateway
	zone   *mailtest.DNS
	kv     kv.Store
	north  *mailtest.Domain
	notice []byte
	other  []byte    // a notice to somebody else
	now    time.Time // zero: the time is real
}

func newBench(b testing.TB) *bench {
	b.Helper()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	zone, err := mailtest.NewDNS()
	must(err)
	b.Cleanup(zone.Close)
	w := &bench{Gateway: Gateway{Log: zerolog.Nop()}, zone: zone}
	w.north, err = mailtest.NewDomain("north.example")
	must(err)
	w.north.Publish(zone, "reject")
	engine, err := bolt.Open(filepath.Join(b.TempDir(), "state.db"))
	must(err)
	w.kv = engine
	compose := func(l tickets.Letter) ([]byte, error) {
		w.notice = fmt.Appendf(nil, "Reply-To: %s\r\nMessage-ID: <%s>\r\nSubject: [%s] A thing\r\n\r\n", l.ReplyTo, l.MessageID, l.Reference)
		return w.notice, nil
	}
	blobs, err := blob.Open(b.TempDir(), keys.FromSeed([32]byte{1}))
	must(err)
	w.Store = tickets.New(engine, tickets.Options{Now: w.clock, Blobs: blobs, Keys: keys.FromSeed([32]byte{1}), Compose: compose, ReplyAddress: "support+{token}@desk.example",
		Addresses: []string{"support@desk.example"}, TokenLife: 168 * time.Hour, Reminder: 48 * time.Hour, PerMinute: 600, PerHour: 10, PerDay: 4, DNSWait: 72 * time.Hour})
	b.Cleanup(func() { w.Store.Close(); _ = engine.Close() })
	must(engine.Update(func(tx kv.Tx) error {
		_, err := staff.Add(tx, staff.Agent{ID: "sam", Role: staff.RoleAgent, Email: "sam@desk.example", Authorities: []string{staff.All}})
		return errors.Join(err, clients.PutClient(tx, clients.Client{ID: "c1", Name: "North"}),
			clients.PutContact(tx, clients.Contact{ID: "ada", Client: "c1", Role: clients.Primary, Status: clients.Active, Addresses: []string{"ada@north.example"}}))
	}))
	_, err = w.Store.Open(tickets.OpenRequest{Contact: "ada@north.example", Channel: policy.Chat, Class: policy.PasswordChange, Subject: "A thing", Agent: "sam"})
	must(err)
	w.Check, err = sender.New(sender.Config{Resolver: zone.Addr, Timeout: time.Second})
	must(err)
	w.Desks = map[string]inbound.Desk{"support": {Own: reply.Own{Address: "support@desk.example"}, Limits: rawmail.DefaultLimits()}}
	return w
}

func (w *bench) clock() time.Time {
	if w.now.IsZero() {
		return time.Now()
	}
	return w.now
}

// mails makes signed replies of some 14 KB to the one notice, none like another.
// They don't say yes or no: each is evidence, and is kept, and none uses the
// question up.
func (w *bench) mails(b *testing.B, n int) (out [][]byte) {
	b.Helper()
	own := "Which of the two do you mean?\n" + strings.Repeat("This is a line of some words, as people write them in mail.\n", 220)
	for range n {
		raw, err := mailtest.Reply(w.notice, "ada@north.example", own, time.Now())
		if err == nil {
			raw, err = w.north.Sign(raw)
		}
		if err != nil {
			b.Fatal(err)
		}
		out = append(out, raw)
	}
	return out
}

// BenchmarkWay is one message's whole way: read, verified (DNS from the cache),
// decided, its bytes kept, committed with its audit leaf. alone waits for the
// disk each time; of 64 side by side many share a commit.
func BenchmarkWay(b *testing.B) {
	for name, workers := range map[string]int{"alone": 1, "64": 64} {
		b.Run(name, func(b *testing.B) {
			w := newBench(b)
			mails := w.mails(b, b.N+1)
			handle := func(i int) {
				if err := w.Handle(context.Background(), mailbox.Fetched{Mailbox: "support", UIDValidity: 1, UID: uint32(i + 1), Arrived: time.Now(), Raw: mails[i]}); err != nil {
					b.Error(err)
				}
			}
			handle(b.N) // fills the DNS cache
			b.ReportAllocs()
			b.ResetTimer()
			var wait sync.WaitGroup
			next := make(chan int)
			for range workers {
				wait.Go(func() {
					for i := range next {
						handle(i)
					}
				})
			}
			for i := range b.N {
				next <- i
			}
			close(next)
			wait.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
			proved := 0
			err := w.Store.Inbox.Each(func(m tickets.Message) error {
				if m.Verdict == policy.Authenticated {
					proved++
				}
				return nil
			})
			if err != nil || proved != b.N+1 {
				b.Fatalf("%d of %d messages proved their sender; %v", proved, b.N+1, err)
			}
		})
	}
}
