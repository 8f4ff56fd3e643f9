// Package sender finds out which domain sent a message: DKIM signatures that it
// verifies itself, aligned with the From address under the domain's DMARC
// policy, or the word of a border server or a sealer that the administrator
// trusts.
//
// Check gives values with reasons and never a guess: what DNS did not answer is
// temperror, which is neither pass nor fail. A message is judged as of its
// arrival.
//
// Its leaves know the standards and trust nobody: package dkim signatures, package
// arc chains of forwarders, package dmarc what a domain demands and where its owner
// ends, package resolver DNS. Here is what they are worth: a domain vouches only
// for itself or, where both the public suffix list and the records allow it, for
// its relatives; and nobody else's word counts but that of whom the administrator
// names.
//
// The message was scanned by package internal/rawmail before; what a result is
// good for is decided in package policy.
package sender

import (
	"context"
	"fmt"
	"strings"
	"time"

	"countersign/inbound/sender/dkim"
	"countersign/inbound/sender/dmarc"
	"countersign/inbound/sender/resolver"
	"countersign/internal/rawmail"
	"countersign/policy"
)

// Config is what a Checker needs to know; the zero value asks the system's
// resolver and uses the built-in public suffix list.
type Config struct {
	Resolver         string        // host:port; empty: the system's
	Timeout          time.Duration // of one DNS question; zero: 5 s
	StrictDomains    []string      // shared by tenants: only d= equal to the From domain counts below them
	PublicSuffixFile string        // instead of the built-in list
}

// Trust says whose word counts besides our own, for one mailbox. The zero value
// trusts nobody.
type Trust struct {
	AuthservIDs   []string // of our border servers (RFC 8601 section 2.5)
	Exclusive     bool     // nobody but this daemon can write the mailbox
	BelowReceived int      // how many Received fields of the border stand above its results
	ARCSealers    []string // domains whose ARC chains count (RFC 8617)
}

// Request is one message to judge.
type Request struct {
	Message *rawmail.Message // as Scan let it through
	From    string           // its canonical From address
	Arrived time.Time        // the present time of the judgement
	Trust   Trust
	// Standing is what may come of the message; Hurry, that others stand in line
	// behind it, so that DNS is waited for no longer than its standing earns. Places
	// is how many others could be judged in its stead; zero is one.
	Standing policy.Standing
	Hurry    bool
	Places   int
}

// Checker judges messages. It is safe for use by many goroutines, which share
// its cache of DNS answers.
type Checker struct {
	resolver *resolver.Resolver
	suffixes *dmarc.Suffixes
	strict   []string
}

// New makes a Checker. It fails where the suffix file can't be read or the
// resolver is no address.
func New(cfg Config) (*Checker, error) {
	s, err := dmarc.LoadSuffixes(cfg.PublicSuffixFile)
	if err != nil {
		return nil, err
	}
	r, err := resolver.New(resolver.Config{Server: cfg.Resolver, Timeout: cfg.Timeout, Organization: s.Organization})
	if err != nil {
		return nil, err
	}
	c := &Checker{resolver: r, suffixes: s}
	for _, d := range cfg.StrictDomains {
		d = rawmail.Lower(strings.Trim(d, "."))
		if !resolver.IsDomain(d, false) {
			return nil, fmt.Errorf("strict domain %q is not a domain name", d)
		}
		c.strict = append(c.strict, d)
	}
	return c, nil
}

// SuffixListAge tells how old the public suffix list in use is at a time; one that
// does not say when it was made is as old as can be.
func (c *Checker) SuffixListAge(now time.Time) time.Duration {
	_, made := c.suffixes.List()
	return now.Sub(made)
}

// check is the judging of one message.
type check struct {
	Request
	*Checker
	dns    *resolver.Inquiry
	domain string // of the From address
	demand dmarc.Demand
	body   *dkim.Body
	notes  []policy.Code // for the reasons
}

// note adds a code once.
func (c *check) note(code policy.Code) {
	for _, n := range c.notes {
		if n == code {
			return
		}
	}
	c.notes = append(c.notes, code)
}

// Check finds out who sent a message. It takes 20 DNS questions and 20 s at
// most.
func (c *Checker) Check(ctx context.Context, r Request) policy.Sender {
	k := &check{Request: r, Checker: c}
	s := policy.Sender{Result: policy.ResultNone, SPF: policy.ResultNone, DMARC: policy.ResultNone, ARC: policy.ResultNone,
		DKIM: []policy.Signature{}}
	if code := k.readable(); code != "" {
		s.Result, s.DMARC = policy.ResultFail, policy.ResultPermError
		s.Reasons = []policy.Reason{k.reason(code)}
		return s
	}
	s.Shown = r.Message.Shown()
	k.body = dkim.NewBody(r.Message.Body)
	asking := resolver.Message{Domain: k.domain, Standing: r.Standing, Hurry: r.Hurry, Places: r.Places}
	k.dns = c.resolver.For(asking)
	ctx, cancel := context.WithTimeout(ctx, asking.Time())
	defer cancel()
	k.demand = k.tree().Demands(ctx, k.domain)
	k.judge(ctx, &s)
	s.Policy = k.demand.Policy
	s.DMARC = k.demand.Result(s.Result == policy.ResultPass)
	s.Records = k.dns.Records()
	s.PutOff = k.dns.PutOff() && s.Result == policy.ResultTempError
	return s
}

// tree is that of the domains, as DNS shows it to this message.
func (c *check) tree() dmarc.Tree { return dmarc.Tree{DNS: c.dns, Suffixes: c.suffixes} }

// readable holds Check to its promise even where the caller forgot to scan:
// one From field, one address, nothing that must stand once standing twice.
func (c *check) readable() policy.Code {
	if c.Message == nil {
		return policy.CodeBadFrom
	}
	from, bad := c.Message.From()
	_, domain, ok := strings.Cut(from, "@")
	if bad != nil || !ok || from != c.From {
		return policy.CodeBadFrom
	}
	seen := map[string]bool{}
	for _, f := range c.Message.Fields {
		if single[f.Key] && seen[f.Key] {
			return policy.CodeDuplicateField
		}
		seen[f.Key] = true
	}
	c.domain = domain
	return ""
}

// single are the fields of which a second one would be what a reader shows,
// while the signature covers the first.
var single = map[string]bool{"from": true, "sender": true, "reply-to": true, "to": true, "cc": true, "subject": true, "date": true,
	"message-id": true, "in-reply-to": true, "references": true, "content-type": true, "content-transfer-encoding": true}

// judge tries what can vouch for the sender, the strongest first.
func (c *check) judge(ctx context.Context, s *policy.Sender) {
	outcomes := c.signatures(ctx)
	for _, o := range outcomes {
		s.DKIM = append(s.DKIM, o.Signature)
	}
	if best := c.best(ctx, outcomes); best != nil {
		best.count(s, c.Request)
		best.alsoSigned(s, c.Request, outcomes)
		s.Result, s.By = policy.ResultPass, policy.ByDKIM
		s.SPF, _ = c.border().spf()
		return
	}
	c.noteFailures(outcomes)
	if c.byBorder(ctx, s, outcomes) && s.By != policy.BySPF {
		return
	}
	if c.byARC(ctx, s) {
		return
	}
	c.explain(s)
}

// best gives the counted signature: aligned and passed, the one that covers more
// of what binds, and of equal ones the first: outcomes has the From domain's own
// before those of related ones.
func (c *check) best(ctx context.Context, outcomes []outcome) (best *outcome) {
	most := -1
	for i := range outcomes {
		o := &outcomes[i]
		if o.Result != policy.ResultPass || !c.vouches(ctx, o.Domain, strictDKIM) {
			continue
		}
		score := 0
		for _, name := range o.sig.Covered(c.Message) {
			switch name {
			case "to", "cc", "subject", "in-reply-to", "references":
				score++
			}
		}
		if score > most {
			best, most = o, score
		}
	}
	return best
}
