package tickets

import (
	"errors"
	"slices"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// pointless reports whether a notice must not go out any more: its address has
// left the file since it was queued, or the question that it asks no longer
// stands.
func pointless(r kv.Reader, o Outgoing) (bool, error) {
	n, _, err := kv.Load[notice](r, "notice/"+o.Notice)
	if err != nil {
		return false, err
	}
	c, _, err := clients.Get(r, n.Contact)
	if err != nil || c.Status == clients.Removed || !slices.Contains(c.Addresses, o.To) {
		return true, err
	}
	if !slices.Contains(asks, n.Kind) || n.Lifts {
		return false, nil
	}
	t, err := load(r, n.Ticket)
	return n.Void || n.Spent || n.Revision != t.Revision || t.State.Over() || t.State == policy.StateDisputed, err
}

// cancelGone gives up the due notices that are pointless.
func (s *Store) cancelGone() error {
	var ids []string
	now := due(s.Now())
	err := s.kv.View(func(v kv.View) error {
		return v.Scan("outq/", "", func(key string, value []byte) error {
			if key > "outq/"+now+"/~" || len(ids) == 1000 {
				return kv.ErrStop
			}
			o, ok, err := kv.Load[Outgoing](v, numbered("out", string(value)))
			if err != nil || !ok || o.State != Queued {
				return err
			}
			gone, err := pointless(v, o)
			if gone {
				ids = append(ids, o.ID)
			}
			return err
		})
	})
	for _, id := range ids {
		if err != nil {
			return err
		}
		err = s.CancelNotice(id, "countersign: its address is not on file any longer, or its question no longer stands")
		if errors.Is(err, ErrNotAllowed) {
			err = nil // settled meanwhile
		}
	}
	return err
}
