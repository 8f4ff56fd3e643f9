package mailtest

import (
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// DNS is an authoritative server for whatever is set, on UDP and TCP. A name
// that isn't set doesn't exist.
type DNS struct {
	Addr string // host:port

	mu    sync.Mutex
	txt   map[string][]string
	fault map[string]int // response codes, or one of the faults below
	slow  map[string]time.Duration
	asked map[string]int
	stop  []*dns.Server
}

// Faults beside the response codes of miekg/dns (dns.RcodeServerFailure, ...).
const (
	Silence  = -1 // no answer at all
	Truncate = -2 // a truncated answer, on TCP too
)

// NewDNS starts a server on a free port of the loopback interface.
func NewDNS() (*DNS, error) {
	d := &DNS{txt: map[string][]string{}, fault: map[string]int{}, slow: map[string]time.Duration{}, asked: map[string]int{}}
	for range 20 { // the port has to be free on both
		packet, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		listener, err := net.Listen("tcp", packet.LocalAddr().String())
		if err != nil {
			packet.Close()
			continue
		}
		d.Addr = packet.LocalAddr().String()
		d.serve(&dns.Server{PacketConn: packet, Handler: d})
		d.serve(&dns.Server{Listener: listener, Handler: d})
		return d, nil
	}
	return nil, errors.New("no port is free on UDP and TCP")
}

func (d *DNS) serve(s *dns.Server) {
	ready := make(chan struct{})
	s.NotifyStartedFunc = func() { close(ready) }
	go func() { _ = s.ActivateAndServe() }()
	<-ready
	d.stop = append(d.stop, s)
}

// Close stops the server.
func (d *DNS) Close() {
	for _, s := range d.stop {
		_ = s.Shutdown()
	}
}

// TXT sets the text records of a name; none removes it.
func (d *DNS) TXT(name string, records ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.txt[key(name)] = records
	if len(records) == 0 {
		delete(d.txt, key(name))
	}
}

// Fail makes questions for a name, for all below one with "*.", or for every
// name with "", fail with a response code or fault; 0 mends it.
func (d *DNS) Fail(name string, code int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault[key(name)] = code
	if code == 0 {
		delete(d.fault, key(name))
	}
}

// Delay makes answers for a name, or for all below one with "*.", take their time.
func (d *DNS) Delay(name string, by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.slow[key(name)] = by
}

// of gives what is set for a name, for one above it, or for all.
func of[T any](set map[string]T, name string) (v T, ok bool) {
	if v, ok = set[name]; ok {
		return v, true
	}
	for above := name; ; {
		_, rest, more := strings.Cut(above, ".")
		if !more {
			break
		}
		if v, ok = set["*."+rest]; ok {
			return v, true
		}
		above = rest
	}
	v, ok = set[""]
	return v, ok
}

// Asked says how often a name was asked for.
func (d *DNS) Asked(name string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.asked[key(name)]
}

func key(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// ServeDNS implements dns.Handler.
func (d *DNS) ServeDNS(w dns.ResponseWriter, r *dns.Msg) {
	m := new(dns.Msg)
	m.SetReply(r)
	m.RecursionAvailable = true
	if len(r.Question) == 1 {
		d.answer(m, r.Question[0])
		d.mu.Lock()
		wait, _ := of(d.slow, key(r.Question[0].Name))
		d.mu.Unlock()
		time.Sleep(wait)
	}
	if m.Rcode == Silence {
		time.Sleep(10 * time.Millisecond) // and no answer
		return
	}
	_ = w.WriteMsg(m)
}

func (d *DNS) answer(m *dns.Msg, q dns.Question) {
	d.mu.Lock()
	defer d.mu.Unlock()
	name := key(q.Name)
	d.asked[name]++
	code, broken := of(d.fault, name)
	switch {
	case broken && code == Truncate:
		m.Truncated = true
		return
	case broken:
		m.Rcode = code
		return
	}
	exists := false
	for n := range d.txt {
		exists = exists || n == name || strings.HasSuffix(n, "."+name)
	}
	if !exists {
		m.Rcode = dns.RcodeNameError
		return
	}
	if q.Qtype != dns.TypeTXT {
		return
	}
	for _, record := range d.txt[name] {
		var parts []string
		for len(record) > 255 {
			parts, record = append(parts, record[:255]), record[255:]
		}
		m.Answer = append(m.Answer, &dns.TXT{Hdr: dns.RR_Header{Name: q.Name, Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: 60},
			Txt: append(parts, record)})
	}
}
