package tickets

import (
	"slices"
	"strings"
	"time"

	"countersign/internal/kv"
	"countersign/internal/retry"
	"countersign/policy"
	"countersign/tickets/ledger"
)

// pending is what holds a ticket while mail that may be a no waits for DNS. It
// stands under pending/<ticket> as long as there is any; each message's own
// record, written in the same transaction, names what it holds.
type pending struct {
	Messages int       `json:"messages"`
	Since    time.Time `json:"since"`
}

// maxHolds bounds the tickets that one message holds. A person's mail names few.
const maxHolds = 8

// heldBy gives what holds the ticket, the zero value if nothing does.
func heldBy(r kv.Reader, ticket string) (pending, error) {
	p, _, err := kv.Load[pending](r, pendingPrefix+ticket)
	return p, err
}

// hold holds every ticket to which the message may turn out to say no, by a
// token or a reference that it carries, dead or alive: a number or a thread,
// which anybody could name, holds nothing.
func (s *Store) hold(tx kv.Tx, m *Message, e policy.Evidence) error {
	names, err := s.names(tx, e)
	if err != nil {
		return err
	}
	for _, n := range slices.Concat(names.Tokens, names.References) {
		if slices.Contains(m.Holds, n.Notice.Ticket) || len(m.Holds) == maxHolds {
			continue
		}
		t, err := load(tx, n.Notice.Ticket)
		if err != nil {
			return err
		}
		p, err := s.person(tx, e.From, n.Notice.Contact, matter{class: t.Class, service: t.Service, delegates: t.Delegates}, policy.Binding{}, n.Notice.Class)
		if err != nil {
			return err
		}
		if !policy.MayBeNo(e, p, t.facts(), n.Notice) {
			continue
		}
		m.Holds = append(m.Holds, t.ID)
		if err := s.held(tx, m, t.ID, 1); err != nil {
			return err
		}
		if err := s.tell(tx, t.ID, Event{Event: "no pending", Reason: policy.CodeNoPending, Text: "message " + m.ID + ": " + policy.Because(policy.CodeNoPending).Text + " Nothing is allowed meanwhile."}); err != nil {
			return err
		}
	}
	return nil
}

// letGo ends what the message held: it has come to its end.
func (s *Store) letGo(tx kv.Tx, m *Message) error {
	for _, id := range m.Holds {
		if err := s.held(tx, m, id, -1); err != nil {
			return err
		}
		if err := s.tell(tx, id, Event{Event: "no longer pending", Reason: m.Decision.Reason(), Text: "message " + m.ID + " is judged and holds nothing any longer"}); err != nil {
			return err
		}
	}
	m.Holds = nil
	return nil
}

// held counts one message more or less that holds the ticket.
func (s *Store) held(tx kv.Tx, m *Message, ticket string, by int) error {
	p, err := heldBy(tx, ticket)
	if err != nil {
		return err
	}
	key := pendingPrefix + ticket
	if p.Messages == 0 {
		p.Since = m.Since
	}
	if p.Messages += by; p.Messages <= 0 { //rule:6.8 each-holder-counts =true TestNoPendingEnds
		return tx.Delete(key)
	}
	return kv.Save(tx, key, p)
}

// soon is when a message is judged again for which nobody waited: DNS was never
// asked about it.
const soon = 5 * time.Second

// deferAgain notes when the message is judged again.
func (s *Store) deferAgain(tx kv.Tx, m *Message) error {
	wait := soon
	if !m.Facts.Sender.PutOff {
		m.Tries++
		wait = retry.Judge.After(m.Tries)
	}
	m.Next = s.Now().Add(wait)
	w := ledger.Waiting{ID: m.ID, From: m.Facts.From, Asked: m.Facts.Standing == policy.Asked, Size: m.Facts.Size}
	_, w.Domain, _ = strings.Cut(m.Facts.From, "@")
	return ledger.Defer(tx, m.Next, w)
}
