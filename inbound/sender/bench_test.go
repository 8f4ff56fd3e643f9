package sender

import (
	"context"
	"strings"
	"testing"

	"countersign/internal/rawmail"
	"countersign/policy"
)

func benchMessage(size int) []byte {
	body := strings.Repeat("Some text of a line, as people  write it in mail.\r\n", size/50)
	return []byte(sign(strings.Replace(honest, "YES\r\n", "YES\r\n"+body, 1), seal{d: "north.example", key: "rsa2048", t: arrival.Unix()}))
}

// BenchmarkCheck is the whole judgement with DNS answers cached;
// internal/secondopinion has a bare verification by go-msgauth beside it.
func BenchmarkCheck(b *testing.B) {
	text := txtLine("s1._domainkey.north.example", keyRecord("rsa2048", "")) + txtLine("_dmarc.north.example", "v=DMARC1; p=reject")
	srv := startServer(b, text)
	c, err := New(Config{Resolver: srv.addr})
	if err != nil {
		b.Fatal(err)
	}
	for name, size := range map[string]int{"14kB": 14 << 10, "1MB": 1 << 20} {
		raw := benchMessage(size)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				m, refused := rawmail.Scan(raw, rawmail.DefaultLimits())
				if len(refused) > 0 {
					b.Fatal(refused)
				}
				s := c.Check(context.Background(), Request{Message: m, From: "ada@north.example", Arrived: arrival})
				if s.Result != policy.ResultPass {
					b.Fatal(s)
				}
			}
		})
	}
}
