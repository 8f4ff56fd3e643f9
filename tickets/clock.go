package tickets

import (
	"errors"
	"fmt"
	"time"

	"countersign/policy"
)

// ErrClock reports that the wall clock jumped. Lives of tokens and proofs can't
// be judged by it: decisions are held until it is right again, or until the
// daemon is started anew by somebody who has looked.
var ErrClock = errors.New("the clock jumped")

// Watch notices jumps of the wall clock by the monotonic one.
type Watch struct {
	wall func() time.Time
	mono func() time.Duration

	startWall time.Time
	startMono time.Duration
}

// NewWatch begins to watch the system's clocks.
func NewWatch() *Watch {
	start := time.Now()
	return newWatch(func() time.Time { return time.Now().Round(0) }, func() time.Duration { return time.Since(start) })
}

func newWatch(wall func() time.Time, mono func() time.Duration) *Watch {
	return &Watch{wall, mono, wall(), mono()}
}

// check gives ErrClock while the wall clock is more than policy.Skew away from
// where it should be. A nil Watch watches nothing.
func (w *Watch) check() error {
	if w == nil {
		return nil
	}
	off := w.wall().Sub(w.startWall) - (w.mono() - w.startMono)
	if off.Abs() <= policy.Skew {
		return nil
	}
	return fmt.Errorf("%w by %s; decisions are held", ErrClock, off.Round(time.Second))
}
