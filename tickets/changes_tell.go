package tickets

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/clients"
	"countersign/clients/delegates"
	"countersign/internal/kv"
	"countersign/internal/retry"
	"countersign/policy"
)

// telling is a notice of a ticket that goes to several addresses. It is left as a
// to-do for Tick, which writes one after another.
type telling struct {
	Kind     policy.NoticeKind `json:"kind"`
	Ticket   string            `json:"ticket"`
	Revision int               `json:"revision"`
	To       []place           `json:"to"`
	Says     string            `json:"says,omitempty"`   // in the place of the request
	Reason   string            `json:"reason,omitempty"` // one line
}

func (w telling) key(at time.Time) string {
	return tellingPrefix + kv.Due(at) + "/" + w.Ticket + "/" + string(w.Kind)
}

// tellChanged leaves to be told what was changed of the file, on a ticket's account.
func (s *Store) tellChanged(tx kv.Tx, t *Ticket, to []place, says string) error {
	if len(to) == 0 {
		return nil
	}
	w := telling{Kind: policy.NoticeChanged, Ticket: t.ID, Revision: t.Revision, To: to, Says: says}
	return kv.Save(tx, w.key(s.Now()), w)
}

// tellAsked leaves to be told that a change of the account was asked for, and
// confirmed from one address: to every other address on file of the ticket's
// contact, and to the primary contacts. Once a question is enough.
func (s *Store) tellAsked(tx kv.Tx, t *Ticket, from string) error {
	if slices.Contains(t.Asked, policy.NoticeChangeAsked) {
		return nil
	}
	c, ok, err := clients.Get(tx, t.Contact)
	if err != nil || !ok {
		return err
	}
	d, err := s.demand(tx, *t)
	if err != nil {
		return err
	}
	w := telling{Kind: policy.NoticeChangeAsked, Ticket: t.ID, Revision: t.Revision,
		Reason: "after " + s.Now().Add(d.Wait).Format("2 January 2006, 15:04 UTC") + " at the earliest"}
	for _, addr := range c.Addresses {
		if addr != from {
			w.To = append(w.To, place{c.ID, addr})
		}
	}
	primaries, err := clients.PrimariesOf(tx, t.Client)
	if err != nil {
		return err
	}
	for _, id := range primaries {
		p, ok, err := clients.Get(tx, id)
		if err != nil {
			return err
		}
		if ok && id != c.ID && len(p.Addresses) > 0 {
			w.To = append(w.To, place{p.ID, p.Addresses[0]})
		}
	}
	if len(w.To) == 0 {
		return nil
	}
	t.Asked = append(t.Asked, policy.NoticeChangeAsked)
	if t.Tells == nil {
		t.Tells = &tells{}
	}
	t.Tells.Left += len(w.To)
	return kv.Save(tx, w.key(s.Now()), w)
}

// maxTellings bounds the notices of changes that one Tick writes: a large import
// keeps nothing else waiting.
const maxTellings = 200

// tellChanges writes the notices of changes that are to be told, one an Update.
// What fails is put off, and keeps nothing else back.
func (s *Store) tellChanges() error {
	keys, err := s.passed(tellingPrefix)
	if err != nil {
		return err
	}
	var updates []func(kv.Tx) error
	var of []string
	var errs []error
	err = s.kv.View(func(v kv.View) error {
		for _, key := range keys {
			w, _, err := kv.Load[telling](v, key)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", key, err))
			}
			for _, to := range w.To {
				if len(of) == maxTellings {
					return nil
				}
				of = append(of, key)
				updates = append(updates, func(tx kv.Tx) error { return s.tellOne(tx, key, to) })
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, err := range s.group.UpdateAll(updates) {
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", of[i], err), s.group.Update(func(tx kv.Tx) error { return s.tellLater(tx, of[i]) }))
		}
	}
	return errors.Join(errs...)
}

// tellOne writes the notice to one of its addresses.
func (s *Store) tellOne(tx kv.Tx, key string, to place) error {
	w, ok, err := kv.Load[telling](tx, key)
	i := slices.Index(w.To, to)
	if err != nil || !ok || i < 0 {
		return err
	}
	t, err := load(tx, w.Ticket)
	if err != nil {
		return err
	}
	if w.Kind == policy.NoticeDelegate {
		d, err := delegates.Get(tx, t.ID)
		if err != nil || !d.Ended.IsZero() { // that is told instead
			return errors.Join(err, tx.Delete(key))
		}
	}
	if w.Kind != policy.NoticeChangeAsked || t.Revision == w.Revision && !t.State.Over() && t.State != policy.StateDisputed {
		before := len(t.Notices)
		if err := s.tellAt(tx, &t, w, to); err != nil {
			return err
		}
		if w.Kind == policy.NoticeChangeAsked && t.Tells != nil {
			t.Tells.Left--
			t.Tells.Notices = append(t.Tells.Notices, t.Notices[before:]...)
		}
		if err := save(tx, t); err != nil {
			return err
		}
	}
	if w.To = slices.Delete(w.To, i, i+1); len(w.To) == 0 {
		return tx.Delete(key)
	}
	return kv.Save(tx, key, w)
}

func (s *Store) tellAt(tx kv.Tx, t *Ticket, w telling, to place) error {
	c, ok, err := clients.Get(tx, to.Contact)
	if err != nil || !ok {
		return err
	}
	others, err := othersNow(tx, c.ID, to.Address)
	if err != nil || others { //rule:6.10 not-to-who-has-it-when-told part=2 TestMovedMeanwhile
		return err
	}
	reason := w.Reason
	switch lately := c.LeftLately(to.Address, s.Now()); {
	case lately && w.Kind.Terms().Left:
		reason = "This mailbox is not on file any longer. Until " + c.ObjectsUntil(to.Address).UTC().Format("2 January 2006, 15:04 UTC") + " a NO from it still counts."
	case !c.OnFile(to.Address):
		return nil
	}
	if t.Delegates {
		return s.informAt(tx, t, w.Kind, addressee{contact: c, address: to.Address, reason: reason})
	}
	if t.Lock {
		return s.tellLock(tx, t, w, addressee{contact: c, address: to.Address, says: w.Says, reason: reason})
	}
	if w.Kind != policy.NoticeChanged && w.Kind != policy.NoticeChangeAsked {
		return s.tellDoneAt(tx, t, w, addressee{contact: c, address: to.Address, says: w.Says, said: w.Revision}, reason)
	}
	return s.informAt(tx, t, w.Kind, addressee{contact: c, address: to.Address, says: w.Says, reason: reason})
}

// tellLater puts off what could not be told now.
func (s *Store) tellLater(tx kv.Tx, key string) error {
	w, ok, err := kv.Load[telling](tx, key)
	if err != nil || !ok {
		return err
	}
	return errors.Join(tx.Delete(key), kv.Save(tx, w.key(s.Now().Add(retry.Timer.After(1))), w))
}
