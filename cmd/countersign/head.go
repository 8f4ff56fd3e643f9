package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"countersign/internal/config"
	"countersign/internal/durable"
	"countersign/internal/exit"
)

// headFile is where the signed head of the audit log is kept: beside the key
// file, so not in a backup of the state.
func (d *desk) headFile() string { return headOf(d.config) }

func headOf(c config.Config) string { return c.KeyFile + ".head" }

// checkHead finds out whether the store is an older copy of what was open last,
// and keeps its head. A head that is missing, torn or of another key
// is none: whoever puts an old store back could have lost or taken it. So one that
// can't be kept would make an older copy of every store at the next start: that
// is said now. So is one that is there and another user's, as after a command of
// root's: it isn't lost, and what is void stays void.
func (d *desk) checkHead() error {
	head, err := os.ReadFile(d.headFile())
	if errors.Is(err, fs.ErrPermission) {
		return &exit.Error{Code: exit.Config, Reason: "head_not_read", Message: "key_file: the head of the audit log can't be read: " + err.Error(), Err: err, Try: ownKey(d.config)}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.log.Error().Err(err).Str("head", d.headFile()).Msg("the kept head of the audit log can't be read")
	}
	if d.restored, err = d.store.CheckHead(string(head)); err != nil {
		return err
	}
	if d.restored {
		d.log.Error().Str("head", d.headFile()).Msg(restoredWarning)
	}
	if err := d.keepHead(); err != nil {
		e := &exit.Error{Code: exit.IOErr, Reason: "head_not_kept", Err: err,
			Message: "key_file: the head of the audit log, by which an older copy of the state is known, can't be kept beside it: " + err.Error()}
		if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
			e.Code, e.Try = exit.Config, ownKey(d.config)
		}
		return e
	}
	return nil
}

const restoredWarning = "the state is an older copy, its key file is another one, or the head of its log is lost: earlier questions, proofs and receipts are void, and nothing is sent until `countersign outbox release --agent LEAD`"

// warnRestored says on the terminal what waits for a person after a restore. To a
// program that is said once, at the command that finds it.
func (a *app) warnRestored(d *desk) {
	if held, err := d.store.Held(); d.restored || err == nil && held && !a.json {
		_, _ = a.stderr.Write([]byte("countersign: " + restoredWarning + "\n"))
	}
}

// keepHead writes the head of the audit log, durably and as a whole. One that is
// old does no harm: it is only what a later start is compared with. One of a log
// that doesn't go on from the last is none to keep: an older copy was written over
// the store while it was open, and the next start must know.
func (d *desk) keepHead() error {
	if d.blobs == nil { // a world, which is kept nowhere
		return nil
	}
	d.keeping.Lock()
	defer d.keeping.Unlock()
	head, err := d.store.Head()
	if err != nil || head == d.head {
		return err
	}
	if d.head != "" {
		if err := d.store.Continues(d.head); err != nil {
			return fmt.Errorf("the state was replaced while it was open, stop and start again: %w", err)
		}
	}
	if err := durable.Replace(d.headFile(), durable.Text(head)); err != nil {
		return err
	}
	d.head = head
	return nil
}

// keepHeadOrSay is keepHead where nobody waits for it.
func (d *desk) keepHeadOrSay() {
	err := d.keepHead()
	if err != nil && !d.headless {
		d.log.Error().Err(err).Msg("the head of the audit log can't be kept: nothing is allowed meanwhile, and the next start takes the state for an older copy")
	}
	d.headless = err != nil
}
