package sender

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"countersign/inbound/sender/arc"
	"countersign/internal/rawmail"
)

// hostileMail is a message made to cost as much as it can, with the zone that
// its sender publishes.
type hostileMail struct {
	name, zone string
	raw        func() string
}

// bigKey is a key record with a modulus of so many bits, which nobody can sign
// with. Its exponent is the largest that a verifier takes.
func bigKey(bits int) string {
	n := new(big.Int).Lsh(big.NewInt(1), uint(bits-1))
	n.Add(n, big.NewInt(12345))
	n.SetBit(n, 0, 1)
	der, err := x509.MarshalPKIXPublicKey(&rsa.PublicKey{N: n, E: 1<<31 - 1})
	if err != nil {
		panic(err)
	}
	return "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der)
}

// rsaField is a signature of so many bytes that fits no key.
func rsaField(selector string, size int) string {
	b := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x01", size)))
	var folded strings.Builder
	for len(b) > 900 {
		folded.WriteString(b[:900] + "\r\n ")
		b = b[900:]
	}
	return fmt.Sprintf("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=north.example; s=%s; h=from:to:subject; bh=%s=;\r\n b=%s%s\r\n",
		selector, strings.Repeat("A", 43), folded.String(), b)
}

func repeat(n int, f func(int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(f(i))
	}
	return b.String()
}

const wholeSize = 25<<20 - 4096 // leaves room for the header

// hostileMails are the ways to cost CPU and memory that we know of.
func hostileMails() (list []hostileMail) {
	mail := func(name, zone string, raw func() string) { list = append(list, hostileMail{name, zone, raw}) }
	signed := func(change func(*seal), body string) func() string {
		return func() string {
			s := seal{d: "north.example", t: arrival.Unix()}
			if change != nil {
				change(&s)
			}
			return sign(strings.Replace(honest, "YES\r\n", "YES\r\n"+body, 1), s)
		}
	}
	fill := func(s string) string { return strings.Repeat(s, wholeSize/len(s)) }
	const same = ""
	mail("honest", same, signed(nil, ""))
	mail("signatures-900", same, func() string {
		return repeat(900, func(i int) string { return rsaField(fmt.Sprint("x", i), 64) }) + honest
	})
	for _, bits := range []int{4096, 8192, 16384} {
		zone := repeat(5, func(i int) string { return txtLine(fmt.Sprintf("b%d._domainkey.north.example", i), bigKey(bits)) })
		mail(fmt.Sprint("keys-rsa-", bits), zone, func() string {
			return repeat(5, func(i int) string { return rsaField(fmt.Sprint("b", i), bits/8) }) + honest
		})
	}
	many := repeat(100, func(i int) string {
		return txtLine("s1._domainkey.north.example", "v=DKIM1; k=rsa; p="+strings.Repeat("A", 500)+fmt.Sprint(i))
	})
	mail("dns-giant-answer", many, signed(nil, ""))
	mail("dns-giant-answers", repeat(5, func(i int) string { return strings.ReplaceAll(many, "s1._", fmt.Sprintf("b%d._", i)) }), func() string {
		return repeat(5, func(i int) string { return rsaField(fmt.Sprint("b", i), 256) }) + honest
	})
	mail("dns-giant-string", txtLine("big._domainkey.north.example", "v=DKIM1; p="+strings.Repeat("A", 60000)), signed(func(s *seal) { s.s = "big" }, ""))
	mail("body-short-lines", same, signed(nil, fill("a\r\n")))
	mail("body-blanks", same, signed(nil, fill(" \t")+"x\r\n"))
	mail("body-blank-lines", same, signed(nil, fill("\r\n")+"x\r\n"))
	mail("body-tabs", same, signed(nil, fill("\ta\r\n")))
	mail("body-one-line", same, signed(nil, fill("abcdefgh")+"\r\n"))
	mail("body-both-ways", same, func() string {
		return sign(signed(nil, fill("\ta\r\n"))(), seal{d: "north.example", s: "s2", c: "simple/simple", t: arrival.Unix()})
	})
	typed := func(typ, body string) func() string {
		return func() string {
			return sign(strings.Replace(honest, "text/plain; charset=utf-8\r\n\r\n", typ+"\r\n\r\n"+body, 1), seal{d: "north.example", t: arrival.Unix()})
		}
	}
	deep := func(n int) string {
		return repeat(n, func(i int) string {
			return fmt.Sprintf("--b%0*d\r\nContent-Type: multipart/mixed; boundary=b%0*d\r\n\r\n", i+1, 0, i+2, 0)
		})
	}
	mail("mime-false-boundaries", same, typed("multipart/mixed; boundary=b0", deep(18)+fill("--b00000000000000000000x\r\n")))
	mail("mime-dashes", same, typed("multipart/mixed; boundary=b0", deep(18)+fill("--\r\n")))
	mail("mime-part-header", same, typed("multipart/mixed; boundary=b", "--b\r\n"+fill("a:\r\n")))
	mail("mime-type-folds", same, typed("multipart/mixed; boundary=b",
		repeat(200, func(int) string { return "--b\r\nContent-Type:\r\n" + strings.Repeat(" x\r\n", 30000) + "\r\n" })))
	mail("mime-type-one-line", same, typed("multipart/mixed; boundary=b", "--b\r\nContent-Type: x\r\n "+fill("abcdefgh")+"\r\n\r\n"))
	mail("mime-type-parameters", same, typed("multipart/mixed; boundary=b",
		repeat(200, func(int) string {
			return "--b\r\nContent-Type: text/plain; " + strings.Repeat("a=b;", 2500) + "\r\n\r\n"
		})))
	mail("mime-messages", same, typed("message/rfc822", strings.Repeat("Content-Type: message/rfc822\r\n\r\n", 18)+fill("a: b\r\n")))
	field := func(name, value string, n int) func() string {
		return func() string {
			return sign(strings.Replace(honest, "MIME-Version", name+":"+strings.Repeat("\r\n "+strings.Repeat(value, 900/len(value)), n)+"\r\nMIME-Version", 1), seal{d: "north.example", t: arrival.Unix(), h: "from:to:cc:references"})
		}
	}
	mail("cc-thousands", same, field("Cc", "a@b.example,", 250))
	mail("cc-names-without-address", same, field("Cc", "a,", 250))
	mail("cc-comments", same, field("Cc", "(a)", 250))
	mail("references-long", same, field("References", "<abcdefghijklmnopqrstuvwxyz@x> ", 250))
	mail("results-many", same, func() string {
		return strings.Repeat("Authentication-Results: mx.other.example; "+strings.Repeat("dkim=pass header.d=a.example; ", 7)+"\r\n", 900) + signed(nil, "")()
	})
	mail("results-comments", same, func() string {
		return strings.Repeat("Authentication-Results: mx.desk.example "+strings.Repeat("(", 200)+"\r\n", 900) + honest
	})
	mail("arc-ten", txtLine("arc._domainkey.list.example", keyRecord("other", "")), func() string {
		raw := signed(nil, strings.Repeat("\ta\r\n", 6<<20))()
		raw = strings.Replace(raw, "Reset", "[list] Reset", 1)
		for n := 1; n <= arc.MaxSets; n++ {
			raw = arcSeal(raw, "list.example", n, map[bool]string{true: "none", false: "pass"}[n == 1], "dkim=pass header.d=north.example", arcFields)
		}
		return raw
	})
	mail("arc-hundreds", same, func() string {
		return repeat(300, func(i int) string {
			return fmt.Sprintf("ARC-Seal: i=%d; cv=pass; d=list.example; s=b; a=rsa-sha256; b=AAAA\r\nARC-Message-Signature: i=%d; a=rsa-sha256; d=list.example; s=b; h=from; bh=AAAA; b=AAAA\r\nARC-Authentication-Results: i=%d; list.example; dkim=pass\r\n", i+1, i+1, i+1)
		}) + honest
	})
	mail("h-names", same, func() string {
		return repeat(5, func(int) string {
			return "DKIM-Signature: v=1; a=ed25519-sha256; d=north.example; s=s1; bh=" + strings.Repeat("A", 43) + "=; b=" + strings.Repeat("A", 86) + "==; h=from" + strings.Repeat(":from:x\r\n :to", 1000) + "\r\n"
		}) + honest
	})
	mail("tags", same, func() string {
		return repeat(15, func(int) string {
			return "DKIM-Signature: v=1; " + repeat(1300, func(i int) string { return fmt.Sprintf("a%d=;\r\n ", i) }) + "d=north.example\r\n"
		}) + honest
	})
	mail("from-deep-domain", same, func() string {
		return strings.Replace(honest, "ada@north.example", "ada@"+strings.Repeat("a.", 90)+"north.example", 1)
	})
	return list
}

// cpu is the time that the process has computed.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkHostile reports what one message costs from its bytes to the result:
// CPU time with the garbage collector's, all that was allocated, and the peak of
// the heap above what the message itself takes. DNS is not cached.
func BenchmarkHostile(b *testing.B) {
	for _, h := range hostileMails() {
		b.Run(h.name, func(b *testing.B) {
			srv := startServer(b, keyLine("north.example", "s1", "ed")+keyLine("north.example", "s2", "ed")+txtLine("_dmarc.north.example", "v=DMARC1; p=reject")+h.zone)
			raw := []byte(h.raw())
			var peak uint64
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := cpu(b)
			for b.Loop() {
				stop, done := make(chan struct{}), make(chan uint64)
				go watchHeap(stop, done)
				judge(b, srv, raw)
				close(stop)
				peak = max(peak, <-done)
			}
			used := cpu(b) - start
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(used.Microseconds())/1000/float64(b.N), "cpu-ms/op")
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/(1<<20), "alloc-MiB/op")
			b.ReportMetric(float64(peak-min(peak, before.HeapAlloc))/(1<<20), "peak-MiB")
			b.ReportMetric(float64(len(raw))/(1<<20), "mail-MiB")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func judge(t testing.TB, srv *server, raw []byte) {
	c, err := New(Config{Resolver: srv.addr})
	if err != nil {
		t.Fatal(err)
	}
	m, refused := rawmail.Scan(raw, rawmail.DefaultLimits())
	if m == nil || len(refused) > 0 {
		return
	}
	for _, field := range []string{"to", "cc"} {
		_, _ = rawmail.Addresses(m.Get(field), 100)
	}
	if from, bad := m.From(); bad == nil {
		c.Check(context.Background(), Request{Message: m, From: from, Arrived: arrival,
			Trust: Trust{AuthservIDs: []string{"mx.desk.example"}, ARCSealers: []string{"list.example"}, BelowReceived: 9}})
	}
}

// watchHeap gives the largest heap that it saw.
func watchHeap(stop <-chan struct{}, done chan<- uint64) {
	var most uint64
	for {
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		most = max(most, now.HeapAlloc)
		select {
		case <-stop:
			done <- most
			return
		case <-time.After(2 * time.Millisecond):
		}
	}
}
