package sender

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"countersign/inbound/sender/arc"
	"countersign/inbound/sender/resolver"
	"countersign/internal/rawmail"
	"countersign/policy"
)

// TestSignaturesTried: of many signatures five are tried, those of the From
// domain first, and no key of another is asked for.
func TestSignaturesTried(t *testing.T) {
	srv := startServer(t, keyLine("north.example", "s1", "ed"))
	c, err := New(Config{Resolver: srv.addr})
	if err != nil {
		t.Fatal(err)
	}
	strangers := strings.ReplaceAll(repeat(800, func(i int) string { return rsaField(fmt.Sprint("x", i), 64) }), "d=north.example", "d=evil.example")
	own := repeat(maxSignatures, func(i int) string { return rsaField(fmt.Sprint("y", i), 64) })
	for _, raw := range []string{strangers + own + honest, own + strangers + honest} {
		m, refused := rawmail.Scan([]byte(raw), rawmail.DefaultLimits())
		if len(refused) > 0 {
			t.Fatal(refused)
		}
		s := c.Check(context.Background(), Request{Message: m, From: "ada@north.example", Arrived: arrival})
		if len(s.DKIM) != maxSignatures || slices.ContainsFunc(s.DKIM, func(d policy.Signature) bool { return d.Domain != "north.example" }) {
			t.Errorf("tried %v, want %d of north.example", s.DKIM, maxSignatures)
		}
		keys := 0
		for _, r := range s.Records {
			if strings.Contains(r.Name, "._domainkey.") {
				keys++
			}
		}
		if keys != maxSignatures {
			t.Errorf("asked for %d keys, want %d", keys, maxSignatures)
		}
	}
}

// TestKeySize: an RSA key of 8192 bits is tried and a larger one is not.
func TestKeySize(t *testing.T) {
	for bits, want := range map[int]string{1023: "dkim_weak_key", 1024: "dkim_bad_signature", 8192: "dkim_bad_signature", 8192 + 1: "dkim_weak_key", 16384: "dkim_weak_key"} {
		srv := startServer(t, txtLine("b._domainkey.north.example", bigKey(bits)))
		c, err := New(Config{Resolver: srv.addr})
		if err != nil {
			t.Fatal(err)
		}
		m, _ := rawmail.Scan([]byte(rsaField("b", (bits+7)/8)+honest), rawmail.DefaultLimits())
		s := c.Check(context.Background(), Request{Message: m, From: "ada@north.example", Arrived: arrival})
		if len(s.DKIM) != 1 || string(s.DKIM[0].Reason) != want {
			t.Errorf("a key of %d bits: %+v, want %s", bits, s.DKIM, want)
		}
	}
}

// TestKeyText: a key record of more than 4096 bytes is none, whatever it holds.
func TestKeyText(t *testing.T) {
	record := keyRecord("ed", "n="+strings.Repeat("x", 4096)+"; ")
	for over, want := range map[int]string{0: "", 1: "dkim_bad_key"} {
		text := keyRecord("ed", "n="+strings.Repeat("x", 4096-len(record)+4096+over)+"; ")
		srv := startServer(t, txtLine("s1._domainkey.north.example", text))
		c, err := New(Config{Resolver: srv.addr})
		if err != nil {
			t.Fatal(err)
		}
		m, _ := rawmail.Scan([]byte(sign(honest, seal{d: "north.example", t: arrival.Unix()})), rawmail.DefaultLimits())
		s := c.Check(context.Background(), Request{Message: m, From: "ada@north.example", Arrived: arrival})
		if len(s.DKIM) != 1 || string(s.DKIM[0].Reason) != want {
			t.Errorf("a record of %d bytes: %+v, want %q", len(text), s.DKIM, want)
		}
	}
}

// TestTimeBound: where no server ever answers, a message is judged after 20 s,
// and is neither passed nor failed.
func TestTimeBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := over(t, func(ctx context.Context, _ string) resolver.Answer {
			ctx, cancel := context.WithTimeout(ctx, 5*time.Second) // as the client does
			defer cancel()
			<-ctx.Done()
			return resolver.Answer{Err: resolver.ErrNoAnswer}
		})
		raw := repeat(maxSignatures, func(i int) string { return rsaField(fmt.Sprint("y", i), 64) }) + honest
		m, _ := rawmail.Scan([]byte(raw), rawmail.DefaultLimits())
		start := time.Now()
		s := c.Check(t.Context(), Request{Message: m, From: "ada@north.example", Arrived: arrival})
		if took := time.Since(start); took != resolver.MaxTime || s.Result != policy.ResultTempError {
			t.Errorf("%s after %v, want temperror after %v", s.Result, took, resolver.MaxTime)
		}
		synctest.Wait()
		time.Sleep(time.Minute) // of the bubble: let the questions end
	})
}

// TestStrangersUntold: where one signature counts, those of strangers are not
// even looked at.
func TestStrangersUntold(t *testing.T) {
	srv := startServer(t, keyLine("north.example", "s1", "ed")+keyLine("evil.example", "s1", "ed"))
	c, err := New(Config{Resolver: srv.addr})
	if err != nil {
		t.Fatal(err)
	}
	raw := sign(sign(honest, seal{d: "north.example", t: arrival.Unix()}), seal{d: "evil.example", t: arrival.Unix()})
	m, _ := rawmail.Scan([]byte(raw), rawmail.DefaultLimits())
	s := c.Check(context.Background(), Request{Message: m, From: "ada@north.example", Arrived: arrival})
	if s.Result != policy.ResultPass || len(s.DKIM) != 1 || slices.ContainsFunc(s.Records, func(r policy.Record) bool { return strings.Contains(r.Name, "evil") }) {
		t.Errorf("%s by %v, seen %v", s.Result, s.DKIM, s.Records)
	}
}

// TestLookupsRunOut: a message that wants more lookups than it may have is not
// put off for that; what was not asked for does not count.
func TestLookupsRunOut(t *testing.T) {
	zone := ""
	deep := "a.b.c.d.e.f.north.example"
	raw := strings.Replace(honest, "ada@north.example", "ada@"+deep, 1)
	raw = strings.ReplaceAll(repeat(maxSignatures, func(i int) string { return rsaField(fmt.Sprint("y", i), 64) }), "d=north.example", "d="+deep) + raw
	for n := 1; n <= arc.MaxSets; n++ {
		domain := fmt.Sprintf("list%d.example", n)
		zone += keyLine(domain, "arc", "other")
		raw = arcSeal(raw, domain, n, map[bool]string{true: "none", false: "pass"}[n == 1], "dkim=pass header.d="+deep, arcFields)
	}
	srv := startServer(t, zone)
	c, err := New(Config{Resolver: srv.addr})
	if err != nil {
		t.Fatal(err)
	}
	m, refused := rawmail.Scan([]byte(raw), rawmail.DefaultLimits())
	if len(refused) > 0 {
		t.Fatal(refused)
	}
	s := c.Check(context.Background(), Request{Message: m, From: "ada@" + deep, Arrived: arrival, Trust: Trust{ARCSealers: []string{fmt.Sprintf("list%d.example", arc.MaxSets)}}})
	if n := srv.asked.Load(); n != resolver.MaxLookups || s.Result != policy.ResultNone || s.ARC != policy.ResultFail {
		t.Errorf("%s, arc %s after %d questions; want none, fail after %d", s.Result, s.ARC, n, resolver.MaxLookups)
	}
}

// TestResultsBounds: a field of the border within the bounds is read whole, one
// past them not at all.
func TestResultsBounds(t *testing.T) {
	const head = "mx.example; spf=pass smtp.mailfrom=a.example"
	blank := strings.Repeat(" ", maxResultsField-len(head))
	many := strings.Repeat("; dkim=pass header.d=a.example", maxResults-1)
	for value, want := range map[string]int{head + blank: 1, head + blank + " ": 0, head + many: maxResults, head + many + "; dkim=pass": 0} {
		if _, results, err := parseResults(value); len(results) != want || (err == nil) != (want > 0) {
			t.Errorf("of %d bytes: %d results, %v, want %d", len(value), len(results), err, want)
		}
	}
}

// TestResultsEnd: what is opened in a field of the border and never closed, and
// what stands beside its id, makes all of it unreadable.
func TestResultsEnd(t *testing.T) {
	for _, value := range []string{"mx.example; spf=pass (smtp.mailfrom=a.example", "mx.example; spf=pass ((x) smtp.mailfrom=a.example",
		`mx.example; spf=pass reason=" smtp.mailfrom=a.example`, `mx.example; spf=pass reason="\" smtp.mailfrom=a.example`,
		`mx.example; spf=pass \ smtp.mailfrom=a.example`, "mx.example; spf=pass ) smtp.mailfrom=a.example",
		"mx.example; spf=pass smtp.mailfrom=zo\xeb@a.example", "mx.example; spf=pass smtp.mailfrom=a.example\u00a0b", "mx.example; spf=pass smtp.mailfrom=\u2028a.example",
		"mx.example 1 2; spf=pass smtp.mailfrom=a.example", "mx.example x y; spf=pass", "mx.example 2; spf=pass", "spf=pass smtp.mailfrom=a.example", "=; spf=pass"} {
		if id, results, err := parseResults(value); err == nil {
			t.Errorf("parseResults(%s) = %s, %+v", value, id, results)
		}
	}
	for _, value := range []string{"mx.example; spf=pass (a (b) smtp.mailfrom=b.example) smtp.mailfrom=a.example", `mx.example; spf=pass reason="; dkim=pass" smtp.mailfrom=a.example`,
		`mx.example; spf=pass reason=";" smtp.mailfrom=a.example`,
		"mx.example; spf=pass smtp.helo=müller.example smtp.mailfrom=a.example"} {
		if _, results, err := parseResults(value); err != nil || len(results) != 1 || results[0].properties["smtp.mailfrom"] != "a.example" {
			t.Errorf("parseResults(%s) = %+v, %v", value, results, err)
		}
	}
}
