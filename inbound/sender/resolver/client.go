package resolver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// Bounds of one question.
const (
	defaultWait = 5 * time.Second
	maxAliases  = 8
)

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

// lookup asks for the TXT records of an absolute name, following aliases. It
// takes the client's timeout at most, however many servers there are.
func (c *client) lookup(ctx context.Context, name string) Answer {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	asked := name
	out := Answer{TTL: ^uint32(0), AD: true}
	for range maxAliases {
		m, err := c.exchange(ctx, asked)
		if err != nil {
			return Answer{Err: fmt.Errorf("%w: %w", ErrNoAnswer, err)}
		}
		r := read(m, asked)
		out.TTL, out.AD = min(out.TTL, r.TTL), out.AD && m.AuthenticatedData
		if r.Err != nil || len(r.TXT) > 0 {
			r.TTL, r.AD = out.TTL, out.AD
			return r.Answer
		}
		asked = r.alias
	}
	return Answer{Err: fmt.Errorf("%w: too many aliases", ErrNoAnswer)}
}

// exchange tries the servers in turn, twice, over UDP and, where the answer was cut
// off, over TCP.
func (c *client) exchange(ctx context.Context, name string) (*dns.Msg, error) {
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
	case m == nil || !m.Response || len(m.Question) != 1 || m.Question[0].Qtype != dns.TypeTXT || !strings.EqualFold(m.Question[0].Name, q.Question[0].Name): //rule:6.2 answer-is-to-our-question TestLookupAnswers/another-name
		return nil, errors.New("the answer is to another question")
	case m.Rcode != dns.RcodeSuccess && m.Rcode != dns.RcodeNameError: //rule:6.2 failure-is-no-answer inbound/sender.TestCorpus/dns/171-key-servfail
		return nil, fmt.Errorf("the resolver says %s", dns.RcodeToString[m.Rcode])
	case network == "tcp" && m.Truncated:
		return nil, errors.New("the answer is cut off")
	}
	return m, nil
}
