package gateway

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"countersign/inbound"
	"countersign/internal/blob"
	"countersign/policy"
	"countersign/tickets"
)

// Deferred messages are judged side by side, since DNS that is slow for one must
// not keep the others waiting; large ones one at a time, for memory.
const (
	workers = 8
	large   = 1 << 20 // bytes
	turn    = 16      // messages of one domain before it is another's turn
	round   = 20 * time.Second
)

// Retry judges the deferred messages that are due again, all of them with all.
// Of one From domain one worker judges one at a time, those first that hold a
// secret of ours. The first one that DNS again does not answer ends the turn of
// its domain until the next Retry, or with all the waiting for it; and what is
// not begun after some time is left to the next, so that what comes due meanwhile
// gets its turn: no flood of one domain keeps the others waiting.
func (g *Gateway) Retry(ctx context.Context, all bool) error {
	waiting, err := g.Store.Deferred(g.Store.Now(), all)
	if err != nil || len(waiting) == 0 {
		return err
	}
	q := newLanes(waiting)
	end := time.Now().Add(round)
	var wait sync.WaitGroup
	var mu, one sync.Mutex
	var errs []error
	for range workers {
		wait.Go(func() {
			for l := q.next(); l != nil; l = q.next() {
				for range min(turn, len(l.ids)) {
					if ctx.Err() != nil || !all && (l.silent || time.Now().After(end)) {
						l.ids = nil
						break
					}
					id := l.ids[0]
					l.ids = l.ids[1:]
					m, err := g.again(ctx, id, l.silent, &one)
					l.silent = l.silent || m.Outcome == policy.OutcomeDefer
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
				}
				q.back(l)
			}
		})
	}
	wait.Wait()
	return errors.Join(append(errs, ctx.Err())...)
}

// lane is what waits of one From domain.
type lane struct {
	ids    []string
	silent bool // DNS did not answer for one of its messages
}

// lanes are those whose turn it is not yet.
type lanes struct {
	mu   sync.Mutex
	list []*lane
}

// newLanes puts messages in lanes, given in the order in which they were due.
func newLanes(waiting []tickets.Waiting) *lanes {
	q := &lanes{}
	of := map[string]*lane{}
	for _, asked := range []bool{true, false} {
		for _, w := range waiting {
			if w.Asked != asked {
				continue
			}
			l := of[w.Domain]
			if l == nil {
				l = &lane{}
				of[w.Domain] = l
				q.list = append(q.list, l)
			}
			l.ids = append(l.ids, w.ID)
		}
	}
	return q
}

// next takes the lane whose turn it is, nil if there is none.
func (q *lanes) next() *lane {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.list) == 0 {
		return nil
	}
	l := q.list[0]
	q.list = q.list[1:]
	return l
}

// back puts a lane behind all others, unless it is empty.
func (q *lanes) back(l *lane) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(l.ids) > 0 {
		q.list = append(q.list, l)
	}
}

// again judges one deferred message.
func (g *Gateway) again(ctx context.Context, id string, hurry bool, one *sync.Mutex) (m tickets.Message, err error) {
	m, ok, err := g.Store.DeferredByID(id)
	if err != nil || !ok {
		return tickets.Message{}, err
	}
	if m.Facts.Size > large {
		one.Lock()
		defer one.Unlock()
	}
	raw, err := g.Blobs.Get(m.Blob)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, blob.ErrDamaged) {
		g.Log.Error().Err(err).Str("message", m.ID).Msg("the kept bytes of a deferred message are lost; it is set aside")
		lost := m.Facts.Evidence
		lost.Refusals = []policy.Reason{policy.Because("bytes_lost")}
		return g.receive(lost, m.Source, nil, time.Now())
	}
	if err != nil {
		return m, fmt.Errorf("message %s: %w", m.ID, err)
	}
	return g.judge(ctx, m.Source, inbound.Fetched{Mailbox: m.Source.Mailbox, UIDValidity: m.Source.UIDValidity,
		Turn: m.Source.Turn, UID: m.Source.UID, Arrived: m.Facts.Arrived, Raw: raw}, hurry)
}
