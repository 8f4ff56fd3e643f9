package mailbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// What messages that are judged side by side may weigh together, in bytes. A
// large one lies on disk and takes its share all the same: it leaves room for
// small ones beside it, so that one whose DNS is slow does not keep it waiting,
// and for no other large one: since nothing behind that is fetched meanwhile, it
// waits for DNS at the cost of as many small ones.
const (
	maxAtOnce   = 8 * largeMessage
	largeWeight = 6 * largeMessage
	largePlaces = 8
)

// Places is how many places a message of that size takes among those that are
// judged side by side: what DNS costs it, in time that others wait. One that is
// judged alone takes as many as a large one.
func Places(size int, alone bool) int {
	if alone || size > largeMessage {
		return largePlaces
	}
	return 1
}

// crew judges messages side by side, since DNS is slow, while the next ones are
// fetched.
type crew struct {
	wait   sync.WaitGroup
	places int // free ones

	mu    sync.Mutex
	freed *sync.Cond
	bytes int // of the messages under way
	errs  []error
}

func (r *Reader) newCrew() *crew {
	w := &crew{places: r.set.Workers}
	w.freed = sync.NewCond(&w.mu)
	return w
}

// judge hands a message on as soon as there is a place and room for it.
func (w *crew) judge(ctx context.Context, f *Fetched, handle Handler) {
	weight := len(f.Bytes())
	if weight > largeMessage {
		weight = largeWeight
	}
	w.mu.Lock()
	for w.places == 0 || w.bytes > 0 && w.bytes+weight > maxAtOnce {
		w.freed.Wait()
	}
	w.places--
	w.bytes += weight
	w.mu.Unlock()
	w.wait.Go(func() {
		err := handle(ctx, *f)
		f.content.free()
		w.mu.Lock()
		defer w.mu.Unlock()
		w.places++
		w.bytes -= weight
		w.freed.Signal()
		if err != nil {
			w.errs = append(w.errs, fmt.Errorf("handle UID %d: %w", f.UID, err))
		}
	})
}

// failed notes what went wrong before a message could be judged.
func (w *crew) failed(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.errs = append(w.errs, err)
}

// err gives what went wrong so far.
func (w *crew) err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return errors.Join(w.errs...)
}

// end waits for what is under way.
func (w *crew) end() error {
	w.wait.Wait()
	return w.err()
}
