package blob

import (
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Reseal writes every file anew that isn't wholly under the newest key, which
// newest knows, and says how many; those that can't be read stay as they are and are counted apart. What is
// kept meanwhile is sealed under the newest key already.
func (s *Store) Reseal(newest func(sealed, aad []byte) bool) (anew, damaged int, err error) {
	s.drain() // what was begun before that key was there has ended
	folders, err := os.ReadDir(s.dir)
	errs := []error{err}
	for _, f := range folders {
		if !f.IsDir() || !folderForm.MatchString(f.Name()) {
			continue
		}
		files, err := os.ReadDir(filepath.Join(s.dir, f.Name()))
		errs = append(errs, err)
		for _, e := range files {
			if !e.Type().IsRegular() || !hashForm.MatchString(e.Name()) {
				continue
			}
			done, err := s.reseal(filepath.Join(s.dir, f.Name(), e.Name()), e.Name(), newest)
			switch {
			case errors.Is(err, ErrDamaged):
				damaged++
			case errors.Is(err, fs.ErrNotExist): // removed meanwhile
			case err != nil:
				errs = append(errs, err)
			case done:
				anew++
			}
		}
	}
	return anew, damaged, errors.Join(errs...)
}

// drain waits until what uses a file now has ended.
func (s *Store) drain() {
	s.using.Lock()
	defer s.using.Unlock()
}

func (s *Store) reseal(path, hash string, newest func(sealed, aad []byte) bool) (bool, error) {
	s.using.RLock()
	defer s.using.RUnlock()
	under, err := underNewest(path, hash, newest)
	if err != nil || under {
		return false, err
	}
	b, _, err := s.read(path, hash)
	if err != nil {
		return false, err
	}
	return true, s.place(path, hash, b)
}

// underNewest reports whether every piece of a file is sealed under the newest key.
func underNewest(path, hash string, newest func(sealed, aad []byte) bool) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head := make([]byte, len(magic))
	if _, err := io.ReadFull(f, head); err != nil || string(head) != magic {
		return false, nil
	}
	for n := 0; ; n++ {
		var size [4]byte
		if _, err := io.ReadFull(f, size[:]); errors.Is(err, io.EOF) {
			return true, nil
		} else if err != nil {
			return false, nil
		}
		sealed := make([]byte, min(binary.BigEndian.Uint32(size[:]), 2*piece))
		if _, err := io.ReadFull(f, sealed); err != nil || !newest(sealed, about(hash, n)) {
			return false, nil
		}
	}
}
