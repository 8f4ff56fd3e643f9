package tickets

import (
	"fmt"
	"slices"
	"strings"

	"countersign/internal/kv"
	"countersign/policy"
)

// Quarantined gives a message that was set aside, by its record or Message-ID.
func (b *Inbox) Quarantined(id string) (Message, error) {
	if err := b.s.voidExposed(); err != nil { // whoever gets it may look at it
		return Message{}, err
	}
	all, err := b.messages(id)
	if err != nil {
		return Message{}, err
	}
	all = slices.DeleteFunc(all, func(m Message) bool { return m.Outcome != policy.SetAside })
	switch len(all) {
	case 0:
		return Message{}, fmt.Errorf("%w: no message %q is set aside", ErrNoTicket, id)
	case 1:
		return all[0], nil
	}
	var ids []string
	for _, m := range all {
		ids = append(ids, m.ID)
	}
	return Message{}, &InvalidError{fmt.Errorf("several messages have this Message-ID; name one of %s", strings.Join(ids, ", "))}
}

// Release notes that somebody read a message that was set aside; ticket, if any,
// is where it is filed. It proves nothing there: release never authenticates.
func (b *Inbox) Release(id, agent, ticket string) (Message, error) {
	return b.dispose(id, agent, func(tx kv.Tx, m *Message) error {
		m.Released = agent
		if ticket == "" {
			return nil
		}
		m.Ticket = strings.ToUpper(ticket)
		if err := tx.Put(filed(m.Ticket, m.ID), []byte(m.ID)); err != nil {
			return err
		}
		return b.s.tell(tx, ticket, Event{Event: "released", Reason: m.Decision.Reason(),
			Text: "message " + m.ID + " was read by " + agent + " and filed here; it proves nothing"})
	})
}

// Discard takes a message off the list and removes its bytes. Its record and
// hash stay, and the mail itself where it is in the mailbox.
func (b *Inbox) Discard(id, agent string) (Message, error) {
	m, err := b.dispose(id, agent, func(tx kv.Tx, m *Message) error {
		m.Discarded = agent
		if m.Blob == "" {
			return nil
		}
		return b.s.dropBytes(tx, m)
	})
	if err == nil {
		err = b.s.forgetBytes()
	}
	return m, err
}

func (b *Inbox) dispose(id, agent string, fn func(kv.Tx, *Message) error) (Message, error) {
	m, err := b.Quarantined(id)
	if err != nil {
		return m, err
	}
	err = b.s.group.Update(func(tx kv.Tx) error {
		if _, err := activeAgent(tx, agent); err != nil {
			return err
		}
		if m, _, err = kv.Load[Message](tx, kv.Numbered(messagePrefix, m.ID)); err != nil {
			return err
		}
		if err := fn(tx, &m); err != nil {
			return err
		}
		if err := b.s.log(tx, "quarantine", m.ID, asideLeaf{Discarded: m.Discarded, Released: m.Released}); err != nil {
			return err
		}
		return kv.Save(tx, kv.Numbered(messagePrefix, m.ID), m)
	})
	return m, err
}
