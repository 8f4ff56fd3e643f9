// Package resolver asks DNS for TXT records. It is the only place of the program
// that asks DNS for anything.
//
// What comes of a question is one of three things, which are never mixed up:
// records; that there are none (ErrNotFound), which is a fact; or no answer
// (ErrNoAnswer), which says nothing. An answer counts only if it is to our
// question and not cut off; SERVFAIL, a referral and an endless chain of aliases
// are no answer. It lives as long as it says (RFC 2308 for what does not exist),
// within bounds. What DNSSEC proved is told where the server tells it (RFC 6840
// section 5.7).
//
// Who writes mail chooses what is asked for. So one message may ask for
// MaxLookups names in MaxTime, a name is asked for once however many messages
// want it, and a name or domain that was not answered is left alone for a minute,
// but for mail that may prove more. While others stand in line, waiting is paid
// for from purses that fill again with time, by domain and by what may come of
// the message: however much mail comes and whatever DNS does, the rest is judged
// meanwhile.
//
// It does not know what the records mean: see packages dkim and dmarc beside it.
package resolver

import (
	"context"
	"errors"
	"time"

	"github.com/miekg/dns"

	"countersign/policy"
)

// Bounds of the DNS work for one message.
const (
	MaxLookups   = 20
	MaxTime      = 20 * time.Second
	strangerTime = time.Second // of a stranger's, while others stand in line
)

// What a question without a usable answer came to. ErrTooMany is of questions
// that were not asked, since the message had asked for MaxLookups others.
var (
	ErrNotFound = errors.New("does not exist")
	ErrNoAnswer = errors.New("no answer")
	ErrTooMany  = errors.New("the message asks for too many lookups")
)

// Answer is what a name has, or why there is nothing.
type Answer struct {
	TXT      []string // the strings of each record joined (RFC 6376 section 3.6.2.2)
	TTL      uint32   // seconds
	AD       bool     // DNSSEC proved it, says the resolver
	NXDomain bool     // the name itself does not exist, RFC 8020; only with ErrNotFound
	Err      error
}

// Config says whom to ask; the zero value asks the resolvers of the system.
type Config struct {
	Server  string        // host:port; empty: those of the system
	Timeout time.Duration // of one question, aliases and all; zero: 5 s

	// Organization gives the domain whose subdomains have one owner with a domain,
	// "" for a public suffix; nil: every domain stands alone.
	Organization func(domain string) string

	// Lookup answers for an absolute name instead of a server; nil: Server does.
	Lookup func(ctx context.Context, name string) Answer
}

// Resolver asks for many messages, which share its cache. It is safe for use by
// many goroutines.
type Resolver struct {
	cache  *cache
	purses *purses
}

// New makes a Resolver. It fails where the server is no address.
func New(cfg Config) (*Resolver, error) {
	ask := cfg.Lookup
	if ask == nil {
		cl, err := newClient(cfg.Server, cfg.Timeout)
		if err != nil {
			return nil, err
		}
		ask = cl.lookup
	}
	r := &Resolver{cache: newCache(ask, time.Now), purses: newPurses()}
	r.cache.silent.organization = cfg.Organization
	return r, nil
}

// Message is what asking for a message depends on.
type Message struct {
	Domain   string          // of its From address
	Standing policy.Standing // what may come of it
	Hurry    bool            // others stand in line behind it
	Places   int             // how many others could be judged in its stead; zero is one
}

// Time is how long all questions of a message may take together.
func (m Message) Time() time.Duration {
	if m.Hurry && m.Standing == policy.Stranger {
		return strangerTime
	}
	return MaxTime
}

// Reach asks the server, or those of the system, for the TXT records of name and
// reports that it does not answer. That there are none is an answer.
func Reach(ctx context.Context, server string, timeout time.Duration, name string) error {
	c, err := newClient(server, timeout)
	if err != nil {
		return err
	}
	if err := c.lookup(ctx, dns.Fqdn(name)).Err; errors.Is(err, ErrNoAnswer) {
		return err
	}
	return nil
}
