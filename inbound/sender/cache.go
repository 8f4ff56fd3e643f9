package sender

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Bounds of the cache.
const (
	maxCached   = 10_000
	maxKept     = 16 << 20 // bytes of all answers; a stranger chooses how long they are
	maxCacheTTL = time.Hour
	maxNegative = 15 * time.Minute // what did not exist may do so soon
)

// cache remembers answers, also that something doesn't exist, no longer than
// they say, and asks for one name once however many messages want it. What was
// not answered is never remembered.
type cache struct {
	ask func(ctx context.Context, name string) answer
	now func() time.Time

	mu      sync.Mutex
	entries map[string]entry
	kept    int // bytes
	flights map[string]*flight
}

type entry struct {
	answer answer
	until  time.Time
}

type flight struct {
	done   chan struct{}
	answer answer
}

func newCache(ask func(context.Context, string) answer, now func() time.Time) *cache {
	return &cache{ask: ask, now: now, entries: map[string]entry{}, flights: map[string]*flight{}}
}

// lookup gives the answer for a name. Who waits for another's question gives up
// when ctx ends; the question goes on under the client's own timeout.
func (c *cache) lookup(ctx context.Context, name string) answer {
	c.mu.Lock()
	if e, ok := c.entries[name]; ok {
		if c.now().Before(e.until) {
			c.mu.Unlock()
			return e.answer
		}
		c.drop(name)
	}
	f := c.flights[name]
	if f == nil {
		f = &flight{done: make(chan struct{})}
		c.flights[name] = f
		go c.fly(context.WithoutCancel(ctx), name, f)
	}
	c.mu.Unlock()
	select {
	case <-f.done:
		return f.answer
	case <-ctx.Done():
		return answer{err: fmt.Errorf("%w: %w", errNoAnswer, ctx.Err())}
	}
}

func (c *cache) fly(ctx context.Context, name string, f *flight) {
	f.answer = c.ask(ctx, name)
	c.mu.Lock()
	delete(c.flights, name)
	c.put(name, f.answer)
	c.mu.Unlock()
	close(f.done)
}

func (c *cache) put(name string, a answer) {
	life := min(time.Duration(a.ttl)*time.Second, maxCacheTTL)
	if errors.Is(a.err, errNotFound) {
		life = min(life, maxNegative)
	} else if a.err != nil {
		return
	}
	if life <= 0 {
		return
	}
	c.drop(name)
	more := a.size() + len(name)
	if more > maxKept {
		return
	}
	for other := range c.entries { // in no order, so nobody can choose whom it hits
		if len(c.entries) < maxCached && c.kept+more <= maxKept {
			break
		}
		c.drop(other)
	}
	c.entries[name] = entry{a, c.now().Add(life)}
	c.kept += more
}

func (c *cache) drop(name string) {
	if e, ok := c.entries[name]; ok {
		c.kept -= e.answer.size() + len(name)
		delete(c.entries, name)
	}
}

// size is how many bytes an answer keeps, more or less.
func (a answer) size() int {
	n := 100
	for _, s := range a.txt {
		n += len(s) + 16
	}
	return n
}
