package mailbox

import (
	"fmt"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
)

// maxSet bounds how many UIDs one answer may name.
const maxSet = 100_000

// reconcileEvery is how often every UID is compared with the records, also those
// that were looked at before.
const reconcileEvery = time.Hour

// search gives the UIDs without a record, those that failed before last, and the
// UID behind the last one.
func (r *Reader) search(c *connection, cursor Cursor) (uids []uint32, next uint32, err error) {
	from := max(cursor.Floor, r.low)
	if time.Since(r.reconciled) > reconcileEvery {
		from, r.reconciled = cursor.Floor, time.Now()
		r.low = 0 // until all of it was read
	}
	next = from
	for _, window := range windows(from, uint32(c.selected.UIDNext), c.selected.NumMessages) {
		found, err := c.search(window)
		if err != nil {
			return nil, 0, err
		}
		for _, uid := range found {
			if uid < from || r.history[uid] { // n:* names the last message, whatever its UID
				continue
			}
			next = max(next, uid+1)
			known, err := r.ledger.Known(r.set.Name, cursor, uid)
			if err != nil {
				return nil, 0, err
			}
			if !known {
				uids = append(uids, uid)
			}
		}
	}
	slices.SortStableFunc(uids, func(a, b uint32) int { return r.rank(a) - r.rank(b) })
	return uids, next, nil
}

// rank puts messages that could not be read behind all others.
func (r *Reader) rank(uid uint32) int {
	if t, known := r.tries[uid]; known {
		return 1 + t.n
	}
	return 0
}

// windows are the ranges of UIDs to ask for one after the other, so that no
// answer is too long however many messages there are. The last one is open.
func windows(from, next, messages uint32) (out []imap.UIDRange) {
	if messages > maxSet {
		for next > from && next-from > maxSet {
			out = append(out, imap.UIDRange{Start: imap.UID(from), Stop: imap.UID(from + maxSet - 1)})
			from += maxSet
		}
	}
	return append(out, imap.UIDRange{Start: imap.UID(from)})
}

// search gives the UIDs that the server has in a range, and maybe others.
func (c *connection) search(in imap.UIDRange) (uids []uint32, err error) {
	return c.matching(&imap.SearchCriteria{UID: []imap.UIDSet{{in}}})
}

// matching gives the UIDs that the server names, within bounds.
func (c *connection) matching(criteria *imap.SearchCriteria) (uids []uint32, err error) {
	var data *imap.SearchData
	err = c.long(func() (err error) {
		data, err = c.UIDSearch(criteria, nil).Wait()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	set, _ := data.All.(imap.UIDSet)
	count := uint64(0)
	for _, one := range set {
		if one.Start == 0 || one.Stop < one.Start {
			return nil, fmt.Errorf("%w: a set of UIDs that makes no sense", errServer)
		}
		if count += uint64(one.Stop-one.Start) + 1; count > 2*maxSet {
			return nil, fmt.Errorf("%w: it names more than %d messages", errServer, 2*maxSet)
		}
		for uid := uint64(one.Start); uid <= uint64(one.Stop); uid++ {
			uids = append(uids, uint32(uid))
		}
	}
	return uids, nil
}
