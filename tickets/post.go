package tickets

import (
	"errors"
	"fmt"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/outbox"
)

// enqueue fixes the bytes of a notice and puts it into the outbox, within the
// caps: over them it waits, and a courtesy notice is dropped.
func (s *Store) enqueue(tx kv.Tx, t *Ticket, n notice, l Letter) error {
	now := s.Now()
	o := outbox.Outgoing{Notice: n.ID, Ticket: t.ID, Contact: n.Contact, Origin: t.origin(n.Kind), To: n.Address, Kind: n.Kind,
		Class: n.Kind.Terms().Delivery, Queued: now}
	if n.Kind.Terms().Dropped {
		if cap, err := s.out.Drops(tx, o, now); err != nil || cap != "" {
			return errors.Join(err, s.dropped(tx, t, n.Kind, cap))
		}
	}
	if err := s.post(tx, &o, n, l); err != nil {
		return err
	}
	if err := s.meet(tx, *t, n.Contact); err != nil {
		return err
	}
	text := fmt.Sprintf("notice %s (%s) queued for the address on file", o.ID, n.Kind)
	if o.Paced {
		text += fmt.Sprintf("; it waits until %s (%s)", o.Next.Format(time.RFC3339), o.Cap)
	}
	return s.record(tx, t, Event{Event: "asked", Text: text})
}

// dropped tells the ticket's history that a courtesy notice was over a limit: of a
// kind once a day, or a flood of them would fill it.
func (s *Store) dropped(tx kv.Tx, t *Ticket, kind policy.NoticeKind, cap policy.Limit) error {
	first, err := outbox.FirstToday(tx, s.Now(), "dropped/"+t.ID+"/"+string(kind))
	if err != nil || !first {
		return err
	}
	return s.record(tx, t, Event{Event: "notice dropped", Reason: policy.CodeCap,
		Text: "A courtesy notice (" + string(kind) + ") was over limits." + string(cap) + " and is not sent; nor are others of that kind today, while that is so."})
}

// post writes the mail for l and puts it into the outbox as o.
func (s *Store) post(tx kv.Tx, o *outbox.Outgoing, n notice, l Letter) error {
	message, err := s.opt.Compose(l)
	if err != nil {
		return fmt.Errorf("%w: notice %s for %s: %w", ErrCompose, n.Kind, n.Ticket, err)
	}
	if o.ID, err = outbox.NewID(tx); err != nil {
		return err
	}
	if err := s.out.Seal(tx, o.ID, l.ReturnPath, message); err != nil {
		return fmt.Errorf("%w: notice %s for %s: %w", ErrCompose, n.Kind, n.Ticket, err)
	}
	n.Out = o.ID
	if err := kv.Save(tx, noticePrefix+n.ID, n); err != nil {
		return err
	}
	return s.out.Enqueue(tx, o)
}

// origin says to whose account a notice goes. t.by is the agent at work.
func (t *Ticket) origin(kind policy.NoticeKind) string {
	switch account := kind.Terms().Account; {
	case kind.Terms().Dropped: //rule:6.10 courtesy-has-its-account tickets.TestCourtesyLeavesRoom
		return outbox.FromCourtesy
	case kind == policy.NoticeChanged && t.Change != nil && t.Change.Narrows: //rule:6.10 narrowings-wait-apart TestNarrowingsAreBounded
		return outbox.FromNarrowing
	case account == policy.OfSecurity:
		return outbox.FromSecurity
	case account == policy.OfTimers:
		return outbox.FromTimers(t.OpenedBy)
	case t.by != "":
		return outbox.FromAgent(t.by)
	}
	return outbox.FromMail
}

// withdraw cancels a question that waits in the outbox and no longer stands.
func (s *Store) withdraw(tx kv.Tx, t *Ticket, n notice) error {
	if n.Out == "" || n.Lifts || !n.Void && !n.Spent || !n.Kind.Terms().Asks {
		return nil
	}
	was, err := s.out.Withdraw(tx, n.Out)
	if err != nil || !was {
		return err
	}
	return s.record(tx, t, Event{Event: "notice canceled", Text: "notice " + n.Out + " had not gone out yet; its question no longer stands"})
}
