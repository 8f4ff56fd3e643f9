package ledger

import (
	"countersign/inbound"
	"countersign/inbound/mailbox"
	"countersign/internal/kv"
)

// Known reports whether the message at that place has a record.
func (l *Ledger) Known(box string, at mailbox.Cursor, uid uint32) (known bool, err error) {
	src := Source{Mailbox: box, UIDValidity: at.UIDValidity, Turn: at.Turn, UID: uid}
	return l.has(placePrefix + src.place())
}

// KnownBytes reports whether a message of the same content has a final record,
// in whatever mailbox it lay.
func (l *Ledger) KnownBytes(raw []byte) (bool, error) {
	known, err := false, error(nil)
	for _, hash := range inbound.Hashes(raw) {
		if known, err = l.has(hashPrefix + hash); known || err != nil {
			break
		}
	}
	return known, err
}

// AtPlace, OfHash and OfSignature give the message that lay at a place, the final
// one of some bytes or content, and the one whose signature has counted; "" if
// there is none.
func AtPlace(r kv.Reader, src Source) (message string, err error) {
	return mark(r, placePrefix+src.place())
}

// OfHash is explained at AtPlace.
func OfHash(r kv.Reader, hash string) (message string, err error) { return mark(r, hashPrefix+hash) }

// OfSignature is explained at AtPlace.
func OfSignature(r kv.Reader, id string) (message string, err error) { return mark(r, sigPrefix+id) }

func mark(r kv.Reader, key string) (message string, err error) {
	b, err := r.Get(key)
	return string(b), err
}

// SeePlace, SeeHash and SeeSignature write what AtPlace, OfHash and OfSignature give.
func SeePlace(tx kv.Tx, src Source, message string) error {
	return tx.Put(placePrefix+src.place(), []byte(message))
}

// SeeHash is explained at SeePlace.
func SeeHash(tx kv.Tx, hash, message string) error { return tx.Put(hashPrefix+hash, []byte(message)) }

// SeeSignature is explained at SeePlace.
func SeeSignature(tx kv.Tx, id, message string) error { return tx.Put(sigPrefix+id, []byte(message)) }
