package gateway

import (
	"cmp"
	"slices"
	"sync"

	"countersign/tickets/ledger"
)

// lanes are those whose turn it is not yet.
type lanes struct {
	mu    sync.Mutex
	freed *sync.Cond
	list  []*lane
	heavy *lane // whose large message is judged
}

// lane is what waits of one From domain.
type lane struct {
	list   []ledger.Waiting
	silent bool // DNS did not answer for one of its messages
}

func (l *lane) large() bool { return l.list[0].Size > large }

// newLanes puts messages in lanes, given in the order in which they were due.
func newLanes(waiting []ledger.Waiting, s *silences) *lanes {
	q := &lanes{}
	q.freed = sync.NewCond(&q.mu)
	of := map[string]*lane{}
	for _, w := range s.order(waiting) {
		l := of[w.Domain]
		if l == nil {
			l = &lane{}
			of[w.Domain] = l
			q.list = append(q.list, l)
		}
		l.list = append(l.list, w)
	}
	return q
}

// next takes the lane whose turn it is, nil if there is none. One whose message
// is large lets the others pass while another such is judged.
func (q *lanes) next() *lane {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.list) > 0 {
		for i, l := range q.list {
			if l.large() {
				if q.heavy != nil {
					continue
				}
				q.heavy = l //rule:6.13 large-ones-one-at-a-time TestRetryLarge
			}
			q.list = slices.Delete(q.list, i, i+1)
			return l
		}
		q.freed.Wait()
	}
	return nil
}

// back puts a lane behind all others, unless it is empty.
func (q *lanes) back(l *lane) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(l.list) > 0 {
		q.list = append(q.list, l)
	}
	if q.heavy == l {
		q.heavy = nil
	}
	q.freed.Broadcast()
}

// silences remembers, of the addresses and domains whose mail waits, for whom DNS
// had no answer: at which of all such events it was last.
type silences struct {
	mu sync.Mutex
	n  int
	of map[string]int
}

func (s *silences) note(w ledger.Waiting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	if s.of == nil {
		s.of = map[string]int{}
	}
	s.of[w.From], s.of["@"+w.Domain] = s.n, s.n
}

// order gives the messages in the order in which they are judged, and forgets who
// does not wait any more. First come domains that always had an answer, then those
// that have waited longest since they had none; of these, messages that hold a
// secret of ours; of those, addresses as domains before, and of equal ones one
// message each before the next of any.
func (s *silences) order(waiting []ledger.Waiting) []ledger.Waiting {
	s.mu.Lock()
	defer s.mu.Unlock()
	type place struct {
		ledger.Waiting
		domain, address, asked, nth int
	}
	type heap struct {
		from  string
		asked bool
	}
	of, nth, places := map[string]int{}, map[heap]int{}, []place(nil)
	for _, w := range waiting {
		h := heap{w.From, w.Asked}
		p := place{Waiting: w, domain: s.of["@"+w.Domain], address: s.of[w.From], nth: nth[h]}
		nth[h]++
		if !w.Asked {
			p.asked = 1
		}
		places = append(places, p)
		for _, key := range []string{w.From, "@" + w.Domain} {
			if n := s.of[key]; n > 0 {
				of[key] = n
			}
		}
	}
	s.of = of
	slices.SortStableFunc(places, func(a, b place) int {
		return cmp.Or(a.domain-b.domain, a.asked-b.asked, a.address-b.address, a.nth-b.nth)
	})
	out := make([]ledger.Waiting, len(places))
	for i, p := range places {
		out[i] = p.Waiting
	}
	return out
}
