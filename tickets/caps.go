package tickets

import (
	"slices"
	"time"

	"countersign/internal/kv"
)

// paced gives the time from which another notice may go out for the ticket and
// to the contact, and the places that it takes there under the caps; one that
// can't wait takes them only if it may go out now.
func (s *Store) paced(tx kv.Tx, t *Ticket, contact string, waits bool) (next time.Time, places []string, err error) {
	next = s.Now()
	taken := map[string]int{}
	for _, c := range []struct {
		what   string
		window time.Duration
		most   int
	}{{"t/" + t.ID, 24 * time.Hour, s.opt.PerDay}, {"c/" + contact, time.Hour, s.opt.PerHour}} {
		for {
			end := next.Truncate(c.window).Add(c.window)
			key := "cap/" + due(end) + "/" + c.what
			n, _, err := kv.Load[int](tx, key)
			if err != nil {
				return next, nil, err
			}
			if n < c.most {
				taken[key] = n + 1
				places = append(places, key)
				break
			}
			if next = end; !waits {
				return next, nil, nil
			}
			if next.Sub(s.Now()) > 31*24*time.Hour {
				break
			}
		}
	}
	for _, key := range places {
		if err := kv.Save(tx, key, taken[key]); err != nil {
			return next, nil, err
		}
	}
	return next, places, nil
}

// minuteKey counts what went out in the minute of now.
func (s *Store) minuteKey(now time.Time) string {
	return "cap/" + due(now.Truncate(time.Minute).Add(time.Minute)) + "/all"
}

// giveUp cancels a notice that is not sent, erases its bytes and, where no
// attempt was made, gives its places under the caps to others.
func (s *Store) giveUp(tx kv.Tx, o *Outgoing) error {
	o.State = Canceled
	if err := tx.Delete("outb/" + o.ID); err != nil {
		return err
	}
	for _, key := range o.Places {
		n, ok, err := kv.Load[int](tx, key)
		if err != nil {
			return err
		}
		if !ok || n == 0 || o.Tries > 0 {
			continue // the window has passed, or the server may have seen it
		}
		if err := kv.Save(tx, key, n-1); err != nil {
			return err
		}
	}
	o.Places = nil
	return nil
}

// withdraw cancels a question that waits in the outbox and no longer stands.
func (s *Store) withdraw(tx kv.Tx, t *Ticket, n notice) error {
	if n.Out == "" || n.Lifts || !n.Void && !n.Spent || !slices.Contains(asks, n.Kind) {
		return nil
	}
	o, ok, err := kv.Load[Outgoing](tx, numbered("out", n.Out))
	if err != nil || !ok || o.State != Queued {
		return err
	}
	if err := tx.Delete("outq/" + due(o.Next) + "/" + o.ID); err != nil {
		return err
	}
	o.Next = time.Time{}
	if err := s.giveUp(tx, &o); err != nil {
		return err
	}
	if err := kv.Save(tx, numbered("out", o.ID), o); err != nil {
		return err
	}
	return s.record(tx, t, Event{Event: "notice canceled", Text: "notice " + o.ID + " had not gone out yet; its question no longer stands"})
}
