package tickets

import (
	"errors"
	"slices"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/approvals"
)

// spendApproval uses up the tokens that one approver was sent.
func (s *Store) spendApproval(tx kv.Tx, t *Ticket, contact string) error {
	a, ok, err := approvalOf(tx, *t)
	if err != nil || !ok {
		return err
	}
	for _, one := range a.Asked {
		if one.Contact != contact {
			continue
		}
		for _, id := range one.Notices {
			n, ok, err := kv.Load[notice](tx, noticePrefix+id)
			if err != nil || !ok {
				return err
			}
			n.Spent = true //rule:6.4 approval-is-spent TestApprovedOnce
			if err := errors.Join(kv.Save(tx, noticePrefix+id, n), s.withdraw(tx, t, n)); err != nil {
				return err
			}
		}
	}
	return nil
}

// askClearer asks an approver once more whose answer was no plain yes or no.
func (s *Store) askClearer(tx kv.Tx, t *Ticket, contact string) error {
	a, ok, err := approvalOf(tx, *t)
	if err != nil || !ok || a.State != approvals.Open {
		return err
	}
	i := slices.IndexFunc(a.Asked, func(one approvals.Asked) bool { return one.Contact == contact })
	if i < 0 || a.Asked[i].Clearer {
		return nil
	}
	a.Asked[i].Clearer = true
	if err := s.askApprover(tx, t, a, &a.Asked[i], policy.NoticeApproveClearer); err != nil {
		return err
	}
	return approvals.Save(tx, a)
}

// askApprover writes one question to one approver, who is noted in asked. The
// caller saves both.
func (s *Store) askApprover(tx kv.Tx, t *Ticket, a approvals.Approval, asked *approvals.Asked, kind policy.NoticeKind) error {
	c, ok, err := clients.Get(tx, asked.Contact)
	if err != nil || !ok || c.Status == clients.Removed || len(c.Addresses) == 0 {
		return err
	}
	who, err := asker(tx, *t)
	if err != nil {
		return err
	}
	notices := asked.Notices
	err = s.informAt(tx, t, kind, addressee{contact: c, address: c.Addresses[0], reason: who, until: a.Until, asks: asked, of: a})
	if n := len(asked.Notices); n > len(notices) {
		if _, written, err := kv.Load[notice](tx, noticePrefix+asked.Notices[n-1]); err != nil || !written {
			asked.Notices = notices // it could not be written, as the history says
		}
	}
	return err
}
