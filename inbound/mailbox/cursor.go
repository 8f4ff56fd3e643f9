package mailbox

import (
	"fmt"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// Release lets a held mailbox be read again: with judge, old messages are judged
// like new ones; otherwise they are left alone like those from before the start.
func (c *Cursor) Release(judge bool) {
	c.Held = time.Time{}
	if judge {
		c.Read = time.Time{}
	} else if before := c.Read.Add(-lateness); before.After(c.Started) {
		c.Started = before
	}
}

// begin gives where reading of this mailbox began. On the first start that is
// behind its newest message; where the server numbered anew, every message is
// looked at again, but none that arrived before the start.
func (r *Reader) begin(c *connection) (Cursor, error) {
	cursor, err := r.ledger.Cursor(r.set.Name)
	if err != nil {
		return cursor, err
	}
	first, rewound := cursor.UIDValidity == 0, false
	if cursor.UIDValidity == c.selected.UIDValidity {
		// RFC 3501 section 2.3.1.1 forbids it, but a server that was put back
		// to an older state does it: UIDs that we know will mean other messages.
		if rewound, err = c.rewound(cursor.Next); err != nil || !rewound {
			return cursor, err
		}
	}
	next := cursor
	next.UIDValidity, next.Floor, next.Next = c.selected.UIDValidity, 1, 0
	if rewound {
		next.Turn++
	}
	if first && !r.set.FromBeginning {
		last := uint32(0)
		if next.Started, last, err = c.newest(); err != nil {
			return cursor, err
		}
		if next.Floor = uint32(c.selected.UIDNext); next.Floor == 0 { // RFC 3501 section 6.3.1 lets it say nothing
			next.Floor = last + 1
			if last == 0 && c.selected.NumMessages > 0 {
				return cursor, fmt.Errorf("%w: it does not say which UID comes next", errServer)
			}
		}
	}
	if !first {
		r.log.Error().Uint32("was", cursor.UIDValidity).Uint32("is", next.UIDValidity).Uint32("turn", next.Turn).
			Msg("the server numbers its messages anew; every message is looked at again")
	}
	clear(r.tries)
	clear(r.history)
	r.low = 0
	return next, r.ledger.Advance(r.set.Name, func(c *Cursor) { *c = next })
}

// rewound reports whether the next UID is one that we have seen used. A server
// that has messages beyond it is only wrong about it. What SELECT said is
// compared once: later we will have seen more.
func (c *connection) rewound(next uint32) (bool, error) {
	promised, compared := c.selected.UIDNext, c.compared
	c.compared = true
	if compared || promised == 0 || uint32(promised) >= next {
		return false, nil
	}
	uids, err := c.search(imap.UIDRange{Start: promised})
	beyond := slices.ContainsFunc(uids, func(uid uint32) bool { return uid >= uint32(promised) })
	return !beyond, err
}

// newest gives when the newest of the last messages arrived, by the server's own
// clock, and the last UID: what arrived before is never judged, whatever happens
// to its UID. The zero time stands for an empty mailbox. A time that is still to
// come would keep all new mail out, so our own clock bounds it.
func (c *connection) newest() (at time.Time, uid uint32, err error) {
	n := c.selected.NumMessages
	if n == 0 {
		return at, 0, nil
	}
	first := n - min(n-1, 49)
	all, err := c.dates(first, n)
	if refused(err) { // for one message that is broken, maybe
		err = nil
		for one := first; one <= n && err == nil; one++ {
			m, bad := c.dates(one, one)
			if all = append(all, m...); !refused(bad) {
				err = bad
			}
		}
	}
	for _, m := range all {
		uid = max(uid, uint32(m.UID))
		if m.InternalDate.After(at) {
			at = m.InternalDate.UTC()
		}
	}
	if now := time.Now().UTC(); at.After(now) {
		at = now
	}
	return at, uid, err
}

// dates gives UIDs and times of arrival of the messages with these numbers.
func (c *connection) dates(from, to uint32) (all []*imapclient.FetchMessageBuffer, err error) {
	var set imap.SeqSet
	set.AddRange(from, to)
	err = c.do(0, func() error {
		all, err = c.Fetch(set, &imap.FetchOptions{UID: true, InternalDate: true}).Collect()
		return err
	})
	return all, err
}

// markEvery is how often it is noted that everything was read.
const markEvery = 10 * time.Minute

// progress notes that everything which had arrived by started has a record.
func (r *Reader) progress(c *connection, cursor Cursor, uids []uint32, started time.Time) error {
	next := max(cursor.Next, uint32(c.selected.UIDNext))
	if len(uids) > 0 {
		next = max(next, slices.Max(uids)+1)
	}
	if next == cursor.Next && started.Sub(cursor.Read) < markEvery {
		return nil
	}
	return r.ledger.Advance(r.set.Name, func(c *Cursor) { c.Next, c.Read = max(c.Next, next), started })
}
