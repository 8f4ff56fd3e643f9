package policy

import (
	"testing"
	"time"
)

func TestBind(t *testing.T) {
	other := question()
	other.Ticket, other.ID = "T-2", "n-2"
	tests := []struct {
		name   string
		spoil  func(*Evidence, *Names)
		bound  Bound
		ticket string
		reason string
		live   bool // LiveToken is set
	}{
		{"token-and-reference-signed", func(*Evidence, *Names) {}, BoundToken, "T-1", "", true},
		{"only-subject-signed", func(e *Evidence, _ *Names) { e.Sender.Covered = []string{"from", "subject"} }, BoundToken, "T-1", "", true},
		{"only-to-signed", func(e *Evidence, _ *Names) { e.Sender.Covered = []string{"from", "to"} }, BoundToken, "T-1", "", true},
		{"token-in-cc-signed", func(e *Evidence, n *Names) {
			n.Tokens[0].Field, n.References = "cc", nil
			e.Sender.Covered = []string{"from", "cc"}
		}, BoundToken, "T-1", "", true},
		{"token-in-in-reply-to-signed", func(e *Evidence, n *Names) {
			n.Tokens[0].Field, n.References = "in-reply-to", nil
			e.Sender.Covered = []string{"from", "in-reply-to"}
		}, BoundToken, "T-1", "", true},
		{"reference-of-an-older-revision-covers-no-token", func(e *Evidence, n *Names) {
			e.Sender.Covered = []string{"from", "subject"}
			n.References[0].Notice.Revision, n.References[0].Notice.Void = 0, true
		}, BoundThread, "T-1", "token_unsigned", true},
		{"reference-of-another-contact-covers-no-token", func(e *Evidence, n *Names) {
			e.Sender.Covered = []string{"from", "subject"}
			n.References[0].Notice.Contact = "nils"
		}, BoundReference, "T-1", "token_unsigned", true},
		{"reference-that-no-longer-stands-covers-no-token", func(e *Evidence, n *Names) {
			e.Sender.Covered = []string{"from", "subject"}
			n.References[0].Notice.Void = true
		}, BoundThread, "T-1", "token_unsigned", true},
		{"reference-of-another-question-covers-no-token", func(e *Evidence, n *Names) {
			e.Sender.Covered = []string{"from", "subject"}
			n.References[0].Notice.Lifts = true
		}, BoundReference, "T-1", "token_unsigned", true},
		{"token-in-references-signed", func(e *Evidence, n *Names) {
			n.Tokens[0].Field, n.References = "references", nil
			e.Sender.Covered = []string{"from", "references"}
		}, BoundToken, "T-1", "", true},
		{"token-delivered-to-reference-signed", func(_ *Evidence, n *Names) { n.Tokens[0].Field = "delivered-to" }, BoundToken, "T-1", "", true},
		{"token-delivered-to-only", func(_ *Evidence, n *Names) {
			n.Tokens[0].Field, n.References = "delivered-to", nil
		}, BoundThread, "T-1", "token_unsigned", true},
		{"delivered-to-signed-is-no-cover", func(e *Evidence, n *Names) {
			n.Tokens[0].Field, n.References = "delivered-to", nil
			e.Sender.Covered = append(e.Sender.Covered, "delivered-to")
		}, BoundThread, "T-1", "token_unsigned", true},
		{"nothing-binding-signed", func(e *Evidence, _ *Names) { e.Sender.Covered = []string{"from"} }, BoundThread, "T-1", "token_unsigned", true},
		{"no-signature", func(e *Evidence, _ *Names) { e.Sender = Sender{Result: ResultNone} }, BoundThread, "T-1", "", true},
		{"reference-of-another-ticket", func(e *Evidence, n *Names) {
			// An attacker adds an unsigned token of T-1 to a mail signed for T-2.
			e.Sender.Covered = []string{"from", "subject"}
			n.References[0].Notice = other
		}, BoundReference, "T-2", "token_unsigned", true},
		{"unsigned-token-added-to-signed", func(_ *Evidence, n *Names) {
			n.Tokens = append(n.Tokens, Named{Mark{"token-2", "delivered-to"}, other})
		}, BoundToken, "T-1", "", true},
		{"two-tickets-signed", func(_ *Evidence, n *Names) {
			n.Tokens = append(n.Tokens, Named{Mark{"token-2", "to"}, other})
		}, BoundThread, "T-1", "two_tickets", false},
		{"two-references", func(_ *Evidence, n *Names) { n.TwoReferences = true }, BoundThread, "T-1", "two_references", false},
		{"signed-before-the-notice", func(e *Evidence, _ *Names) { e.Sender.SignedAt = question().Sent.Add(-Skew - time.Second) }, BoundThread, "T-1", "signature_before_notice", true},
		{"signed-at-the-edge-of-skew", func(e *Evidence, _ *Names) { e.Sender.SignedAt = question().Sent.Add(-Skew) }, BoundToken, "T-1", "", true},
		{"expired-at-the-second", func(e *Evidence, _ *Names) { e.Arrived = question().Expires }, BoundToken, "T-1", "", true},
		{"expired", func(e *Evidence, _ *Names) { e.Arrived = question().Expires.Add(time.Second) }, BoundReference, "T-1", "token_expired", false},
		{"spent", func(_ *Evidence, n *Names) { n.Tokens[0].Notice.Spent = true }, BoundReference, "T-1", "token_spent", false},
		{"void", func(_ *Evidence, n *Names) {
			n.Tokens[0].Notice.Void, n.References[0].Notice.Void = true, true
		}, BoundThread, "T-1", "token_superseded", false},
		{"void-with-reference-of-the-live-revision", func(_ *Evidence, n *Names) { n.Tokens[0].Notice.Void = true }, BoundReference, "T-1", "token_superseded", false},
		{"older-token-beside-the-live-one", func(_ *Evidence, n *Names) {
			old := question()
			old.Spent = true
			n.Tokens = append([]Named{{Mark{"token-0", "references"}, old}}, n.Tokens...)
		}, BoundToken, "T-1", "", true},
		{"thread", func(_ *Evidence, n *Names) { *n = Names{Threads: []string{"T-9"}} }, BoundThread, "T-9", "", false},
		{"nothing", func(_ *Evidence, n *Names) { *n = Names{} }, BoundNone, "", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, n := proof(), names()
			tt.spoil(&e, &n)
			b := Bind(e, n)
			reason := ""
			if len(b.Reasons) > 0 {
				reason = string(b.Reasons[0].Code)
			}
			if b.Bound != tt.bound || b.Ticket != tt.ticket || reason != tt.reason || (b.LiveToken != nil) != tt.live {
				t.Errorf("Bind() = %s %s %s live %v, want %s %s %s %v", b.Bound, b.Ticket, reason, b.LiveToken != nil, tt.bound, tt.ticket, tt.reason, tt.live)
			}
		})
	}
}
