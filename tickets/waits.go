package tickets

import (
	"sync"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/outbox"
)

// waits remembers what somebody was told of: until when each notice waits for its
// place, and whether the minute was full.
type waits struct {
	mu    sync.Mutex
	until map[string]time.Time
	full  bool
}

// sayWaits tells of the notices that wait for a limit and were not told of yet. A
// full minute keeps many at once, so of these one is told, until none is due.
func (s *Store) sayWaits(v kv.View, queued []outbox.Outgoing) error {
	w := &s.saidWaits
	w.mu.Lock()
	defer w.mu.Unlock()
	now, full, due := s.Now(), false, false
	for id, until := range w.until {
		if until.Before(now) {
			delete(w.until, id)
		}
	}
	for _, o := range queued {
		due = due || !o.Next.After(now)
		wait, ok, err := s.out.WaitOf(v, o, now)
		if err != nil {
			return err
		}
		if !ok || s.opt.Waits == nil {
			continue
		}
		if wait.Cap == policy.PerMinute {
			if !w.full && !full {
				s.opt.Waits(o, wait)
			}
			full = true
			continue
		}
		if w.until[o.ID].Equal(wait.Until) {
			continue
		}
		if w.until == nil {
			w.until = map[string]time.Time{}
		}
		w.until[o.ID] = wait.Until
		s.opt.Waits(o, wait)
	}
	w.full = full || w.full && due // what is due waits on, though another minute began
	return nil
}
