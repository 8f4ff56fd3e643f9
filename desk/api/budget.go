package api

import (
	"context"
	"slices"
	"sync"

	"countersign/internal/exit"
)

// budget shares memory among the requests of several Unix users, so that what
// one of them sends never keeps another waiting for longer than one request.
//
// Half of it is for one user, who may go beyond that by one request.
type budget struct {
	total int64

	mu      sync.Mutex
	used    int64
	users   map[int]*holder
	waiting []*claim // in the order in which they came
	turns   int
}

// holder is what a Unix user holds of a budget.
type holder struct {
	used   int64
	served int // the last of whose turn it was
	claims int // held and waiting
}

// claim is a part of a budget that is waited for.
type claim struct {
	uid   int
	bytes int64
	ready chan struct{}
}

func newBudget(total int64) *budget { return &budget{total: total, users: map[int]*holder{}} }

// take waits its turn for so many bytes, and gives the function that puts them
// back. What is more than all there is takes all.
func (b *budget) take(ctx context.Context, uid int, bytes int64) (func(), error) {
	c := &claim{uid, min(bytes, b.total), make(chan struct{})}
	b.mu.Lock()
	if b.users[uid] == nil {
		b.users[uid] = &holder{}
	}
	b.users[uid].claims++
	b.waiting = append(b.waiting, c)
	b.serve()
	b.mu.Unlock()

	select {
	case <-c.ready:
		return func() { b.put(c) }, nil
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := slices.Index(b.waiting, c); i >= 0 {
		b.waiting = slices.Delete(b.waiting, i, i+1)
		b.leave(uid)
		b.serve() // it may have stood before others
		return nil, errBusy
	}
	return func() { b.put(c) }, nil // its turn came in this moment
}

var errBusy = &exit.Error{Code: exit.TempFail, Reason: "busy", Message: "The daemon is busy with other large requests.", Try: "the same again in a while"}

func (b *budget) put(c *claim) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= c.bytes
	b.users[c.uid].used -= c.bytes
	b.leave(c.uid)
	b.serve()
}

func (b *budget) leave(uid int) {
	if u := b.users[uid]; u.claims > 1 {
		u.claims--
	} else {
		delete(b.users, uid)
	}
}

// serve gives turns for as long as there is enough. The next is of the user who
// holds least, then of whose last turn was longest ago; nobody overtakes it.
func (b *budget) serve() {
	for {
		next := -1
		for i, c := range b.waiting {
			u := b.users[c.uid]
			if u.used > 0 && u.used+c.bytes > b.total/2 {
				continue
			}
			if next < 0 || before(u, b.users[b.waiting[next].uid]) {
				next = i
			}
		}
		if next < 0 {
			return
		}
		c := b.waiting[next]
		if b.used+c.bytes > b.total {
			return
		}
		b.waiting = slices.Delete(b.waiting, next, next+1)
		b.turns++
		b.used += c.bytes
		b.users[c.uid].used += c.bytes
		b.users[c.uid].served = b.turns
		close(c.ready)
	}
}

func before(u, than *holder) bool {
	if u.used != than.used {
		return u.used < than.used
	}
	return u.served < than.served
}
