package policy

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestWhence: a refusal names the line of the desk's rules by which it is that
// something is missing, and none where that is built in.
func TestWhence(t *testing.T) {
	second := Rule{Name: "deleting needs a second person", Where: "policy.toml:31", Second: another}
	code := Rule{Name: "a code, too", Where: "policy.toml:36", AnyOf: [][]ProofKind{{ProofCode}}}
	slow := Rule{Name: "slowly", Where: "policy.toml:40", Wait: 2 * time.Hour}
	own := func(change func(*Demand)) Rules {
		d := PasswordChange.Demands()
		d.Where = "policy.toml:4"
		change(&d)
		return Rules{Classes: map[Class]Demand{PasswordChange: d}}
	}
	tests := []struct {
		name   string
		rules  Rules
		spoil  func(*Action)
		reason Code
		says   string // empty: no line
	}{
		{"built-in", Rules{}, func(a *Action) { a.Proofs = nil }, CodeNotAuthenticated, ""},
		{"not-by-that-rule", Rules{More: []Rule{second, slow}}, func(a *Action) { a.Proofs = nil }, CodeNotAuthenticated, ""},
		{"approval", Rules{More: []Rule{code, second}}, func(a *Action) { a.Proofs = append(a.Proofs, given(ProofCode, noon)) }, CodeApprovalMissing, "(deleting needs a second person (policy.toml:31))."},
		{"code", Rules{More: []Rule{code, second}}, func(*Action) {}, CodeCodeMissing, "(a code, too (policy.toml:36))."},
		{"wait", Rules{More: []Rule{slow}}, func(*Action) {}, CodeWaiting, "(slowly (policy.toml:40)). It ends"},
		{"own-approval", own(func(d *Demand) { d.Second = another }), func(*Action) {}, CodeApprovalMissing, "(policy.toml:4)."},
		{"own-channel", own(func(d *Demand) { d.Channels = []Channel{Portal} }), func(*Action) {}, CodeChannelForbidden, "(policy.toml:4)."},
		{"own-and-rule", Rules{Classes: own(func(d *Demand) { d.Second = another }).Classes, More: []Rule{{Name: "two", Where: "policy.toml:50", Second: Second{Leads: 2}}}},
			func(*Action) {}, CodeApprovalMissing, "(policy.toml:4; two (policy.toml:50))."},
		{"lost-mailbox", Rules{More: []Rule{second}}, func(a *Action) {
			a.Class, a.Ticket.Class, a.Ticket.Lost, a.Proofs = AccountChange, AccountChange, true, nil
		}, CodeApprovalMissing, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := confirmed()
			a.Rules = tt.rules
			tt.spoil(&a)
			got := Authorize(a)
			i := slices.IndexFunc(got.Reasons, func(r Reason) bool { return r.Code == tt.reason })
			if i < 0 || !strings.Contains(got.Reasons[i].Text, tt.says) || tt.says == "" && strings.Contains(got.Reasons[i].Text, "policy.toml") {
				t.Errorf("Authorize() = %+v, want %s that says %q", got, tt.reason, tt.says)
			}
		})
	}
}
