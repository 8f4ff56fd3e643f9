// Package bolt is the engine of package kv that keeps a store in one file, by
// bbolt.
//
// A store appears under its name only when it is whole and on disk, and one
// whose bytes make no sense is refused rather than guessed at. What every
// engine promises is said in package kv; what the keys mean, by their owners.
package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"countersign/internal/kv"
)

var (
	dataBucket = []byte("data") // every key and value, flat
	metaBucket = []byte("meta")
	schemaKey  = []byte("schema")
)

const (
	lockWait = time.Second // for another process to let go of the file
	// mapSize is the address space taken at once, in bytes. A store that outgrows
	// it is mapped anew, and a write that needs that waits for every View.
	mapSize   = 256 << 20
	checkSize = 64 << 20 // bytes; a store up to this size is walked through when it is opened
)

// Open opens the store in the file at path and creates it if there is none.
// A new store appears under its name only when it is whole and on disk. The
// file is readable by its owner alone.
//
// Errors: kv.ErrLocked when another process holds the store for more than a
// second, kv.ErrDamaged and kv.ErrNewer.
func Open(path string) (kv.Store, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := create(path); err != nil {
			return nil, fmt.Errorf("create store %s: %w", path, err)
		}
	} else if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &store{path: path}
	if err := s.open(); err != nil {
		return nil, err
	}
	return s, nil
}

type store struct {
	path string
	db   *bbolt.DB
}

func (s *store) open() error {
	info, err := os.Stat(s.path)
	if err != nil {
		return fmt.Errorf("open store: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("open store %s: not a regular file", s.path)
	}
	if info.Size() == 0 {
		// bbolt would take it for a new one; ours never appear empty.
		return s.damaged("the file is empty")
	}
	if err := s.guard(func() (err error) { s.db, err = openBolt(s.path); return err }); err != nil {
		return s.openError(err)
	}
	if err := s.inspect(info); err != nil {
		s.db.Close()
		return err
	}
	return nil
}

func openBolt(path string) (*bbolt.DB, error) {
	return bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockWait, InitialMmapSize: mapSize, FreelistType: bbolt.FreelistMapType, NoStatistics: true})
}

func (s *store) openError(err error) error {
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return fmt.Errorf("open store %s: %w", s.path, kv.ErrLocked)
	case errors.Is(err, kv.ErrDamaged):
		return err
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
		return s.damaged(err.Error())
	case errors.As(err, new(*fs.PathError)):
		return fmt.Errorf("open store: %w", err) // names the file
	}
	return fmt.Errorf("open store %s: %w", s.path, err)
}

// inspect refuses a file that isn't a store of ours, in whole or in a version
// that we know.
func (s *store) inspect(info fs.FileInfo) error {
	if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(s.path, 0o600); err != nil {
			return fmt.Errorf("open store: keep others out: %w", err)
		}
	}
	tx, err := s.begin(false)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	return s.guard(func() error {
		if tx.Size() > info.Size() {
			return s.damaged(fmt.Sprintf("it has %d bytes and should have %d", info.Size(), tx.Size()))
		}
		meta, data := tx.Bucket(metaBucket), tx.Bucket(dataBucket)
		if meta == nil || data == nil {
			return s.damaged("it is not a store of countersign")
		}
		version, err := s.version(meta)
		if err != nil {
			return err
		}
		if version > kv.Schema {
			return fmt.Errorf("open store %s: %w: its schema is %d and this program knows %d; install the newer version again", s.path, kv.ErrNewer, version, kv.Schema)
		}
		if info.Size() <= checkSize {
			return s.walk(data)
		}
		return nil
	})
}

// walk reads every key once: a page that isn't one shows here, before any mail is read.
func (s *store) walk(data *bbolt.Bucket) error {
	var last []byte
	return data.ForEach(func(k, v []byte) error {
		if v == nil || last != nil && bytes.Compare(last, k) >= 0 {
			return s.damaged("its keys are out of order")
		}
		last = k
		return nil
	})
}

func (s *store) damaged(what string) error {
	return fmt.Errorf("%w: %s: %s; nothing was changed. Stop the daemon, keep a copy of the file and put back the last backup", kv.ErrDamaged, s.path, what)
}

// guard runs calls into bbolt. It panics on pages that make no sense, and a
// page that is missing from the file is a fault of memory: both are kv.ErrDamaged.
func (s *store) guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			what, _, _ := strings.Cut(fmt.Sprint(p), "\n")
			err = s.damaged(what)
		}
	}()
	return fn()
}

func (s *store) begin(writable bool) (tx *bbolt.Tx, err error) {
	err = s.guard(func() (err error) { tx, err = s.db.Begin(writable); return err })
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		return nil, kv.ErrClosed
	}
	return tx, err
}

func (s *store) Update(fn func(kv.Tx) error) error {
	tx, err := s.begin(true)
	if err != nil {
		return err
	}
	// After a commit this does nothing.
	defer func() { _ = s.guard(tx.Rollback) }()
	t, err := s.over(tx)
	if err != nil {
		return err
	}
	if err := fn(t); err != nil {
		return err
	}
	if err := s.guard(tx.Commit); err != nil {
		return fmt.Errorf("write store: %w", err)
	}
	return nil
}

func (s *store) View(fn func(kv.View) error) error {
	tx, err := s.begin(false)
	if err != nil {
		return err
	}
	defer func() { _ = s.guard(tx.Rollback) }()
	t, err := s.over(tx)
	if err != nil {
		return err
	}
	return fn(t)
}

func (s *store) Limits() kv.Limits { return kv.Limits{} }

// Close waits for open transactions to end.
func (s *store) Close() error { return s.db.Close() }

func (s *store) over(tx *bbolt.Tx) (t transaction, err error) {
	t.store = s
	err = s.guard(func() error {
		if t.data = tx.Bucket(dataBucket); t.data == nil {
			return s.damaged("its data is missing")
		}
		return nil
	})
	return t, err
}

// transaction is one of either kind.
type transaction struct {
	store *store
	data  *bbolt.Bucket
}

func (t transaction) Get(key string) (v []byte, err error) {
	if err := kv.CheckKey(key); err != nil {
		return nil, err
	}
	err = t.store.guard(func() error { v = t.data.Get([]byte(key)); return nil })
	return v, err
}

func (t transaction) Put(key string, value []byte) error {
	if err := kv.CheckPut(key, value); err != nil {
		return err
	}
	// bbolt keeps the slice until the commit, and takes nil for no value.
	value = append(make([]byte, 0, len(value)), value...)
	return t.store.guard(func() error { return t.data.Put([]byte(key), value) })
}

func (t transaction) Delete(key string) error {
	if err := kv.CheckKey(key); err != nil {
		return err
	}
	return t.store.guard(func() error { return t.data.Delete([]byte(key)) })
}

func (t transaction) Scan(prefix, from string, fn func(key string, value []byte) error) error {
	c := t.data.Cursor()
	var k, v []byte
	next := func() error { k, v = c.Next(); return nil }
	err := t.store.guard(func() error { k, v = c.Seek([]byte(max(prefix, from))); return nil })
	for ; err == nil && k != nil && bytes.HasPrefix(k, []byte(prefix)); err = t.store.guard(next) {
		if err := fn(string(k), v); err != nil {
			return kv.Stopped(err)
		}
	}
	return err
}
