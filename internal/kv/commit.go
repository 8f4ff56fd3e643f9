package kv

import (
	"slices"
	"sync"
	"time"
)

const (
	maxGroup = 256                  // members of one group
	maxWait  = 5 * time.Millisecond // for the callers of the last group to come back
)

// A Committer makes one durable Update out of those that wait at the same time,
// so that many callers share the price of one sync to disk.
//
// It has no goroutine of its own: one of the callers leads, commits for all that
// wait and hands the lead on. A caller who is alone never waits for others.
type Committer struct {
	store Store

	mu      sync.Mutex
	queue   []*member
	leading bool
	closed  bool
	last    int           // members of the last group
	full    chan struct{} // closed when queue has reached want
	want    int
	idle    sync.WaitGroup
}

// member is one caller's Update.
type member struct {
	fn    func(Tx) error
	err   error
	panic any
	turn  chan bool // true: lead; false: done
}

// NewCommitter returns a Committer that writes to s. Updates that pass it by
// are in order with its own, but share nothing.
func NewCommitter(s Store) *Committer { return &Committer{store: s} }

// Update runs fn as Store.Update does, perhaps in one transaction with others'.
// An error of fn undoes what fn wrote and nothing else.
func (c *Committer) Update(fn func(Tx) error) error {
	return c.UpdateAll([]func(Tx) error{fn})[0]
}

// UpdateAll runs every fn as Update does, in their order, and gives what became
// of each: one caller's Updates share the price of a sync, too.
func (c *Committer) UpdateAll(fns []func(Tx) error) []error {
	var all []*member
	for _, fn := range fns {
		all = append(all, &member{fn: fn, turn: make(chan bool, 1)})
	}
	if len(all) == 0 {
		return nil
	}
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return slices.Repeat([]error{ErrClosed}, len(fns))
	}
	c.idle.Add(1)
	defer c.idle.Done()
	c.queue = append(c.queue, all...)
	if c.full != nil && len(c.queue) >= c.want {
		close(c.full)
		c.full = nil
	}
	lead, alone := !c.leading, !c.leading
	c.leading = true
	c.mu.Unlock()
	var errs []error
	for i, m := range all {
		if i > 0 || !lead {
			lead = <-m.turn
		}
		if lead {
			c.lead(m, alone && i == 0)
		}
		errs = append(errs, m.err)
	}
	for _, m := range all {
		if m.panic != nil {
			panic(m.panic)
		}
	}
	return errs
}

// Close lets the Updates that wait come to their end and refuses new ones. It
// leaves the store open.
func (c *Committer) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.idle.Wait()
}

// lead commits groups until its own member is done, then hands the lead to the
// first that waits.
func (c *Committer) lead(own *member, alone bool) {
	if !alone {
		c.gather()
	}
	for done := false; !done; {
		c.mu.Lock()
		n := min(len(c.queue), maxGroup)
		group := c.queue[:n:n]
		c.queue = c.queue[n:]
		c.mu.Unlock()
		c.commit(group)
		for _, m := range group {
			if m == own {
				done = true
			} else {
				m.turn <- false
			}
		}
		c.mu.Lock()
		c.last = n
		c.mu.Unlock()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) == 0 {
		c.leading, c.queue = false, nil
		return
	}
	c.queue[0].turn <- true
}

// gather waits a little until as many are here as the last group had: they were
// answered a moment ago and are likely to be on their way back.
func (c *Committer) gather() {
	c.mu.Lock()
	c.want = min(c.last, maxGroup)
	if len(c.queue) >= c.want {
		c.mu.Unlock()
		return
	}
	full := make(chan struct{})
	c.full = full
	c.mu.Unlock()
	timer := time.NewTimer(maxWait)
	defer timer.Stop()
	select {
	case <-full:
	case <-timer.C:
		c.mu.Lock()
		c.full = nil
		c.mu.Unlock()
	}
}

// commit runs the members in order, in as few transactions as the engine's
// limits allow. If a shared transaction fails as a whole, each member is tried
// alone, since one of them may be the cause.
func (c *Committer) commit(group []*member) {
	for len(group) > 0 {
		var taken int
		err := c.store.Update(func(tx Tx) (err error) {
			taken, err = run(tx, group, c.store.Limits().Ops)
			return err
		})
		if err != nil && taken > 1 {
			for _, m := range group[:taken] {
				c.commit([]*member{m})
			}
		} else if err != nil {
			group[0].err, taken = err, 1
		}
		group = group[taken:]
	}
}

// run applies members to tx until limit operations would be passed (0: never),
// and says how many it took. A member that fails keeps its error and writes nothing.
func run(tx Tx, group []*member, limit int) (taken int, err error) {
	ops := 0
	for i, m := range group {
		s := newStage(tx)
		m.err = m.call(s)
		if limit > 0 && ops+s.ops > limit {
			if i > 0 {
				return i, nil
			}
			if m.err == nil {
				m.err = ErrOps
			}
			return 1, nil
		}
		ops += s.ops
		if m.err == nil && m.panic == nil {
			if err := s.apply(tx); err != nil {
				return i + 1, err
			}
		}
	}
	return len(group), nil
}

// call runs the member's function. A panic belongs to the caller who brought it.
func (m *member) call(tx Tx) (err error) {
	defer func() { m.panic = recover() }()
	return m.fn(tx)
}
