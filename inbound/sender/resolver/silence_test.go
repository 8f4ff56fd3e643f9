package resolver

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"countersign/policy"
)

// silentDNS answers no name that ends so, after the time that a question may
// take, and any other with a record.
type silentDNS struct {
	mu    sync.Mutex
	below string // "": none is answered
	asked []string
}

func (d *silentDNS) ask(_ context.Context, name string) Answer {
	d.mu.Lock()
	d.asked = append(d.asked, name)
	silent := strings.HasSuffix(name, d.below)
	d.mu.Unlock()
	if silent {
		time.Sleep(defaultWait)
		return Answer{Err: ErrNoAnswer}
	}
	return Answer{TXT: []string{"x"}, TTL: 60}
}

// organization is one label below the last.
func organization(domain string) string {
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return ""
	}
	return strings.Join(labels[len(labels)-2:], ".")
}

// TestSilence: a domain that DNS doesn't answer for isn't asked for again within
// the minute, which is no answer and never a no; and then it is.
func TestSilence(t *testing.T) {
	const stranger, known, asked = policy.Stranger, policy.Known, policy.Asked
	tests := []struct {
		name        string
		first, then string
		by, to      policy.Standing
		after       time.Duration
		asks        bool
	}{
		{"same-name", "_dmarc.dead.example.", "_dmarc.dead.example.", known, known, silenceLife - time.Second, false},
		{"after-the-minute", "_dmarc.dead.example.", "_dmarc.dead.example.", known, known, silenceLife, true},
		{"another-name-of-it", "_dmarc.dead.example.", "s1._domainkey.dead.example.", known, known, time.Second, false},
		{"below-it", "_dmarc.dead.example.", "_dmarc.a.b.dead.example.", known, known, time.Second, false},
		{"beside-it", "_dmarc.a.dead.example.", "_dmarc.b.dead.example.", known, known, time.Second, true},
		{"above-it", "_dmarc.a.dead.example.", "_dmarc.dead.example.", known, known, time.Second, true},
		{"another-domain", "_dmarc.dead.example.", "_dmarc.also-dead.example.", known, known, time.Second, true},
		{"a-suffix-says-nothing-of-domains", "_dmarc.example.", "_dmarc.dead.example.", known, known, time.Second, true},
		{"found-by-a-stranger", "_dmarc.dead.example.", "_dmarc.dead.example.", stranger, known, time.Second, true},
		{"found-without-a-secret", "_dmarc.dead.example.", "_dmarc.dead.example.", known, asked, time.Second, true},
		{"found-with-one", "_dmarc.dead.example.", "_dmarc.dead.example.", asked, stranger, time.Second, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &silentDNS{below: "example."}
				c := newCache(d.ask, time.Now)
				c.silent.organization = organization
				c.lookup(context.Background(), tt.first, patience{standing: tt.by, began: time.Now()})
				time.Sleep(tt.after)
				a := c.lookup(context.Background(), tt.then, patience{standing: tt.to, began: time.Now()})
				if !errors.Is(a.Err, ErrNoAnswer) || (len(d.asked) == 2) != tt.asks {
					t.Errorf("asked %v, answer %v", d.asked, a.Err)
				}
			})
		})
	}
}

// TestSilenceHeard: a domain that answers for one of its names isn't silent,
// whatever else is asked for; what a message found out doesn't stop itself.
func TestSilenceHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &silentDNS{below: "dead.example."}
		c := newCache(func(ctx context.Context, name string) Answer {
			if strings.HasPrefix(name, "s1.") {
				return Answer{TXT: []string{"x"}, TTL: 1}
			}
			return d.ask(ctx, name)
		}, time.Now)
		first := patience{standing: policy.Known, began: time.Now()}
		c.lookup(context.Background(), "_dmarc.dead.example.", first)
		if a := c.lookup(context.Background(), "s1._domainkey.dead.example.", first); a.Err != nil {
			t.Errorf("a message that found a name silent got %v for the next", a.Err)
		}
		time.Sleep(2 * time.Second)
		for range 2 {
			c.lookup(context.Background(), "x1._domainkey.dead.example.", patience{standing: policy.Known, began: time.Now()})
			time.Sleep(time.Second)
		}
		if len(d.asked) != 2 {
			t.Errorf("asked %v, want the same name once", d.asked)
		}
		if a := c.lookup(context.Background(), "s1._domainkey.dead.example.", patience{standing: policy.Known, began: time.Now()}); a.Err != nil {
			t.Errorf("a domain that answers is taken for silent: %v", a.Err)
		}
	})
}

// TestSilencesBound: what is remembered of silent names has a bound.
func TestSilencesBound(t *testing.T) {
	s := silences{of: map[string]*silence{}}
	for i := range maxSilences {
		s.note(fmt.Sprintf("_dmarc.n%d.example.", i), i%2 == 0, patience{}, time.Now())
	}
	if len(s.of) != maxSilences {
		t.Errorf("%d are kept, want %d", len(s.of), maxSilences)
	}
}
