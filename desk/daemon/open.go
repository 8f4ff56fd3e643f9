package daemon

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"

	"countersign/desk/owner"
	"countersign/internal/blob"
	"countersign/internal/config"
	"countersign/internal/exit"
	"countersign/internal/keys"
	"countersign/internal/kv"
	"countersign/internal/kv/bolt"
	"countersign/tickets"
)

// Open opens the store and wires the parts over it.
func Open(c config.Config, now func() time.Time, log zerolog.Logger) (*House, error) {
	started := time.Now()
	if err := config.Refusal(c.CheckPlaces()); err != nil {
		return nil, err
	}
	k, err := keys.Load(c.KeyFile, c.State)
	if err != nil {
		return nil, keyError(c, err)
	}
	if err := os.MkdirAll(filepath.Dir(c.State), 0o700); err != nil {
		return nil, &exit.Error{Code: exit.IOErr, Reason: "state", Message: "state: " + err.Error(), Err: err}
	}
	engine, err := bolt.Open(c.State)
	if err != nil {
		return nil, storeError(c, err)
	}
	if err := tickets.Migrate(engine, sayMigrated(log)); err != nil {
		return nil, errors.Join(storeError(c, err), engine.Close())
	}
	var watch *tickets.Watch
	if !c.Drill.Clock {
		watch = tickets.NewWatch()
	}
	blobs, err := blob.Open(c.Spool(), k)
	if err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	h, err := wire(c, engine, blobs, k, now, watch, log)
	if err == nil {
		h.blobs, h.started = blobs, started
		err = errors.Join(h.monotonic(), h.checkHead())
	}
	if err == nil {
		err = h.store.SetPolicy(*h.book.Load(), nil)
	}
	if err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	return h, nil
}

// storeWait is how long the store may be in another process's hands: a command
// that opened it ends soon, and a daemon that starts has its socket soon.
const storeWait = 10 * time.Second

// Patiently opens something for as long as the store is in another process's
// hands; each try takes a second then.
func Patiently[T any](ctx context.Context, open func() (T, error)) (out T, err error) {
	for end := time.Now().Add(storeWait); ; {
		out, err = open()
		e, _ := errors.AsType[*exit.Error](err)
		if e == nil || e.Reason != storeLocked || ctx.Err() != nil || time.Now().After(end) {
			return out, err
		}
	}
}

const storeLocked = "store_locked"

// storeError says why the store can't be opened. What to do about a store that is
// damaged or of a newer version is in the error itself.
func storeError(c config.Config, err error) error {
	e := &exit.Error{Code: exit.IOErr, Reason: "store", Message: err.Error(), Err: err}
	switch {
	case errors.Is(err, kv.ErrLocked):
		e.Code, e.Reason, e.Try = exit.Unavailable, storeLocked, "sudo fuser -v "+c.State
		e.Message = "The state is in use by another process: by a command, or by a daemon whose socket is not " + c.Socket + "."
	case errors.Is(err, kv.ErrDamaged):
		e.Reason = "store_damaged"
	case errors.Is(err, kv.ErrNewer):
		e.Reason = "store_newer"
	}
	return e
}

// keyError says why the key can't be had.
func keyError(c config.Config, err error) error {
	e := &exit.Error{Code: exit.Config, Reason: "key_file", Message: err.Error(), Err: err}
	if errors.Is(err, fs.ErrPermission) {
		e.Try = owner.ChownKey(c)
	}
	return e
}

// monotonic holds a drill's clock to its promise: never back in one store.
func (h *House) monotonic() error {
	if !h.config.Drill.Clock {
		return nil
	}
	return h.kv.Update(func(tx kv.Tx) error {
		last, _, err := kv.Load[time.Time](tx, drillKey)
		if err != nil {
			return err
		}
		now := h.now()
		if now.Before(last) {
			return &exit.Error{Code: exit.Usage, Reason: "time_back", Message: "This store has seen " + last.Format(time.RFC3339) + "; --at can't go back."}
		}
		return kv.Save(tx, drillKey, now)
	})
}
