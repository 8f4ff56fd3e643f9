package tickets

import (
	"errors"
	"slices"

	"countersign/clients"
	"countersign/internal/kv"
)

// addressGone reports whether the address of a notice has left the file since
// it was queued: no mail goes there any more.
func addressGone(r kv.Reader, o Outgoing) (bool, error) {
	n, _, err := kv.Load[notice](r, "notice/"+o.Notice)
	if err != nil {
		return false, err
	}
	c, _, err := clients.Get(r, n.Contact)
	return c.Status == clients.Removed || !slices.Contains(c.Addresses, o.To), err
}

// cancelGone gives up the due notices whose address has left the file.
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
			gone, err := addressGone(v, o)
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
		err = s.CancelNotice(id, "countersign: its address is not on file any longer")
		if errors.Is(err, ErrNotAllowed) {
			err = nil // settled meanwhile
		}
	}
	return err
}
