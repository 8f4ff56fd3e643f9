package bolt

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"countersign/internal/kv"
)

// staleAfter is when the leavings of a creation that was cut off are removed.
const staleAfter = time.Hour

// create makes an empty store and gives it its name only when it is whole and
// on disk: power that fails in bbolt's own first initialisation would leave a
// file that can't be opened. If another process was faster, its store stays.
func create(path string) (err error) {
	removeStale(path)
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := f.Close(); err != nil {
		return err
	}
	if err := initialise(f.Name()); err != nil {
		return err
	}
	// A link, unlike a rename, never replaces what is there.
	switch err := os.Link(f.Name(), path); {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil: // a file system without links
		if err := os.Rename(f.Name(), path); err != nil {
			return err
		}
	}
	return syncFolder(filepath.Dir(path))
}

func initialise(path string) error {
	db, err := openBolt(path)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		meta, err := tx.CreateBucket(metaBucket)
		if err != nil {
			return err
		}
		if _, err := tx.CreateBucket(dataBucket); err != nil {
			return err
		}
		return meta.Put(schemaKey, []byte(strconv.Itoa(kv.Schema)))
	})
	return errors.Join(err, db.Sync(), db.Close())
}

// removeStale removes what creations left behind that were cut off; a fresh
// one may be another process at work.
func removeStale(path string) {
	entries, _ := os.ReadDir(filepath.Dir(path))
	for _, e := range entries {
		if !e.Type().IsRegular() || !strings.HasPrefix(e.Name(), filepath.Base(path)+".new-") {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > staleAfter {
			_ = os.Remove(filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
