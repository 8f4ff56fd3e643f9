package resolver

import (
	"strings"
	"time"

	"countersign/policy"
)

// Bounds of what is remembered of names that DNS did not answer.
const (
	silenceLife = time.Minute // after which a name is asked for again
	maxSilences = 10_000
)

// silence is what is known of a name that DNS did not answer, or of a domain of
// whose names it did not. That is no answer: what isn't asked for is temperror.
type silence struct {
	since, until time.Time
	// by is who found it out. It says nothing to those who may prove more: a
	// stranger must not keep anybody's proof from being asked for.
	by    policy.Standing
	heard time.Time // of a domain: when one of its names was answered
}

// silences remembers for a minute what was not answered, by name and by domain.
type silences struct {
	of           map[string]*silence
	organization func(domain string) string // nil: every domain stands alone
}

// holds reports whether DNS is known not to answer for a name. What was found out
// since the message began is left out: where one name of a domain isn't answered,
// another may be, and one message tries them all.
func (s *silences) holds(name string, m patience, now time.Time) bool {
	domain := domainOf(name)
	for _, key := range []string{name, "@" + domain, "@" + s.org(domain)} {
		if e := s.of[key]; e != nil && now.Before(e.until) && e.since.Before(m.began) && e.by <= m.standing {
			return true
		}
	}
	return false
}

// note remembers whether a name was answered for a message. A domain is taken for
// silent where none of its names was answered within the minute.
func (s *silences) note(name string, answered bool, m patience, now time.Time) {
	domain := "@" + domainOf(name)
	if answered {
		delete(s.of, name)
		s.at(domain).heard, s.of[domain].until = now, time.Time{}
		return
	}
	s.at(name).begin(m, now)
	if d := s.at(domain); now.Sub(d.heard) >= silenceLife {
		d.begin(m, now)
	}
}

func (e *silence) begin(m patience, now time.Time) {
	if now.Before(e.until) && e.by < m.standing {
		return // whoever knew it before had the more patience
	}
	e.since, e.until, e.by = now, now.Add(silenceLife), m.standing
}

func (s *silences) at(key string) *silence {
	if e := s.of[key]; e != nil {
		return e
	}
	for other := range s.of { // in no order, so nobody can choose whom it hits
		if len(s.of) < maxSilences {
			break
		}
		delete(s.of, other)
	}
	e := &silence{}
	s.of[key] = e
	return e
}

// org is the domain whose subdomains have one owner; "" for a public suffix.
func (s *silences) org(domain string) string {
	if s.organization == nil {
		return domain
	}
	return s.organization(domain)
}

// domainOf is the domain that a name which is asked for tells about.
func domainOf(name string) string {
	name = strings.TrimSuffix(name, ".")
	if d, ok := strings.CutPrefix(name, "_dmarc."); ok {
		return d
	}
	if _, d, ok := strings.Cut(name, "._domainkey."); ok {
		return d
	}
	return name
}
