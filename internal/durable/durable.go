// Package durable gives a file its name only when it is whole and on disk, so
// that after a crash anywhere what lies under the name is the old file or the
// new one.
//
// It is forty lines of our own because the libraries for it stop at the rename:
// they leave the folder unsynced, so that the name may be lost with the power,
// and none makes a file only where there is none. Files that lie in a store are
// the store's business.
package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Replace puts what write writes in the place of the file at path, if there is
// one: what stands there is never written through, be it a link. The new file is
// readable by its owner alone. When Replace has returned nil it is on disk under
// its name; otherwise the old one is.
func Replace(path string, write func(*os.File) error) error { return place(path, write, os.Rename) }

// Create is Replace where there is no file at path. One that is there by then
// stays, which is no error: two programs that create at once end with one file.
// Where the file system knows no links the error is an *os.LinkError.
func Create(path string, write func(*os.File) error) error {
	return place(path, write, func(old, path string) error {
		if err := os.Link(old, path); !errors.Is(err, fs.ErrExist) {
			return err
		}
		return nil
	})
}

// Text is a write function for a file that holds s.
func Text(s string) func(*os.File) error {
	return func(f *os.File) error { _, err := f.WriteString(s); return err }
}

func place(path string, write func(*os.File) error, name func(old, path string) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+unfinished+"*") // 0600
	if err != nil {
		return err
	}
	err = write(f)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = name(f.Name(), path)
	}
	if gone := os.Remove(f.Name()); !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	if err != nil {
		return err
	}
	return Sync(filepath.Dir(path))
}

// Sync makes the names in a folder durable.
func Sync(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// unfinished stands behind the name of a file that is being written, before digits.
const unfinished = ".new-"

var digits = regexp.MustCompile(`^[0-9]+$`)

// Tidy removes what programs that were killed before that time have left half
// written beside the file at path.
func Tidy(path string, before time.Time) error {
	entries, err := os.ReadDir(filepath.Dir(path))
	errs := []error{err}
	for _, e := range entries {
		rest, ours := strings.CutPrefix(e.Name(), filepath.Base(path)+unfinished)
		if !ours || !e.Type().IsRegular() || !digits.MatchString(rest) {
			continue
		}
		info, err := e.Info()
		if err == nil && info.ModTime().Before(before) {
			err = os.Remove(filepath.Join(filepath.Dir(path), e.Name()))
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
