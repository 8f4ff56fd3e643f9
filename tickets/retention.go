package tickets

import (
	"errors"
	"slices"
	"strings"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/ledger"
)

// passing reports whether a message is kept for a while only: it was set aside,
// or it belongs to no ticket, or only claims to.
func passing(m *Message) bool {
	return m.Outcome == policy.SetAside || m.Ticket == "" || m.Claim
}

// expireLater notes when the record of a message that proves nothing goes.
func (s *Store) expireLater(tx kv.Tx, m *Message) error {
	if s.opt.Loose == nil || s.opt.Loose.Keep <= 0 || !passing(m) {
		return nil
	}
	return tx.Put(expirePrefix+kv.Due(s.Now().Add(s.opt.Loose.Keep))+"/"+m.ID, []byte(m.ID))
}

// perUpdate is how many records go in one Update, within the bounds of kv.
const perUpdate = 6

// mostExpired is how many records go at one look.
const mostExpired = 300

// expire removes the records, and the bytes, of messages that proved nothing and
// have been kept long enough. Their marks stay, so that none of them is judged
// again wherever it turns up, and so does what the audit log says of them.
func (s *Store) expire() error {
	keys, err := s.passed(expirePrefix)
	for batch := range slices.Chunk(keys[:min(len(keys), mostExpired)], perUpdate) {
		err = errors.Join(err, s.group.Update(func(tx kv.Tx) error {
			var gone []string
			for _, key := range batch {
				id, err := s.expireOne(tx, key)
				if err != nil {
					return err
				}
				if id != "" {
					gone = append(gone, id)
				}
			}
			if len(gone) == 0 {
				return nil
			}
			return s.log(tx, "retention", "messages", goneLeaf{gone})
		}))
	}
	return err
}

func (s *Store) expireOne(tx kv.Tx, key string) (gone string, err error) {
	id, err := tx.Get(key)
	if err != nil || id == nil {
		return "", err
	}
	record := kv.Numbered(messagePrefix, string(id))
	m, ok, err := kv.Load[Message](tx, record)
	if err != nil {
		return "", err
	}
	if err := tx.Delete(key); err != nil || !ok || m.Released != "" && m.Ticket != "" { // an agent filed it
		return "", err
	}
	errs := []error{s.unname(tx, m), tx.Delete(record)}
	if m.Ticket != "" {
		errs = append(errs, tx.Delete(filed(m.Ticket, m.ID)))
	}
	if m.Blob != "" {
		errs = append(errs, s.dropBytes(tx, &m))
	}
	return m.ID, errors.Join(errs...)
}

// forgotten is what stands for a message whose record is gone.
func forgotten(id string, src ledger.Source) Message {
	return Message{ID: strings.Clone(id), Source: src, Outcome: policy.OutcomeIgnored, Verdict: policy.Ignored,
		Reasons: []policy.Reason{policy.Because(policy.CodeDuplicate)}}
}
