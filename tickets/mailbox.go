package tickets

import (
	"strings"

	"countersign/internal/kv"
	"countersign/policy"
	"countersign/tickets/ledger"
)

// ReleaseMailbox lets a held mailbox be read again. With judge the old messages
// that it was held for are judged like new ones; otherwise they are left alone
// for good, like mail from before the start.
func (b *Inbox) ReleaseMailbox(mailbox, agent string, judge bool) error {
	return b.s.group.Update(func(tx kv.Tx) error {
		if _, err := activeAgent(tx, agent); err != nil {
			return err
		}
		if err := ledger.Release(tx, mailbox, judge); err != nil {
			return err
		}
		return b.s.log(tx, "mailbox", mailbox, heldLeaf{Judge: judge, Released: agent})
	})
}

// addTodo notes that the message is to be moved or marked on IMAP. Mail of a
// person that is on no ticket, or only counted there, stays where people look,
// since nobody else was told of it; but for a forgery, which is nobody's.
func addTodo(tx kv.Tx, m *Message, f policy.Facts) error {
	first := m
	if f.Duplicate { // of one that stayed, as after a change of UIDVALIDITY
		id, err := ledger.OfHash(tx, f.Hash)
		if err != nil {
			return err
		}
		if known, ok, err := kv.Load[Message](tx, kv.Numbered(messagePrefix, id)); err != nil {
			return err
		} else if ok {
			first = &known
		}
	}
	found, err := tx.Get(filed(first.Ticket, first.ID))
	if err != nil {
		return err
	}
	return ledger.AddTodo(tx, m.Source, string(m.Outcome), first.Outcome == policy.Applied && found == nil && first.Verdict != policy.Rejected)
}

// Each calls fn for every message of every mailbox, oldest first, with at
// most a page of them held in memory.
func (b *Inbox) Each(fn func(Message) error) error {
	return kv.Pages(b.s.kv, messagePrefix, fn)
}

// trimID accepts a Message-ID with or without brackets.
func trimID(id string) string { return strings.Trim(strings.TrimSpace(id), "<>") }
