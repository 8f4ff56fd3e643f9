package mailer

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"countersign/internal/retry"
	"countersign/policy"
)

// Item is a notice that waits: final bytes and an envelope.
type Item struct {
	ID      string
	Class   policy.Delivery
	From    string // return path, empty: null
	To      string
	Message []byte
	Tries   int       // attempts before this one
	First   time.Time // from when it was to go out; after five days it is given up
}

// Outbox is what the mailer needs of the store: the notices that are due, and a
// place to say what became of each.
type Outbox interface {
	// Due gives at most limit notices whose time has come.
	Due(now time.Time, limit int) ([]Item, error)
	// Attempt records, before the message is sent, that it will be. If it
	// fails the message is not sent; ErrGone says that this is as it should be.
	Attempt(id string, at time.Time) error
	// Sent records that the server took the message, with its words.
	Sent(id string, at time.Time, reply string) error
	// Retry records that the message is not sent, and when to try again. With
	// refused, it was refused before an attempt was recorded; that counts as one.
	Retry(id string, next time.Time, refused bool, why string) error
	// Failed records that the message is not sent and never will be.
	Failed(id string, why string) error
	// Unknown records that the message was sent whole but the answer did not
	// come: the server may have taken it.
	Unknown(id string, at time.Time, why string) error
}

// errServer reports that the SMTP server could not be used; what was due waits.
var errServer = errors.New("the SMTP server can't be used")

// ErrGone is given by an outbox for a notice that is not to be sent any more.
var ErrGone = errors.New("the notice is not to be sent any more")

const (
	batch  = 100
	giveUp = 5 * 24 * time.Hour // RFC 5321 section 4.5.4.1: at least 4 to 5 days
)

// Mailer drains an outbox to a server.
type Mailer struct {
	server Server
	outbox Outbox
	log    zerolog.Logger
	jitter func() float64 // in [0,1)
}

// New gives a Mailer.
func New(s Server, o Outbox, log zerolog.Logger) *Mailer {
	return &Mailer{server: s, outbox: o, log: log, jitter: rand.Float64}
}

// Drain tries everything that is due at now, once, over one connection, and
// gives how many the server took. It returns an error if the server can't be
// used at all (errServer) or the outbox can't; what is wrong with one mail is
// told to the outbox alone. What the outbox can't take of one mail keeps no other
// from being sent, and is an error in the end; where it can't several in a row,
// that is the outbox's fault. After the end of ctx no new mail is begun.
func (m *Mailer) Drain(ctx context.Context, now time.Time) (sent int, err error) {
	d := drain{Mailer: m, ctx: ctx, now: now}
	defer d.end()
	seen := map[string]bool{}
	var untold []error
	row := 0 // of them, one after the other
	for {
		due, err := m.outbox.Due(now, batch+d.waiting) // those may be due again at once
		if err != nil {
			return d.sent, errors.Join(append(untold, fmt.Errorf("outbox: %w", err))...)
		}
		due = slices.DeleteFunc(due, func(i Item) bool { return seen[i.ID] })
		if len(due) == 0 {
			return d.sent, errors.Join(untold...)
		}
		for n, i := range due {
			if ctx.Err() != nil {
				return d.sent, errors.Join(untold...)
			}
			seen[i.ID] = true
			err := d.one(i)
			if errors.Is(err, errServer) {
				return d.sent, errors.Join(append(untold, err, d.postpone(due[n+1:], err))...)
			}
			if err == nil {
				row = 0
				continue
			}
			d.log.Error().Err(err).Str("notice", i.ID).Msg("outbox can't take what became of a notice")
			if untold, row = append(untold, err), row+1; row == maxUntold {
				return d.sent, errors.Join(untold...)
			}
		}
	}
}

// drain is one run over the outbox.
type drain struct {
	*Mailer
	ctx  context.Context
	now  time.Time
	c    *session // nil: none is open
	sent int
	lost int // connections lost amid a mail, one after the other

	waiting int // mails put off in this run
}

// maxUntold is how many mails in a row the outbox may not take: fewer may be the
// fault of each.
const maxUntold = 3

// maxLost is how many connections may be lost in a row: fewer may be the fault
// of one mail, so many are the server's.
const maxLost = 3

func (d *drain) end() {
	if d.c != nil {
		d.c.quit()
	}
}

// postpone tells the outbox that the rest waits for the server.
func (d *drain) postpone(rest []Item, why error) error {
	var errs []error
	for _, i := range rest {
		if err := d.retry(i, false, d.clean(why)); err != nil {
			if errs = append(errs, err); len(errs) == maxUntold {
				break
			}
		}
	}
	return errors.Join(errs...)
}

// one tries one mail over the open connection, or over a new one, and drops it
// where it is of no use any more. The error is errServer or the outbox's.
func (d *drain) one(i Item) (err error) {
	if err := fit(i); err != nil {
		d.log.Error().Str("notice", i.ID).Str("why", err.Error()).Msg("notice unfit to be sent")
		return tell(d.outbox.Failed(i.ID, err.Error()))
	}
	for {
		reused := d.c != nil && d.c.sent > 0
		if d.c == nil {
			if d.c, err = dial(d.ctx, d.server.named(i.From)); err != nil {
				if d.ctx.Err() != nil {
					return nil // stopped before anything was said about this mail
				}
				return d.unusable(i, err)
			}
		}
		reply, f := d.c.deliver(i, func() error { return d.outbox.Attempt(i.ID, d.now) })
		code := 0
		if f != nil {
			code = replyCode(f)
		}
		if f == nil || f.stage == atDot && code/100 == 2 {
			d.sent, d.lost = d.sent+1, 0
			d.log.Info().Str("notice", i.ID).Int("tries", i.Tries+1).Msg("notice sent")
			return tell(d.outbox.Sent(i.ID, d.now, d.cleanText(reply)))
		}
		alive := f.stage == atAttempt || code != 0 && code != 421
		if alive {
			d.lost = 0
		} else if f.stage != atMail {
			d.lost++
		}
		if !alive || !d.c.reset() {
			d.c.drop()
			d.c = nil
		}
		// A server may end a connection between two mails, for its age or the
		// number of mails; a new one then serves this mail.
		if reused && f.stage == atMail && !alive && d.ctx.Err() == nil {
			continue
		}
		if err := d.conclude(i, f, code); err != nil {
			return err
		}
		if d.lost >= maxLost {
			return fmt.Errorf("%w: %d connections were lost one after the other, at last: %s", errServer, d.lost, d.clean(f))
		}
		return nil
	}
}

// named is s with a name for EHLO.
func (s Server) named(returnPath string) Server {
	if s.Hello != "" {
		return s
	}
	if _, s.Hello, _ = strings.Cut(returnPath, "@"); s.Hello == "" {
		s.Hello = "localhost"
	}
	return s
}

// conclude tells the outbox what a failed delivery means for its mail.
func (d *drain) conclude(i Item, f *failure, code int) error {
	why := d.clean(f)
	switch {
	case f.stage == atAttempt && errors.Is(f.err, ErrGone): //rule:6.11 mail-gone-ends-nothing TestUntold
		d.log.Info().Str("notice", i.ID).Msg("notice given up meanwhile")
		return nil
	case f.stage == atAttempt:
		return fmt.Errorf("outbox: %w", f.err)
	case f.stage == atDot && code == 0:
		d.log.Warn().Str("notice", i.ID).Str("why", why).Msg("notice perhaps sent")
		return tell(d.outbox.Unknown(i.ID, d.now, why))
	case f.stage == atMail && (code == 0 || code == 421 || notUs(code)):
		return d.unusable(i, f)
	case code/100 == 5:
		d.log.Error().Str("notice", i.ID).Str("why", why).Msg("notice refused")
		return tell(d.outbox.Failed(i.ID, why))
	}
	return d.retry(i, f.stage < atAttempt, why)
}

// notUs reports whether a refusal of MAIL is about us, not about the mail: TLS
// or signing in is wanted (RFC 4954 section 6, RFC 3207 section 4).
func notUs(code int) bool { return code == 530 || code == 534 || code == 535 || code == 538 }

// unusable makes the mail wait because the server can't be used.
func (d *drain) unusable(i Item, err error) error {
	why := d.clean(err)
	d.log.Warn().Str("why", why).Msg("SMTP server not usable")
	if err := d.retry(i, false, why); err != nil {
		return err
	}
	return fmt.Errorf("%w: %s", errServer, why)
}

// retry makes the mail wait its turn, or gives it up after five days.
func (d *drain) retry(i Item, refused bool, why string) error {
	next := d.now.Add(d.delay(i.Tries))
	if !i.First.IsZero() && next.Sub(i.First) > giveUp {
		d.log.Error().Str("notice", i.ID).Str("why", why).Msg("notice given up")
		return tell(d.outbox.Failed(i.ID, "given up after 5 days; at last: "+why))
	}
	d.log.Warn().Str("notice", i.ID).Int("tries", i.Tries+1).Str("why", why).Time("next", next).Msg("notice waits")
	d.waiting++
	return tell(d.outbox.Retry(i.ID, next, refused, why))
}

// delay is how long to wait after so many tries, less up to a quarter by chance so
// that not all come back at once.
func (m *Mailer) delay(tries int) time.Duration {
	d := retry.Send.After(tries + 1)
	return max(retry.Send.After(1), d-time.Duration(m.jitter()*float64(d)/4))
}

func tell(err error) error {
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}

// fit reports why an item can't be sent as it is.
func fit(i Item) error {
	switch {
	case i.From != "" && !plainAddress(i.From):
		return errors.New("its return path is not a plain address")
	case !plainAddress(i.To):
		return errors.New("its recipient is not a plain address")
	}
	return verbatim(i.Message)
}

// replyCode is the code of a server's refusal, 0 if there was none.
func replyCode(err error) int {
	if e, ok := errors.AsType[*textproto.Error](err); ok {
		return e.Code
	}
	return 0
}
