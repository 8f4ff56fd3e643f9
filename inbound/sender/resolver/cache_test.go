package resolver

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestCacheLife: an answer lives as long as it says and no longer; what was not
// answered is asked again.
func TestCacheLife(t *testing.T) {
	tests := []struct {
		name   string
		answer Answer
		after  time.Duration
		asks   int64
	}{
		{"fresh", Answer{TXT: []string{"x"}, TTL: 60}, 59 * time.Second, 1},
		{"at-its-end", Answer{TXT: []string{"x"}, TTL: 60}, 60 * time.Second, 2},
		{"no-life", Answer{TXT: []string{"x"}}, 0, 2},
		{"longest", Answer{TXT: []string{"x"}, TTL: 1 << 31}, maxCacheTTL, 2},
		{"negative", Answer{Err: ErrNotFound, TTL: 30}, 29 * time.Second, 1},
		{"negative-ends", Answer{Err: ErrNotFound, TTL: 30}, 30 * time.Second, 2},
		{"negative-longest", Answer{Err: ErrNotFound, TTL: 86400}, maxNegative, 2},
		{"unanswered", Answer{Err: ErrNoAnswer, TTL: 300}, silenceLife - time.Second, 1},
		{"unanswered-ends", Answer{Err: ErrNoAnswer, TTL: 300}, silenceLife, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asks atomic.Int64
				c := newCache(func(context.Context, string) Answer { asks.Add(1); return tt.answer }, time.Now)
				c.lookup(context.Background(), "a.", patience{began: time.Now()})
				time.Sleep(tt.after) // the clock of the bubble
				if got := c.lookup(context.Background(), "a.", patience{began: time.Now()}); !errors.Is(got.Err, tt.answer.Err) || len(got.TXT) != len(tt.answer.TXT) {
					t.Errorf("lookup = %+v, want %+v", got, tt.answer)
				}
				if kept := len(c.entries) > 0; kept != (tt.answer.TTL > 0 && !errors.Is(tt.answer.Err, ErrNoAnswer)) {
					t.Errorf("the answer is kept: %v", kept)
				}
				if asks.Load() != tt.asks {
					t.Errorf("asked %d times, want %d", asks.Load(), tt.asks)
				}
			})
		})
	}
}

// TestCacheFlight: many who want one name ask once, and one who gives up takes
// no answer from the others.
func TestCacheFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asks atomic.Int64
		c := newCache(func(ctx context.Context, _ string) Answer {
			asks.Add(1)
			time.Sleep(time.Second)
			if ctx.Err() != nil {
				return Answer{Err: ErrNoAnswer}
			}
			return Answer{TXT: []string{"x"}, TTL: 60}
		}, time.Now)
		hasty, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		defer cancel()
		if a := c.lookup(hasty, "a.", patience{}); !errors.Is(a.Err, ErrNoAnswer) {
			t.Errorf("who gave up got %+v", a)
		}
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if a := c.lookup(context.Background(), "a.", patience{began: time.Now()}); a.Err != nil {
					t.Errorf("who waited got %v", a.Err)
				}
			})
		}
		wg.Wait()
		if asks.Load() != 1 {
			t.Errorf("asked %d times, want once", asks.Load())
		}
	})
}

// TestCacheBound: the cache stays within its bound whatever is asked.
func TestCacheBound(t *testing.T) {
	c := newCache(func(context.Context, string) Answer { return Answer{TXT: []string{"x"}, TTL: 60} }, time.Now)
	for i := range maxCached + 100 {
		c.lookup(context.Background(), fmt.Sprint(i, "."), patience{})
	}
	if len(c.entries) != maxCached || len(c.flights) != 0 {
		t.Errorf("%d entries, %d flights, want %d and none", len(c.entries), len(c.flights), maxCached)
	}
}

// TestCacheBytes: however long answers are, what is kept of them has a bound,
// and what is dropped is no longer counted.
func TestCacheBytes(t *testing.T) {
	size := 60 << 10
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	c := newCache(func(context.Context, string) Answer { return Answer{TXT: []string{strings.Repeat("x", size)}, TTL: 60} }, func() time.Time { return now })
	for i := range 2 * maxKept / size {
		if a := c.lookup(context.Background(), fmt.Sprint(i, "."), patience{}); len(a.TXT) != 1 {
			t.Fatal(a)
		}
	}
	if least := maxKept - 2*size; c.kept > maxKept || c.kept < least {
		t.Errorf("%d bytes are kept, want %d to %d", c.kept, least, maxKept)
	}
	now = now.Add(time.Hour) // all are over
	size = 10
	for i := range 2 * maxKept / (60 << 10) {
		c.lookup(context.Background(), fmt.Sprint(i, "."), patience{})
	}
	if most := len(c.entries) * 200; c.kept <= 0 || c.kept > most {
		t.Errorf("%d bytes are kept of %d short answers, want %d at most", c.kept, len(c.entries), most)
	}
	size = maxKept + 1
	if a := c.lookup(context.Background(), "giant.", patience{began: time.Now()}); len(a.TXT) != 1 || c.entries["giant."].answer.TXT != nil {
		t.Error("an answer beyond the bound is not given, or is kept")
	}
}
