package api

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"countersign/internal/config"
	"countersign/internal/exit"
)

const (
	// maxBody bounds a request: an import of some 100,000 contacts, or a message
	// past the largest configurable size in base64.
	maxBody = config.MaxSize/3*4 + 1<<20
	// smallBody is what a request may hold that waits for nobody. There are no
	// more of them than connections.
	smallBody = 64 << 10
	// Large requests together take so much memory while they arrive, and half of
	// it those of one user; then a few times as much while they are decoded and
	// judged, as TestManyLargeRequests measures.
	arriving, working, weight = 96 << 20, 192 << 20, 6
	// patience is how long a large request waits for its turns: less than the
	// client waits for the answer.
	patience = 15 * time.Second
	// grace is how long a request may stand still, and minRate in bytes a second
	// what it must come to from then on.
	grace   = 3 * time.Second
	minRate = 1 << 20
)

// body reads a request. A small one waits for nobody. A large one waits for its
// part of the memory when more than a small one has come, so that a client that
// only announces much holds nothing; and one that then stands still is cut off.
// done is to be called when the request has been answered.
func (s *Server) body(ctx context.Context, w http.ResponseWriter, r *http.Request, uid int) (body []byte, done func(), err error) {
	done = func() {}
	in := &steady{Reader: r.Body, conn: http.NewResponseController(w), grace: cmp.Or(s.grace, grace), since: time.Now()}
	defer func() {
		if err != nil { // it hears why only when it has sent all
			in.since, in.read = time.Now(), 0
			_, _ = io.CopyN(io.Discard, in, maxBody)
		}
		_ = in.conn.SetReadDeadline(time.Time{}) // to hear of a client that hangs up
	}()
	if r.ContentLength > maxBody {
		return nil, done, tooLarge(nil)
	}
	size := r.ContentLength
	if size < 0 {
		size = maxBody // it does not say
	}
	first, err := io.ReadAll(io.LimitReader(in, min(size, smallBody)))
	if err != nil || len(first) < smallBody || size == smallBody {
		return first, done, brokeOff(err)
	}
	s.once.Do(func() { s.arriving, s.working = newBudget(arriving), newBudget(working) })
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(s.patience, patience))
	defer cancel()
	arrived, err := s.arriving.take(ctx, uid, size)
	if err != nil {
		return nil, done, err
	}
	in.since, in.read = time.Now(), 0
	if body, err = rest(in, first, r.ContentLength); err != nil {
		arrived()
		return nil, done, brokeOff(err)
	}
	worked, err := s.working.take(ctx, uid, int64(len(body))*weight)
	if err != nil {
		arrived()
		return nil, done, err
	}
	return body, func() { worked(); arrived() }, nil
}

// rest reads what follows the first bytes of a request of that size, of one that
// does not say its size until it ends.
func rest(in io.Reader, first []byte, size int64) ([]byte, error) {
	if size >= 0 {
		body := make([]byte, size)
		_, err := io.ReadFull(in, body[copy(body, first):])
		return body, err
	}
	more, err := io.ReadAll(io.LimitReader(in, maxBody-smallBody+1))
	if err == nil && len(more) > maxBody-smallBody {
		err = tooLarge(nil)
	}
	return append(first, more...), err
}

func tooLarge(err error) error {
	return &exit.Error{Code: exit.DataErr, Reason: "too_large", Message: "The request is too large or broke off.", Err: err}
}

func brokeOff(err error) error {
	if _, told := errors.AsType[*exit.Error](err); err == nil || told {
		return err
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &exit.Error{Code: exit.TempFail, Reason: "too_slow", Message: "The request stood still and was cut off.", Err: err}
	}
	return tooLarge(err)
}

// steady reads from a connection for as long as enough comes.
type steady struct {
	io.Reader
	conn  *http.ResponseController
	grace time.Duration
	since time.Time
	read  int64
}

// lull is how long what has been sent may take to be read, however late it is: on
// a busy machine it may be we who are behind.
const lull = 20 * time.Millisecond

func (s *steady) Read(b []byte) (int, error) {
	b = b[:min(len(b), smallBody)]
	now := time.Now()
	due := s.since.Add(s.grace + time.Duration(s.read)*time.Second/minRate)
	if still := now.Add(s.grace); still.Before(due) {
		due = still
	}
	late := due.Before(now.Add(lull))
	if late {
		due = now.Add(lull)
	}
	_ = s.conn.SetReadDeadline(due)
	n, err := s.Reader.Read(b)
	if s.read += int64(n); err == nil && late && n < len(b) {
		err = os.ErrDeadlineExceeded // it had not sent what was due
	}
	return n, err
}
