package daemon

import (
	"errors"
	"time"

	"countersign/internal/durable"
)

// longAgo is how old a file must be that is beside the key and half written:
// another command could be making the key right now.
const longAgo = time.Hour

// tidy removes what an earlier program that was killed has left half written.
// That it can't is said, and no reason to stop.
func (h *House) tidy(started time.Time) {
	if err := errors.Join(h.blobs.Tidy(started), tidyKey(h.config.KeyFile, started.Add(-longAgo))); err != nil {
		h.log.Warn().Err(err).Msg("what was left half written could not be removed or sealed")
	}
}

// tidyKey removes half written keys and heads, from before a time, beside the key.
func tidyKey(key string, before time.Time) error {
	return errors.Join(durable.Tidy(key, before), durable.Tidy(key+".head", before))
}
