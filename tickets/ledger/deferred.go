package ledger

import (
	"encoding/json"
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
		return v.Scan(deferPrefix, "", func(key string, value []byte) error {
			if !all && key > deferKey(now, "~") {
				return kv.ErrStop
			}
			var w Waiting
			if err := json.Unmarshal(value, &w); err != nil || w.ID == "" {
				w = Waiting{ID: string(value)} // as it was written before
			}
			list = append(list, w)
			return nil
		})
	})
	return list, err
}
