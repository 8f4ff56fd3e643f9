package tickets

import (
	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/approvals"
)

// ApprovalShown is an approval with what a lead needs to decide: the request as it
// was confirmed, who asked and who wrote it, what was proved and when.
type ApprovalShown struct {
	ShownApproval
	Request  string         `json:"request"`
	OpenedBy string         `json:"opened_by,omitempty"`
	Edited   []string       `json:"edited,omitempty"`
	Channel  policy.Channel `json:"channel"`
	Proof    policy.Word    `json:"proof"`  // of the request as it is now
	Stands   bool           `json:"stands"` // it is of the request as it is now
	Proofs   []policy.Proof `json:"proofs"`
	You      string         `json:"you,omitempty"` // why who asks may not give it
	// Waits says what the approval waits for, and what is in its way.
	Waits []policy.Reason `json:"waits,omitempty"`
}

// Approval gives one approval with its evidence, as agent sees it; "" is nobody.
func (s *Store) Approval(id, agent string) (out ApprovalShown, err error) {
	err = s.kv.View(func(v kv.View) error {
		a, err := approvals.Get(v, id)
		if err != nil {
			return err
		}
		t, err := load(v, a.Ticket)
		if err != nil {
			return err
		}
		if out.ShownApproval, err = s.showApproval(v, t, a); err != nil {
			return err
		}
		out.Request, out.OpenedBy, out.Edited, out.Channel = t.Request, t.OpenedBy, t.Edited, t.Channel
		out.Stands, out.Proofs = t.Approval == a.ID, []policy.Proof{}
		now, err := t.counts(v)
		if err != nil {
			return err
		}
		action, err := s.weighed(v, now)
		if err != nil {
			return err
		}
		out.Proof = action.Word()
		if a.Revision == t.Revision {
			out.Proofs = countUntil(action)
		}
		if out.Stands {
			out.Waits = action.Approval
		}
		l, err := s.leadOf(v, t, agent)
		switch {
		case agent == "" || err != nil:
		case agent == t.OpenedBy:
			out.You = "you opened " + t.ID
		case l.Wrote:
			out.You = "you edited " + t.ID
		case !l.Leads:
			out.You = "you are no lead who counts"
		}
		return err
	})
	return out, err
}

// Approvals calls fn for every approval, the oldest first, in the state if one is
// given.
func (s *Store) Approvals(state approvals.State, fn func(ShownApproval) error) error {
	return approvals.Each(s.kv, func(a approvals.Approval) error {
		if state != "" && a.State != state {
			return nil
		}
		var out ShownApproval
		err := s.kv.View(func(v kv.View) error {
			t, err := load(v, a.Ticket)
			if err == nil {
				out, err = s.showApproval(v, t, a)
			}
			return err
		})
		if err != nil {
			return err
		}
		return fn(out)
	})
}

// approvalsOf gives every approval of a ticket, for who looks at it.
func (s *Store) approvalsOf(v kv.View, t Ticket) (out []ShownApproval, err error) {
	all, err := approvals.Of(v, t.ID)
	for _, a := range all {
		one, err := s.showApproval(v, t, a)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, err
}

func (s *Store) showApproval(r kv.Reader, t Ticket, a approvals.Approval) (out ShownApproval, err error) {
	out = ShownApproval{ID: a.ID, Ticket: a.Ticket, Class: a.Class, Asked: a.Opened, State: a.State, Revision: a.Revision, Until: a.Until,
		Why: a.Why, Blocked: a.Blocked, Clears: a.Clears, Lost: a.Lost, Needs: a.Needs, Leads: a.Leads, LeadMay: a.LeadMay, Moved: a.Moved, Approvers: []Approver{}, Given: []Agreed{}}
	e, err := epochNow(r)
	if err != nil {
		return out, err
	}
	if a.Epoch != e.Number && (a.State == approvals.Open || a.State == approvals.Approved) {
		out.State, out.Why = approvals.Void, policy.CodeRestored
	}
	if out.Whom, err = whom(r, t); err != nil {
		return out, err
	}
	for _, one := range a.Asked {
		c, _, err := clients.Get(r, one.Contact)
		if err != nil {
			return out, err
		}
		of, _, err := clients.Get(r, one.For)
		if err != nil {
			return out, err
		}
		shown := Approver{Contact: one.Contact, Name: c.Name, For: one.For, ForName: of.Name, At: one.At, Reminded: one.Reminded, Away: one.Away, Said: one.Said}
		if a.State == approvals.Open && len(one.Notices) > 0 {
			why, err := s.unsentNotice(r, one.Notices[len(one.Notices)-1])
			if err != nil {
				return out, err
			}
			if len(why) > 0 {
				shown.Unsent = why[0].Text
			}
		}
		out.Approvers = append(out.Approvers, shown)
	}
	for _, g := range a.Given {
		out.Given = append(out.Given, Agreed(g))
	}
	return out, nil
}
