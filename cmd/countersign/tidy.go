package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// halfWritten is what stands behind the name of a file that was being replaced.
var halfWritten = regexp.MustCompile(`^(\.head)?\.new-[0-9]+$`)

// longAgo is how old a file must be that is beside the key and half written:
// another command could be making the key right now.
const longAgo = time.Hour

// tidy removes what an earlier program that was killed has left half written.
// That it can't is said, and no reason to stop.
func (d *desk) tidy(started time.Time) {
	if err := errors.Join(d.blobs.Tidy(started), tidyKey(d.config.KeyFile, started.Add(-longAgo))); err != nil {
		d.log.Warn().Err(err).Msg("what was left half written could not be removed or sealed")
	}
}

// tidyKey removes half written keys and heads, from before a time, beside the key.
func tidyKey(key string, before time.Time) error {
	entries, err := os.ReadDir(filepath.Dir(key))
	errs := []error{err}
	for _, e := range entries {
		rest, ours := strings.CutPrefix(e.Name(), filepath.Base(key))
		if !ours || !e.Type().IsRegular() || !halfWritten.MatchString(rest) {
			continue
		}
		info, err := e.Info()
		if err == nil && info.ModTime().Before(before) {
			err = os.Remove(filepath.Join(filepath.Dir(key), e.Name()))
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
