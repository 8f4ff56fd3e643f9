package keys

import (
	"crypto/rand"
	"sync/atomic"

	"golang.org/x/crypto/chacha20poly1305"
)

// ring are the sealing keys, the newest first. While one takes the place of
// another both are there, and what either sealed is opened.
type ring struct{ keys atomic.Pointer[[][]byte] }

func newRing(keys [][]byte) *ring {
	r := &ring{}
	r.keys.Store(&keys)
	return r
}

// Seal encrypts plain (XChaCha20-Poly1305, random nonce) under the newest key.
// Open needs the same aad, which says what the bytes are for.
func (k Keys) Seal(plain, aad []byte) []byte {
	aead, err := chacha20poly1305.NewX((*k.seal.keys.Load())[0])
	if err != nil {
		panic(err) // only for a key of another length: the zero Keys
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	rand.Read(nonce)
	return aead.Seal(nonce, nonce, plain, aad)
}

// Open gives back what Seal sealed with the same aad, else ErrSealed.
func (k Keys) Open(sealed, aad []byte) ([]byte, error) {
	for _, key := range *k.seal.keys.Load() {
		if plain, err := open(key, sealed, aad); err == nil {
			return plain, nil
		}
	}
	return nil, ErrSealed
}

// Newest reports whether sealed is under the newest key, as what is sealed from
// now on is.
func (k Keys) Newest(sealed, aad []byte) bool {
	_, err := open((*k.seal.keys.Load())[0], sealed, aad)
	return err == nil
}

// Rotating reports whether an older sealing key is still read.
func (k Keys) Rotating() bool { return len(*k.seal.keys.Load()) > 1 }

func open(key, sealed, aad []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	if len(sealed) < aead.NonceSize() {
		return nil, ErrSealed
	}
	return aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], aad)
}
