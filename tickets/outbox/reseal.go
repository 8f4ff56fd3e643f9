package outbox

import (
	"fmt"
	"strings"

	"countersign/internal/kv"
)

// Sealed gives the ids of the notices whose bytes are kept.
func Sealed(v kv.View) (ids []string, err error) {
	err = v.Scan(sealedPrefix, "", func(key string, _ []byte) error {
		ids = append(ids, strings.TrimPrefix(key, sealedPrefix))
		return nil
	})
	return ids, err
}

// Reseal seals the bytes of a notice anew, if they are there still and not under
// the newest key.
func (b *Outbox) Reseal(tx kv.Tx, id string) (bool, error) {
	raw, err := tx.Get(sealedPrefix + id)
	if err != nil || raw == nil || b.set.Keys.Newest(raw, []byte(id)) {
		return false, err
	}
	plain, err := b.set.Keys.Open(raw, []byte(id))
	if err != nil {
		return false, fmt.Errorf("outbox %s: the key file does not fit this state: %w", id, err)
	}
	return true, tx.Put(sealedPrefix+id, b.set.Keys.Seal(plain, []byte(id)))
}
