package main

import (
	"fmt"
	"testing"
	"time"

	"countersign/internal/mailtest"
)

// BenchmarkBacklog is how long the program takes for mail that waits in Dovecot:
// of four messages one is honest and opens a ticket, one is forged, one is a
// machine's and one a stranger's. DNS, SMTP and IMAP are on loopback.
func BenchmarkBacklog(b *testing.B) {
	o := newOutside(b)
	o.people()
	o.ok("run", "--once")
	for i := range b.N {
		from := []string{"ada@north.example", "ada@north.example", "ada@north.example", "eve@evil.example"}[i%4]
		raw := mailtest.New(from, "support@desk.example", fmt.Sprint("Question ", i), "How do I do this?", time.Now())
		if i%4 == 2 {
			raw = mailtest.With(raw, "Auto-Submitted: auto-replied")
		}
		if i%4 == 0 {
			raw = o.signed(raw)
		}
		must(b, o.dovecot.Deliver(raw))
	}
	b.ResetTimer()
	o.ok("run", "--once")
	b.StopTimer()
	if got := len(o.records()); got != b.N {
		b.Fatalf("%d records of %d messages", got, b.N)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}
