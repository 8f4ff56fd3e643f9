package tickets

import (
	"cmp"
	"fmt"
	"slices"

	"countersign/clients"
	"countersign/internal/clean"
	"countersign/internal/kv"
	"countersign/policy"
)

// secondPerson gives whom beside the requester is told what was done of a ticket: one
// who may approve for its client and reads another mailbox, the primary contact
// before others, and those before all whose right or address is new. The zero value
// says that there is none.
func (s *Store) secondPerson(c Closing) (second clients.Contact, err error) {
	if c.Done == "" {
		return second, nil
	}
	err = s.kv.View(func(v kv.View) error {
		t, err := load(v, c.Ticket)
		if err != nil || t.allowance() == nil {
			return err
		}
		st, err := s.standing(v, t)
		if err != nil || len(st.ask) > 0 {
			second = append(st.ask, second)[0]
			return err
		}
		requester, _, err := clients.Get(v, t.Contact)
		if err != nil {
			return err
		}
		return clients.EachOf(v, t.Client, func(c clients.Contact, err error) {
			if err == nil && s.maySecond(t, c, requester) && (second.ID == "" || rank(c) < rank(second)) {
				second = c
			}
		})
	})
	return second, err
}

// maySecond reports whether a contact may be told as the second person.
func (s *Store) maySecond(t Ticket, c, requester clients.Contact) bool {
	return c.ID != t.Contact && c.Client == t.Client && c.MayApprove(t.Service, s.Now()) && len(c.Addresses) > 0 &&
		!onePerson(c, requester) //rule:6.8 requester-is-no-second-person TestDoneIsTold/same-mailbox
}

// tellDone leaves to be told what became of an allow, and says whom. Who left the
// file by it is told, too: they are perhaps all that the one can read whose file it is.
func (s *Store) tellDone(tx kv.Tx, t *Ticket, second clients.Contact) (told string, err error) {
	if t.Done.Receipt == "" {
		return "Nobody is told by mail.", nil
	}
	r, _, err := kv.Load[Receipt](tx, receiptPrefix+t.Done.Receipt)
	if err != nil {
		return "", err
	}
	requester, ok, err := clients.Get(tx, t.Contact)
	if err != nil {
		return "", err
	}
	says, err := s.withBefore(tx, *t, r.Request)
	if err != nil {
		return "", err
	}
	own := telling{Kind: policy.NoticeDone, Ticket: t.ID, Revision: t.Done.Revision, Says: says}
	if t.Done.Not {
		own.Kind = policy.NoticeNotDone
	}
	if ok && requester.Status != clients.Removed && len(requester.Addresses) > 0 {
		own.To = []place{{requester.ID, requester.Addresses[0]}}
	}
	all := []telling{own}
	if !t.Done.Not {
		var others []telling
		if others, told, err = s.othersTold(tx, t, second, requester, own); err != nil {
			return "", err
		}
		all = append(all, others...)
	}
	for _, w := range all {
		if len(w.To) == 0 {
			continue
		}
		if err := kv.Save(tx, w.key(s.Now()), w); err != nil {
			return "", err
		}
	}
	if len(own.To) == 0 {
		return "The requester is not on file any longer and is not told. " + told, nil
	}
	return "The requester is told. " + told, nil
}

// withBefore adds to a request what else was allowed on the ticket before it was
// edited, of which nobody has told the customer either.
func (s *Store) withBefore(r kv.Reader, t Ticket, request string) (string, error) {
	says := request
	for _, al := range slices.Backward(t.Before[max(0, len(t.Before)-maxBefore):]) {
		old, _, err := kv.Load[Receipt](r, receiptPrefix+al.Receipt)
		if err != nil {
			return "", err
		}
		says += fmt.Sprintf("\n\nOn %s this was allowed to %s, before the request was changed: %s", moment(al.At), al.Agent, clean.Line(old.Request, 160))
	}
	if n := len(t.Before) - maxBefore; n > 0 {
		says += fmt.Sprintf("\n\nAnd %d more before that: ask us.", n)
	}
	if short := clean.Line(request, 400); says != request && short != request && s.opt.Fits != nil && s.opt.Fits(says) != nil {
		return s.withBefore(r, t, short) // it was quoted whole when it was asked
	}
	return says, nil
}

// maxBefore is how many earlier allows of a ticket are named.
const maxBefore = 3

// othersTold gives who is told beside the requester, as own tells them, and says so.
func (s *Store) othersTold(r kv.Reader, t *Ticket, second, requester clients.Contact, own telling) (all []telling, told string, err error) {
	if second, _, err = clients.Get(r, second.ID); err != nil {
		return nil, "", err
	}
	told = "No second person may approve for their organisation, so none is told."
	if s.maySecond(*t, second, requester) {
		told = "So is a second person, " + cmp.Or(oneLine(second.Name), second.ID) + "."
		w := own
		w.Kind, w.To = policy.NoticeDoneTold, []place{{second.ID, second.Addresses[0]}}
		all = append(all, w)
	}
	left := own
	left.Kind, left.To = policy.NoticeDoneLeft, nil
	for _, addr := range t.oldAddresses() {
		p := place{t.Change.Contact, addr}
		if !slices.Contains(own.To, p) && !slices.ContainsFunc(all, func(w telling) bool { return slices.Contains(w.To, p) }) {
			left.To = append(left.To, p) //rule:6.15 who-left-is-told-what-was-done TestDoneIsTold/address-changed
		}
	}
	if len(left.To) > 0 {
		left.Says = hideAddresses(own.Says) // as in what tells of the change itself
		told += fmt.Sprintf(" So is who was on file before that (addresses: %d).", len(left.To))
		all = append(all, left)
	}
	return all, told, nil
}

// oldAddresses are those that the contact had whom the ticket's change was about.
func (t *Ticket) oldAddresses() []string {
	if t.Change == nil {
		return nil
	}
	return t.Change.Old
}

// tellDoneAt writes one of these notices. left says of an address that it is not on
// file any longer.
func (s *Store) tellDoneAt(tx kv.Tx, t *Ticket, w telling, to addressee, left string) error {
	if t.Done == nil {
		return nil
	}
	r, _, err := kv.Load[Receipt](tx, receiptPrefix+t.Done.Receipt)
	if err != nil {
		return err
	}
	who, err := asker(tx, *t)
	if err != nil {
		return err
	}
	if to.reason = t.Done.Text; w.Kind.Terms().Left {
		to.reason = hideAddresses(to.reason)
	}
	to.fill = func(l *Letter) {
		l.AgentName, l.At = t.Done.Allowed, t.Done.At
		for _, p := range r.Proofs {
			if p.Kind == policy.ProofReply || p.Kind == policy.ProofToken {
				l.Confirmed = p.At
			}
		}
		l.For, l.Because = who, left
	}
	return s.informAt(tx, t, w.Kind, to)
}
