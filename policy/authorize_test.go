package policy

import (
	"slices"
	"testing"
	"time"
)

// confirmed is an action that deserves a yes.
func confirmed() Action {
	at := noon.Add(-time.Hour)
	return Action{Now: noon, Class: PasswordChange, Channel: Email, Agent: "sam", Authority: true, Epoch: 1, UsedIn: 1,
		Ticket:  Ticket{ID: "T-1", Client: "north", Contact: "ada", Class: PasswordChange, State: StateConfirmed, Revision: 2},
		Contact: onFile(), Proofs: []Proof{given(ProofSender, at), given(ProofReply, at)}, TokenClasses: []Class{MinorChange}}
}

// onFile is a person in good standing.
func onFile() Giver {
	return Giver{Active: true, Client: "north", May: true, OnFile: true, Code: HeldCode{Stands: true, SetBy: "tom"}}
}

// given is a proof that counts: of the ticket's contact, an approval of another.
func given(k ProofKind, at time.Time) Proof {
	p := Proof{Kind: k, Revision: 2, At: at, Contact: "ada", Address: "ada@north.example", Epoch: 1, Expires: at.Add(ProofLife), Giver: onFile()}
	if k == ProofExternal {
		p.Address, p.Checker = "", "idp"
	}
	if k == ProofApproval {
		p.Contact, p.Address = "bob", "bob@north.example"
	}
	return p
}

func only(a *Action, kinds ...ProofKind) {
	a.Proofs = slices.DeleteFunc(a.Proofs, func(p Proof) bool { return !slices.Contains(kinds, p.Kind) })
}

// settledBy is the rule whose reason comes first, by that.
var settledBy = map[string]string{
	"agent_disabled": "agent-disabled", "no_authority": "no-authority", "class_mismatch": "other-class", "channel_forbidden": "channel",
	"client_stopped": "client-stopped", "no_pending": "no-pending", "disputed": "disputed", "ticket_closed": "closed", "ticket_expired": "expired",
	"not_authenticated": "not-proved", "not_confirmed": "not-proved", "proof_expired": "not-proved", "code_missing": "not-proved",
	"asked_afresh": "not-proved", "restored": "not-proved", "approval_missing": "approval", "waiting": "wait",
	"proved": "proved", "question_only": "question-only", "already_used": "used-up",
}

func TestAuthorize(t *testing.T) {
	class := func(a *Action, c Class) { a.Class, a.Ticket.Class = c, c }
	token := func(a *Action) {
		a.Ticket.State = StateUnconfirmed
		a.Proofs = []Proof{given(ProofToken, noon)}
	}
	tests := []struct {
		name   string
		spoil  func(*Action)
		want   Verb
		reason string
	}{
		{"all-there", func(*Action) {}, Allow, "proved"},
		{"disabled-agent", func(a *Action) { a.Disabled = true }, Deny, "agent_disabled"},
		{"no-authority", func(a *Action) { a.Authority = false }, Deny, "no_authority"},
		{"other-class", func(a *Action) { a.Class = DNSChange }, Deny, "class_mismatch"},
		{"unknown-class", func(a *Action) { class(a, "rm-rf") }, Deny, "not_confirmed"},
		{"by-chat", func(a *Action) { a.Channel = Chat }, Deny, "channel_forbidden"},
		{"by-phone", func(a *Action) { a.Channel = Phone }, Deny, "channel_forbidden"},
		{"client-stopped", func(a *Action) { a.ClientStopped = true }, Deny, "client_stopped"},
		{"no-pending", func(a *Action) { a.NoPending = noon }, Deny, "no_pending"},
		{"no-pending-and-the-same-receipt", func(a *Action) { a.NoPending, a.UsedBy, a.UsedAt = noon, "sam", noon }, Deny, "no_pending"},
		{"no-pending-and-a-question", func(a *Action) { a.NoPending, a.Class = noon, Question }, Allow, "question_only"},
		{"put-back", func(a *Action) { a.PutBack, a.Proofs = "denied", nil }, Deny, "asked_afresh"},
		{"put-back-and-asked", func(a *Action) { a.PutBack, a.Reasked, a.Proofs = "denied", true, nil }, Deny, "asked_afresh"},
		{"put-back-and-answered", func(a *Action) { a.PutBack, a.Reasked = "denied", true }, Allow, "proved"},
		{"put-back-by-a-restore", func(a *Action) { a.PutBack, a.Proofs = "restored", nil }, Deny, "restored"},
		{"put-back-by-a-restore-and-answered", func(a *Action) { a.PutBack = "restored" }, Allow, "proved"},
		{"put-back-without-authority", func(a *Action) { a.PutBack, a.Proofs, a.Authority = "denied", nil, false }, Deny, "no_authority"},
		{"disputed", func(a *Action) { a.Ticket.State = StateDisputed }, Deny, "disputed"},
		{"closed", func(a *Action) { a.Ticket.State = StateClosed }, Deny, "ticket_closed"},
		{"expired", func(a *Action) { a.Ticket.State = StateExpired }, Deny, "ticket_expired"},
		{"no-proof", func(a *Action) { a.Proofs = nil; a.Ticket.State = StateUnconfirmed }, Deny, "not_authenticated"},
		{"no-yes", func(a *Action) { only(a, ProofSender) }, Deny, "not_confirmed"},
		{"proof-of-another-revision", func(a *Action) { a.Ticket.Revision = 3 }, Deny, "not_authenticated"},
		{"proof-at-its-last-second", func(a *Action) { a.Now = noon.Add(-time.Hour).Add(ProofLife - time.Second) }, Allow, "proved"},
		{"proof-expired", func(a *Action) { a.Now = noon.Add(-time.Hour).Add(ProofLife) }, Deny, "proof_expired"},
		{"used-by-another", func(a *Action) { a.UsedBy, a.UsedAt = "kim", noon }, Deny, "already_used"},
		{"used-by-same-just-now", func(a *Action) { a.UsedBy, a.UsedAt = "sam", noon.Add(-ReceiptLife+time.Second) }, Allow, "proved"},
		{"used-by-same-long-ago", func(a *Action) { a.UsedBy, a.UsedAt = "sam", noon.Add(-ReceiptLife) }, Deny, "already_used"},

		{"thanks-renew-no-yes", func(a *Action) {
			a.Now = noon.Add(ProofLife)
			a.Proofs = append(a.Proofs, given(ProofSender, noon.Add(6*24*time.Hour)))
		}, Deny, "proof_expired"},
		{"nor-does-a-weak-proof", func(a *Action) {
			a.Now = noon.Add(ProofLife)
			a.Proofs = append(a.Proofs, given(ProofToken, noon.Add(6*24*time.Hour)))
		}, Deny, "proof_expired"},
		{"nor-an-approval-that-nobody-asks-for", func(a *Action) {
			a.Now = noon.Add(ProofLife)
			a.Proofs = append(a.Proofs, given(ProofApproval, noon.Add(6*24*time.Hour)))
		}, Deny, "proof_expired"},
		{"an-approval-renews-the-yes-that-it-needs", func(a *Action) {
			class(a, Cancellation)
			a.Now = noon.Add(ProofLife)
			a.Proofs = append(a.Proofs, given(ProofApproval, noon.Add(6*24*time.Hour)))
		}, Allow, "proved"},
		{"approval-missing", func(a *Action) { class(a, Cancellation) }, Hold, "approval_missing"},
		{"approval-and-reply-missing", func(a *Action) { class(a, Cancellation); only(a, ProofSender) }, Deny, "not_confirmed"},
		{"approved", func(a *Action) {
			class(a, Cancellation)
			a.Proofs = append(a.Proofs, given(ProofApproval, noon))
		}, Allow, "proved"},
		{"account-change-waits", func(a *Action) {
			class(a, AccountChange)
			a.Proofs = append(a.Proofs, given(ProofApproval, noon))
			a.Now = noon.Add(72*time.Hour - time.Second)
		}, Hold, "waiting"},
		{"account-change-untold", func(a *Action) {
			class(a, AccountChange)
			a.Proofs = append(a.Proofs, given(ProofApproval, noon))
			a.Now, a.Untold = noon.Add(9*24*time.Hour), []Reason{Because(CodeOutboxHeld)}
		}, Hold, "waiting"},
		{"account-change-told-late", func(a *Action) {
			class(a, AccountChange)
			a.Proofs = append(a.Proofs, given(ProofApproval, noon))
			a.Now, a.Told = noon.Add(9*24*time.Hour), noon.Add(6*24*time.Hour+time.Second)
		}, Hold, "waiting"},
		{"account-change-after-the-wait", func(a *Action) {
			class(a, AccountChange)
			a.Proofs = append(a.Proofs, given(ProofApproval, noon))
			a.Now = noon.Add(9 * 24 * time.Hour)
		}, Allow, "proved"},

		{"question-needs-nothing", func(a *Action) { a.Class = Question; a.Proofs = nil; a.Authority = false; a.Channel = Phone }, Allow, "question_only"},
		{"question-of-a-question", func(a *Action) { class(a, Question); a.Proofs = nil; a.Authority = false; a.Channel = Phone }, Allow, "proved"},
		{"question-on-disputed", func(a *Action) { a.Class = Question; a.Ticket.State = StateDisputed }, Deny, "disputed"},
		{"minor-by-mail", func(a *Action) { class(a, MinorChange); only(a, ProofSender) }, Allow, "proved"},
		{"minor-by-chat-without-code", func(a *Action) { class(a, MinorChange); a.Channel = Chat }, Deny, "code_missing"},
		{"minor-by-chat-with-code", func(a *Action) {
			class(a, MinorChange)
			a.Channel = Chat
			a.Proofs = []Proof{given(ProofCode, noon)}
		}, Allow, "proved"},
		{"token-for-a-token-class", func(a *Action) { class(a, MinorChange); token(a) }, Allow, "proved"},
		{"token-by-phone", func(a *Action) { class(a, MinorChange); token(a); a.Channel = Phone }, Deny, "code_missing"},
		{"token-for-another-class", func(a *Action) { token(a) }, Deny, "not_authenticated"},
		{"token-never-with-approval", func(a *Action) {
			class(a, Cancellation)
			token(a)
			a.TokenClasses = Classes
		}, Deny, "not_authenticated"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := confirmed()
			tt.spoil(&a)
			got := Authorize(a)
			if got.Decision != tt.want || len(got.Reasons) == 0 || string(got.Reasons[0].Code) != tt.reason {
				t.Errorf("Authorize() = %s %v, want %s %s", got.Decision, got.Reasons, tt.want, tt.reason)
			}
			if want := settledBy[tt.reason]; got.Rule != want && !(got.Repeat && got.Rule == "same-receipt") {
				t.Errorf("Authorize() is settled by the rule %q, want %q", got.Rule, want)
			}
			if got.Decision != Allow && len(got.Next) == 0 {
				t.Errorf("a %s without the way to a yes", got.Decision)
			}
		})
	}
}

// Whatever else is so: without a live proof for the very revision, by the right
// channel, no privileged class is ever allowed. Every combination is tried.
func TestNoPrivilegedClassWithoutReply(t *testing.T) {
	for _, class := range Classes {
		for _, state := range []State{"", StateUnconfirmed, StateAuthenticated, StateConfirmed, StateDisputed, StateExpired, StateClosed} {
			for _, channel := range append([]Channel{""}, Channels...) {
				for _, kind := range []ProofKind{ProofSender, ProofToken, ProofCode, ProofApproval} {
					a := confirmed()
					a.Class, a.Ticket.Class, a.Ticket.State, a.Channel = class, class, state, channel
					a.Proofs = []Proof{given(kind, noon)}
					if got := Authorize(a); class.Privileged() && got.Decision != Deny {
						t.Errorf("%s in state %q by %q with %s alone: %s", class, state, channel, kind, got.Decision)
					}
				}
			}
		}
	}
}

// TestAskNow: only who could act on a ticket once it is answered has the contact
// asked, and once.
func TestAskNow(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*Action)
		want  bool
	}{
		{"put-back", func(*Action) {}, true},
		{"by-phone", func(a *Action) { a.Channel = Phone }, true},
		{"client-stopped", func(a *Action) { a.ClientStopped = true }, true},
		{"asked-before", func(a *Action) { a.Reasked = true }, false},
		{"never-put-back", func(a *Action) { a.PutBack = "" }, false},
		{"answered", func(a *Action) { a.Proofs = confirmed().Proofs }, false},
		{"a-question", func(a *Action) { a.Class = Question }, false},
		{"another-class", func(a *Action) { a.Class = DNSChange }, false},
		{"small-change", func(a *Action) { a.Class, a.Ticket.Class, a.PutBack = MinorChange, MinorChange, "restored" }, true},
		{"no-authority", func(a *Action) { a.Authority = false }, false},
		{"disabled", func(a *Action) { a.Disabled = true }, false},
		{"no-pending", func(a *Action) { a.NoPending = noon }, false},
		{"disputed", func(a *Action) { a.Ticket.State = StateDisputed }, false},
		{"over", func(a *Action) { a.Ticket.State = StateExpired }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := confirmed()
			a.Proofs, a.PutBack, a.Ticket.State = nil, "denied", StateUnconfirmed
			tt.spoil(&a)
			if got := Authorize(a); got.AskNow != tt.want {
				t.Errorf("Authorize() = %+v, want to ask: %v", got, tt.want)
			}
		})
	}
}
