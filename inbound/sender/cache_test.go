package sender

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
		answer answer
		after  time.Duration
		asks   int64
	}{
		{"fresh", answer{txt: []string{"x"}, ttl: 60}, 59 * time.Second, 1},
		{"at-its-end", answer{txt: []string{"x"}, ttl: 60}, 60 * time.Second, 2},
		{"no-life", answer{txt: []string{"x"}}, 0, 2},
		{"longest", answer{txt: []string{"x"}, ttl: 1 << 31}, maxCacheTTL, 2},
		{"negative", answer{err: errNotFound, ttl: 30}, 29 * time.Second, 1},
		{"negative-ends", answer{err: errNotFound, ttl: 30}, 30 * time.Second, 2},
		{"negative-longest", answer{err: errNotFound, ttl: 86400}, maxNegative, 2},
		{"unanswered", answer{err: errNoAnswer, ttl: 300}, silenceLife - time.Second, 1},
		{"unanswered-ends", answer{err: errNoAnswer, ttl: 300}, silenceLife, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asks atomic.Int64
				c := newCache(func(context.Context, string) answer { asks.Add(1); return tt.answer }, time.Now)
				c.lookup(context.Background(), "a.", patience{began: time.Now()})
				time.Sleep(tt.after) // the clock of the bubble
				if got := c.lookup(context.Background(), "a.", patience{began: time.Now()}); !errors.Is(got.err, tt.answer.err) || len(got.txt) != len(tt.answer.txt) {
					t.Errorf("lookup = %+v, want %+v", got, tt.answer)
				}
				if kept := len(c.entries) > 0; kept != (tt.answer.ttl > 0 && !errors.Is(tt.answer.err, errNoAnswer)) {
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
		c := newCache(func(ctx context.Context, _ string) answer {
			asks.Add(1)
			time.Sleep(time.Second)
			if ctx.Err() != nil {
				return answer{err: errNoAnswer}
			}
			return answer{txt: []string{"x"}, ttl: 60}
		}, time.Now)
		hasty, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		defer cancel()
		if a := c.lookup(hasty, "a.", patience{}); !errors.Is(a.err, errNoAnswer) {
			t.Errorf("who gave up got %+v", a)
		}
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if a := c.lookup(context.Background(), "a.", patience{began: time.Now()}); a.err != nil {
					t.Errorf("who waited got %v", a.err)
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
	c := newCache(func(context.Context, string) answer { return answer{txt: []string{"x"}, ttl: 60} }, time.Now)
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
	now := arrival
	c := newCache(func(context.Context, string) answer { return answer{txt: []string{strings.Repeat("x", size)}, ttl: 60} }, func() time.Time { return now })
	for i := range 2 * maxKept / size {
		if a := c.lookup(context.Background(), fmt.Sprint(i, "."), patience{}); len(a.txt) != 1 {
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
	if a := c.lookup(context.Background(), "giant.", patience{began: time.Now()}); len(a.txt) != 1 || c.entries["giant."].answer.txt != nil {
		t.Error("an answer beyond the bound is not given, or is kept")
	}
}

// TestLookupBound: one message asks for 20 names and no more, a name it asked
// for before apart.
func TestLookupBound(t *testing.T) {
	asks := 0
	a := asker{cache: newCache(func(context.Context, string) answer { asks++; return answer{txt: []string{"x"}} }, time.Now), asked: map[string]answer{}}
	for i := range maxLookups {
		if r := a.txt(context.Background(), fmt.Sprint("n", i)); r.err != nil {
			t.Fatal(r.err)
		}
	}
	if r := a.txt(context.Background(), "n3"); r.err != nil {
		t.Errorf("a name again: %v", r.err)
	}
	if r := a.txt(context.Background(), "more"); !errors.Is(r.err, errTooMany) || asks != maxLookups {
		t.Errorf("past the bound: %v after %d questions", r.err, asks)
	}
}
