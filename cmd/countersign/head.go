package main

import (
	"errors"
	"io/fs"
	"os"
)

// headFile is where the signed head of the audit log is kept: beside the key
// file, so not in a backup of the state.
func (d *desk) headFile() string { return d.config.KeyFile + ".head" }

// checkHead finds out whether the store is an older copy of what was open last.
func (d *desk) checkHead() error {
	head, err := os.ReadFile(d.headFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	restored, err := d.store.CheckHead(string(head))
	if restored {
		d.log.Error().Str("head", d.headFile()).Msg("the store is an older copy: open tokens are void, nothing is sent until `countersign outbox release`")
	}
	return err
}

// keepHead writes the head of the audit log. A head that is lost or old does no
// harm: it is only what a later start is compared with.
func (d *desk) keepHead() {
	if d.blobs == nil { // a world, which is kept nowhere
		return
	}
	head, err := d.store.Head()
	if err != nil || head == d.head {
		return
	}
	tmp := d.headFile() + ".new"
	if err := os.WriteFile(tmp, []byte(head), 0o600); err == nil {
		err = os.Rename(tmp, d.headFile())
		if err == nil {
			d.head = head
			return
		}
		d.log.Warn().Err(err).Msg("head of the audit log not kept")
	}
}
