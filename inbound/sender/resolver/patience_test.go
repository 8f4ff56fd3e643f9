package resolver

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"countersign/policy"
)

// TestPatience: how long a flood of one kind of mail, whose every name is another
// and isn't answered, keeps eight workers, and that other mail is asked for
// meanwhile. Without a bound it were 5 s of one worker for each question.
func TestPatience(t *testing.T) {
	tests := []struct {
		name     string
		standing policy.Standing
		domain   func(i int) string
		most     time.Duration
		places   int // that each takes of the workers
	}{
		{"strangers", policy.Stranger, func(i int) string { return fmt.Sprintf("n%d.example", i) }, 5 * time.Second, 1},
		{"of-one-domain", policy.Known, func(i int) string { return "dead.example" }, 5 * time.Second, 1},
		{"of-many-domains-on-file", policy.Known, func(i int) string { return fmt.Sprintf("n%d.example", i) }, 10 * time.Second, 1},
		{"with-a-secret", policy.Asked, func(i int) string { return "dead.example" }, 5 * time.Second, 1},
		{"large-of-one-domain", policy.Known, func(i int) string { return "dead.example" }, 5 * time.Second, 8},
		{"large-of-many-domains", policy.Known, func(i int) string { return fmt.Sprintf("n%d.example", i) }, 10 * time.Second, 8},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const mails, workers = 1000, 8
				d := &silentDNS{below: ".dead.example."}
				c := &Resolver{cache: newCache(d.ask, time.Now), purses: newPurses()}
				started := time.Now()
				next := make(chan int)
				var wg sync.WaitGroup
				for range workers / tt.places {
					wg.Go(func() {
						for i := range next {
							putOff := false
							p := patience{tt.standing, time.Now(), tt.places, c.purses.of(tt.domain(i), tt.standing), &putOff}
							a := c.cache.lookup(context.Background(), fmt.Sprintf("s%d._domainkey.%d.dead.example.", i, i), p)
							if !errors.Is(a.Err, ErrNoAnswer) {
								t.Errorf("%d: %+v", i, a)
							}
						}
					})
				}
				for i := range mails {
					next <- i
				}
				close(next)
				wg.Wait()
				if took := time.Since(started); took > tt.most {
					t.Errorf("%d mails took %s, want %s at most", mails, took, tt.most)
				}
				honest := false
				a := c.cache.lookup(context.Background(), "s1._domainkey.north.example.", patience{policy.Asked, time.Now(), 1, c.purses.of("north.example", policy.Asked), &honest})
				if a.Err != nil || honest {
					t.Errorf("the honest reply behind them: %v, put off %v", a.Err, honest)
				}
				time.Sleep(time.Minute) // the purses have filled again
				again := time.Now()
				put := false
				a = c.cache.lookup(context.Background(), "s1._domainkey.late.dead.example.", patience{tt.standing, time.Now(), tt.places, c.purses.of(tt.domain(0), tt.standing), &put})
				if waited := time.Since(again); waited < slice || put && tt.places == 1 {
					t.Errorf("a minute later it is waited for %s: %v", waited, a.Err)
				}
				time.Sleep(time.Minute) // no question is left open
			})
		})
	}
}

// TestPatienceOfAnswers: what is answered in time uses nothing up, however many
// want to know.
func TestPatienceOfAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &Resolver{cache: newCache(func(context.Context, string) Answer {
			time.Sleep(time.Millisecond)
			return Answer{TXT: []string{"x"}, TTL: 60}
		}, time.Now), purses: newPurses()}
		for i := range 200 {
			for _, standing := range []policy.Standing{policy.Stranger, policy.Known, policy.Asked} {
				putOff := false
				a := c.cache.lookup(context.Background(), fmt.Sprintf("s%d-%d.example.", i, standing), patience{standing, time.Now(), 1, c.purses.of("north.example", standing), &putOff})
				if a.Err != nil || putOff {
					t.Fatalf("%d of standing %d: %v", i, standing, a.Err)
				}
			}
		}
	})
}

// TestPurse: what was not used of a slice comes back, and a purse is never fuller
// than full.
func TestPurse(t *testing.T) {
	p := newPurse(2*slice, 1)
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	taken := func() (n int) {
		for p.take(now, slice) {
			n++
		}
		return n
	}
	if n := taken(); n != 2 {
		t.Errorf("%d slices are in it, want 2", n)
	}
	p.giveBack(slice)
	if !p.take(now, slice) {
		t.Error("what comes back can be used")
	}
	if p.take(now.Add(slice/2), slice); p.take(now.Add(slice/2+1), slice) {
		t.Error("it has not filled yet")
	}
	now = now.Add(time.Hour)
	if n := taken(); n != 2 {
		t.Errorf("%d slices are in it after an hour, want 2: full, and no more than that", n)
	}
}
