package policy

import (
	"slices"
	"testing"
)

// TestTwoTickets: marks of two tickets in one message, in whatever combination
// and whatever became of them, bind nothing, and a no is heard by both. Earlier
// mail of a thread, and what nobody signed, unmakes nothing.
func TestTwoTickets(t *testing.T) {
	second := question()
	second.Ticket, second.ID = "T-2", "n-2"
	dead := func(n Notice, how string) Notice {
		n.Void, n.Spent = how == "void", how == "spent"
		if how == "expired" {
			n.Expires = noon.Add(-1)
		}
		return n
	}
	token := func(n Notice, field string) Named { return Named{Mark{"token of " + n.ID, field}, n} }
	subject := func(e *Evidence, n *Names, refs ...Notice) {
		n.References, e.References = nil, nil
		for _, r := range refs {
			m := Mark{r.Ticket + "-AAAAAA", "subject"}
			n.References, e.References = append(n.References, Named{m, r}), append(e.References, m)
		}
	}
	both := []string{"T-1", "T-2"}
	type row struct {
		name  string
		spoil func(*Evidence, *Names)
		bound Bound
		code  string // the first reason of a yes
		no    []string
	}
	tests := []row{
		{"one", func(e *Evidence, n *Names) { subject(e, n, question()) }, BoundToken, "confirmed", []string{"T-1"}},
		{"unknown-reference", func(e *Evidence, _ *Names) { e.References = []Mark{{"T-2-ZZZZZZ", "subject"}} }, BoundThread, "two_tickets", []string{"T-1"}},
		{"unknown-code-of-the-same", func(e *Evidence, _ *Names) { e.References = []Mark{{"T-1-ZZZZZZ", "subject"}} }, BoundToken, "confirmed", []string{"T-1"}},
		{"reference-that-nobody-signed", func(e *Evidence, n *Names) {
			subject(e, n, second)
			e.Sender.Covered = []string{"from", "to"}
		}, BoundToken, "confirmed", []string{"T-1"}},
		{"token-that-nobody-signed", func(e *Evidence, n *Names) {
			subject(e, n, second)
			e.Sender.Covered = []string{"from", "subject"}
		}, BoundReference, "token_unsigned", []string{"T-2"}},
		{"token-of-the-past", func(e *Evidence, n *Names) {
			subject(e, n, second)
			n.Tokens = []Named{token(dead(question(), "spent"), "references")}
			e.Sender.Covered = append(e.Sender.Covered, "references")
		}, BoundReference, "token_spent", []string{"T-2"}},
		{"token-of-the-past-beside-the-live-one", func(e *Evidence, n *Names) {
			subject(e, n, second)
			n.Tokens = []Named{token(dead(question(), "void"), "references"), token(second, "to")}
			e.Sender.Covered = append(e.Sender.Covered, "references")
		}, BoundToken, "confirmed", []string{"T-2"}},
		{"lift-of-the-same", func(e *Evidence, n *Names) {
			lift := question()
			lift.ID, lift.Lifts = "n-3", true
			subject(e, n, lift)
		}, BoundToken, "confirmed", []string{"T-1"}},
		{"two-live-tokens", func(_ *Evidence, n *Names) { n.Tokens = append(n.Tokens, token(second, "to")) }, BoundThread, "two_tickets", both},
	}
	for _, how := range []string{"live", "spent", "void", "expired"} {
		tests = append(tests, row{"token-under-reference-" + how, func(e *Evidence, n *Names) { subject(e, n, dead(second, how)) }, BoundThread, "two_tickets", both})
		for _, field := range []string{"to", "cc", "in-reply-to"} {
			if how != "live" {
				tests = append(tests, row{how + "-token-in-" + field + "-under-live-reference", func(e *Evidence, n *Names) {
					subject(e, n, second)
					n.Tokens = []Named{token(dead(question(), how), field)}
					e.Sender.Covered = append(e.Sender.Covered, "cc", "in-reply-to")
				}, BoundThread, "two_tickets", both})
			}
		}
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, n := proof(), names()
			tt.spoil(&e, &n)
			f := good()
			f.Evidence, f.Binding = e, Bind(e, n)
			f.Ticket.ID = f.Binding.Ticket
			if d := Decide(f); f.Binding.Bound != tt.bound || string(d.Reason()) != tt.code || d.Confirmed() != (tt.bound == BoundToken) {
				t.Errorf("a yes: %s, %+v; want %s by %s", f.Binding.Bound, d, tt.bound, tt.code)
			}
			f.Answer.Intent = No
			d := Decide(f)
			got := append([]string{d.Ticket}, d.Also()...)
			slices.Sort(got)
			if !d.Has(EffectDispute) || !slices.Equal(got, tt.no) {
				t.Errorf("a no disputes %v (%v), want %v", got, d.Has(EffectDispute), tt.no)
			}
		})
	}
}
