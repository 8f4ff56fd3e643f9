package tickets

import (
	"errors"
	"slices"

	"countersign/clients/codes"
	"countersign/internal/kv"
	"countersign/tickets/outbox"
)

// Resealed is what was sealed anew, under the newest sealing key.
type Resealed struct {
	Codes    int `json:"codes"`
	Mails    int `json:"mails"`    // that wait to leave
	Messages int `json:"messages"` // kept
	Damaged  int `json:"damaged"`  // kept ones that could not be read before, either
}

// resealBatch is how many records one Update seals anew.
const resealBatch = 20

// Reseal seals every code and every mail that waits anew that isn't under the
// newest key. It can be cut off anywhere and begun again: each record is under
// one key or the other, and as long as both are known all are read.
func (s *Store) Reseal() (n Resealed, err error) {
	// What was begun before the new key was there has ended when this has.
	if err := s.group.Update(func(kv.Tx) error { return nil }); err != nil {
		return n, err
	}
	var holders, mails []string
	if err := codes.Each(s.kv, func(c codes.Code) error { holders = append(holders, c.Holder); return nil }); err != nil {
		return n, err
	}
	if err := s.kv.View(func(v kv.View) (err error) { mails, err = outbox.Sealed(v); return err }); err != nil {
		return n, err
	}
	return n, errors.Join(s.resealAll(holders, &n.Codes, s.vault().Reseal), s.resealAll(mails, &n.Mails, s.out.Reseal))
}

// resealAll does it, some at a time, and goes on where one can't be.
func (s *Store) resealAll(ids []string, done *int, reseal func(kv.Tx, string) (bool, error)) (failed error) {
	for part := range slices.Chunk(ids, resealBatch) {
		n := 0
		err := s.group.Update(func(tx kv.Tx) error {
			n = 0
			var errs []error
			for _, id := range part {
				anew, err := reseal(tx, id)
				if errs = append(errs, err); anew {
					n++
				}
			}
			return errors.Join(errs...)
		})
		if failed = errors.Join(failed, err); err == nil {
			*done += n
		}
	}
	return failed
}

// rotatedLeaf is of the kind "keys": the sealing key was changed.
type rotatedLeaf struct {
	Resealed Resealed `json:"resealed"`
	By       By       `json:"by"`
}

// Rotated writes down that the sealing key was changed, and by whom.
func (l *Log) Rotated(by By, n Resealed) error {
	return l.s.group.Update(func(tx kv.Tx) error { return l.s.log(tx, "keys", "rotated", rotatedLeaf{n, by}) })
}
