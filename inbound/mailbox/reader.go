package mailbox

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/rs/zerolog"

	"countersign/internal/retry"
)

// Cursor is where reading of a mailbox began, and how far it has come.
type Cursor struct {
	UIDValidity uint32    `json:"uidvalidity"`
	Turn        uint32    `json:"turn,omitempty"` // how often the server gave out its UIDs anew without saying so
	Floor       uint32    `json:"floor"`          // messages with a smaller UID were there before
	Started     time.Time `json:"started"`        // zero: from the beginning
	Next        uint32    `json:"next,omitempty"` // greater than every UID that was seen
	Read        time.Time `json:"read,omitzero"`  // what had arrived by then was read
	Held        time.Time `json:"held,omitzero"`  // since then a person has to decide
}

// Todo is what is to be done on IMAP for a message whose outcome is recorded.
type Todo struct {
	Mailbox     string
	UIDValidity uint32
	Turn        uint32
	UID         uint32
	Outcome     string
	Stays       bool // it is marked and not moved: nobody else was told of it
}

// Fetched is a message as it came from the server.
type Fetched struct {
	Mailbox     string
	UIDValidity uint32
	Turn        uint32
	UID         uint32
	Arrived     time.Time // INTERNALDATE
	Size        int64
	Raw         []byte // whole, until the Handler returns; nil if it is over the size limit or Poison
	HeaderOnly  []byte // of a message over the limit, at most 256 KiB
	Poison      bool   // it could not be read whole in three tries

	content *content // of which Raw is
}

// Bytes is what there is of the message.
func (f Fetched) Bytes() []byte {
	if f.Raw != nil {
		return f.Raw
	}
	return f.HeaderOnly
}

// Ledger is what a Reader needs of the store.
type Ledger interface {
	Cursor(mailbox string) (Cursor, error)
	Advance(mailbox string, change func(*Cursor)) error
	Known(mailbox string, at Cursor, uid uint32) (bool, error)
	KnownBytes(raw []byte) (bool, error) // a record of the same message, wherever it lay
	Pending(mailbox string) ([]Todo, error)
	Done(...Todo) error // at most 100
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
	fewer   int             // how often the number of dates asked for at once was halved

	stuck  bool // the server has refused to move messages in this pass
	untidy bool // the session before broke off while messages were moved

	low        uint32    // all messages with a smaller UID were looked at,
	reconciled time.Time // when that was last not relied on

	mu     sync.Mutex
	status Status
}

// Status is how reading goes.
type Status struct {
	State       string // connecting, reading, idle, held, failing
	LastSuccess time.Time
	Waiting     int
	UIDValidity uint32
	Error       string
	Foreign     int       // messages that somebody else has marked as handled
	Alive       time.Time // the last sign that reading goes on, or tries to
}

// NewReader gives a Reader that has not connected yet.
func NewReader(s Settings, l Ledger, h Handler, log zerolog.Logger) *Reader {
	return &Reader{set: s.withDefaults(), ledger: l, handle: h, log: log.With().Str("mailbox", s.Name).Logger(), tries: map[uint32]try{}, history: map[uint32]bool{},
		status: Status{State: "connecting", Alive: time.Now()}}
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
		s.Workers = 16
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
	r.status.Alive = time.Now()
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

// session connects, and calls fn.
func (r *Reader) session(ctx context.Context, fn func(*connection) error) error {
	c, err := r.set.connect(ctx)
	if err != nil {
		r.note(func(s *Status) { s.State, s.Error = "failing", err.Error() })
		return err
	}
	err = fn(c)
	if errors.Is(err, errHeld) {
		c.logout()
		return err
	}
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
	wait := retry.Mailbox()
	failed := time.Time{} // since when
	for ctx.Err() == nil {
		err := r.session(ctx, func(c *connection) error {
			for ctx.Err() == nil {
				if err := r.pass(ctx, c); err != nil && !errors.Is(err, errHeld) {
					return err
				}
				wait.Reset()
				if !failed.IsZero() {
					r.log.Info().Stringer("after", time.Since(failed).Round(time.Second)).Msg("mailbox read again")
					failed = time.Time{}
				}
				if err := r.idle(ctx, c); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil || ctx.Err() != nil {
			continue
		}
		if failed.IsZero() {
			failed = time.Now()
		}
		pause := wait.NextBackOff()
		r.log.Warn().Err(err).Stringer("again_in", pause.Round(time.Millisecond)).Msg("mailbox not read")
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
	r.note(func(s *Status) {
		if s.State == "reading" {
			s.State = "idle"
		}
	})
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
	noop := func() error {
		hint()
		return c.do(0, func() error { return c.Noop().Wait() })
	}
	if !c.Caps().Has(imap.CapIdle) {
		return noop()
	}
	c.guard.allow(period+c.timeout, 0)
	command, err := c.Idle()
	if err != nil && refused(err) { // it says it can, and will not: there is the poll
		return noop()
	}
	if err != nil {
		return err
	}
	hint()
	return c.do(0, func() error { return errors.Join(command.Close(), command.Wait()) })
}

// pass reads everything that has no record yet, and does what is to be done on
// the server.
func (r *Reader) pass(ctx context.Context, c *connection) error {
	started := time.Now().UTC()
	r.stuck = false
	cursor, err := r.begin(c)
	if err != nil {
		return err
	}
	if err := r.tidy(c, cursor); err != nil {
		return err
	}
	if !cursor.Held.IsZero() {
		return r.held(cursor)
	}
	r.note(func(s *Status) { s.State = "reading" })
	uids, low, err := r.search(c, cursor)
	if err != nil {
		return err
	}
	r.note(func(s *Status) { s.Waiting, s.UIDValidity = len(uids), c.selected.UIDValidity })
	if err := r.sift(ctx, c, cursor, uids); err != nil {
		return err
	}
	crew := r.newCrew()
	for batch := range slices.Chunk(uids, 100) {
		err := r.read(ctx, c, cursor, batch, crew)
		if err == nil {
			err = r.tidy(c, cursor)
		}
		if err != nil {
			return cmp.Or(crew.end(), err)
		}
	}
	if err := crew.end(); err != nil {
		return err
	}
	if len(uids) > 0 {
		if err := r.tidy(c, cursor); err != nil {
			return err
		}
	}
	if err := r.progress(c, cursor, uids, started); err != nil {
		return err
	}
	r.low = low
	if r.untidy {
		if err := r.dispose(c, cursor); err != nil {
			return err
		}
		r.untidy = false
	}
	r.note(func(s *Status) { s.LastSuccess, s.Waiting, s.Error = time.Now(), 0, "" })
	return nil
}
