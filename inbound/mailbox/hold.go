package mailbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// maxStrange is how many old messages may turn up that nobody has seen before.
const maxStrange = 50

// lateness is how much later than it arrived by the server's clock a message may
// turn up without being old.
const lateness = time.Hour

// errHeld reports a mailbox that waits for a person.
var errHeld = errors.New("the mailbox is held")

func (r *Reader) held(cursor Cursor) error {
	err := fmt.Errorf("%w since %s: more than %d old messages turned up that were never read. Look at them, then `countersign mailbox release %s --skip` or `--judge`",
		errHeld, cursor.Held.Format(time.RFC3339), maxStrange, r.set.Name)
	r.note(func(s *Status) { s.State, s.Error, s.UIDValidity = "held", err.Error(), cursor.UIDValidity })
	return err
}

// sift looks for many old messages at once that have no record anywhere: an
// archive that was copied in, another mailbox under our name, a store that is
// not this mailbox's. To answer those would be a flood of letters about nothing,
// so the mailbox is held, and none of them is judged, until a person decides.
func (r *Reader) sift(ctx context.Context, c *connection, cursor Cursor, uids []uint32) error {
	if len(uids) <= maxStrange || cursor.Read.IsZero() {
		return nil
	}
	old, err := r.arrivedBefore(c, uids, cursor.Read.Add(-lateness))
	if err != nil || len(old) <= maxStrange {
		return err
	}
	strange, whole := 0, 0
	for _, uid := range old {
		if err := ctx.Err(); err != nil {
			return err
		}
		f, err := r.fetch(c, cursor, uid)
		if errors.Is(err, errSpool) {
			return err
		}
		if err != nil && !errors.Is(err, errGone) && !refused(err) {
			r.blame(uid, whole > 0)
			return err
		}
		if f == nil {
			continue
		}
		if !f.Poison {
			whole++
		}
		known, err := r.ledger.KnownBytes(f.Bytes())
		f.content.free()
		if err != nil {
			return err
		}
		if known || f.Poison {
			continue
		}
		if strange++; strange > maxStrange { //rule:7 old-mail-holds-the-mailbox TestHold
			return r.hold(cursor)
		}
	}
	return nil
}

func (r *Reader) hold(cursor Cursor) error {
	cursor.Held = time.Now().UTC()
	if err := r.ledger.Advance(r.set.Name, func(c *Cursor) { c.Held = cursor.Held }); err != nil {
		return err
	}
	err := r.held(cursor)
	r.log.Error().Err(err).Msg("mailbox held")
	return err
}

// manyDates is for how many messages at once it is asked when they arrived.
const manyDates = 500

// arrivedBefore gives those of the messages that arrived before a time. Where
// one of them makes the server refuse or break off, fewer are asked for at once,
// until it is alone and to blame; reading then sets it aside.
func (r *Reader) arrivedBefore(c *connection, uids []uint32, before time.Time) (old []uint32, err error) {
	uids = slices.DeleteFunc(slices.Clone(uids), func(uid uint32) bool { return r.tries[uid].n >= maxTries })
	for done := 0; done < len(uids); {
		batch := uids[done:min(len(uids), done+manyDates>>r.fewer)]
		found, err := c.arrivedBefore(batch, before)
		switch {
		case err == nil:
			old = append(old, found...)
		case len(batch) == 1 && refused(err):
		case len(batch) == 1:
			r.blame(batch[0], done > 0)
			return nil, err
		default:
			r.fewer++
			if !refused(err) {
				return nil, err
			}
			continue
		}
		done += len(batch)
	}
	r.fewer = 0
	return old, nil
}

func (c *connection) arrivedBefore(batch []uint32, before time.Time) (old []uint32, err error) {
	var set imap.UIDSet
	for _, uid := range batch {
		set.AddNum(imap.UID(uid))
	}
	var all []*imapclient.FetchMessageBuffer
	err = c.do(0, func() error {
		all, err = c.Fetch(set, &imap.FetchOptions{UID: true, InternalDate: true}).Collect()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("times of arrival: %w", err)
	}
	for _, m := range all {
		if !m.InternalDate.IsZero() && m.InternalDate.Before(before) && slices.Contains(batch, uint32(m.UID)) {
			old = append(old, uint32(m.UID))
		}
	}
	return old, nil
}
