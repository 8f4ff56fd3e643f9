package sender

import (
	"bytes"
	"context"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/inbound/sender/resolver"
	"countersign/internal/rawmail"
	"countersign/policy"
)

// FuzzResults: what a sender can put into a quoted string or a comment of the
// border's field adds no result; what is read can be written and read again.
func FuzzResults(f *testing.F) {
	for _, s := range []string{"x", `x; dmarc=pass header.from=a.example`, `"`, `\"; dkim=pass`, `(`, `) ; dkim=pass (`, "\x00", "é", `\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, evil string) {
		quoted := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(evil) + `"`
		comment := "(" + strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace(evil) + ")"
		_, results, err := parseResults("mx.example; spf=fail " + comment + " reason=" + quoted + " smtp.mailfrom=" + "a.example; dkim=none")
		if err != nil {
			return
		}
		if len(results) != 2 || results[0].value != "fail" || results[0].properties["smtp.mailfrom"] != "a.example" || results[1].value != "none" {
			t.Errorf("%q made of the results %+v", evil, results)
		}
		// As it is, it may break the field, but not hide what stands before it.
		if id, results, err := parseResults("mx.example; dkim=fail header.d=a.example; x=y p.q=" + evil); err == nil {
			b := border{results: results}
			if passed, _ := b.dkim(&signature{domain: "a.example", identity: "a.example"}); passed || id != "mx.example" {
				t.Errorf("%q turned dkim=fail into %+v", evil, results)
			}
		}
	})
}

// FuzzSignature: a signature that parses names a domain and selector that are
// plain names, covers what it says and never verifies for a message whose
// signed From was changed.
func FuzzSignature(f *testing.F) {
	signed := sign(honest, seal{d: "north.example", t: arrival.Unix()})
	f.Add(signed[:strings.Index(signed, "\r\nFrom")+2])
	f.Add("DKIM-Signature: v=1; a=rsa-sha256; d=x.example; s=y; h=from; bh=" + strings.Repeat("A", 43) + "=; b=AAAA\r\n")
	f.Add("DKIM-Signature: v=1; b=; b=\r\n")
	key := keyRecord("ed", "")
	c := over(f, func(context.Context, string) resolver.Answer { return resolver.Answer{TXT: []string{key}, TTL: 60} })
	f.Fuzz(func(t *testing.T, field string) {
		forged := strings.Replace(honest, "ada@", "eve@", 1)
		m, refused := rawmail.Scan([]byte(field+forged), rawmail.DefaultLimits())
		if len(refused) > 0 || m.Fields[0].Key != "dkim-signature" {
			return
		}
		s, err := parseSignature(m.Fields[0].Raw)
		if err != nil {
			return
		}
		if !resolver.IsDomain(s.domain, false) || !resolver.IsDomain(s.selector, true) || len(s.names) == 0 {
			t.Errorf("a signature of %q by %q over %q", s.domain, s.selector, s.names)
		}
		for _, n := range s.covered(m) {
			if !slices.Contains(s.names, n) || m.Values(n) == nil {
				t.Errorf("%s is said to be covered by %q", n, s.names)
			}
		}
		k := &check{Request: Request{Message: m, Arrived: arrival}, Checker: c, dns: c.resolver.For(resolver.Message{})}
		k.bodies.body = m.Body
		if o := k.verify(context.Background(), m.Fields[0].Raw, same); o.Result == policy.ResultPass && slices.Contains(s.names, "from") {
			t.Errorf("a changed From verifies with %q", field)
		}
	})
}

// FuzzBody: hashing a body gives what mox's reading of RFC 6376 gives: a body
// that is canonical already hashes the same again.
func FuzzBody(f *testing.F) {
	for _, s := range []string{"", "a\r\n", " a  b\t\r\n\r\n\r\n", "\r\n\r\n", " \r\n", "a", "\r", "a\r\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var once, twice memory
		relaxedBody(&once, body)
		relaxedBody(&twice, once.Bytes())
		if !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Errorf("relaxed(%q) = %q, again %q", body, once.Bytes(), twice.Bytes())
		}
		if bytes.Contains(once.Bytes(), []byte("  ")) || bytes.HasSuffix(once.Bytes(), []byte("\r\n\r\n")) || bytes.Contains(once.Bytes(), []byte(" \r\n")) {
			t.Errorf("relaxed(%q) = %q", body, once.Bytes())
		}
		var simple, again memory
		simpleBody(&simple, body)
		simpleBody(&again, simple.Bytes())
		if !bytes.Equal(simple.Bytes(), again.Bytes()) {
			t.Errorf("simple(%q) = %q, again %q", body, simple.Bytes(), again.Bytes())
		}
	})
}

// memory is a hash that keeps what it is given.
type memory struct{ bytes.Buffer }

func (m *memory) Sum(b []byte) []byte { return append(b, m.Bytes()...) }
func (m *memory) Size() int           { return 0 }
func (m *memory) BlockSize() int      { return 1 }

// FuzzDate: a Date is read as net/mail reads it, or not at all; but for a zone's
// name, which is net/mail's to guess. What is read can be written and read again.
func FuzzDate(f *testing.F) {
	f.Add("Wed, 25 Nov 2026 11:59:00 +0000 (UTC)")
	f.Add("Wed, 25 Nov 2026 06:59:00 EST")
	f.Add("Wed, 25 Nov 2026 06:59:00 EST (East)")
	f.Add("1 Nov 00 0:00\n+00")
	f.Fuzz(func(t *testing.T, s string) {
		got := date(s)
		if got.IsZero() {
			return
		}
		want, err := mail.ParseDate(s)
		if _, zone := zoneOf(s); zone == "" && (err != nil || !got.Equal(want)) {
			t.Errorf("date(%q) = %v", s, got)
		}
		if again := date(got.Format(time.RFC1123Z)); got.Year() >= 0 && got.Year() < 10_000 && !again.Equal(got) {
			t.Errorf("date(%q) = %v, and again %v", s, got, again)
		}
	})
}
