package kv

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// What one key and one value may take, in bytes.
const (
	MaxKey   = 4 << 10
	MaxValue = 64 << 10
)

// Errors that callers branch on.
var (
	// ErrStop ends a Scan early, without being returned from it.
	ErrStop = errors.New("stop the scan")
	// ErrSize reports a key or value over its bound, or an empty key.
	ErrSize = errors.New("key or value out of bounds")
	// ErrLocked reports a store that another process holds.
	ErrLocked = errors.New("store is in use by another process")
	// ErrDamaged reports a store whose bytes make no sense.
	ErrDamaged = errors.New("store is damaged")
	// ErrNewer reports a store that a newer version of the program wrote.
	ErrNewer = errors.New("store was written by a newer version")
	// ErrClosed reports the use of a store or a Committer after Close.
	ErrClosed = errors.New("store is closed")
	// ErrOps reports an Update that does more than the engine's Limits allow.
	ErrOps = errors.New("too many reads and writes in one update")
)

// Load reads the JSON value of key. ok is false if there is none.
func Load[T any](r Reader, key string) (v T, ok bool, err error) {
	b, err := r.Get(key)
	if err != nil || b == nil {
		return v, false, err
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return v, false, fmt.Errorf("read %q: %w", key, err)
	}
	return v, true, nil
}

// Save writes v as the JSON value of key.
func Save(tx Tx, key string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write %q: %w", key, err)
	}
	return tx.Put(key, b)
}

// Seq gives n as a part of a key: 20 digits, so that the order of keys is the
// order of numbers.
func Seq(n uint64) string { return fmt.Sprintf("%020d", n) }

// Due gives a time, to the millisecond, as a part of a key: the order of keys is
// the order of times.
func Due(t time.Time) string { return Seq(uint64(max(0, t.UnixMilli()))) }

// Numbered gives the key of a thing that has a number, such as T-17, so that the
// order of keys is the order of numbers.
func Numbered(prefix, id string) string {
	letter, number, _ := strings.Cut(id, "-")
	if n, err := strconv.ParseUint(number, 10, 64); err == nil && fmt.Sprint(n) == number {
		return prefix + letter + "-" + Seq(n)
	}
	return prefix + id
}

// Counter adds one to the number at key and returns it; the first is 1.
func Counter(tx Tx, key string) (uint64, error) {
	n, _, err := Load[uint64](tx, key)
	if err != nil {
		return 0, err
	}
	return n + 1, Save(tx, key, n+1)
}

// CheckPut refuses what no engine takes. Engines call it and CheckKey.
func CheckPut(key string, value []byte) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	if len(value) > MaxValue {
		return fmt.Errorf("%w: the value of %q has %d bytes, at most %d are allowed", ErrSize, key, len(value), MaxValue)
	}
	return nil
}

// CheckKey refuses a key that no engine takes.
func CheckKey(key string) error {
	if key == "" || len(key) > MaxKey {
		return fmt.Errorf("%w: a key of %d bytes, 1 to %d are allowed", ErrSize, len(key), MaxKey)
	}
	return nil
}

// Stopped hides ErrStop from the caller of a Scan. Engines call it.
func Stopped(err error) error {
	if errors.Is(err, ErrStop) {
		return nil
	}
	return err
}
