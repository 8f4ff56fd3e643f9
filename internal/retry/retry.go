// Package retry says how long to wait before what failed is tried again: the
// schedules of the program, side by side. When something is given up, and how
// what waits is kept, is said by who tries.
package retry

import (
	"time"

	"github.com/cenkalti/backoff/v5"
)

// A Schedule is how long to wait before each further try at one thing. It is
// made for waits that are stored: the number of tries is all that it needs.
type Schedule int

// The schedules.
const (
	Judge Schedule = iota // a message, again, when DNS did not say who sent it; [proof] dns_wait ends it
	Send                  // a mail, again, when its server did not take it; mailer ends it after five days
	Timer                 // a ticket's timer that could not be carried out; it never ends
)

// waits are those before the second try, the third and so on; the last one
// stands for all that follow.
func (s Schedule) waits() []time.Duration {
	const m, h = time.Minute, time.Hour
	switch s {
	case Judge:
		return []time.Duration{1 * m, 2 * m, 5 * m, 15 * m, h}
	case Send:
		return []time.Duration{1 * m, 2 * m, 4 * m, 8 * m, 16 * m, 32 * m, h}
	case Timer:
		return []time.Duration{10 * m}
	}
	return []time.Duration{h}
}

// After gives the wait after so many tries, the first of which is 1.
func (s Schedule) After(tries int) time.Duration {
	w := s.waits()
	return w[min(max(tries, 1), len(w))-1]
}

// Mailbox gives the waits of who connects to a mailbox again, in memory, where
// others do so at the same time: a second, growing by half to five minutes, each
// up to half more or less by chance.
func Mailbox() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval = time.Second, 5*time.Minute
	return b
}
