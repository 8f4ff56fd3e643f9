package daemon

import (
	"errors"
	"fmt"
	"time"

	"countersign/mailer"
	"countersign/tickets"
)

// outbox is the store's outbox as one mailer wants it.
type outbox struct {
	store *tickets.Store
	all   bool // what waits for a retry is due, too
	torn  bool // the store could not take what became of a notice
}

func (o *outbox) Due(now time.Time, limit int) ([]mailer.Item, error) {
	var unsettled error
	if o.torn { // nothing is being sent now: what looks so is settled as after a crash
		unsettled = o.store.RecoverOutbox()
		o.torn = unsettled != nil
	}
	due, err := o.store.Due(now, limit, o.all)
	if len(due) == 0 { // one that can't be settled keeps no other back
		err = errors.Join(unsettled, err)
	}
	var items []mailer.Item
	for _, d := range due {
		items = append(items, mailer.Item{ID: d.ID, Class: d.Class, From: d.From, To: d.To, Message: d.Message, Tries: d.Tries, First: d.First})
	}
	return items, err
}

func (o *outbox) Attempt(id string, at time.Time) error {
	err := o.store.Attempt(id, at)
	if errors.Is(err, tickets.ErrNotAllowed) {
		err = fmt.Errorf("%w: %w", mailer.ErrGone, err)
	}
	return err
}

func (o *outbox) Sent(id string, _ time.Time, _ string) error { return o.told(o.store.MarkSent(id)) }
func (o *outbox) Retry(id string, next time.Time, refused bool, why string) error {
	return o.told(o.store.MarkRetry(id, next, refused, why))
}
func (o *outbox) Failed(id, why string) error { return o.told(o.store.MarkFailed(id, why)) }
func (o *outbox) Unknown(id string, _ time.Time, why string) error {
	return o.told(o.store.MarkUnknown(id, why))
}

func (o *outbox) told(err error) error {
	o.torn = o.torn || err != nil
	return err
}

// letter is a notice as the mailer wants it.
func letter(l tickets.Letter) mailer.Letter { return mailer.Letter(l) }
