package inbound

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/rs/zerolog"
)

// Cursor is where reading of a mailbox began.
type Cursor struct {
	UIDValidity uint32    `json:"uidvalidity"`
	Floor       uint32    `json:"floor"`   // messages with a smaller UID were there before
	Started     time.Time `json:"started"` // zero: from the beginning
}

// Todo is what is to be done on IMAP for a message whose outcome is recorded.
type Todo struct {
	Mailbox     string
	UIDValidity uint32
	UID         uint32
	Outcome     string
	MessageID   string
	Key         string // the ledger's
}

// Fetched is a message as it came from the server.
type Fetched struct {
	Mailbox     string
	UIDValidity uint32
	UID         uint32
	Arrived     time.Time // INTERNALDATE
	Size        int64
	Raw         []byte // whole, until the Handler returns; nil if it is over the size limit or Poison
	HeaderOnly  []byte // of a message over the limit, at most 256 KiB
	Poison      bool   // it could not be read whole in three tries

	content *content // of which Raw is
}

// Ledger is what a Reader needs of the store.
type Ledger interface {
	Cursor(mailbox string) (Cursor, error)
	Begin(mailbox string, c Cursor) error
	Known(mailbox string, uidvalidity, uid uint32) (bool, error)
	Pending(mailbox string) ([]Todo, error)
	Done(Todo) error
}

// Handler carries a message to its record. An error means that nothing was
// recorded; the message is fetched again later.
type Handler func(context.Context, Fetched) error

// Reader reads one mailbox.
type Reader struct {
	set    Settings
	ledger Ledger
	handle Handler
	log    zerolog.Logger

	tries   map[uint32]try  // of messages that could not be read whole
	history map[uint32]bool // messages from before the start

	mu     sync.Mutex
	status Status
}

// Status is how reading goes.
type Status struct {
	State       string // connecting, reading, idle, failing
	LastSuccess time.Time
	Waiting     int
	UIDValidity uint32
	Error       string
	Foreign     int // messages that somebody else has marked as handled
}

// NewReader gives a Reader that has not connected yet.
func NewReader(s Settings, l Ledger, h Handler, log zerolog.Logger) *Reader {
	return &Reader{set: s.withDefaults(), ledger: l, handle: h, log: log.With().Str("mailbox", s.Name).Logger(), tries: map[uint32]try{}, history: map[uint32]bool{},
		status: Status{State: "connecting"}}
}

func (s Settings) withDefaults() Settings {
	if s.Timeout <= 0 {
		s.Timeout = time.Minute
	}
	if s.Poll <= 0 {
		s.Poll = 30 * time.Second
	}
	if s.Patience <= 0 {
		s.Patience = patience
	}
	if s.Workers <= 0 {
		s.Workers = 8
	}
	if s.MaxSize <= 0 {
		s.MaxSize = 25 << 20
	}
	return s
}

// Status says how reading goes now.
func (r *Reader) Status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status
}

func (r *Reader) note(change func(*Status)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.status)
}

// maxTries is how often a message may break the connection, or come incomplete,
// before it is set aside unread.
const maxTries = 3

// try is what is known of a message that could not be read.
type try struct {
	n    int       // how often the message itself is to blame
	last time.Time // when that was counted
}

// patience is how long a message that is alone with its fault is given between
// two tries: the server may be ill, and not the message.
const patience = 10 * time.Minute

// blame notes that a message could not be read. It counts against the message
// only where another was read whole in the same session, or after patience: an
// outage of the server must not set its mail aside unread.
func (r *Reader) blame(uid uint32, others bool) {
	t, known := r.tries[uid]
	if now := time.Now(); others || known && now.Sub(t.last) >= r.set.Patience {
		t.n++
		t.last = now
	} else if !known {
		t.last = now
	}
	r.tries[uid] = t
}

// Once reads what is there, and ends. A message on which the connection broke
// is tried again over a new one, after all others.
func (r *Reader) Once(ctx context.Context) error {
	for {
		before := r.failures()
		err := r.session(ctx, func(c *connection) error { return r.pass(ctx, c) })
		if err == nil || ctx.Err() != nil || r.failures() == before {
			return err
		}
		r.log.Warn().Err(err).Msg("reading broke off; connecting again")
	}
}

// failures counts what is known of messages that could not be read: as long as
// it grows, reading again has sense.
func (r *Reader) failures() (n int) {
	for _, t := range r.tries {
		n += 1 + t.n
	}
	return n
}

// session connects, and calls fn.
func (r *Reader) session(ctx context.Context, fn func(*connection) error) error {
	c, err := r.set.connect(ctx)
	if err != nil {
		r.note(func(s *Status) { s.State, s.Error = "failing", err.Error() })
		return err
	}
	err = fn(c)
	if err != nil {
		c.close()
		r.note(func(s *Status) { s.State, s.Error = "failing", err.Error() })
		return err
	}
	c.logout()
	return nil
}

// Run reads until ctx ends. IDLE is a hint only: it polls besides, and connects
// again, with back-off, whenever something breaks.
func (r *Reader) Run(ctx context.Context) error {
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = time.Second, 5*time.Minute
	for ctx.Err() == nil {
		err := r.session(ctx, func(c *connection) error {
			for ctx.Err() == nil {
				if err := r.pass(ctx, c); err != nil {
					return err
				}
				wait.Reset()
				if err := r.idle(ctx, c); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil || ctx.Err() != nil {
			continue
		}
		pause := wait.NextBackOff()
		r.log.Warn().Err(err).Dur("again_in", pause).Msg("mailbox not read")
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	return ctx.Err()
}

// maxIdle is how long one IDLE lasts: some servers drop it silently after 10
// minutes or so.
const maxIdle = 9 * time.Minute

// idle waits for something to arrive, for the poll, or for the end.
func (r *Reader) idle(ctx context.Context, c *connection) error {
	r.note(func(s *Status) { s.State = "idle" })
	period := min(r.set.Poll, maxIdle)
	poll := time.NewTimer(period)
	defer poll.Stop()
	hint := func() {
		select {
		case <-ctx.Done():
		case <-poll.C:
		case <-c.news:
		case <-c.Closed(): // the command that follows says why
		}
	}
	if !c.Caps().Has(imap.CapIdle) {
		hint()
		return c.do(0, func() error { return c.Noop().Wait() })
	}
	c.guard.allow(period+c.timeout, 0)
	command, err := c.Idle()
	if err != nil {
		return err
	}
	hint()
	return c.do(0, func() error { return errors.Join(command.Close(), command.Wait()) })
}

// pass reads everything that has no record yet, and does what is to be done on
// the server.
func (r *Reader) pass(ctx context.Context, c *connection) error {
	r.note(func(s *Status) { s.State = "reading" })
	cursor, err := r.begin(c)
	if err != nil {
		return err
	}
	if err := r.dispose(c); err != nil {
		return err
	}
	uids, err := r.search(c, cursor)
	if err != nil {
		return err
	}
	r.note(func(s *Status) { s.Waiting, s.UIDValidity = len(uids), c.selected.UIDValidity })
	var broken error
	for batch := range slices.Chunk(uids, 100) {
		if broken = r.read(ctx, c, cursor, batch); broken != nil {
			break
		}
		if broken = r.dispose(c); broken != nil {
			break
		}
	}
	if broken != nil {
		return broken
	}
	r.note(func(s *Status) { s.LastSuccess, s.Waiting, s.Error = time.Now(), 0, "" })
	return nil
}

// begin gives where reading of this mailbox began. On the first start that is
// behind its newest message; where the server numbered anew, every message is
// looked at again, but none that arrived before the start.
func (r *Reader) begin(c *connection) (Cursor, error) {
	cursor, err := r.ledger.Cursor(r.set.Name)
	if err != nil || cursor.UIDValidity == c.selected.UIDValidity {
		return cursor, err
	}
	first := cursor.UIDValidity == 0
	next := Cursor{UIDValidity: c.selected.UIDValidity, Floor: 1, Started: cursor.Started}
	if first && !r.set.FromBeginning {
		if next.Floor = uint32(c.selected.UIDNext); next.Floor == 0 {
			return cursor, fmt.Errorf("%w: it does not say which UID comes next", ErrServer)
		}
		if next.Started, err = c.newest(); err != nil {
			return cursor, err
		}
	}
	if !first {
		r.log.Error().Uint32("was", cursor.UIDValidity).Uint32("is", next.UIDValidity).Msg("UIDVALIDITY changed; every message is looked at again")
	}
	clear(r.tries)
	clear(r.history)
	return next, r.ledger.Begin(r.set.Name, next)
}

// newest gives when the newest of the last messages arrived, by the server's own
// clock: what arrived before is never judged, whatever happens to its UID. The
// zero time stands for an empty mailbox. A time that is still to come would keep
// all new mail out, so our own clock bounds it.
func (c *connection) newest() (at time.Time, err error) {
	n := c.selected.NumMessages
	if n == 0 {
		return at, nil
	}
	var last imap.SeqSet
	last.AddRange(n-min(n-1, 49), n)
	var all []*imapclient.FetchMessageBuffer
	err = c.do(0, func() error {
		all, err = c.Fetch(last, &imap.FetchOptions{UID: true, InternalDate: true}).Collect()
		return err
	})
	for _, m := range all {
		if m.InternalDate.After(at) {
			at = m.InternalDate.UTC()
		}
	}
	if now := time.Now().UTC(); at.After(now) {
		at = now
	}
	return at, err
}

// rank puts messages that could not be read behind all others.
func (r *Reader) rank(uid uint32) int {
	if t, known := r.tries[uid]; known {
		return 1 + t.n
	}
	return 0
}

// maxSet bounds how many UIDs one answer may name.
const maxSet = 100_000

// search gives the UIDs without a record, those that failed before last.
func (r *Reader) search(c *connection, cursor Cursor) ([]uint32, error) {
	criteria := &imap.SearchCriteria{UID: []imap.UIDSet{{imap.UIDRange{Start: imap.UID(cursor.Floor)}}}}
	var data *imap.SearchData
	err := c.do(0, func() (err error) {
		data, err = c.UIDSearch(criteria, nil).Wait()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	set, _ := data.All.(imap.UIDSet)
	count := uint64(0)
	for _, one := range set {
		if one.Start == 0 || one.Stop < one.Start {
			return nil, fmt.Errorf("%w: a set of UIDs that makes no sense", ErrServer)
		}
		if count += uint64(one.Stop-one.Start) + 1; count > maxSet {
			return nil, fmt.Errorf("%w: it names more than %d messages", ErrServer, maxSet)
		}
	}
	var uids []uint32
	for _, one := range set {
		for uid := uint64(one.Start); uid <= uint64(one.Stop); uid++ {
			if uid < uint64(cursor.Floor) || r.history[uint32(uid)] { // n:* names the last message, whatever its UID
				continue
			}
			known, err := r.ledger.Known(r.set.Name, cursor.UIDValidity, uint32(uid))
			if err != nil {
				return nil, err
			}
			if !known {
				uids = append(uids, uint32(uid))
			}
		}
	}
	slices.SortStableFunc(uids, func(a, b uint32) int { return r.rank(a) - r.rank(b) })
	return uids, nil
}
