package daemon

import (
	"fmt"

	"countersign/internal/exit"
	"countersign/internal/keys"
	"countersign/tickets"
)

// rotateKeys puts a new sealing key in the place of the one that is: beside it at
// first, then everything is sealed anew, then the old one is dropped. Whatever
// cuts it off, all is readable with the key file as it lies there, and the same
// again goes on. Hashes, signatures and the audit log stay as they are.
func (h *House) rotateKeys(by tickets.By) (n tickets.Resealed, err error) {
	h.rotating.Lock()
	defer h.rotating.Unlock()
	if err := keys.BeginRotation(h.config.KeyFile, h.keys); err != nil {
		return n, rotationError(err)
	}
	for left := true; left; { // until a look finds nothing
		more, err := h.resealAll()
		n.Codes, n.Mails, n.Messages, n.Damaged = n.Codes+more.Codes, n.Mails+more.Mails, n.Messages+more.Messages, more.Damaged
		if err != nil {
			return n, &exit.Error{Code: exit.IOErr, Reason: "rotation_unfinished", Err: err, Try: "countersign keys rotate",
				Message: "Not everything could be sealed anew, and the old sealing key stays beside the new one: " + err.Error()}
		}
		left = more.Codes+more.Mails+more.Messages > 0
	}
	if err := h.store.Log.Rotated(by, n); err != nil {
		return n, err
	}
	return n, rotationError(keys.EndRotation(h.config.KeyFile, h.keys))
}

func (h *House) resealAll() (n tickets.Resealed, err error) {
	if n, err = h.store.Reseal(); err != nil {
		return n, err
	}
	n.Messages, n.Damaged, err = h.blobs.Reseal(h.keys.Newest)
	return n, err
}

func rotationError(err error) error {
	if err == nil {
		return nil
	}
	return &exit.Error{Code: exit.IOErr, Reason: "key_file", Message: fmt.Sprint(err), Err: err}
}
