package daemon

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"countersign/clients"
	"countersign/desk/api"
	"countersign/internal/config"
)

// BenchmarkImport imports 100,000 contacts of 10,000 clients through the daemon's
// socket, and then the same file again.
func BenchmarkImport(b *testing.B) {
	var csv strings.Builder
	csv.WriteString("client,client_name,email,name,role,permissions,language\n")
	for i := range 100_000 {
		fmt.Fprintf(&csv, "k%d,Kunde %d,person%d@firm%d.example,Person %d,authorised,,en\n", i/10, i/10, i, i/10, i)
	}
	for b.Loop() {
		client, stop := serve(b)
		for _, want := range []clients.Report{{Added: 100_000}, {Same: 100_000}} {
			began := time.Now()
			r, err := client.Import(b.Context(), "contact/import", api.ImportRequest{Name: "people.csv", CSV: []byte(csv.String())}, nil)
			if err != nil || r.Added != want.Added || r.Same != want.Same {
				b.Fatalf("added %d, same %d, %d problems, %v", r.Added, r.Same, len(r.Problems), err)
			}
			b.ReportMetric(time.Since(began).Seconds(), fmt.Sprintf("s/%d-new", want.Added))
		}
		stop()
	}
}

// serve runs the daemon over a new store, without a mailbox.
func serve(b *testing.B) (client *api.Client, stop func()) {
	b.Helper()
	dir := b.TempDir()
	c := config.Default(dir)
	c.State, c.KeyFile, c.Socket = dir+"/state.db", dir+"/state.key", dir+"/control.sock"
	h, err := Open(c, time.Now, zerolog.Nop())
	must(b, err)
	l, err := Listen(c)
	must(b, err)
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx, l, true) }()
	client, err = api.Dial(c.Socket) // which is answered as soon as it runs
	must(b, err)
	return client, func() { cancel(); must(b, <-done); h.Close() }
}
