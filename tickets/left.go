package tickets

import (
	"countersign/internal/kv"
	"countersign/staff"
)

// gone reports whether an agent is no longer there to do what they began.
func gone(r kv.Reader, agent string) (bool, error) {
	if agent == "" {
		return false, nil
	}
	a, ok, err := staff.Get(r, agent)
	return ok && a.Disabled, err
}

// staffed gives the ticket as it is without what agents left who were disabled
// since: their wish counts no more, and their tickets are nobody's. left is who had it.
func (t Ticket) staffed(r kv.Reader) (_ Ticket, left string, err error) {
	if t.Wish != nil {
		is, err := gone(r, t.Wish.Agent)
		if err != nil {
			return t, "", err
		}
		if is { //rule:8 wish-of-a-disabled-agent TestDisabledWish
			t.Wish = nil
		}
	}
	is, err := gone(r, t.Assignee)
	if is {
		left, t.Assignee = t.Assignee, ""
	}
	return t, left, err
}
