package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"countersign/desk/owner"
	"countersign/internal/durable"
	"countersign/internal/exit"
)

// checkHead finds out whether the store is an older copy of what was open last,
// and keeps its head. A head that is missing, torn or of another key
// is none: whoever puts an old store back could have lost or taken it. So one that
// can't be kept would make an older copy of every store at the next start: that
// is said now. So is one that is there and another user's, as after a command of
// root's: it isn't lost, and what is void stays void.
func (h *House) checkHead() error {
	head, err := os.ReadFile(h.config.Head())
	if errors.Is(err, fs.ErrPermission) {
		return &exit.Error{Code: exit.Config, Reason: "head_not_read", Message: "key_file: the head of the audit log can't be read: " + err.Error(), Err: err, Try: owner.ChownKey(h.config)}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		h.log.Error().Err(err).Str("head", h.config.Head()).Msg("the kept head of the audit log can't be read")
	}
	if h.restored, err = h.store.Log.CheckHead(string(head)); err != nil {
		return err
	}
	if h.restored {
		h.log.Error().Str("head", h.config.Head()).Msg(RestoredWarning)
	}
	if err := h.keepHead(); err != nil {
		e := &exit.Error{Code: exit.IOErr, Reason: "head_not_kept", Err: err,
			Message: "key_file: the head of the audit log, by which an older copy of the state is known, can't be kept beside it: " + err.Error()}
		if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
			e.Code, e.Try = exit.Config, owner.ChownKey(h.config)
		}
		return e
	}
	return nil
}

// RestoredWarning says what a restore has come to, and what a person can do.
const RestoredWarning = "the state is an older copy, its key file is another one, or the head of its log is lost: earlier questions, proofs and receipts are void, and nothing is sent until `countersign outbox release --agent LEAD`"

// Held reports whether all sending waits for a person after a restore, and
// whether that was found out at this start.
func (h *House) Held() (held, found bool) {
	held, err := h.store.Outbox.Held()
	return err == nil && held, h.restored
}

// keepHead writes the head of the audit log, durably and as a whole. One that is
// old does no harm: it is only what a later start is compared with. One of a log
// that doesn't go on from the last is none to keep: an older copy was written over
// the store while it was open, and the next start must know.
func (h *House) keepHead() error {
	if h.blobs == nil { // a world, which is kept nowhere
		return nil
	}
	h.keeping.Lock()
	defer h.keeping.Unlock()
	head, err := h.store.Log.Head()
	if err != nil || head == h.head {
		return err
	}
	if h.head != "" {
		if err := h.store.Log.Continues(h.head); err != nil { //rule:7 copy-over-the-open-store TestCopyOverOpenStore
			return fmt.Errorf("the state was replaced while it was open, stop and start again: %w", err)
		}
	}
	if err := durable.Replace(h.config.Head(), durable.Text(head)); err != nil {
		return err
	}
	h.head = head
	return nil
}

// keepHeadOrSay is keepHead where nobody waits for it.
func (h *House) keepHeadOrSay() {
	err := h.keepHead()
	if err != nil && !h.headless {
		h.log.Error().Err(err).Msg("the head of the audit log can't be kept: nothing is allowed meanwhile, and the next start takes the state for an older copy")
	}
	h.headless = err != nil
}
