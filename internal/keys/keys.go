// Package keys holds the one secret of a desk, kept in a file of its own, and
// the keys that follow from it for each purpose.
//
// A copy of the store without the key file shows no token, no waiting mail and
// can sign nothing.
//
// What is hashed, sealed and signed, and for how long, is said by who asks.
package keys

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"countersign/internal/durable"
)

// ErrSealed reports bytes that were not sealed under this key for this use, or
// were changed since.
var ErrSealed = errors.New("sealed under another key, or changed")

// Keys gives the keys of one desk. Copies of one are the same keys, also when the
// sealing key is changed. The zero value is of no use.
type Keys struct {
	hash   []byte
	seal   *ring
	signer ed25519.PrivateKey
}

// FromSeed derives the keys from a seed (HKDF, RFC 5869, one label a purpose).
func FromSeed(seed [32]byte) Keys { return file{root: seed, seals: []string{ofRoot}}.keys() }

func derive(secret []byte, label string) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, label, 32)
	if err != nil {
		panic(err) // only for a key that is too long
	}
	return key
}

// Hash is the HMAC-SHA-256 of b under a key of the purpose, 32 bytes.
func (k Keys) Hash(purpose string, b []byte) []byte {
	mac := hmac.New(sha256.New, derive(k.hash, purpose))
	mac.Write(b)
	return mac.Sum(nil)
}

// Signer is the key that signs receipts and the log.
func (k Keys) Signer() ed25519.PrivateKey { return k.signer }

// ErrMissing reports that the key of a state that is there is not.
var ErrMissing = errors.New("the state is there and its key is missing: put back the key file; a new key can't read what the old one sealed")

// Load reads the key file at path, which others must not be able to read. Where there is none it makes one, readable by its owner alone, but
// never beside a state that is there: that one had a key.
func Load(path, state string) (Keys, error) {
	b, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		b, err = first(path, state)
	}
	if err != nil {
		return Keys{}, fmt.Errorf("key_file: %w", err)
	}
	f, err := decode(path, b)
	if err != nil {
		return Keys{}, fmt.Errorf("key_file: %w", err)
	}
	return f.keys(), nil
}

// Check says what Load would, and makes nothing: no key beside no state is good.
func Check(path, state string) error {
	b, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(state); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("%s: %w (%s)", path, ErrMissing, state)
	}
	if err == nil {
		_, err = decode(path, b)
	}
	return err
}

// first makes the key of a new state. Another process may do the same just now,
// and goes on to make the state: its key was there before that.
func first(path, state string) ([]byte, error) {
	_, err := os.Lstat(state)
	switch {
	case errors.Is(err, fs.ErrNotExist): //rule:7 no-key-beside-a-state =true TestNoNewKeyBesideAState
		if err := create(path); err != nil {
			return nil, fmt.Errorf("create: %w", err)
		}
	case err != nil:
		return nil, err
	}
	b, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%s: %w (%s)", path, ErrMissing, state)
	}
	return b, err
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: not a regular file", path)
	case info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("%s: others can read it (mode %04o); run: chmod 600 %s", path, info.Mode().Perm(), path)
	}
	b := make([]byte, maxFile)
	n, err := f.Read(b)
	if err != nil && n == 0 && info.Size() > 0 {
		return nil, err
	}
	return b[:n], nil
}

// create makes a file with a new key; one that is there stays.
func create(path string) error {
	var seed [32]byte
	rand.Read(seed[:])
	return durable.Create(path, durable.Text(hex.EncodeToString(seed[:])+"\n"))
}
