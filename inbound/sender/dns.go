package sender

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/miekg/dns"

	"countersign/internal/clean"
	"countersign/policy"
)

// Bounds of the DNS work for one message.
const (
	maxLookups  = 20
	maxTime     = 20 * time.Second
	maxRecords  = 40       // kept as evidence
	maxRecord   = 2048     // bytes of one value kept as evidence
	maxEvidence = 24 << 10 // bytes of all values kept as evidence
	maxTXT      = 64       // strings of one answer that are looked at
	maxAliases  = 8
	defaultWait = 5 * time.Second
)

// What a question without a usable answer came to. The two are never mixed up:
// what does not exist is a fact, what was not answered is none.
var (
	errNotFound = errors.New("does not exist")
	errNoAnswer = errors.New("no answer")
	errTooMany  = errors.New("the message asks for too many lookups")
)

// answer is what a name has, or why there is nothing: errNotFound, errNoAnswer.
type answer struct {
	txt      []string
	ttl      uint32 // seconds
	ad       bool
	nxdomain bool // the name itself does not exist, RFC 8020; only with errNotFound
	err      error
}

// client asks one of the resolvers for TXT records.
type client struct {
	servers []string // host:port
	timeout time.Duration
}

// newClient asks the resolver, or those of the system where it is empty.
func newClient(resolver string, timeout time.Duration) (*client, error) {
	c := &client{timeout: timeout}
	if c.timeout <= 0 {
		c.timeout = defaultWait
	}
	if resolver != "" {
		if _, _, err := net.SplitHostPort(resolver); err != nil {
			return nil, fmt.Errorf("resolver %q is not host:port: %w", resolver, err)
		}
		c.servers = []string{resolver}
		return c, nil
	}
	conf, err := dns.ClientConfigFromFile("/etc/resolv.conf")
	if err != nil || len(conf.Servers) == 0 {
		c.servers = []string{"127.0.0.1:53"}
		return c, nil
	}
	for _, s := range conf.Servers {
		c.servers = append(c.servers, net.JoinHostPort(s, conf.Port))
	}
	return c, nil
}

// Reach asks the resolver for the TXT records of name and reports that it does not
// answer. That there are none is an answer.
func Reach(ctx context.Context, resolver string, timeout time.Duration, name string) error {
	c, err := newClient(resolver, timeout)
	if err != nil {
		return err
	}
	if err := c.lookup(ctx, dns.Fqdn(name)).err; errors.Is(err, errNoAnswer) {
		return err
	}
	return nil
}

// lookup asks for the TXT records of an absolute name, following aliases. It
// takes the client's timeout at most, however many servers there are.
func (c *client) lookup(ctx context.Context, name string) answer {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	asked := name
	out := answer{ttl: ^uint32(0), ad: true}
	for range maxAliases {
		m, err := c.ask(ctx, asked)
		if err != nil {
			return answer{err: fmt.Errorf("%w: %w", errNoAnswer, err)}
		}
		r := read(m, asked)
		out.ttl, out.ad = min(out.ttl, r.ttl), out.ad && m.AuthenticatedData
		if r.err != nil || len(r.txt) > 0 {
			r.ttl, r.ad = out.ttl, out.ad
			return r.answer
		}
		asked = r.alias
	}
	return answer{err: fmt.Errorf("%w: too many aliases", errNoAnswer)}
}

// ask tries the servers in turn, twice, over UDP and, where the answer was cut
// off, over TCP.
func (c *client) ask(ctx context.Context, name string) (*dns.Msg, error) {
	q := new(dns.Msg)
	q.SetQuestion(name, dns.TypeTXT)
	q.SetEdns0(1232, false)
	q.AuthenticatedData = true // RFC 6840 section 5.7: tell us whether DNSSEC proved it
	wait := max(c.timeout/time.Duration(2*len(c.servers)), 10*time.Millisecond)
	err := errors.New("no server")
	for range 2 {
		for _, server := range c.servers {
			var m *dns.Msg
			if m, err = exchange(ctx, "udp", q, server, wait); err == nil && m.Truncated {
				m, err = exchange(ctx, "tcp", q, server, c.timeout)
			}
			if err == nil {
				return m, nil
			}
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
		}
	}
	return nil, err
}

// exchange gives an answer that is one: to our question, and not an excuse.
func exchange(ctx context.Context, network string, q *dns.Msg, server string, wait time.Duration) (*dns.Msg, error) {
	cl := &dns.Client{Net: network, Timeout: wait, UDPSize: 1232}
	m, _, err := cl.ExchangeContext(ctx, q.Copy(), server)
	if err == nil && m.Rcode == dns.RcodeFormatError && len(q.Extra) > 0 {
		plain := q.Copy() // RFC 6891 section 7: who knows no EDNS answers so
		plain.Extra = nil
		m, _, err = cl.ExchangeContext(ctx, plain, server)
	}
	switch {
	case err != nil:
		return nil, err
	case m == nil || !m.Response || len(m.Question) != 1 || m.Question[0].Qtype != dns.TypeTXT || !strings.EqualFold(m.Question[0].Name, q.Question[0].Name):
		return nil, errors.New("the answer is to another question")
	case m.Rcode != dns.RcodeSuccess && m.Rcode != dns.RcodeNameError:
		return nil, fmt.Errorf("the resolver says %s", dns.RcodeToString[m.Rcode])
	case network == "tcp" && m.Truncated:
		return nil, errors.New("the answer is cut off")
	}
	return m, nil
}

// reply is one server's answer: records, or another name to ask for, or err.
type reply struct {
	answer
	alias string
}

// read takes an answer apart. What does not belong to the name is left out.
func read(m *dns.Msg, name string) reply {
	r := reply{answer: answer{ttl: ^uint32(0)}, alias: strings.ToLower(name)}
	for range maxAliases {
		next := ""
		for _, rr := range m.Answer {
			h := rr.Header()
			if h.Class != dns.ClassINET || !strings.EqualFold(h.Name, r.alias) {
				continue
			}
			switch v := rr.(type) {
			case *dns.TXT:
				if len(r.txt) < maxTXT {
					r.txt = append(r.txt, unescape(v.Txt))
					r.ttl = min(r.ttl, h.Ttl)
				}
			case *dns.CNAME:
				next = strings.ToLower(v.Target)
				r.ttl = min(r.ttl, h.Ttl)
			}
		}
		if len(r.txt) > 0 || next == "" || next == r.alias {
			break
		}
		r.alias = next
	}
	if len(r.txt) > 0 {
		return r
	}
	if m.Rcode == dns.RcodeSuccess && !strings.EqualFold(r.alias, name) && len(m.Ns) == 0 {
		return r // an alias that this server did not follow
	}
	r.err, r.nxdomain = errNotFound, m.Rcode == dns.RcodeNameError && strings.EqualFold(r.alias, name)
	negative := uint32(60)
	for _, rr := range m.Ns {
		switch v := rr.(type) {
		case *dns.SOA: // RFC 2308 section 5
			negative = min(v.Hdr.Ttl, v.Minttl)
		case *dns.NS: // a referral from one who should have asked on
			if m.Rcode == dns.RcodeSuccess && !hasSOA(m) {
				r.err = fmt.Errorf("%w: the resolver only refers to others", errNoAnswer)
			}
		}
	}
	r.ttl = min(r.ttl, negative)
	return r
}

func hasSOA(m *dns.Msg) bool {
	for _, rr := range m.Ns {
		if rr.Header().Rrtype == dns.TypeSOA {
			return true
		}
	}
	return false
}

// unescape joins the strings of a TXT record (RFC 6376 section 3.6.2.2),
// undoing the presentation form of the library.
func unescape(parts []string) string {
	var b strings.Builder
	for _, s := range parts {
		for i := 0; i < len(s); i++ {
			if s[i] != '\\' || i+1 >= len(s) {
				b.WriteByte(s[i])
				continue
			}
			if i+3 < len(s) && digit(s[i+1]) && digit(s[i+2]) && digit(s[i+3]) {
				b.WriteByte((s[i+1]-'0')*100 + (s[i+2]-'0')*10 + s[i+3] - '0')
				i += 3
				continue
			}
			i++
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// asker asks for one message, within its bounds, and remembers what it saw.
type asker struct {
	cache   *cache
	patient patience
	asked   map[string]answer
	records []policy.Record
	kept    int // bytes
}

// txt gives the TXT records of a name without its last dot.
func (a *asker) txt(ctx context.Context, name string) answer {
	name = strings.ToLower(name) + "."
	if r, ok := a.asked[name]; ok {
		return r
	}
	if _, ok := dns.IsDomainName(name); !ok || len(name) > 254 {
		return answer{err: errNotFound, nxdomain: true}
	}
	if len(a.asked) >= maxLookups {
		return answer{err: errTooMany}
	}
	r := a.cache.lookup(ctx, name, a.patient)
	a.asked[name] = r
	a.keep(name, r)
	return r
}

func (a *asker) keep(name string, r answer) {
	rec := policy.Record{Name: name, Type: "TXT", TTL: r.ttl, AD: r.ad}
	if r.err != nil {
		rec.Error = "no answer"
		if errors.Is(r.err, errNotFound) {
			rec.Error = "no such record"
			if r.nxdomain {
				rec.Error = "no such name"
			}
		}
		if len(a.records) < maxRecords {
			a.records = append(a.records, rec)
		}
		return
	}
	for _, s := range r.txt {
		s = clean.ASCII(s[:min(len(s), maxRecord)])
		if len(a.records) < maxRecords && a.kept+len(s) <= maxEvidence {
			a.kept += len(s)
			rec.Value = s
			a.records = append(a.records, rec)
		}
	}
}
