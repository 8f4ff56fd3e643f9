package resolver

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/miekg/dns"

	"countersign/internal/clean"
	"countersign/policy"
)

// Bounds of what is kept of answers as evidence.
const (
	maxRecords  = 40
	maxRecord   = 2048     // bytes of one value
	maxEvidence = 24 << 10 // bytes of all values
)

// Inquiry asks for one message, within its bounds, and remembers what it saw. It is
// used by one goroutine.
type Inquiry struct {
	cache   *cache
	patient patience
	putOff  bool
	asked   map[string]Answer
	records []policy.Record
	kept    int // bytes
}

// For gives what asks for a message that comes now.
func (r *Resolver) For(m Message) *Inquiry {
	a := &Inquiry{cache: r.cache, asked: map[string]Answer{}}
	a.patient = patience{standing: m.Standing, began: time.Now(), places: m.Places}
	if m.Hurry {
		a.patient.purses, a.patient.putOff = r.purses.of(r.owner(m.Domain), m.Standing), &a.putOff
	}
	return a
}

// owner is the domain that pays for what is asked for one: that of its
// organization, or itself.
func (r *Resolver) owner(domain string) string {
	if org := r.cache.silent.org(domain); org != "" {
		return org
	}
	return domain
}

// Records are the answers so far, cut to what a record of the message has room
// for, and made fit to be shown.
func (a *Inquiry) Records() []policy.Record { return a.records }

// PutOff tells whether something was not waited for because other mail had used
// up the time, so that asking again soon has sense.
func (a *Inquiry) PutOff() bool { return a.putOff }

// TXT gives the TXT records of a name without its last dot. A name that can't be
// one does not exist; one that was asked for before is not asked for again.
func (a *Inquiry) TXT(ctx context.Context, name string) Answer {
	name = strings.ToLower(name) + "."
	if r, ok := a.asked[name]; ok {
		return r
	}
	if _, ok := dns.IsDomainName(name); !ok || len(name) > 254 {
		return Answer{Err: ErrNotFound, NXDomain: true}
	}
	if len(a.asked) >= MaxLookups { //rule:6.13 questions-of-a-message TestLookupBound
		return Answer{Err: ErrTooMany}
	}
	r := a.cache.lookup(ctx, name, a.patient)
	a.asked[name] = r
	a.keep(name, r)
	return r
}

func (a *Inquiry) keep(name string, r Answer) {
	rec := policy.Record{Name: name, Type: "TXT", TTL: r.TTL, AD: r.AD}
	if r.Err != nil {
		rec.Error = "no answer"
		if errors.Is(r.Err, ErrNotFound) {
			rec.Error = "no such record"
			if r.NXDomain {
				rec.Error = "no such name"
			}
		}
		if len(a.records) < maxRecords {
			a.records = append(a.records, rec)
		}
		return
	}
	for _, s := range r.TXT {
		s = clean.ASCII(s[:min(len(s), maxRecord)])
		if len(a.records) < maxRecords && a.kept+len(s) <= maxEvidence {
			a.kept += len(s)
			rec.Value = s
			a.records = append(a.records, rec)
		}
	}
}
