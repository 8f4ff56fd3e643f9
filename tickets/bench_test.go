package tickets

import (
	"sync/atomic"
	"testing"

	"countersign/policy"
	"countersign/tickets/ledger"
)

// benchmarkReceive files proved, unbound mail that opens tickets, the
// commonest message of a desk, in a bbolt file.
func benchmarkReceive(b *testing.B, workers int) {
	d := openDesk(b, nil)
	var n atomic.Uint32
	one := func() error {
		i := n.Add(1)
		e := policy.Evidence{From: bob, Subject: "A question", Kind: policy.KindNew, Text: "How do I do this?", Hash: digest(i), RawHash: digest(i),
			Recipients: []policy.Mark{{Value: "support@desk.example", Field: "to"}}, Arrived: start,
			Sender: policy.Sender{Result: policy.ResultPass, By: policy.ByDKIM, SignedAt: start, Covered: []string{"from", "to"}, SignatureID: digest(i, "s")}}
		_, err := d.Inbox.Receive(e, ledger.Source{Mailbox: "support", UIDValidity: 1, UID: i}, []byte(e.Hash))
		return err
	}
	b.ResetTimer()
	errs := make(chan error, workers)
	var left atomic.Int64
	left.Store(int64(b.N))
	for range workers {
		go func() {
			var err error
			for err == nil && left.Add(-1) >= 0 {
				err = one()
			}
			errs <- err
		}()
	}
	for range workers {
		check(b, <-errs)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

func BenchmarkReceive(b *testing.B)   { benchmarkReceive(b, 1) }
func BenchmarkReceive64(b *testing.B) { benchmarkReceive(b, 64) }
