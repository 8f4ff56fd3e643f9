package gateway

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"countersign/inbound/mailbox"
	"countersign/internal/blob"
	"countersign/policy"
	"countersign/tickets"
)

// Deferred messages are judged side by side, since DNS that is slow for one must
// not keep the others waiting; large ones one at a time, for memory.
const (
	workers = 8
	large   = 1 << 20 // bytes past which it is one
	turn    = 16      // messages of one domain before it is another's turn
	round   = 20 * time.Second
)

// Retry judges the deferred messages that are due again, all of them with all.
// Of one From domain one worker judges one at a time, those first that hold a
// secret of ours, and one of each address before the next of any. The first one
// that DNS again does not answer ends the turn of its domain until the next Retry,
// or with all the waiting for it; and what is not begun after some time is left to
// the next, so that what comes due meanwhile gets its turn. At the next, who had
// no answer stands behind the others: no flood keeps anybody else waiting.
func (g *Gateway) Retry(ctx context.Context, all bool) error {
	waiting, err := g.Store.Ledger.Deferred(g.Store.Now(), all)
	if err != nil || len(waiting) == 0 {
		return err
	}
	q := newLanes(waiting, &g.silences)
	end := time.Now().Add(round)
	var wait sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	for range workers {
		wait.Go(func() {
			for l := q.next(); l != nil; l = q.next() {
				for n := range turn {
					if ctx.Err() != nil || !all && (l.silent || time.Now().After(end)) {
						l.list = nil
					}
					if len(l.list) == 0 || n > 0 && l.large() {
						break
					}
					one := l.list[0]
					l.list = l.list[1:]
					m, err := g.again(ctx, one.ID, l.silent)
					if m.Outcome == policy.OutcomeDefer {
						l.silent = true
						g.silences.note(one)
					}
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

// again judges one deferred message.
func (g *Gateway) again(ctx context.Context, id string, hurry bool) (m tickets.Message, err error) {
	m, ok, err := g.Store.Inbox.Deferred(id)
	if err != nil || !ok {
		return tickets.Message{}, err
	}
	raw, err := g.Store.Inbox.Bytes(m)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, blob.ErrDamaged) {
		g.Log.Error().Err(err).Str("message", m.ID).Msg("the kept bytes of a deferred message are lost; it is set aside")
		lost := m.Facts.Evidence
		lost.Refusals = []policy.Reason{policy.Because(policy.CodeBytesLost)}
		return g.receive(lost, m.Source, nil, time.Now())
	}
	if err != nil {
		return m, fmt.Errorf("message %s: %w", m.ID, err)
	}
	return g.judge(ctx, m.Source, mailbox.Fetched{Mailbox: m.Source.Mailbox, UIDValidity: m.Source.UIDValidity,
		Turn: m.Source.Turn, UID: m.Source.UID, Arrived: m.Facts.Arrived, Raw: raw}, hurry)
}
