package demo

import (
	"context"
	"fmt"
	"time"

	"countersign/desk/api"
	"countersign/internal/redact"
	"countersign/policy"
	"countersign/tickets"
)

// step is one thing that happens in the demo. run gives what the daemon
// recorded of it, or an error if that isn't what must come of it.
type step struct {
	what string
	run  func(context.Context) (string, error)
}

func (w *world) story() []step {
	return []step{
		{`sam opens T-1 for Ada in a chat: "Reset SFTP password"`, w.opens},
		{"sam asks: may I do it now?", w.asks(policy.Chat, policy.Deny)},
		{`forged reply "from Ada"`, w.message(w.forge, policy.Rejected, policy.CodeDMARCFail, policy.StateUnconfirmed)},
		{"Ada's out-of-office reply, signed by her domain", w.message(w.vacation, policy.Ignored, policy.CodeAutoReply, policy.StateUnconfirmed)},
		{"sam asks again", w.asks(policy.Email, policy.Deny)},
		{"Ada's reply: YES", w.message(w.answers, policy.Authenticated, policy.CodeConfirmed, policy.StateConfirmed)},
		{"the same reply once more", w.message(w.again, policy.Ignored, policy.CodeDuplicate, policy.StateConfirmed)},
		{"the same reply, dressed up with another header", w.message(w.dressed, policy.Ignored, policy.CodeSignatureUsed, policy.StateConfirmed)},
		{"sam asks once more", w.asks(policy.Email, policy.Allow)},
		{"kept for years: the record of it all", w.audits},
	}
}

func (w *world) opens(ctx context.Context) (string, error) {
	var o api.Opened
	err := w.client.Call(ctx, "ticket/open", tickets.OpenRequest{Contact: "ada@north.example", Channel: policy.Chat,
		Class: policy.PasswordChange, Subject: "Reset SFTP password for web-3", Agent: "sam"}, &o)
	if err != nil {
		return "", err
	}
	m, err := w.notice(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %s, question sent to %s", o.Ticket, o.State, redact.Address(m.To[0])), nil
}

// asks is authorize, and must be answered with the verb.
func (w *world) asks(channel policy.Channel, want policy.Verb) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		var z tickets.Authorization
		if err := w.client.Call(ctx, "authorize", tickets.AuthorizeRequest{Ticket: "T-1", Class: policy.PasswordChange, Agent: "sam", Channel: channel}, &z); err != nil {
			return "", err
		}
		said := fmt.Sprintf("%-5s %s", z.Decision, z.Reasons[0].Code)
		if z.Receipt != "" {
			said += ", receipt " + z.Receipt
		}
		if z.Decision != want {
			return "", fmt.Errorf("authorize says %s, it must say %s", said, want)
		}
		return said, nil
	}
}

// message delivers what make makes of the notice; it must come to the verdict
// and reason, and leave the ticket in the state.
func (w *world) message(make func(notice []byte) ([]byte, error), verdict policy.Verdict, reason policy.Code, state policy.State) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		notice, err := w.notice(ctx)
		if err != nil {
			return "", err
		}
		raw, err := make(notice.Data)
		if err != nil {
			return "", err
		}
		started := time.Now()
		m, err := w.deliver(ctx, raw)
		if err != nil {
			return "", err
		}
		var t tickets.Shown
		if err := w.client.Call(ctx, "ticket/show", api.ID{ID: "T-1"}, &t); err != nil {
			return "", err
		}
		said := fmt.Sprintf("%s %s; T-1 %s, %.1f s", m.Verdict, m.Reason, t.State, time.Since(started).Seconds())
		if m.Verdict != verdict || m.Reason != reason || t.State != state {
			return "", fmt.Errorf("%s; it must come to %s %s and %s", said, verdict, reason, state)
		}
		return said, nil
	}
}

func (w *world) audits(ctx context.Context) (string, error) {
	var v api.AuditVerified
	err := w.client.Call(ctx, "audit/verify", api.None{}, &v)
	return fmt.Sprintf("%d entries, chain unbroken", v.Entries), err
}
