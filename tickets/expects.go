package tickets

import (
	"errors"
	"slices"

	"countersign/internal/kv"
	"countersign/policy"
)

// Bounds of what is looked at for a yes that names nothing: tickets about which its
// sender was asked last, and of each its latest notices.
const (
	maxAsked   = 4
	maxLooking = 4
)

// noteAsked notes that a contact is asked about their ticket.
func noteAsked(tx kv.Tx, contact, ticket string) error {
	ids, _, err := kv.Load[[]string](tx, askedPrefix+contact)
	if err != nil || len(ids) > 0 && ids[0] == ticket {
		return err
	}
	ids = append([]string{ticket}, slices.DeleteFunc(ids, func(id string) bool { return id == ticket })...)
	return kv.Save(tx, askedPrefix+contact, ids[:min(len(ids), maxAsked)])
}

// expects gives the ticket that waits for the yes or no of who says so: the one that
// their mail names, else that of those about which they were asked last. Of a mail
// that says neither, or is bound to a question, that is nothing.
func (s *Store) expects(r kv.Reader, f policy.Facts) (policy.Expected, error) {
	if f.Person.ID == "" || !f.Answers() || !f.Sender.Proves(false) || f.Binding.Bound == policy.BoundToken {
		return policy.Expected{}, nil
	}
	ids := []string{f.Binding.Ticket}
	if f.Binding.Ticket == "" {
		var err error
		if ids, _, err = kv.Load[[]string](r, askedPrefix+f.Person.ID); err != nil {
			return policy.Expected{}, err
		}
	}
	for _, id := range ids {
		t, err := load(r, id)
		if errors.Is(err, ErrNoTicket) {
			continue
		}
		if err != nil {
			return policy.Expected{}, err
		}
		if e, err := s.awaits(r, t, f.Person); err != nil || e.Ticket != "" {
			return e, err
		}
	}
	return policy.Expected{}, nil
}

// awaits gives the ticket if a question about it stands that its contact was asked.
func (s *Store) awaits(r kv.Reader, t Ticket, p policy.Person) (policy.Expected, error) {
	if t.Contact != p.ID || t.Client != p.Client || t.Lost || t.Lock || t.State != policy.StateUnconfirmed && t.State != policy.StateAuthenticated {
		return policy.Expected{}, nil
	}
	e, err := epochNow(r)
	if err != nil {
		return policy.Expected{}, err
	}
	for _, id := range slices.Backward(t.Notices[max(0, len(t.Notices)-maxLooking):]) {
		n, ok, err := kv.Load[notice](r, noticePrefix+id)
		if err != nil {
			return policy.Expected{}, err
		}
		stands := ok && n.Kind.Terms().Asks && !n.Lifts && n.Contact == p.ID && n.Revision == t.Revision && n.Epoch == e.Number && !n.Void && !n.Spent
		if stands && s.Now().Before(n.Expires) {
			return policy.Expected{Ticket: t.ID, Asked: n.Sent}, nil
		}
	}
	return policy.Expected{}, nil
}
