package audit

import (
	"bytes"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"countersign/internal/kv"
)

// Verify computes every hash again, from the leaves up to the head, and returns
// the number of entries. What is changed, missing or too much is ErrBroken with
// the entry in its text.
func Verify(s kv.Viewer) (n int64, err error) {
	err = s.View(func(v kv.View) error {
		size, root, err := Head(v)
		if err != nil {
			return fmt.Errorf("%w: its head: %w", ErrBroken, err)
		}
		if n, err = verifyLeaves(v); err != nil {
			return err
		}
		extra := v.Scan(hashPrefix, hashKey(n), func(string, []byte) error { return errors.New("more hashes than entries") })
		if n != size || extra != nil {
			return fmt.Errorf("%w: entry %d: the head counts %d entries", ErrBroken, n, size)
		}
		sum, err := tlog.TreeHash(size, reader{v})
		if err != nil || sum != root {
			return fmt.Errorf("%w: the head over %d entries is another", ErrBroken, size)
		}
		return nil
	})
	return n, err
}

// verifyLeaves compares the hashes stored with each leaf with new ones.
func verifyLeaves(v kv.View) (n int64, err error) {
	err = v.Scan(leafPrefix, "", func(key string, leaf []byte) error {
		if key != leafKey(n) {
			return fmt.Errorf("%w: entry %d is missing", ErrBroken, n)
		}
		// The nodes below are those of leaves that were compared before.
		hashes, err := tlog.StoredHashes(n, leaf, reader{v})
		if err != nil {
			return fmt.Errorf("%w: entry %d: %w", ErrBroken, n, err)
		}
		var packed []byte
		for _, h := range hashes {
			packed = append(packed, h[:]...)
		}
		stored, err := v.Get(hashKey(n))
		if err != nil {
			return err
		}
		if !bytes.Equal(stored, packed) {
			return fmt.Errorf("%w: entry %d was changed", ErrBroken, n)
		}
		n++
		return nil
	})
	return n, err
}
