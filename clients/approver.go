package clients

import (
	"slices"
	"time"
)

// MayApprove reports whether the contact may approve what is asked for a service;
// where none is named, whether they may for any.
func (c Contact) MayApprove(service string, at time.Time) bool {
	if service == "" {
		return c.MaySome(Approve, at)
	}
	return c.May(Approve, at, service)
}

// ApprovedUntil gives when the contact could last approve what is asked for a
// service, of one who may not now: they were removed, or lost the permission, or
// it has ended. Zero: not in the time before now.
func (c Contact) ApprovedUntil(service string, now time.Time, before time.Duration) (last time.Time) {
	later := func(t time.Time) {
		if t.After(last) && now.Sub(t) < before {
			last = t
		}
	}
	later(c.Approver)
	was := c
	was.Status = Active
	if c.Status == Removed && was.MayApprove(service, c.Ended) {
		later(c.Ended)
	}
	for _, p := range c.effective() {
		name, _, end := p.parts()
		if c.Status != Removed && name.gives(Approve) && !end.After(now) && c.MayApprove(service, end.Add(-1)) {
			later(end)
		}
	}
	return last
}

// approver gives when the contact last lost what of the permission approve they had.
func (opt ImportOptions) approver(next, old Contact) time.Time {
	at, was := opt.Now, old
	if old.Status == Removed {
		at, was.Status = old.Ended, Active
	}
	has := next.reaches(opt.Now)
	for _, v := range was.reaches(opt.Now) {
		if v.right == string(Approve) && at.After(old.Approver) && !slices.ContainsFunc(has, func(u reach) bool { return u.covers(v) }) {
			return at
		}
	}
	return old.Approver
}

// LedUntil gives when the contact could last speak as primary contact, of one who is
// none now or was removed. Zero: not in the time before now.
func (c Contact) LedUntil(now time.Time, before time.Duration) time.Time {
	last := c.Led
	if c.Status == Removed && c.Role == Primary {
		last = c.Ended
	}
	if now.Sub(last) >= before {
		return time.Time{}
	}
	return last
}

// led gives when the contact was last made no primary contact any longer.
func (opt ImportOptions) led(next, old Contact) time.Time {
	switch {
	case old.Role != Primary || next.Role == Primary:
		return old.Led
	case old.Status == Removed:
		return old.Ended
	}
	return opt.Now
}
