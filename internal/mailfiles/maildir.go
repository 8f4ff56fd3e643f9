package mailfiles

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Maildir is the messages of a maildir's cur and new, or of any folder of files.
func Maildir(name string) Collection {
	dirs := []string{filepath.Join(name, "cur"), filepath.Join(name, "new")}
	if !IsDir(dirs[0]) && !IsDir(dirs[1]) { // else what lies beside them is no message
		dirs = []string{name}
	}
	var paths []string
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Collection{-1, func(func(Message) error) error { return err }}
		}
		for _, e := range entries {
			if e.Type().IsRegular() {
				paths = append(paths, filepath.Join(dir, e.Name()))
			}
		}
	}
	return Collection{int64(len(paths)), func(fn func(Message) error) error {
		for _, path := range paths {
			raw, err := readFile(path)
			if errors.Is(err, fs.ErrNotExist) {
				path = renamed(path)
				raw, err = readFile(path)
			}
			if err == nil {
				err = fn(Message{path, raw, 1})
			}
			if err != nil {
				return err
			}
		}
		return nil
	}}
}

// renamed finds where a mail program has moved a message of a maildir that was
// read or marked meanwhile: to cur, with other flags behind the colon. It gives
// the path back where there is no such file.
func renamed(path string) string {
	unique, _, _ := strings.Cut(filepath.Base(path), ":")
	cur := filepath.Join(filepath.Dir(filepath.Dir(path)), "cur")
	entries, _ := os.ReadDir(cur)
	for _, e := range entries {
		if name, _, flagged := strings.Cut(e.Name(), ":"); flagged && name == unique && e.Type().IsRegular() {
			return filepath.Join(cur, e.Name())
		}
	}
	return path
}

// IsDir reports whether name is a folder.
func IsDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Read(f)
}
