package bolt

import (
	"fmt"
	"strconv"

	"go.etcd.io/bbolt"
)

// Schema gives the version of what is stored, which stands beside the data.
func (s *store) Schema() (version int, err error) {
	tx, err := s.begin(false)
	if err != nil {
		return 0, err
	}
	defer func() { _ = s.guard(tx.Rollback) }()
	err = s.guard(func() (err error) {
		version, err = s.version(tx.Bucket(metaBucket))
		return err
	})
	return version, err
}

// version reads it.
func (s *store) version(meta *bbolt.Bucket) (version int, err error) {
	if meta == nil {
		return 0, s.damaged("it is not a store of countersign")
	}
	if _, err := fmt.Sscanf(string(meta.Get(schemaKey)), "%d", &version); err != nil || version < 1 {
		return 0, s.damaged("its schema version can't be read")
	}
	return version, nil
}

// SetSchema changes it.
func (s *store) SetSchema(version int) error {
	tx, err := s.begin(true)
	if err != nil {
		return err
	}
	defer func() { _ = s.guard(tx.Rollback) }()
	return s.guard(func() error {
		if err := tx.Bucket(metaBucket).Put(schemaKey, []byte(strconv.Itoa(version))); err != nil {
			return err
		}
		if err := tx.Commit(); err != nil {
			return fmt.Errorf("write store: %w", err)
		}
		return nil
	})
}
