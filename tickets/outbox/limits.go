package outbox

import (
	"time"

	"countersign/internal/kv"
	"countersign/policy"
)

// Limits bound the notices that leave.
type Limits struct {
	PerMinute int // all together
	PerHour   int // to a contact, of one origin
	PerDay    int // of a ticket, of one origin
}

// courtesy is how many courtesy notices may leave in a minute: half of all,
// rounded down, so that the other places are those of questions.
func (l Limits) courtesy() int { return l.PerMinute / 2 }

// Limits are those that hold now.
func (b *Outbox) Limits() Limits { return *b.limits.Load() }

// SetLimits changes the limits. What waits keeps the places that it has until it
// is placed anew; see Unplace and Place.
func (b *Outbox) SetLimits(l Limits) { b.limits.Store(&l) }

// Drops gives the limit over which a courtesy notice is at that time, so that it is
// not sent; "" if it is under all. One that is under them waits for its minute.
func (b *Outbox) Drops(r kv.Reader, o Outgoing, at time.Time) (policy.Limit, error) {
	if b.Limits().courtesy() == 0 {
		return policy.PerMinute, nil
	}
	return b.Full(r, o, at)
}

// Never reports whether a courtesy notice that was queued under other limits can't
// leave by these.
func (b *Outbox) Never(o Outgoing) bool { return o.courtesy() && b.Limits().courtesy() == 0 }

// A Wait says which limit keeps a notice in the outbox, how much of it is taken
// and until when that is so: at least, where it is the limit of a minute.
type Wait struct {
	Cap   policy.Limit
	Taken int
	Most  int
	Until time.Time
}

// WaitOf gives the limit that a queued notice waits for; ok is false where it waits
// for none.
func (b *Outbox) WaitOf(r kv.Reader, o Outgoing, now time.Time) (w Wait, ok bool, err error) {
	switch {
	case o.State != Queued || o.Next.After(now) && !o.Paced:
		return w, false, nil
	case o.Next.After(now):
		return b.paced(r, o, now)
	}
	return b.minuteFull(r, o, now)
}

// paced says which limit a notice waits for that has its place in a later window.
func (b *Outbox) paced(r kv.Reader, o Outgoing, now time.Time) (w Wait, ok bool, err error) {
	for _, budget := range b.budgets(o) {
		u, err := budget.used(r, now, o.Origin)
		if err != nil {
			return w, false, err
		}
		if u.full || w.Cap == "" && budget.cap == policy.Limit(o.Cap) { // it may have room by now, and the notice its place
			w = Wait{budget.cap, u.taken, u.most, o.Next}
		}
		if u.full {
			return w, true, nil
		}
	}
	return w, w.Cap != "", nil
}

// minuteFull says whether the minute has no place left for a notice that is due.
func (b *Outbox) minuteFull(r kv.Reader, o Outgoing, now time.Time) (w Wait, ok bool, err error) {
	l, key := b.Limits(), func(what string) string { return capKey(now, time.Minute, what) }
	w = Wait{policy.PerMinute, 0, l.PerMinute, now.Truncate(time.Minute).Add(time.Minute)}
	if w.Taken, err = counted(r, key(minute)); err != nil {
		return w, false, err
	}
	lane, err := counted(r, key(minuteOf(o.lane())))
	if err != nil || !l.room(w.Taken, lane > 0) {
		return w, err == nil, err
	}
	if o.courtesy() {
		w.Most = l.courtesy()
		w.Taken, err = counted(r, key(minuteOf(FromCourtesy)))
	}
	return w, w.Taken >= w.Most, err
}

// room reports whether one more may leave in a minute in which so many left. A
// tenth of it is for lanes that had nothing of it yet.
func (l Limits) room(sent int, had bool) bool {
	left := l.PerMinute - sent
	return left > 0 && (!had || left > l.PerMinute/10)
}
