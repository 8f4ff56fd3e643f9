package blob

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// leftover are the names of files that were being written, of blobs as today's and
// as older programs wrote them, and of messages too large for memory.
var leftover = regexp.MustCompile(`^([0-9a-f]{64}\.new|new|large)-[0-9]+$`)

var folderForm = regexp.MustCompile(`^[0-9a-f]{2}$`)

// Tidy is for the start of the program: it removes what an earlier one that was
// killed has left half written, all from before a time, and seals what lies
// unsealed from an older state.
func (s *Store) Tidy(before time.Time) error {
	errs := []error{s.sweep(s.dir, before)}
	folders, err := os.ReadDir(s.dir)
	errs = append(errs, err)
	for _, f := range folders {
		if folder := filepath.Join(s.dir, f.Name()); f.IsDir() && folderForm.MatchString(f.Name()) {
			errs = append(errs, s.sweep(folder, before), s.sealAll(folder))
		}
	}
	return errors.Join(errs...)
}

// sweep removes leftovers, which are regular files of ours, from one folder.
func (s *Store) sweep(folder string, before time.Time) error {
	entries, err := os.ReadDir(folder)
	errs := []error{err}
	for _, e := range entries {
		if !e.Type().IsRegular() || !leftover.MatchString(e.Name()) {
			continue
		}
		info, err := e.Info()
		if err == nil && info.ModTime().Before(before) {
			err = os.Remove(filepath.Join(folder, e.Name()))
		}
		if !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// sealAll seals the blobs of one folder that are not. One that is damaged stays
// as it is: whoever reads it is told.
func (s *Store) sealAll(folder string) error {
	entries, err := os.ReadDir(folder)
	errs := []error{err}
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		if !e.Type().IsRegular() || !hashForm.MatchString(e.Name()) || sealedFile(path) {
			continue
		}
		s.using.RLock()
		b, open, err := s.read(path, e.Name())
		if err == nil && open {
			err = s.place(path, e.Name(), b)
		}
		s.using.RUnlock()
		if !errors.Is(err, ErrDamaged) && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// sealedFile reports whether a file begins as a sealed one does.
func sealedFile(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, len(magic))
	_, err = io.ReadFull(f, head)
	return err == nil && string(head) == magic
}
