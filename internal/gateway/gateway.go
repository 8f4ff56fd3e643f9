// Package gateway carries one message through: who sent it, what it means,
// what it comes to, and after the commit what follows on SMTP and IMAP.
//
// It has no rules of its own: those are in packages inbound, policy and tickets.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"countersign/inbound"
	"countersign/internal/blob"
	"countersign/internal/kv"
	"countersign/internal/rawmail"
	"countersign/internal/redact"
	"countersign/policy"
	"countersign/tickets"
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
}

// maxAttempts is how often a message that is judged alone may stop the program
// before it is set aside.
const maxAttempts = 3

// Handle carries one fetched message to its record. An error means that nothing
// was recorded: the message stays where it is and is fetched again.
func (g *Gateway) Handle(ctx context.Context, f inbound.Fetched) error {
	src := tickets.Source{Mailbox: f.Mailbox, UIDValidity: f.UIDValidity, Turn: f.Turn, UID: f.UID, Observe: g.Observed[f.Mailbox]}
	if _, ok, err := g.Store.Received(src); err != nil || ok {
		return err // a deferred message is judged again when it is due
	}
	return g.judge(ctx, src, f)
}

// judge carries a message to its record, counting attempts.
func (g *Gateway) judge(ctx context.Context, src tickets.Source, f inbound.Fetched) (err error) {
	suspect, err := g.Store.InFlight(src)
	if err != nil {
		return err
	}
	if suspect {
		g.alone.Lock()
		defer g.alone.Unlock()
	} else {
		g.alone.RLock()
		defer g.alone.RUnlock()
	}
	attempts, err := g.Store.AttemptMessage(src, suspect)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.Store.ForgetAttempt(src))
		}
	}()
	started := time.Now()
	e := g.understand(ctx, f, attempts)
	if err := ctx.Err(); err != nil {
		return err // what DNS said while we were stopping is no answer
	}
	err = g.receive(e, src, f.Bytes(), started)
	if unrecordable(err) {
		g.Log.Error().Err(err).Str("mailbox", src.Mailbox).Uint32("uid", src.UID).Msg("a message can't be recorded as it is; it is set aside")
		err = g.receive(inbound.Unread(f.Bytes(), f.Arrived, policy.Because("unrecordable")), src, f.Bytes(), started)
	}
	return err
}

// unrecordable reports whether trying again can't help: a record or a notice
// would be larger than it may be.
func unrecordable(err error) bool {
	return errors.Is(err, kv.ErrSize) || errors.Is(err, kv.ErrOps) || errors.Is(err, tickets.ErrCompose)
}

// understand establishes what is known of a fetched message.
func (g *Gateway) understand(ctx context.Context, f inbound.Fetched, attempts int) policy.Evidence {
	desk, ok := g.Desks[f.Mailbox]
	if !ok { // of a mailbox that is no longer configured
		desk.Limits = rawmail.DefaultLimits()
	}
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

// receive commits what the message comes to, keeping its bytes first where they
// must be kept.
func (g *Gateway) receive(e policy.Evidence, src tickets.Source, raw []byte, started time.Time) error {
	m, err := g.Store.Receive(e, src, "")
	if errors.Is(err, tickets.ErrNeedsBytes) {
		hash, err2 := g.Blobs.Put(raw)
		if err2 != nil {
			return fmt.Errorf("keep the bytes of a message: %w", err2)
		}
		m, err = g.Store.Receive(e, src, hash)
	}
	if err != nil {
		return err
	}
	event := g.Log.Info().Str("mailbox", src.Mailbox).Uint32("uid", src.UID).Str("message", m.ID).
		Str("outcome", string(m.Outcome)).Str("verdict", string(m.Verdict)).Stringer("from", redact.Address(e.From))
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
	return nil
}

// Deferred messages are judged side by side, since DNS that is slow for one must
// not keep the others waiting; large ones one at a time, for memory.
const (
	workers = 8
	large   = 1 << 20 // bytes
)

// Retry judges the deferred messages that are due again, all of them with all.
func (g *Gateway) Retry(ctx context.Context, all bool) error {
	waiting, err := g.Store.Deferred(g.Store.Now(), all)
	if err != nil {
		return err
	}
	var wait sync.WaitGroup
	var mu, one sync.Mutex
	var errs []error
	places := make(chan struct{}, workers)
	for _, id := range waiting {
		places <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		wait.Go(func() {
			defer func() { <-places }()
			err := g.again(ctx, id, &one)
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, err)
		})
	}
	wait.Wait()
	return errors.Join(append(errs, ctx.Err())...)
}

// again judges one deferred message.
func (g *Gateway) again(ctx context.Context, id string, one *sync.Mutex) error {
	m, ok, err := g.Store.DeferredByID(id)
	if err != nil || !ok {
		return err
	}
	if m.Facts.Size > large {
		one.Lock()
		defer one.Unlock()
	}
	raw, err := g.Blobs.Get(m.Blob)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, blob.ErrDamaged) {
		g.Log.Error().Err(err).Str("message", m.ID).Msg("the kept bytes of a deferred message are lost; it is set aside")
		lost := m.Facts.Evidence
		lost.Refusals = []policy.Reason{policy.Because("bytes_lost")}
		return g.receive(lost, m.Source, nil, time.Now())
	}
	if err != nil {
		return fmt.Errorf("message %s: %w", m.ID, err)
	}
	return g.judge(ctx, m.Source, inbound.Fetched{Mailbox: m.Source.Mailbox, UIDValidity: m.Source.UIDValidity,
		Turn: m.Source.Turn, UID: m.Source.UID, Arrived: m.Facts.Arrived, Raw: raw})
}
