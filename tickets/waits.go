package tickets

import (
	"countersign/tickets/outbox"
	"sync"
	"time"
)

// waits remembers until when each notice waits of which somebody was told.
type waits struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// sayWaits tells of the notices that wait for a limit and were not told of yet.
func (s *Store) sayWaits(waiting []outbox.Outgoing) {
	w := &s.saidWaits
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, until := range w.until {
		if until.Before(s.Now()) {
			delete(w.until, id)
		}
	}
	for _, o := range waiting {
		if s.opt.Waits == nil || w.until[o.ID].Equal(o.Next) {
			continue
		}
		if w.until == nil {
			w.until = map[string]time.Time{}
		}
		w.until[o.ID] = o.Next
		s.opt.Waits(o)
	}
}
