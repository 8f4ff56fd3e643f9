package tickets

import (
	"cmp"
	"errors"
	"slices"
	"time"

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
	if asked.By != "" { // no yes of theirs would count
		if lets, err := s.letsNow(tx, *t, asked.By, asked.Contact); err != nil || !lets {
			return err
		}
	}
	who, err := asker(tx, *t)
	if err != nil {
		return err
	}
	why, err := s.whyApprover(tx, c)
	if err != nil {
		return err
	}
	of, err := inPlaceWords(tx, asked.For)
	if err != nil {
		return err
	}
	if of != "" { // they may not on their own account
		why = "You get this because you approve such requests in the place of " + of + "."
	}
	notices := asked.Notices
	err = s.informAt(tx, t, kind, addressee{contact: c, fill: func(l *Letter) { l.Because, l.For = why, of }, address: c.Addresses[0], reason: who, until: a.Until, asks: asked, of: a})
	if n := len(asked.Notices); n > len(notices) {
		if _, written, err := kv.Load[notice](tx, noticePrefix+asked.Notices[n-1]); err != nil || !written {
			asked.Notices = notices // it could not be written, as the history says
		}
	}
	return err
}

// whyApprover says why somebody gets our mail who may approve, and whom we neither
// wrote to about a colleague's request before nor heard of.
func (s *Store) whyApprover(r kv.Reader, c clients.Contact) (string, error) {
	met, err := r.Get(metPrefix + c.ID)
	if err != nil || met != nil { //rule:6.10 first-mail-says-why part=2 TestFirstMailSaysWhy
		return "", err
	}
	if h, _, err := kv.Load[heard](r, heardPrefix+c.Addresses[0]); err != nil || !h.Person.IsZero() {
		return "", err
	}
	client, _, err := clients.GetClient(r, c.Client)
	return "You get this mail of ours because you may approve for " + cmp.Or(oneLine(client.Name), "your organisation") + ".", err
}

// meet notes that a mail about somebody else's ticket was written to a contact, once.
func (s *Store) meet(tx kv.Tx, t Ticket, contact string) error {
	if contact == t.Contact {
		return nil
	}
	if met, err := tx.Get(metPrefix + contact); err != nil || met != nil {
		return err
	}
	return tx.Put(metPrefix+contact, []byte(s.Now().UTC().Format(time.RFC3339)))
}
