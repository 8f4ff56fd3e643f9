package sender

import (
	"errors"
	"fmt"
	"slices"

	"countersign/inbound/sender/resolver"
	"countersign/policy"
)

// noteFailures notes what is wrong with the signatures that could have vouched
// for the sender. Those of strangers say nothing about it.
func (c *check) noteFailures(outcomes []outcome) {
	for _, o := range outcomes {
		if o.Result != policy.ResultPass && (o.Domain == "" || c.related(o.Domain) != apart) {
			c.note(o.Reason)
		}
	}
}

// unanswered notes a question that DNS did not answer.
func (c *check) unanswered(err error) {
	if errors.Is(err, resolver.ErrTooMany) {
		c.note(policy.CodeDNSLimit)
	} else if err != nil {
		c.note(policy.CodeDNSTemperror)
	}
}

// explain settles the result where nothing but perhaps SPF vouched for the
// sender, and says why, the most telling first.
func (c *check) explain(s *policy.Sender) {
	c.unanswered(c.demand.Err)
	unanswered := slices.Contains(c.notes, policy.CodeDNSTemperror)
	switch {
	case unanswered: // also with SPF, since the better proof may still come
		s.Result, s.By, s.Domain = policy.ResultTempError, "", ""
		c.notes = slices.DeleteFunc(c.notes, func(n policy.Code) bool { return n == policy.CodeDNSTemperror })
		c.notes = slices.Insert(c.notes, 0, policy.CodeDNSTemperror)
	case s.By == policy.BySPF:
		c.notes = slices.Insert(c.notes, 0, policy.CodeSPFOnly)
	case c.demand.Enforced():
		s.Result = policy.ResultFail
		c.notes = slices.Insert(c.notes, 0, policy.CodeDMARCFail)
	default:
		s.Result = policy.ResultNone
		c.notes = slices.Insert(c.notes, 0, policy.CodeNotAligned)
	}
	for _, n := range c.notes {
		s.Reasons = append(s.Reasons, c.reason(n))
	}
}

func (c *check) reason(code policy.Code) policy.Reason {
	r := policy.SenderBecause(code)
	switch code {
	case policy.CodeDMARCFail:
		r.Text = fmt.Sprintf("Nothing proves that %s sent this, and its DMARC policy is %s.", c.domain, c.demand.Policy)
	case policy.CodeNotAligned:
		r.Text = fmt.Sprintf("Nothing proves that %s sent this; it publishes no DMARC policy that forbids it.", c.domain)
	}
	return r
}
