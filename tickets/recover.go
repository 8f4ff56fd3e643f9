package tickets

import (
	"errors"
	"strings"

	"countersign/internal/kv"
)

// RecoverOutbox settles what was being sent when the program stopped, and lets
// what waits for a cap wait by the caps as they now are. What can't be settled
// keeps nothing else back.
func (s *Store) RecoverOutbox() error {
	var sending, waiting, old []string
	var errs []error
	limits, err := s.limitsChanged()
	errs = append(errs, err)
	err = s.kv.View(func(v kv.View) error {
		look := func(key string, value []byte) error {
			o, ok, err := kv.Load[Outgoing](v, kv.Numbered(outPrefix, string(value)))
			switch {
			case err != nil:
				errs = append(errs, err)
			case !ok:
			case strings.HasPrefix(key, unlanedPrefix):
				old = append(old, o.ID)
			case o.State == Sending:
				sending = append(sending, o.ID)
			case limits && o.Tries == 0:
				waiting = append(waiting, o.ID)
			}
			return nil
		}
		return errors.Join(v.Scan(queuePrefix, "", look), v.Scan(unlanedPrefix, "", look))
	})
	errs = append(errs, err)
	for _, id := range old {
		errs = append(errs, s.intoLane(id))
	}
	for _, id := range sending {
		errs = append(errs, s.MarkUnknown(id, "the program stopped while this was being sent"))
	}
	for _, id := range waiting {
		_, err := s.admit(id, s.Now())
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil || !limits {
		return err
	}
	return s.group.Update(func(tx kv.Tx) error { return kv.Save(tx, limitsKey, s.limits()) })
}

// intoLane moves a notice that was queued before there were lanes.
func (s *Store) intoLane(id string) error {
	sending := false
	err := s.update(id, func(tx kv.Tx, o *Outgoing) (bool, error) {
		n, _, err := kv.Load[notice](tx, noticePrefix+o.Notice)
		o.Contact, o.Origin, o.Queued = n.Contact, (&Ticket{}).origin(o.Kind), o.First
		sending = o.State == Sending
		return true, err
	})
	if err == nil && sending {
		err = s.MarkUnknown(id, "the program stopped while this was being sent")
	}
	return err
}

// limits are the caps by which notices have their places.
func (s *Store) limits() [2]int { return [2]int{s.opt.PerHour, s.opt.PerDay} }

// limitsChanged reports whether the caps are others than at the last start.
func (s *Store) limitsChanged() (changed bool, err error) {
	err = s.kv.View(func(v kv.View) error {
		old, ok, err := kv.Load[[2]int](v, limitsKey)
		changed = !ok || old != s.limits()
		return err
	})
	return changed, err
}
