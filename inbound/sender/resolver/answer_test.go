package resolver

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/miekg/dns"
)

// rr makes records of a zone's lines.
func rr(t testing.TB, lines ...string) (out []dns.RR) {
	t.Helper()
	for _, l := range lines {
		r, err := dns.NewRR(l)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// TestRead: what is made of one server's answer to a question for a.example.
func TestRead(t *testing.T) {
	chain := func(n int) (out []string) {
		out = append(out, "a.example. 60 IN CNAME c0.example.")
		for i := range n {
			out = append(out, fmt.Sprintf("c%d.example. 60 IN CNAME c%d.example.", i, i+1))
		}
		return append(out, fmt.Sprintf("c%d.example. 60 IN TXT x", n))
	}
	many := func(n int) (out []string) {
		for i := range n {
			out = append(out, fmt.Sprintf("a.example. 60 IN TXT x%d", i))
		}
		return out
	}
	soa := ". 90 IN SOA ns. ns. 1 2 3 4 30"
	tests := []struct {
		name       string
		rcode      int
		answer, ns []string
		txt        int
		alias      string
		ttl        uint32
		err        error
		nxdomain   bool
	}{
		{"record", 0, []string{"a.example. 60 IN TXT x"}, nil, 1, "a.example.", 60, nil, false},
		{"case-of-the-name", 0, []string{"A.Example. 60 IN TXT x"}, nil, 1, "a.example.", 60, nil, false},
		{"shortest-life-first", 0, []string{"a.example. 10 IN TXT x", "a.example. 60 IN TXT y"}, nil, 2, "a.example.", 10, nil, false},
		{"shortest-life-last", 0, []string{"a.example. 60 IN TXT x", "a.example. 10 IN TXT y"}, nil, 2, "a.example.", 10, nil, false},
		{"of-another-name", 0, []string{"b.example. 60 IN TXT x"}, []string{soa}, 0, "a.example.", 30, ErrNotFound, false},
		{"of-another-class", 0, []string{"a.example. 60 CH TXT x"}, []string{soa}, 0, "a.example.", 30, ErrNotFound, false},
		{"alias", 0, []string{"a.example. 10 IN CNAME b.example.", "b.example. 60 IN TXT x"}, nil, 1, "b.example.", 10, nil, false},
		{"alias-that-lives-longer", 0, []string{"a.example. 60 IN CNAME b.example.", "b.example. 10 IN TXT x"}, nil, 1, "b.example.", 10, nil, false},
		{"alias-not-followed", 0, []string{"a.example. 60 IN CNAME B.example."}, nil, 0, "b.example.", 60, nil, false},
		{"alias-to-nowhere", dns.RcodeNameError, []string{"a.example. 60 IN CNAME b.example."}, []string{soa}, 0, "b.example.", 30, ErrNotFound, false},
		{"alias-to-itself", 0, []string{"a.example. 60 IN CNAME a.example."}, []string{soa}, 0, "a.example.", 30, ErrNotFound, false},
		{"long-chain", 0, chain(maxAliases - 2), nil, 1, fmt.Sprintf("c%d.example.", maxAliases-2), 60, nil, false},
		{"longer-chain", 0, chain(maxAliases + 2), nil, 0, fmt.Sprintf("c%d.example.", maxAliases-1), 60, nil, false},
		{"no-such-name", dns.RcodeNameError, nil, []string{soa}, 0, "a.example.", 30, ErrNotFound, true},
		{"no-such-name-without-soa", dns.RcodeNameError, nil, nil, 0, "a.example.", 60, ErrNotFound, true},
		{"no-data", 0, nil, []string{soa}, 0, "a.example.", 30, ErrNotFound, false},
		{"soa-of-short-life", 0, nil, []string{". 5 IN SOA ns. ns. 1 2 3 4 3600"}, 0, "a.example.", 5, ErrNotFound, false},
		{"referral", 0, nil, []string{"example. 60 IN NS ns.example."}, 0, "a.example.", 60, ErrNoAnswer, false},
		{"many", 0, many(maxTXT), nil, maxTXT, "a.example.", 60, nil, false},
		{"too-many", 0, many(maxTXT + 1), nil, maxTXT, "a.example.", 60, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := &dns.Msg{Answer: rr(t, tt.answer...), Ns: rr(t, tt.ns...)}
			m.Rcode = tt.rcode
			r := read(m, "a.example.")
			if len(r.TXT) != tt.txt || r.alias != tt.alias || r.TTL != tt.ttl || !errors.Is(r.Err, tt.err) || (r.Err == nil) != (tt.err == nil) || r.NXDomain != tt.nxdomain {
				t.Errorf("read() = %d strings, alias %s, ttl %d, %v, nxdomain %v; want %d, %s, %d, %v, %v",
					len(r.TXT), r.alias, r.TTL, r.Err, r.NXDomain, tt.txt, tt.alias, tt.ttl, tt.err, tt.nxdomain)
			}
		})
	}
}

// FuzzAnswer: from whatever a server sends comes records of the name that was
// asked for, or an error, or another name to ask for; never two of them and
// never nothing.
func FuzzAnswer(f *testing.F) {
	for _, lines := range [][]string{{"a.example. 60 IN TXT x"}, {"a.example. 60 IN CNAME b.example.", "b.example. 60 IN TXT x"}, {"a.example. 60 IN CNAME a.example."}, {}} {
		m := new(dns.Msg)
		m.SetQuestion("a.example.", dns.TypeTXT)
		m.Response, m.Answer = true, rr(f, lines...)
		raw, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := new(dns.Msg)
		if m.Unpack(raw) != nil {
			return
		}
		r := read(m, "a.example.")
		switch {
		case len(r.TXT) > maxTXT:
			t.Errorf("%d strings", len(r.TXT))
		case r.Err != nil && len(r.TXT) > 0:
			t.Errorf("an error and records: %+v", r)
		case r.Err == nil && len(r.TXT) == 0 && r.alias == "a.example.":
			t.Errorf("nothing at all: %+v", r)
		}
		if len(r.TXT) > 0 && !bytes.Contains(raw, []byte{0, 16}) {
			t.Errorf("records from an answer without TXT: %+v", r)
		}
	})
}
