package bolt

import (
	"errors"
	"os"
	"strconv"
	"time"

	"go.etcd.io/bbolt"

	"countersign/internal/durable"
	"countersign/internal/kv"
)

// staleAfter is when the leavings of a creation that was cut off are removed: a
// fresh one may be another process at work.
const staleAfter = time.Hour

// create makes an empty store and gives it its name only when it is whole and
// on disk: power that fails in bbolt's own first initialisation would leave a
// file that can't be opened. If another process was faster, its store stays.
func create(path string) error {
	_ = durable.Tidy(path, time.Now().Add(-staleAfter))
	whole := func(f *os.File) error { return initialise(f.Name()) }
	err := durable.Create(path, whole)
	if errors.As(err, new(*os.LinkError)) { // a file system without links
		return durable.Replace(path, whole)
	}
	return err
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
