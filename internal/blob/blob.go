// Package blob keeps bytes under their hash, in files: the raw bytes of messages
// that are evidence, deferred or set aside.
//
// What Put has returned is durable: compressed, synced, renamed into place, and
// checked against its hash whenever it is read.
package blob

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
)

// ErrDamaged reports bytes that no longer fit their hash.
var ErrDamaged = errors.New("the kept bytes are damaged")

// max bounds what is unpacked, whatever a damaged file says. It is more than the
// largest message that limits.size lets in.
const max = 128 << 20

// Store is a folder of blobs.
type Store struct {
	dir    string
	synced sync.Map  // folders below dir whose names are known to be durable
	pack   sync.Pool // *flate.Writer: one takes a megabyte
}

// Open gives the blobs in dir, which is made (0700) if it isn't there.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &Store{dir: dir}, nil
}

var hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// path spreads the files over 256 folders.
func (s *Store) path(hash string) (string, error) {
	if !hashForm.MatchString(hash) {
		return "", fmt.Errorf("%q is not the hash of kept bytes", hash)
	}
	return filepath.Join(s.dir, hash[:2], hash), nil
}

// Put keeps b and gives its hash. Putting the same bytes again is cheap.
func (s *Store) Put(b []byte) (hash string, err error) {
	sum := sha256.Sum256(b)
	hash = hex.EncodeToString(sum[:])
	path, err := s.path(hash)
	if err != nil {
		return "", err
	}
	if _, err := s.Get(hash); err == nil {
		return hash, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "new-*") // 0600
	if err != nil {
		return "", err
	}
	if err := s.write(f, b); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return hash, s.sync(filepath.Dir(path))
}

func (s *Store) write(f *os.File, b []byte) error {
	w, ok := s.pack.Get().(*flate.Writer)
	if !ok {
		w, _ = flate.NewWriter(nil, flate.BestSpeed) // fails for an unknown level only
	}
	w.Reset(f)
	_, err := w.Write(b)
	err = errors.Join(err, w.Close(), f.Sync(), f.Close())
	s.pack.Put(w)
	return err
}

// sync makes the names in one of the folders durable, and its own.
func (s *Store) sync(folder string) error {
	if err := syncDir(folder); err != nil {
		return err
	}
	if _, done := s.synced.Load(folder); done {
		return nil
	}
	if err := syncDir(s.dir); err != nil {
		return err
	}
	s.synced.Store(folder, true)
	return nil
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Get gives the bytes of a hash. fs.ErrNotExist says that there are none,
// ErrDamaged that they have changed.
func (s *Store) Get(hash string) ([]byte, error) {
	path, err := s.path(hash)
	if err != nil {
		return nil, err
	}
	packed, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), max))
	if sum := sha256.Sum256(b); err != nil || hex.EncodeToString(sum[:]) != hash {
		return nil, fmt.Errorf("%s: %w", path, ErrDamaged)
	}
	return b, nil
}

// Remove forgets bytes. There being none is no error.
func (s *Store) Remove(hash string) error {
	path, err := s.path(hash)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
