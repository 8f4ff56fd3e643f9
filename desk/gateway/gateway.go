// Package gateway carries one message through: who sent it, what it means,
// what it comes to, and after the commit what follows on SMTP and IMAP.
//
// It has no rules of its own: those are in packages inbound, policy and tickets.
package gateway

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"countersign/inbound"
	"countersign/inbound/mailbox"
	"countersign/internal/blob"
	"countersign/internal/kv"
	"countersign/internal/rawmail"
	"countersign/internal/redact"
	"countersign/policy"
	"countersign/tickets"
	"countersign/tickets/ledger"
)

// Gateway carries messages of all mailboxes.
type Gateway struct {
	Store *tickets.Store
	Blobs *blob.Store
	Check inbound.Checker
	Desks map[string]inbound.Desk // by mailbox
	// Observed mailboxes get verdicts only, never a ticket or notice.
	Observed map[string]bool
	// Open: Verify shows every binding, as of a world whose tokens stand in its file.
	Open bool
	Log  zerolog.Logger

	// alone is held by a message that was in flight at a crash: it is judged
	// with nothing else under way. All others hold it for reading.
	alone sync.RWMutex

	silences silences // of Retry
}

// maxAttempts is how often a message that is judged alone may stop the program
// before it is set aside.
const maxAttempts = 3

// Handle carries one fetched message to its record. An error means that nothing
// was recorded: the message stays where it is and is fetched again.
func (g *Gateway) Handle(ctx context.Context, f mailbox.Fetched) error {
	src := ledger.Source{Mailbox: f.Mailbox, UIDValidity: f.UIDValidity, Turn: f.Turn, UID: f.UID, Observe: g.Observed[f.Mailbox]}
	if _, ok, err := g.Store.Received(src); err != nil || ok {
		return err // a deferred message is judged again when it is due
	}
	_, err := g.judge(ctx, src, f, true)
	return err
}

// judge carries a message to its record, counting attempts. hurry says that
// others wait for their turn, so that it is put off rather than waited for.
func (g *Gateway) judge(ctx context.Context, src ledger.Source, f mailbox.Fetched, hurry bool) (m tickets.Message, err error) {
	suspect, err := g.Store.Ledger.InFlight(src)
	if err != nil {
		return m, err
	}
	if suspect {
		g.alone.Lock()
		defer g.alone.Unlock()
	} else {
		g.alone.RLock()
		defer g.alone.RUnlock()
	}
	attempts, err := g.Store.Ledger.Attempt(src, suspect)
	if err != nil {
		return m, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.Store.Ledger.ForgetAttempt(src))
		}
	}()
	started := time.Now()
	e := g.understand(ctx, f, attempts, hurry, suspect)
	if err := ctx.Err(); err != nil {
		return m, err // what DNS said while we were stopping is no answer
	}
	m, err = g.receive(e, src, f.Bytes(), started)
	if unrecordable(err) {
		g.Log.Error().Err(err).Str("mailbox", src.Mailbox).Uint32("uid", src.UID).Msg("a message can't be recorded as it is; it is set aside")
		m, err = g.receive(inbound.Unread(f.Bytes(), f.Arrived, policy.Because("unrecordable")), src, f.Bytes(), started)
	}
	return m, err
}

// unrecordable reports whether trying again can't help: a record or a notice
// would be larger than it may be.
func unrecordable(err error) bool {
	return errors.Is(err, kv.ErrSize) || errors.Is(err, kv.ErrOps) || errors.Is(err, tickets.ErrCompose)
}

// understand establishes what is known of a fetched message.
func (g *Gateway) understand(ctx context.Context, f mailbox.Fetched, attempts int, hurry, alone bool) policy.Evidence {
	desk, ok := g.Desks[f.Mailbox]
	if !ok { // of a mailbox that is no longer configured
		desk.Limits = rawmail.DefaultLimits()
	}
	desk.Standing, desk.Hurry, desk.Places = g.standing, hurry || alone, mailbox.Places(len(f.Raw), alone)
	refuse := func(code string) policy.Evidence {
		e := inbound.Unread(f.Bytes(), f.Arrived, policy.Because(code))
		e.Size = f.Size
		return e
	}
	switch {
	case f.Poison:
		return refuse("poison")
	case f.Raw == nil:
		return refuse("too_large")
	case attempts > maxAttempts:
		return refuse("crashed")
	}
	return inbound.Understand(ctx, g.Check, desk, f.Raw, f.Arrived)
}

// standing says how long a message may wait for DNS. Where the store can't tell,
// recording it will fail too, and it is not waited for.
func (g *Gateway) standing(e policy.Evidence) policy.Standing {
	s, err := g.Store.Standing(e)
	if err != nil {
		return policy.Stranger
	}
	return s
}

// receive commits what the message comes to.
func (g *Gateway) receive(e policy.Evidence, src ledger.Source, raw []byte, started time.Time) (m tickets.Message, err error) {
	m, err = g.Store.Receive(e, src, raw)
	if err != nil {
		return m, err
	}
	event := g.Log.Info().Str("mailbox", src.Mailbox).Uint32("uid", src.UID).Str("message", m.ID).
		Str("outcome", string(m.Outcome)).Str("verdict", string(m.Verdict)).Str("rule", m.Decision.Rule).Stringer("from", redact.Address(e.From))
	if len(m.Reasons) > 0 {
		event = event.Str("reason", m.Reasons[0].Code)
	}
	if m.Ticket != "" {
		event = event.Str("ticket", m.Ticket)
	}
	said := "message judged"
	if src.Observe {
		said = "message observed; this is what it would have come to"
	}
	event.Stringer("took", time.Since(started).Round(time.Microsecond)).Msg(said)
	return m, nil
}
