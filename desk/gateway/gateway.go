// Package gateway carries one message through: who sent it, what it means,
// what it comes to, and after the commit what follows on SMTP and IMAP.
//
// It has no rules of its own: those are in packages inbound, policy and tickets.
package gateway

import (
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"

	"countersign/inbound"
	"countersign/inbound/mailbox"
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
	Check inbound.Checker
	Desks map[string]inbound.Desk // by mailbox
	// Observed mailboxes get verdicts only, never a ticket or notice.
	Observed map[string]bool
	// Open: Verify shows every binding, as of a world whose tokens stand in its file.
	Open bool
	Log  zerolog.Logger

	attempts attempts
	silences silences // of Retry
}

// Handle carries one fetched message to its record. What then follows, on IMAP by
// the mailbox's reader and on SMTP by the mailer, follows from that record. An
// error means that nothing was recorded: the message stays where it is and is
// fetched again.
func (g *Gateway) Handle(ctx context.Context, f mailbox.Fetched) error {
	src := ledger.Source{Mailbox: f.Mailbox, UIDValidity: f.UIDValidity, Turn: f.Turn, UID: f.UID, Observe: g.Observed[f.Mailbox]}
	if _, known, err := g.Store.Inbox.Received(src); err != nil || known {
		return err // a deferred message is judged again when it is due
	}
	_, err := g.judge(ctx, src, f, true)
	return err
}

// judge finds out who sent a message and what it says, and commits what it comes
// to. hurry says that others wait for their turn, so that it is put off rather
// than waited for.
func (g *Gateway) judge(ctx context.Context, src ledger.Source, f mailbox.Fetched, hurry bool) (tickets.Message, error) {
	inbound.Prepare() // before its attempt counts: this is no message's doing
	return g.counted(src, func(a attempt) (tickets.Message, error) {
		began := time.Now()
		e := g.understand(ctx, f, a, hurry)
		if err := ctx.Err(); err != nil {
			return tickets.Message{}, err // what DNS said while we were stopping is no answer
		}
		return g.record(e, src, f, began)
	})
}

// understand establishes what is known of a fetched message: what it says, and by
// DNS who sent it.
func (g *Gateway) understand(ctx context.Context, f mailbox.Fetched, a attempt, hurry bool) policy.Evidence {
	desk, ok := g.Desks[f.Mailbox]
	if !ok { // of a mailbox that is no longer configured
		desk.Limits = rawmail.DefaultLimits()
	}
	desk.Standing, desk.Hurry, desk.Places = g.standing, hurry || a.alone, mailbox.Places(len(f.Raw), a.alone)
	switch {
	case f.Poison:
		return unread(f, policy.CodePoison)
	case f.Raw == nil:
		return unread(f, policy.CodeTooLarge)
	case a.n > maxAttempts:
		return unread(f, policy.CodeCrashed)
	}
	return inbound.Understand(ctx, g.Check, desk, f.Raw, f.Arrived)
}

// unread is what is known of a message that is set aside as it is.
func unread(f mailbox.Fetched, code policy.Code) policy.Evidence {
	e := inbound.Unread(f.Bytes(), f.Arrived, policy.Because(code))
	e.Size = f.Size
	return e
}

// standing says how long a message may wait for DNS, and whether its words
// are read for a class. Where the store can't tell, recording it will fail too, and it is not
// waited for.
func (g *Gateway) standing(e policy.Evidence) (policy.Standing, bool) {
	s, reads, err := g.Store.Inbox.Standing(e)
	if err != nil {
		return policy.Stranger, false
	}
	return s, reads
}

// record is receive, but for a message whose record can't be: that is set aside.
func (g *Gateway) record(e policy.Evidence, src ledger.Source, f mailbox.Fetched, began time.Time) (tickets.Message, error) {
	m, err := g.receive(e, src, f.Bytes(), began)
	if unrecordable(err) {
		g.Log.Error().Err(err).Str("mailbox", src.Mailbox).Uint32("uid", src.UID).Msg("a message can't be recorded as it is; it is set aside")
		m, err = g.receive(inbound.Unread(f.Bytes(), f.Arrived, policy.Because(policy.CodeUnrecordable)), src, f.Bytes(), began)
	}
	return m, err
}

// unrecordable reports whether trying again can't help: a record or a notice
// would be larger than it may be.
func unrecordable(err error) bool {
	return errors.Is(err, kv.ErrSize) || errors.Is(err, kv.ErrOps) || errors.Is(err, tickets.ErrCompose)
}

// receive commits what the message comes to, in one transaction, and says so.
func (g *Gateway) receive(e policy.Evidence, src ledger.Source, raw []byte, began time.Time) (tickets.Message, error) {
	m, err := g.Store.Inbox.Receive(e, src, raw)
	if err != nil {
		return m, err
	}
	event := g.Log.Info().Str("mailbox", src.Mailbox).Uint32("uid", src.UID).Str("message", m.ID).
		Str("outcome", string(m.Outcome)).Str("verdict", string(m.Verdict)).Str("rule", m.Decision.Rule).Stringer("from", redact.Address(e.From))
	if len(m.Reasons) > 0 {
		event = event.Str("reason", string(m.Reasons[0].Code))
	}
	if m.Ticket != "" {
		event = event.Str("ticket", m.Ticket)
	}
	said := "message judged"
	if src.Observe {
		said = "message observed; this is what it would have come to"
	}
	event.Stringer("took", time.Since(began).Round(time.Microsecond)).Msg(said)
	for _, ticket := range m.Disputes() {
		g.Log.Error().Str("message", m.ID).Str("ticket", ticket).Msg("a customer said no to a ticket: nothing may be done of it, and staff are told")
	}
	return m, nil
}
