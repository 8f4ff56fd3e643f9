package sender

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"countersign/inbound/sender/resolver"
	"countersign/internal/rawmail"
	"countersign/policy"
)

// TestHostile judges messages that were made to cost much. None passes, none
// asks for more than a message may, none takes memory beyond its own size.
func TestHostile(t *testing.T) {
	srv := startServer(t, keyLine("north.example", "s1", "ed")+txtLine("_dmarc.north.example", "v=DMARC1; p=reject"))
	field := func(i int) string {
		return fmt.Sprintf("DKIM-Signature: v=1; a=rsa-sha256; d=north.example; s=s%d; h=from; bh=%s=; b=AAAA\r\n", i, strings.Repeat("A", 43))
	}
	many := func(n int, f func(int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(f(i))
		}
		return b.String()
	}
	long := many(200, func(int) string { return "from:" })
	blank := strings.Repeat(" \t", 1<<20)
	tests := []struct{ name, raw string }{
		{"signatures", many(900, field) + honest},
		{"names-in-h", strings.Replace(field(1), "h=from", "h="+long+"from", 1) + honest},
		{"tags", "DKIM-Signature: v=1;" + many(2000, func(i int) string { return fmt.Sprintf("a%d=;", i) })[:9000] + "\r\n" + honest},
		{"tags-folded", "DKIM-Signature: " + strings.Repeat(" v=1;\r\n ", 20000) + "\r\n" + honest},
		{"fields", many(980, func(i int) string { return fmt.Sprintf("X-%d: y\r\n", i) }) + honest},
		{"blank-body", sign(honest, seal{d: "north.example"}) + blank + "x"},
		{"empty-lines", sign(honest, seal{d: "north.example"}) + strings.Repeat("\r\n", 5<<20) + "x"},
		{"short-lines", sign(honest, seal{d: "north.example"}) + strings.Repeat(" a\r\n", 2<<20)},
		{"arc", many(300, func(i int) string {
			return fmt.Sprintf("ARC-Seal: i=%d; cv=pass; d=a.example; s=b; a=rsa-sha256; b=AAAA\r\n", i)
		}) + honest},
		{"results", many(300, func(int) string {
			return "Authentication-Results: mx.desk.example; " + strings.Repeat("(", 200) + "\r\n"
		}) + honest},
		{"deep-domain", strings.Replace(honest, "ada@north.example", "ada@"+strings.Repeat("a.", 90)+"north.example", 1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := New(Config{Resolver: srv.addr})
			if err != nil {
				t.Fatal(err)
			}
			srv.asked.Store(0)
			m, refused := rawmail.Scan([]byte(tt.raw), rawmail.DefaultLimits())
			if len(refused) > 0 {
				return
			}
			from, bad := m.From()
			if bad != nil {
				t.Fatal(bad)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			s := c.Check(context.Background(), Request{Message: m, From: from, Arrived: arrival,
				Trust: Trust{AuthservIDs: []string{"mx.desk.example"}, ARCSealers: []string{"a.example"}}})
			runtime.ReadMemStats(&after)
			if s.Result == policy.ResultPass || len(s.Reasons) == 0 {
				t.Errorf("result %s, reasons %v", s.Result, s.Reasons)
			}
			if n := srv.asked.Load(); n > resolver.MaxLookups {
				t.Errorf("%d questions", n)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
				t.Errorf("%d bytes allocated for a message of %d", used, len(tt.raw))
			}
		})
	}
}
