// Package blob keeps bytes under their hash, in files: the raw bytes of messages
// that are evidence, deferred or set aside.
//
// What Keep has put is durable: compressed, sealed under a key that lies
// elsewhere, synced, renamed into place, and checked against its hash whenever
// it is read. A copy of the folder alone shows of a message no more than its
// hash and about how long it is.
//
// Which bytes are kept, and until when, is decided in package tickets.
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

	"countersign/internal/durable"
)

// ErrDamaged reports bytes that no longer fit their hash.
var ErrDamaged = errors.New("the kept bytes are damaged")

// max bounds what is unpacked, whatever a damaged file says. It is more than the
// largest message that limits.size lets in.
const max = 128 << 20

// Store is a folder of blobs.
type Store struct {
	dir    string
	seal   Sealer
	synced sync.Map  // folders below dir whose names are known to be durable
	pack   sync.Pool // *flate.Writer: one takes a megabyte

	using sync.RWMutex // held for reading from put to the commit of what refers to it
}

// Open gives the blobs in dir, which is made (0700) if it isn't there.
func Open(dir string, seal Sealer) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &Store{dir: dir, seal: seal}, nil
}

var hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// path spreads the files over 256 folders.
func (s *Store) path(hash string) (string, error) {
	if !hashForm.MatchString(hash) {
		return "", fmt.Errorf("%q is not the hash of kept bytes", hash)
	}
	return filepath.Join(s.dir, hash[:2], hash), nil
}

// put keeps b and gives its hash. Putting the same bytes again is cheap.
func (s *Store) put(b []byte) (hash string, err error) {
	sum := sha256.Sum256(b)
	hash = hex.EncodeToString(sum[:])
	path, err := s.path(hash)
	if err != nil {
		return "", err
	}
	if _, open, err := s.read(path, hash); err == nil && !open {
		return hash, nil
	}
	return hash, s.place(path, hash, b)
}

// place gives the file of a blob its place when it is whole.
func (s *Store) place(path, hash string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := durable.Replace(path, func(f *os.File) error { return s.write(f, hash, b) }); err != nil {
		return err
	}
	return s.named(filepath.Dir(path))
}

func (s *Store) write(f io.Writer, hash string, b []byte) error {
	w, ok := s.pack.Get().(*flate.Writer)
	if !ok {
		w, _ = flate.NewWriter(nil, flate.BestSpeed) // fails for an unknown level only
	}
	sealed := &sealing{to: f, seal: s.seal, hash: hash}
	w.Reset(sealed)
	_, err := w.Write(b)
	err = errors.Join(err, w.Close(), sealed.Close())
	s.pack.Put(w)
	return err
}

// named makes the name of one of the folders durable, once.
func (s *Store) named(folder string) error {
	if _, done := s.synced.Load(folder); done {
		return nil
	}
	if err := durable.Sync(s.dir); err != nil {
		return err
	}
	s.synced.Store(folder, true)
	return nil
}

// Get gives the bytes of a hash. fs.ErrNotExist says that there are none,
// ErrDamaged that they have changed or were sealed under another key.
func (s *Store) Get(hash string) ([]byte, error) {
	path, err := s.path(hash)
	if err != nil {
		return nil, err
	}
	b, _, err := s.read(path, hash)
	return b, err
}

// read gives the bytes of a file, and whether they lie there unsealed, as those
// of an older state do.
func (s *Store) read(path, hash string) (b []byte, open bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	head := make([]byte, len(magic))
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, false, err
	}
	open = string(head[:n]) != magic
	packed := io.MultiReader(bytes.NewReader(head[:n]), f)
	if !open {
		packed = &opening{from: f, seal: s.seal, hash: hash}
	}
	b, err = io.ReadAll(io.LimitReader(flate.NewReader(packed), max))
	if sum := sha256.Sum256(b); err != nil || hex.EncodeToString(sum[:]) != hash {
		return nil, open, fmt.Errorf("%s: %w", path, ErrDamaged)
	}
	return b, open, nil
}

// Keep puts bytes and calls commit, which makes something refer to their hash.
// Until commit has returned nothing removes them.
func (s *Store) Keep(b []byte, commit func(hash string) error) error {
	s.using.RLock()
	defer s.using.RUnlock()
	hash, err := s.put(b)
	if err != nil {
		return fmt.Errorf("keep the bytes of a message: %w", err)
	}
	return commit(hash)
}

// Forget removes bytes if nothing refers to them, which unused says while no
// Keep is under way.
func (s *Store) Forget(hash string, unused func() (bool, error)) error {
	s.using.Lock()
	defer s.using.Unlock()
	if ok, err := unused(); err != nil || !ok {
		return err
	}
	return s.remove(hash)
}

// Size gives how many bytes the file of a hash takes.
func (s *Store) Size(hash string) (int64, error) {
	path, err := s.path(hash)
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// remove forgets bytes. There being none is no error.
func (s *Store) remove(hash string) error {
	path, err := s.path(hash)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
