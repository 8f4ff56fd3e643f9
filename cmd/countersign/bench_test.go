package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/clients"
	"countersign/desk/api"
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

// BenchmarkImport imports 100,000 contacts of 10,000 clients through the daemon's
// socket, and then the same file again.
func BenchmarkImport(b *testing.B) {
	var csv strings.Builder
	csv.WriteString("client,client_name,email,name,role,permissions,language\n")
	for i := range 100_000 {
		fmt.Fprintf(&csv, "k%d,Kunde %d,person%d@firm%d.example,Person %d,authorised,,en\n", i/10, i/10, i, i/10, i)
	}
	for b.Loop() {
		w, err := newDemoWorld(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		for _, want := range []clients.Report{{Added: 100_000}, {Same: 100_000}} {
			began := time.Now()
			r, err := w.client.Import(b.Context(), "contact/import", api.ImportRequest{Name: "people.csv", CSV: []byte(csv.String())}, nil)
			if err != nil || r.Added != want.Added || r.Same != want.Same {
				b.Fatalf("added %d, same %d, %d problems, %v", r.Added, r.Same, len(r.Problems), err)
			}
			b.ReportMetric(time.Since(began).Seconds(), fmt.Sprintf("s/%d-new", want.Added))
		}
		w.close()
	}
}
