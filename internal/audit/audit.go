// Package audit keeps a log that can only grow: a Merkle tree (RFC 6962) whose
// leaves are the decisions of a desk.
//
// Append writes the leaf and the tree above it in the caller's transaction, so
// an effect that follows the commit is already under a stored tree head.
//
// It does not know what an entry says: that is package tickets'. Where the head is
// kept outside the store is package daemon's.
package audit

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"countersign/internal/kv"
)

// ErrBroken reports a log that isn't what was written.
var ErrBroken = errors.New("audit log is broken")

// Log appends and signs.
type Log struct{ signer ed25519.PrivateKey }

// New returns the log whose checkpoints signer signs.
func New(signer ed25519.PrivateKey) *Log { return &Log{signer} }

// Append adds one leaf and returns its index, from 0.
func (l *Log) Append(tx kv.Tx, e Entry) (int64, error) {
	b, err := json.Marshal(e)
	if err != nil {
		return 0, err
	}
	h, _, err := kv.Load[head](tx, headKey)
	if err != nil {
		return 0, err
	}
	stored := reader{tx}
	hashes, err := tlog.StoredHashes(h.Size, b, stored)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	var packed []byte
	for _, hash := range hashes {
		packed = append(packed, hash[:]...)
	}
	n := h.Size
	if err := errors.Join(tx.Put(leafKey(n), b), tx.Put(hashKey(n), packed)); err != nil {
		return 0, err
	}
	h.Size++
	if h.Root, err = tlog.TreeHash(h.Size, stored); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return n, kv.Save(tx, headKey, h)
}

// reader finds stored hashes by their index of tlog. Those that came with leaf
// n are the nodes that it completed, from its own level up.
type reader struct{ r kv.Reader }

// ReadHashes is what tlog asks for.
func (r reader) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		level, n := tlog.SplitStoredHashIndex(index)
		leaf := (n+1)<<level - 1 // the leaf that completed that node
		b, err := r.r.Get(hashKey(leaf))
		if err != nil {
			return nil, err
		}
		at := level * tlog.HashSize
		if len(b) < at+tlog.HashSize {
			return nil, fmt.Errorf("the hashes of entry %d are missing", leaf)
		}
		copy(out[i][:], b[at:])
	}
	return out, nil
}

// Head returns the number of leaves and the root over them.
func Head(r kv.Reader) (size int64, hash tlog.Hash, err error) {
	h, ok, err := kv.Load[head](r, headKey)
	if err == nil && !ok {
		h.Root, err = tlog.TreeHash(0, nil)
	}
	return h.Size, h.Root, err
}

// List calls fn for every entry from index from on, until it returns an error;
// kv.ErrStop ends it without one.
func List(v kv.View, from int64, fn func(index int64, e Entry) error) error {
	n := from
	return v.Scan(leafPrefix, leafKey(from), func(_ string, value []byte) error {
		var e Entry
		if err := json.Unmarshal(value, &e); err != nil {
			return fmt.Errorf("%w: entry %d: %w", ErrBroken, n, err)
		}
		n++
		return fn(n-1, e)
	})
}

// Proof shows that the leaf is under the present head (tlog.CheckRecord).
func Proof(r kv.Reader, index int64) (tlog.RecordProof, error) {
	size, _, err := Head(r)
	if err != nil {
		return nil, err
	}
	if index < 0 || index >= size {
		return nil, fmt.Errorf("no entry %d; the log has %d", index, size)
	}
	return tlog.ProveRecord(size, index, reader{r})
}
