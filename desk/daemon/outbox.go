package daemon

import (
	"errors"
	"fmt"
	"time"

	"countersign/mailer"
	"countersign/tickets"
)

// toSend is the store's outbox as one mailer wants it.
type toSend struct {
	outbox *tickets.Outbox
	all    bool // what waits for a retry is due, too
	torn   bool // the store could not take what became of a notice
}

func (o *toSend) Due(now time.Time, limit int) ([]mailer.Item, error) {
	var unfinished error
	if o.torn { // nothing is being sent now: what looks so is finished as after a crash
		unfinished = o.outbox.Recover()
		o.torn = unfinished != nil
	}
	due, err := o.outbox.Due(now, limit, o.all)
	if len(due) == 0 { // one that can't be finished keeps no other back
		err = errors.Join(unfinished, err)
	}
	var items []mailer.Item
	for _, d := range due {
		items = append(items, mailer.Item{ID: d.ID, Class: d.Class, From: d.From, To: d.To, Message: d.Message, Tries: d.Tries, First: d.First})
	}
	return items, err
}

func (o *toSend) Attempt(id string, at time.Time) error {
	err := o.outbox.Attempt(id, at)
	if errors.Is(err, tickets.ErrNotAllowed) {
		err = fmt.Errorf("%w: %w", mailer.ErrGone, err)
	}
	return err
}

func (o *toSend) Sent(id string, _ time.Time, _ string) error { return o.told(o.outbox.Sent(id)) }
func (o *toSend) Retry(id string, next time.Time, refused bool, why string) error {
	return o.told(o.outbox.Retry(id, next, refused, why))
}
func (o *toSend) Failed(id, why string) error { return o.told(o.outbox.Failed(id, why)) }
func (o *toSend) Unknown(id string, _ time.Time, why string) error {
	return o.told(o.outbox.Unknown(id, why))
}

func (o *toSend) told(err error) error {
	o.torn = o.torn || err != nil
	return err
}

// letter is a notice as the mailer wants it.
func letter(l tickets.Letter) mailer.Letter { return mailer.Letter(l) }
