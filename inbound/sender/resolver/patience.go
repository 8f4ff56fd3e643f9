package resolver

import (
	"sync"
	"time"

	"countersign/policy"
)

// How long DNS is waited for when a message is judged for the first time, while
// others stand in line behind it. Waiting is paid for in slices from purses that
// fill again with time, so that whatever a flood of mail makes DNS do or not do,
// it takes a bounded share of the workers: that of one From domain one worker,
// that of all domains on file together two, that of all strangers one. A message
// beside which fewer are judged pays for the places that it takes. What isn't
// waited for is judged again soon, where nobody stands behind.
const (
	slice         = 500 * time.Millisecond
	domainPurse   = 10 * time.Second // of one From domain
	knownPurse    = 40 * time.Second // of all mail without a secret of ours, together
	strangerPurse = 10 * time.Second // of all strangers together
	maxPurses     = 10_000
)

// patience is how long one message waits for DNS.
type patience struct {
	standing policy.Standing
	began    time.Time
	places   int      // that it takes
	purses   []*purse // each pays for every slice; none: it waits as long as it may
	putOff   *bool    // is set where they are empty
}

// purse is time to wait, which fills again.
type purse struct {
	mu   sync.Mutex
	size time.Duration
	rate float64 // how much of the time that goes by comes into it
	left time.Duration
	at   time.Time
}

func newPurse(size time.Duration, rate float64) *purse {
	return &purse{size: size, rate: rate, left: size}
}

// take pays so much, or not.
func (p *purse) take(now time.Time, price time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.at.IsZero() {
		p.left = min(p.size, p.left+time.Duration(p.rate*float64(now.Sub(p.at))))
	}
	if p.at = now; p.left < price {
		return false
	}
	p.left -= price
	return true
}

func (p *purse) giveBack(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left = min(p.size, p.left+d)
}

// price is what a message pays for so much time.
func (m patience) price(d time.Duration) time.Duration {
	return d * time.Duration(max(1, m.places))
}

// pay pays for a slice from every purse of the message.
func (m patience) pay(now time.Time) bool {
	for i, p := range m.purses {
		if !p.take(now, m.price(slice)) {
			for _, paid := range m.purses[:i] {
				paid.giveBack(m.price(slice))
			}
			*m.putOff = true
			return false
		}
	}
	return true
}

// rest gives back what is left of a slice that was paid for.
func (m patience) rest(used time.Duration) {
	for _, p := range m.purses {
		p.giveBack(m.price(max(0, slice-used)))
	}
}

// purses are those of one Checker.
type purses struct {
	known, strangers *purse

	mu      sync.Mutex
	domains map[domainStanding]*purse
}

type domainStanding struct {
	domain   string
	standing policy.Standing
}

func newPurses() *purses {
	return &purses{known: newPurse(knownPurse, 2), strangers: newPurse(strangerPurse, 1), domains: map[domainStanding]*purse{}}
}

// of gives the purses that pay for a message of that From domain. Who holds a
// secret of ours shares with nobody but their own domain.
func (p *purses) of(domain string, s policy.Standing) []*purse {
	switch s {
	case policy.Stranger:
		return []*purse{p.strangers} //rule:6.13 strangers-have-a-purse =nil TestPatience/strangers
	case policy.Known:
		return []*purse{p.domain(domain, s), p.known} //rule:6.13 a-from-domain-has-a-purse =nil TestPatience/of-one-domain
	}
	return []*purse{p.domain(domain, s)}
}

func (p *purses) domain(domain string, s policy.Standing) *purse {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := domainStanding{domain, s}
	if one := p.domains[key]; one != nil {
		return one
	}
	for other := range p.domains {
		if len(p.domains) < maxPurses {
			break
		}
		delete(p.domains, other)
	}
	one := newPurse(domainPurse, 1)
	p.domains[key] = one
	return one
}
