package ledger

import (
	"errors"

	"countersign/inbound/mailbox"
	"countersign/internal/kv"
)

// AddTodo notes that the message at src is to be moved on IMAP, or, where it
// stays, only marked.
func AddTodo(tx kv.Tx, src Source, outcome string, stays bool) error {
	return kv.Save(tx, todoPrefix+src.place(), todo{Mailbox: src.Mailbox, UIDValidity: src.UIDValidity, Turn: src.Turn, UID: src.UID,
		Outcome: outcome, Stays: stays})
}

// Pending gives what is still to be done on IMAP for messages with a final
// record. What can't be read is an error only where nothing else is to be done.
func (l *Ledger) Pending(box string) (list []mailbox.Todo, err error) {
	var unread error
	err = l.kv.View(func(v kv.View) error {
		return v.Scan(todoPrefix+box+"/", "", func(key string, _ []byte) error {
			t, ok, err := kv.Load[todo](v, key)
			if unread = errors.Join(unread, err); ok && err == nil {
				list = append(list, mailbox.Todo(t))
			}
			return nil
		})
	})
	if err == nil && len(list) == 0 {
		err = unread
	}
	return list, err
}

// Done records that to-dos were carried out, at most 100.
func (l *Ledger) Done(done ...mailbox.Todo) error {
	return l.group.Update(func(tx kv.Tx) error {
		for _, t := range done {
			src := Source{Mailbox: t.Mailbox, UIDValidity: t.UIDValidity, Turn: t.Turn, UID: t.UID}
			if err := tx.Delete(todoPrefix + src.place()); err != nil {
				return err
			}
		}
		return nil
	})
}
