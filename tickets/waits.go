package tickets

import (
	"fmt"
	"slices"
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

// Waiting is a notice that a limit keeps, as agents see it: how much of it is
// taken, and until when; of the limit of a minute, until then at least.
type Waiting struct {
	Notice string            `json:"notice"`
	Kind   policy.NoticeKind `json:"kind"`
	Limit  policy.Limit      `json:"limit"`
	Taken  int               `json:"taken"`
	Most   int               `json:"most"`
	Until  time.Time         `json:"until"`
}

// Words says it in a sentence.
func (w Waiting) Words() string {
	least := ""
	if w.Limit == policy.PerMinute {
		least = " at least"
	}
	return fmt.Sprintf("Our mail %s (%s) waits in the outbox until %s%s: %d of %d of limits.%s are taken.", w.Notice, w.Kind, moment(w.Until), least, w.Taken, w.Most, w.Limit)
}

// Waits gives the limit that a notice waits for, nil if for none.
func (b *Outbox) Waits(o outbox.Outgoing) (w *Waiting, err error) {
	if o.State != outbox.Queued {
		return nil, nil
	}
	err = b.s.kv.View(func(v kv.View) error {
		w, err = b.s.waiting(v, o)
		return err
	})
	return w, err
}

// waiting is Outbox.Waits. What is held after a restore waits for a person.
func (s *Store) waiting(r kv.Reader, o outbox.Outgoing) (*Waiting, error) {
	e, err := epochNow(r)
	if err != nil || e.Held {
		return nil, err
	}
	w, ok, err := s.out.WaitOf(r, o, s.Now())
	if err != nil || !ok {
		return nil, err
	}
	return &Waiting{o.ID, o.Kind, w.Cap, w.Taken, w.Most, w.Until}, nil
}

// waitsOf gives the notices of a ticket that a limit keeps, to whomever they go.
func (s *Store) waitsOf(r kv.Reader, t Ticket) (out []Waiting, err error) {
	ids := slices.Clone(t.Notices[max(0, len(t.Notices)-maxNotices):])
	a, _, err := approvalOf(r, t)
	if err != nil {
		return nil, err
	}
	for _, one := range a.Asked {
		if n := len(one.Notices); n > 0 {
			ids = append(ids, one.Notices[n-1])
		}
	}
	for _, id := range ids {
		n, _, err := kv.Load[notice](r, noticePrefix+id)
		if err != nil {
			return nil, err
		}
		o, _, err := outbox.Load(r, n.Out) // one that isn't there waits for nothing
		if err != nil {
			return nil, err
		}
		w, err := s.waiting(r, o)
		if err != nil {
			return nil, err
		}
		if w != nil {
			out = append(out, *w)
		}
	}
	return out, nil
}
