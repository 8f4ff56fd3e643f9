package ledger

import (
	"strings"
	"time"

	"countersign/internal/kv"
)

func deferKey(at time.Time, message string) string { return deferPrefix + kv.Due(at) + "/" + message }

// Defer notes when a message is to be judged again.
func Defer(tx kv.Tx, at time.Time, w Waiting) error { return kv.Save(tx, deferKey(at, w.ID), w) }

// Undefer forgets what Defer noted, at the time that it was given.
func Undefer(tx kv.Tx, at time.Time, message string) error { return tx.Delete(deferKey(at, message)) }

// Deferred gives the messages whose proof waits for DNS and is due, all of them
// with all, the first due first.
func (l *Ledger) Deferred(now time.Time, all bool) (list []Waiting, err error) {
	err = l.kv.View(func(v kv.View) error {
		return v.Scan(deferPrefix, "", func(key string, _ []byte) error {
			if !all && key > deferKey(now, "~") {
				return kv.ErrStop
			}
			w, ok, err := kv.Load[Waiting](v, key)
			if !ok || err != nil { // it is judged all the same
				w = Waiting{ID: key[strings.LastIndexByte(key, '/')+1:]}
			}
			list = append(list, w)
			return nil
		})
	})
	return list, err
}
