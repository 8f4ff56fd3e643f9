package sender

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// rr makes records of a zone's lines.
func rr(t *testing.T, lines ...string) (out []dns.RR) {
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
		{"of-another-name", 0, []string{"b.example. 60 IN TXT x"}, []string{soa}, 0, "a.example.", 30, errNotFound, false},
		{"of-another-class", 0, []string{"a.example. 60 CH TXT x"}, []string{soa}, 0, "a.example.", 30, errNotFound, false},
		{"alias", 0, []string{"a.example. 10 IN CNAME b.example.", "b.example. 60 IN TXT x"}, nil, 1, "b.example.", 10, nil, false},
		{"alias-that-lives-longer", 0, []string{"a.example. 60 IN CNAME b.example.", "b.example. 10 IN TXT x"}, nil, 1, "b.example.", 10, nil, false},
		{"alias-not-followed", 0, []string{"a.example. 60 IN CNAME B.example."}, nil, 0, "b.example.", 60, nil, false},
		{"alias-to-nowhere", dns.RcodeNameError, []string{"a.example. 60 IN CNAME b.example."}, []string{soa}, 0, "b.example.", 30, errNotFound, false},
		{"alias-to-itself", 0, []string{"a.example. 60 IN CNAME a.example."}, []string{soa}, 0, "a.example.", 30, errNotFound, false},
		{"long-chain", 0, chain(maxAliases - 2), nil, 1, fmt.Sprintf("c%d.example.", maxAliases-2), 60, nil, false},
		{"longer-chain", 0, chain(maxAliases + 2), nil, 0, fmt.Sprintf("c%d.example.", maxAliases-1), 60, nil, false},
		{"no-such-name", dns.RcodeNameError, nil, []string{soa}, 0, "a.example.", 30, errNotFound, true},
		{"no-such-name-without-soa", dns.RcodeNameError, nil, nil, 0, "a.example.", 60, errNotFound, true},
		{"no-data", 0, nil, []string{soa}, 0, "a.example.", 30, errNotFound, false},
		{"soa-of-short-life", 0, nil, []string{". 5 IN SOA ns. ns. 1 2 3 4 3600"}, 0, "a.example.", 5, errNotFound, false},
		{"referral", 0, nil, []string{"example. 60 IN NS ns.example."}, 0, "a.example.", 60, errNoAnswer, false},
		{"many", 0, many(maxTXT), nil, maxTXT, "a.example.", 60, nil, false},
		{"too-many", 0, many(maxTXT + 1), nil, maxTXT, "a.example.", 60, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := &dns.Msg{Answer: rr(t, tt.answer...), Ns: rr(t, tt.ns...)}
			m.Rcode = tt.rcode
			r := read(m, "a.example.")
			if len(r.txt) != tt.txt || r.alias != tt.alias || r.ttl != tt.ttl || !errors.Is(r.err, tt.err) || (r.err == nil) != (tt.err == nil) || r.nxdomain != tt.nxdomain {
				t.Errorf("read() = %d strings, alias %s, ttl %d, %v, nxdomain %v; want %d, %s, %d, %v, %v",
					len(r.txt), r.alias, r.ttl, r.err, r.nxdomain, tt.txt, tt.alias, tt.ttl, tt.err, tt.nxdomain)
			}
		})
	}
}

// answering starts a server that answers over UDP as fn says.
func answering(t *testing.T, fn func(q, m *dns.Msg)) *client {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan struct{})
	srv := &dns.Server{PacketConn: pc, NotifyStartedFunc: func() { close(started) }, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(q)
		fn(q, m)
		w.WriteMsg(m)
	})}
	go srv.ActivateAndServe()
	<-started
	t.Cleanup(func() { srv.Shutdown() })
	return &client{servers: []string{pc.LocalAddr().String()}, timeout: 500 * time.Millisecond}
}

// TestLookupAnswers: each row spoils one thing of an answer that counts; what is
// no answer to our question is none, and never "does not exist".
func TestLookupAnswers(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(q, m *dns.Msg)
		ok    bool
	}{
		{"good", func(_, m *dns.Msg) {}, true},
		{"case-of-the-question", func(_, m *dns.Msg) { m.Question[0].Name = "A.EXAMPLE." }, true},
		{"another-name", func(_, m *dns.Msg) { m.Question[0].Name = "b.example." }, false},
		{"another-type", func(_, m *dns.Msg) { m.Question[0].Qtype = dns.TypeA }, false},
		{"no-question", func(_, m *dns.Msg) { m.Question = nil }, false},
		{"a-question-itself", func(_, m *dns.Msg) { m.Response = false }, false},
		{"another-id", func(_, m *dns.Msg) { m.Id++ }, false},
		{"servfail", func(_, m *dns.Msg) { m.Rcode = dns.RcodeServerFailure }, false},
		{"refused", func(_, m *dns.Msg) { m.Rcode = dns.RcodeRefused }, false},
		{"not-implemented", func(_, m *dns.Msg) { m.Rcode = dns.RcodeNotImplemented }, false},
		{"cut-off", func(_, m *dns.Msg) { m.Truncated = true }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := answering(t, func(q, m *dns.Msg) {
				m.Answer = rr(t, "a.example. 60 IN TXT x")
				tt.spoil(q, m)
			})
			a := c.lookup(context.Background(), "a.example.")
			if (a.err == nil) != tt.ok || a.err != nil && !errors.Is(a.err, errNoAnswer) {
				t.Errorf("lookup() = %+v, want an answer %v", a, tt.ok)
			}
		})
	}
}

// TestEndlessAliases: a server whose names are all aliases of others is asked so
// often and no more, and within one question's time.
func TestEndlessAliases(t *testing.T) {
	var asked atomic.Int64
	next := func(q, m *dns.Msg) {
		m.Answer = rr(t, fmt.Sprintf("%s 60 IN CNAME n%d.example.", q.Question[0].Name, asked.Add(1)))
	}
	c := answering(t, next)
	if a := c.lookup(context.Background(), "a.example."); !errors.Is(a.err, errNoAnswer) || asked.Load() != maxAliases {
		t.Errorf("lookup() = %+v after %d questions, want no answer after %d", a, asked.Load(), maxAliases)
	}
	slow := answering(t, func(q, m *dns.Msg) {
		time.Sleep(60 * time.Millisecond)
		if next(q, m); asked.Load() > maxAliases {
			m.Answer = rr(t, q.Question[0].Name+" 60 IN TXT x")
		}
	})
	asked.Store(3) // five aliases, each within its own time, and the end
	slow.timeout = 200 * time.Millisecond
	if a := slow.lookup(context.Background(), "a.example."); !errors.Is(a.err, errNoAnswer) {
		t.Errorf("lookup() = %+v, though together they take longer than one question may", a)
	}
}

// TestAuthenticated: an answer over an alias is proved by DNSSEC only where each
// part of it is.
func TestAuthenticated(t *testing.T) {
	for _, proved := range []string{"", "a.example.", "b.example.", "a.example. b.example."} {
		c := answering(t, func(q, m *dns.Msg) {
			m.AuthenticatedData = strings.Contains(proved, q.Question[0].Name)
			m.Answer = rr(t, map[string]string{"a.example.": "a.example. 60 IN CNAME b.example.", "b.example.": "b.example. 60 IN TXT x"}[q.Question[0].Name])
		})
		if a := c.lookup(context.Background(), "a.example."); a.err != nil || a.ad != (proved == "a.example. b.example.") {
			t.Errorf("with %q proved: %+v", proved, a)
		}
	}
}

// TestEvidenceBounds: however much strangers publish, so much is kept, cleaned.
func TestEvidenceBounds(t *testing.T) {
	reply := answer{txt: []string{"x"}, ttl: 60}
	asks := 0
	a := asker{cache: newCache(func(context.Context, string) answer { asks++; return reply }, time.Now), asked: map[string]answer{}}
	if r := a.txt(context.Background(), strings.Repeat("a.", 130)+"example"); !errors.Is(r.err, errNotFound) || asks != 0 {
		t.Errorf("a name that is none: %+v after %d questions", r, asks)
	}
	reply.txt = []string{"a\x00\x1b[31m\xff" + strings.Repeat("y", 2*maxRecord)}
	a.txt(context.Background(), "long.example")
	if v := a.records[0].Value; len(v) != maxRecord || !strings.HasPrefix(v, "a??[31m?y") {
		t.Errorf("a long value is kept as %d bytes %.20q", len(v), v)
	}
	reply.txt = make([]string, maxTXT)
	a.txt(context.Background(), "many.example")
	if len(a.records) != maxRecords {
		t.Errorf("%d records are kept, want %d", len(a.records), maxRecords)
	}
	b := asker{cache: a.cache, asked: map[string]answer{}}
	reply.txt = nil
	for range maxTXT {
		reply.txt = append(reply.txt, strings.Repeat("z", maxRecord))
	}
	b.txt(context.Background(), "large.example")
	if n := len(b.records); n*maxRecord != maxEvidence {
		t.Errorf("%d bytes are kept, want %d", n*maxRecord, maxEvidence)
	}
}
