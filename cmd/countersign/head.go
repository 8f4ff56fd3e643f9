package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// headFile is where the signed head of the audit log is kept: beside the key
// file, so not in a backup of the state.
func (d *desk) headFile() string { return d.config.KeyFile + ".head" }

// checkHead finds out whether the store is an older copy of what was open last.
// A head that can't be read, or was torn by a power loss, is no head: that is
// said, and no reason to stop.
func (d *desk) checkHead() error {
	head, err := os.ReadFile(d.headFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || strings.Count(string(head), "\n") < 4 {
		d.log.Error().Err(err).Str("head", d.headFile()).Msg("the kept head of the audit log can't be read: a restored store would not be noticed this time")
		return nil
	}
	if d.restored, err = d.store.CheckHead(string(head)); d.restored {
		d.log.Error().Str("head", d.headFile()).Msg(restoredWarning)
	}
	return err
}

const restoredWarning = "the store is an older copy: open questions are void, and nothing is sent until `countersign outbox release --agent LEAD`"

// keepHead writes the head of the audit log, durably and as a whole. A head that
// is lost or old does no harm: it is only what a later start is compared with.
func (d *desk) keepHead() {
	if d.blobs == nil { // a world, which is kept nowhere
		return
	}
	head, err := d.store.Head()
	if err != nil || head == d.head {
		return
	}
	if err := writeWhole(d.headFile(), head); err != nil {
		if !d.headless {
			d.log.Error().Err(err).Msg("the head of the audit log can't be kept: a restored store would not be noticed")
		}
		d.headless = true
		return
	}
	d.head, d.headless = head, false
}

// writeWhole replaces a file so that after a crash the old or the new text is there.
func writeWhole(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*") // 0600
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
