package sender

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/miekg/dns"

	"countersign/inbound/sender/resolver"
)

// zone is what the test server answers. Lines are those of a zone file; a line
// ";!servfail NAME", refused, drop, truncated, cut (TCP too), referral or old (no EDNS) makes
// a fault.
type zone struct {
	records map[string][]dns.RR
	faults  map[string]string
}

func parseZone(text string) (*zone, error) {
	z := &zone{map[string][]dns.RR{}, map[string]string{}}
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, ";!"); ok {
			f := strings.Fields(rest)
			z.faults[dns.Fqdn(f[1])] = f[0]
		}
	}
	p := dns.NewZoneParser(strings.NewReader(text), ".", "")
	p.SetDefaultTTL(300)
	for rr, ok := p.Next(); ok; rr, ok = p.Next() {
		name := strings.ToLower(rr.Header().Name)
		z.records[name] = append(z.records[name], rr)
	}
	return z, p.Err()
}

// exists tells whether a name, or one below it, is there (RFC 8020).
func (z *zone) exists(name string) bool {
	for n := range z.records {
		if n == name || strings.HasSuffix(n, "."+name) {
			return true
		}
	}
	return false
}

func (z *zone) answer(q *dns.Msg, tcp bool) *dns.Msg {
	m := new(dns.Msg)
	m.SetReply(q)
	m.RecursionAvailable = true
	name := strings.ToLower(q.Question[0].Name)
	switch fault := z.faults[name]; {
	case fault == "servfail":
		m.Rcode = dns.RcodeServerFailure
		return m
	case fault == "refused":
		m.Rcode = dns.RcodeRefused
		return m
	case fault == "old" && q.IsEdns0() != nil:
		m.Rcode = dns.RcodeFormatError
		return m
	case fault == "drop":
		return nil
	case fault == "cut" || fault == "truncated" && !tcp:
		m.Truncated = true
		return m
	case fault == "referral":
		m.Ns = []dns.RR{&dns.NS{Hdr: dns.RR_Header{Name: "example.", Rrtype: dns.TypeNS, Class: dns.ClassINET, Ttl: 60}, Ns: "ns.example."}}
		return m
	}
	for range 8 {
		next := ""
		for _, rr := range z.records[name] {
			if rr.Header().Rrtype == q.Question[0].Qtype {
				m.Answer = append(m.Answer, rr)
			} else if c, ok := rr.(*dns.CNAME); ok {
				m.Answer = append(m.Answer, rr)
				next = strings.ToLower(c.Target)
			}
		}
		if next == "" {
			break
		}
		name = next
	}
	if len(m.Answer) == 0 || m.Answer[len(m.Answer)-1].Header().Rrtype == dns.TypeCNAME {
		if !z.exists(name) {
			m.Rcode = dns.RcodeNameError
		}
		m.Ns = []dns.RR{&dns.SOA{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeSOA, Class: dns.ClassINET, Ttl: 60},
			Ns: "ns.", Mbox: "ns.", Minttl: 30}}
	}
	return m
}

// server is a DNS server on loopback, over UDP and TCP, whose zone can be
// exchanged.
type server struct {
	addr  string
	zone  atomic.Pointer[zone]
	asked atomic.Int64
}

func startServer(t testing.TB, text string) *server {
	t.Helper()
	z, err := parseZone(text)
	if err != nil {
		t.Fatal(err)
	}
	s := &server{}
	s.zone.Store(z)
	var pc net.PacketConn
	var l net.Listener
	for range 20 { // the same port for both
		if pc, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		if l, err = net.Listen("tcp", pc.LocalAddr().String()); err == nil {
			break
		}
		pc.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	s.addr = pc.LocalAddr().String()
	handler := func(tcp bool) dns.HandlerFunc {
		return func(w dns.ResponseWriter, q *dns.Msg) {
			s.asked.Add(1)
			if m := s.zone.Load().answer(q, tcp); m != nil {
				if !tcp {
					m.Truncate(1232) // what the client says that it takes
				}
				w.WriteMsg(m)
			}
		}
	}
	for _, srv := range []*dns.Server{{PacketConn: pc, Handler: handler(false)}, {Listener: l, Handler: handler(true)}} {
		started := make(chan struct{})
		srv.NotifyStartedFunc = func() { close(started) }
		go srv.ActivateAndServe()
		<-started
		t.Cleanup(func() { srv.Shutdown() })
	}
	return s
}

// over gives a Checker that asks fn instead of a server.
func over(t testing.TB, fn func(ctx context.Context, name string) resolver.Answer) *Checker {
	t.Helper()
	c, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	if c.resolver, err = resolver.New(resolver.Config{Lookup: fn}); err != nil {
		t.Fatal(err)
	}
	return c
}

// txtLine writes a TXT record as a line of a zone.
func txtLine(name, value string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s. 300 IN TXT", name)
	for len(value) > 0 {
		n := min(len(value), 200)
		b.WriteString(` "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value[:n]) + `"`)
		value = value[n:]
	}
	return b.String() + "\n"
}
