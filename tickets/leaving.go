package tickets

import (
	"time"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/outbox"
)

// tells are the mails that tell the other addresses that a change of the account was
// asked for and confirmed. The wait of it begins when all have left.
type tells struct {
	Left    int      `json:"left,omitempty"`    // addresses to which none is written yet
	Notices []string `json:"notices,omitempty"` // that are written
}

// untold says what has still to leave of them, nothing if all have, and when the
// last one did.
func (s *Store) untold(r kv.Reader, t Ticket) (waits []policy.Reason, last time.Time, err error) {
	switch {
	case t.Tells == nil:
		return nil, last, nil
	case t.Tells.Left > 0: //rule:6.15 told-is-what-was-written TestChangeWaitsForTheTelling
		return []policy.Reason{policy.Because(policy.CodeNoticeWaits)}, last, nil
	}
	return s.leaving(r, t.Tells.Notices)
}

// leaving says why notices have not left, the one that waits the longest: for a
// limit, a server or the release of the outbox; and when the last one did. One that
// was refused, given up or withdrawn does not wait: a mailbox may be there no longer.
func (s *Store) leaving(r kv.Reader, ids []string) (waits []policy.Reason, last time.Time, err error) {
	var longest outbox.Outgoing
	for _, id := range ids {
		n, _, err := kv.Load[notice](r, noticePrefix+id)
		if err != nil {
			return nil, last, err
		}
		o, ok, err := outbox.Load(r, n.Out)
		if err != nil {
			return nil, last, err
		}
		switch {
		case ok && o.Ended.IsZero() && (o.State == outbox.Queued || o.State == outbox.Sending): //rule:6.15 told-is-what-left TestLostIsToldWhenSent TestChangeWaitsForTheTelling
			if longest.ID == "" || o.Next.After(longest.Next) {
				longest = o
			}
		case o.Ended.After(last):
			last = o.Ended
		}
	}
	if longest.ID == "" {
		return nil, last, nil
	}
	if waits, err = s.unsentNotice(r, longest.Notice); err == nil && len(waits) == 0 { // it is just being sent
		waits = []policy.Reason{policy.Because(policy.CodeNoticeWaits)}
	}
	return waits, last, err
}
