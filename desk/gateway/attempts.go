package gateway

import (
	"errors"
	"sync"

	"countersign/tickets"
	"countersign/tickets/ledger"
)

// attempts keep a message that stops the program from doing so again and again.
type attempts struct {
	// alone is held by a message that was in flight at a crash: it is judged
	// with nothing else under way. All others hold it for reading.
	alone sync.RWMutex
}

// attempt is one try at a message.
type attempt struct {
	n     int  // how often judging it alone has begun
	alone bool // the message was in flight at a crash
}

// maxAttempts is how often a message that is judged alone may stop the program
// before it is set aside.
const maxAttempts = 3

// counted lets judge try a message, of which the ledger knows meanwhile. A try
// that ends with an error did not stop the program, and does not count.
func (g *Gateway) counted(src ledger.Source, judge func(attempt) (tickets.Message, error)) (m tickets.Message, err error) {
	suspect, err := g.Store.Ledger.InFlight(src)
	if err != nil {
		return m, err
	}
	if suspect {
		g.attempts.alone.Lock()
		defer g.attempts.alone.Unlock()
	} else {
		g.attempts.alone.RLock()
		defer g.attempts.alone.RUnlock()
	}
	n, err := g.Store.Ledger.Attempt(src, suspect)
	if err != nil {
		return m, err
	}
	m, err = judge(attempt{n, suspect})
	if err != nil {
		err = errors.Join(err, g.Store.Ledger.ForgetAttempt(src))
	}
	return m, err
}
