package resolver

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
// not answered is no answer, and is only not asked for again within the minute.
type cache struct {
	ask func(ctx context.Context, name string) Answer
	now func() time.Time

	mu      sync.Mutex
	entries map[string]entry
	kept    int // bytes
	flights map[string]*flight
	silent  silences
}

type entry struct {
	answer Answer
	until  time.Time
}

type flight struct {
	done   chan struct{}
	answer Answer
}

func newCache(ask func(context.Context, string) Answer, now func() time.Time) *cache {
	return &cache{ask: ask, now: now, entries: map[string]entry{}, flights: map[string]*flight{},
		silent: silences{of: map[string]*silence{}}}
}

// Why a question was not asked, or not waited for.
var (
	errSilent = fmt.Errorf("%w: DNS did not answer for this domain within the minute", ErrNoAnswer)
	errPutOff = fmt.Errorf("%w: other mail has used up the time to wait for DNS", ErrNoAnswer)
)

// lookup gives the answer for a name. Who waits for another's question gives up
// when ctx ends, or its patience; the question goes on under the client's own
// timeout.
func (c *cache) lookup(ctx context.Context, name string, m patience) Answer {
	c.mu.Lock()
	if e, ok := c.entries[name]; ok {
		if c.now().Before(e.until) {
			c.mu.Unlock()
			return e.answer
		}
		c.drop(name)
	}
	f := c.flights[name]
	if f == nil && c.silent.holds(name, m, c.now()) {
		c.mu.Unlock()
		return Answer{Err: errSilent}
	}
	began := c.now()
	if !m.pay(began) {
		c.mu.Unlock()
		return Answer{Err: errPutOff}
	}
	if f == nil {
		f = &flight{done: make(chan struct{})}
		c.flights[name] = f
		go c.fly(context.WithoutCancel(ctx), name, m, f)
	}
	c.mu.Unlock()
	return c.await(ctx, f, m, began)
}

// await waits for a question, slice by slice, the first of which is paid for.
func (c *cache) await(ctx context.Context, f *flight, m patience, began time.Time) Answer {
	t := time.NewTicker(slice)
	defer t.Stop()
	for {
		select {
		case <-f.done:
			m.rest(c.now().Sub(began))
			return f.answer
		case <-ctx.Done():
			m.rest(c.now().Sub(began))
			return Answer{Err: fmt.Errorf("%w: %w", ErrNoAnswer, ctx.Err())}
		case <-t.C:
			if began = c.now(); !m.pay(began) {
				return Answer{Err: errPutOff}
			}
		}
	}
}

func (c *cache) fly(ctx context.Context, name string, m patience, f *flight) {
	f.answer = c.ask(ctx, name)
	c.mu.Lock()
	delete(c.flights, name)
	c.put(name, f.answer)
	c.silent.note(name, !errors.Is(f.answer.Err, ErrNoAnswer), m, c.now())
	c.mu.Unlock()
	close(f.done)
}

func (c *cache) put(name string, a Answer) {
	life := min(time.Duration(a.TTL)*time.Second, maxCacheTTL)
	if errors.Is(a.Err, ErrNotFound) {
		life = min(life, maxNegative)
	} else if a.Err != nil {
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
func (a Answer) size() int {
	n := 100
	for _, s := range a.TXT {
		n += len(s) + 16
	}
	return n
}
