package outbox

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"countersign/internal/kv"
)

// What one call of Due looks at, at most.
const (
	maxLanes  = 2000
	maxLooked = 10_000 // notices
)

// Due gives the notices that may be sent now, with their bytes, from each lane
// in turn: first from those of which the fewest were sent in this minute, of
// these the oldest. With all, those that wait for a retry are due too; the one
// resend after an unknown outcome and the caps hold all the same. What gone
// reports is passed over, and so is what can't be read, which is told beside.
func (b *Outbox) Due(v kv.View, now time.Time, limit int, all bool, gone func(kv.Reader, Outgoing) (bool, error)) (due []Outgoing, unread []error, err error) {
	l := look{Outbox: b, now: now, limit: limit, all: all, gone: gone}
	err = l.over(v)
	return l.found, l.errs, err
}

// place is a key to go on from, shared by those who look.
type place struct {
	mu  sync.Mutex
	key string
}

func (p *place) swap(key string) (old string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old, p.key = p.key, key
	return old
}

// look is one look over the lanes.
type look struct {
	*Outbox
	now   time.Time
	limit int
	all   bool
	gone  func(kv.Reader, Outgoing) (bool, error)

	looked int
	found  []Outgoing
	errs   []error
}

// lane is one lane as far as it was looked at.
type lane struct {
	name string
	sent int      // in this minute, with what was found
	from string   // where to look on
	next Outgoing // the first that is due; no ID: none
}

// before reports whether the next notice of a goes before that of b: questions
// before courtesy, then from the lane of which fewer left, then the older one.
func (a lane) before(b lane) bool {
	switch {
	case a.next.courtesy() != b.next.courtesy(): //rule:6.10 questions-before-courtesy =false tickets.TestCourtesyLeavesRoom
		return b.next.courtesy()
	case a.sent != b.sent:
		return a.sent < b.sent
	}
	return a.next.Next.Before(b.next.Next)
}

func (l *look) over(v kv.View) error {
	sent, err := counted(v, capKey(l.now, time.Minute, minute))
	if err != nil {
		return err
	}
	courtesies, err := counted(v, capKey(l.now, time.Minute, minuteOf(FromCourtesy)))
	if err != nil {
		return err
	}
	limits := l.Limits()
	lanes, err := l.lanes(v)
	if err != nil {
		return err
	}
	for len(l.found) < l.limit && len(lanes) > 0 {
		i := 0
		for k, a := range lanes {
			if a.before(lanes[i]) {
				i = k
			}
		}
		o := lanes[i].next
		if !limits.room(sent, lanes[i].sent > 0) || o.courtesy() && courtesies >= limits.courtesy() { //rule:6.10 courtesy-takes-half =!limits.room(sent,lanes[i].sent>0) tickets.TestCourtesyLeavesRoom
			return nil
		}
		if o.courtesy() {
			courtesies++
		}
		if o.From, o.Message, err = l.unseal(v, o.ID); err != nil {
			l.errs = append(l.errs, err)
		} else {
			l.found, sent, lanes[i].sent = append(l.found, o), sent+1, lanes[i].sent+1
		}
		if err := l.advance(v, &lanes[i]); err != nil {
			return err
		}
		if lanes[i].next.ID == "" {
			lanes = slices.Delete(lanes, i, i+1)
		}
	}
	return nil
}

// lanes gives the lanes in which a notice is due, with the first of each.
func (l *look) lanes(v kv.View) (lanes []lane, err error) {
	from := l.nextLane.swap("")
	begin, around := from, false
	for range maxLanes {
		key := ""
		err := v.Scan(queuePrefix, from, func(k string, _ []byte) error { key = k; return kv.ErrStop })
		if err != nil {
			return nil, err
		}
		if key == "" && begin != "" && !around { // those before where the last look ended
			from, around = "", true
			continue
		}
		if key == "" || around && key >= begin {
			return lanes, nil
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(key, queuePrefix), "/")
		a := lane{name: name, from: key}
		from = queuePrefix + name + "0" // behind all that begin with its name and a slash
		if err := l.advance(v, &a); err != nil {
			return nil, err
		}
		if a.next.ID == "" {
			continue
		}
		if a.sent, err = counted(v, capKey(l.now, time.Minute, minuteOf(name))); err != nil {
			return nil, err
		}
		lanes = append(lanes, a)
	}
	l.nextLane.swap(from) // the next look goes on from here
	return lanes, nil
}

// advance finds the next notice of the lane that is due.
func (l *look) advance(v kv.View, a *lane) error {
	a.next = Outgoing{}
	prefix := queuePrefix + a.name + "/"
	return v.Scan(prefix, a.from, func(key string, value []byte) error {
		late := key > prefix+kv.Due(l.now)+"/~"
		if l.looked++; late && !l.all || l.looked > maxLooked {
			return kv.ErrStop
		}
		a.from = key + "\x00"
		o, ok, err := Load(v, string(value))
		gone := false
		if ok && err == nil {
			gone, err = l.gone(v, o)
		}
		if err != nil {
			l.errs = append(l.errs, fmt.Errorf("notice %s: %w", value, err))
			return nil
		}
		if !ok || gone || o.State != Queued || late && (o.Paced || o.Resent) {
			return nil
		}
		a.next = o
		return kv.ErrStop
	})
}

// Look calls fn for queued notices, at most so many, and goes on at the next call
// where this one ended. One that can't be read is given by its id, with the error.
func (b *Outbox) Look(v kv.View, most int, fn func(id string, o Outgoing, err error)) error {
	looked := 0
	return v.Scan(queuePrefix, b.nextOne.swap(""), func(key string, value []byte) error {
		if looked++; looked > most {
			b.nextOne.swap(key)
			return kv.ErrStop
		}
		if o, ok, err := Load(v, string(value)); ok || err != nil {
			fn(string(value), o, err)
		}
		return nil
	})
}
