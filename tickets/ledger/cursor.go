package ledger

import (
	"errors"
	"fmt"

	"countersign/inbound/mailbox"
	"countersign/internal/kv"
)

// ErrNotHeld reports a mailbox that waits for nobody.
var ErrNotHeld = errors.New("the mailbox is not held")

// Cursor gives where reading of a mailbox stands; the zero Cursor if it hasn't begun.
func (l *Ledger) Cursor(box string) (c mailbox.Cursor, err error) {
	err = l.kv.View(func(v kv.View) error {
		saved, _, err := kv.Load[cursor](v, boxPrefix+box)
		c = mailbox.Cursor(saved)
		return err
	})
	return c, err
}

// Advance changes where reading of a mailbox stands.
func (l *Ledger) Advance(box string, change func(*mailbox.Cursor)) error {
	return l.group.Update(func(tx kv.Tx) error {
		return advance(tx, box, func(c *mailbox.Cursor) error { change(c); return nil })
	})
}

func advance(tx kv.Tx, box string, change func(*mailbox.Cursor) error) error {
	saved, _, err := kv.Load[cursor](tx, boxPrefix+box)
	if err != nil {
		return err
	}
	c := mailbox.Cursor(saved)
	if err := change(&c); err != nil {
		return err
	}
	return kv.Save(tx, boxPrefix+box, cursor(c))
}

// Release lets a held mailbox be read again. With judge the old messages that it
// was held for are judged like new ones; otherwise they are left alone for good,
// like mail from before the start.
func Release(tx kv.Tx, box string, judge bool) error {
	return advance(tx, box, func(c *mailbox.Cursor) error {
		if c.Held.IsZero() {
			return fmt.Errorf("%w: %s", ErrNotHeld, box)
		}
		c.Release(judge)
		return nil
	})
}
