package resolver

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
			if (a.Err == nil) != tt.ok || a.Err != nil && !errors.Is(a.Err, ErrNoAnswer) {
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
	if a := c.lookup(context.Background(), "a.example."); !errors.Is(a.Err, ErrNoAnswer) || asked.Load() != maxAliases {
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
	if a := slow.lookup(context.Background(), "a.example."); !errors.Is(a.Err, ErrNoAnswer) {
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
		if a := c.lookup(context.Background(), "a.example."); a.Err != nil || a.AD != (proved == "a.example. b.example.") {
			t.Errorf("with %q proved: %+v", proved, a)
		}
	}
}
