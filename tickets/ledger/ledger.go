// Package ledger keeps where we are in each mailbox: how far it was read, which
// message of it is being judged, which was judged and is known again, which
// waits for DNS, and what is still to be done on IMAP.
//
// It is not for what became of a message: that record is changed together with
// the ticket, and is kept by package tickets. Here a message is a place in a
// mailbox, some hashes, and the id of its record. What one message changes is
// written by the functions over kv.Tx, in the one transaction that package
// tickets makes of it; a Ledger is for whoever reads the mailbox.
package ledger

import (
	"countersign/internal/kv"
)

// Ledger is where we are in each mailbox, for those who read them.
type Ledger struct {
	kv    kv.Viewer
	group *kv.Committer
}

// New gives the Ledger in a store, which writes with a Committer.
func New(v kv.Viewer, group *kv.Committer) *Ledger { return &Ledger{v, group} }

// has reports whether there is anything under a key.
func (l *Ledger) has(key string) (has bool, err error) {
	err = l.kv.View(func(v kv.View) error {
		b, err := v.Get(key)
		has = b != nil
		return err
	})
	return has, err
}
