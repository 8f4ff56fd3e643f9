package policy

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// Each row spoils one thing of a check that was passed.
func TestExternal(t *testing.T) {
	at := noon.Add(-time.Minute)
	tests := []struct {
		name  string
		spoil func(*External)
		want  Code
	}{
		{"passed", func(*External) {}, CodeExternalPassed},
		{"superseded", func(e *External) { e.Current = false }, CodeExternalSuperseded},
		{"superseded-failure", func(e *External) { e.Current, e.Failed = false, true }, CodeExternalSuperseded},
		{"failed", func(e *External) { e.Passed, e.Failed = false, true }, CodeExternalFailed},
		{"both", func(e *External) { e.Failed = true }, CodeExternalFailed},
		{"neither", func(e *External) { e.Passed = false }, CodeExternalFailed},
		{"failed-when-closed", func(e *External) { e.Failed, e.State = true, StateClosed }, CodeExternalFailed},
		{"other-contact", func(e *External) { e.Named = false }, CodeOtherContact},
		{"removed", func(e *External) { e.Barred = CodeContactRemoved }, CodeContactRemoved},
		{"disputed", func(e *External) { e.State = StateDisputed }, CodeDisputed},
		{"closed", func(e *External) { e.State = StateClosed }, CodeTicketClosed},
		{"expired", func(e *External) { e.State = StateExpired }, CodeTicketExpired},
		{"of-the-future", func(e *External) { e.At = noon.Add(Skew + time.Second) }, CodeExternalUndated},
		{"clock-ahead", func(e *External) { e.At = noon.Add(Skew) }, CodeExternalPassed},
		{"before-it-was-started", func(e *External) { e.At = e.Asked.Add(-Skew - time.Second) }, CodeExternalUndated},
		{"clock-behind", func(e *External) { e.At = e.Asked.Add(-Skew) }, CodeExternalPassed},
		{"older", func(e *External) { e.Last, e.LastFailed = at.Add(time.Second), true }, CodeExternalSuperseded},
		{"older-than-another-pass", func(e *External) { e.Last = at.Add(time.Second) }, CodeExternalSuperseded},
		{"failed-in-the-same-second", func(e *External) { e.Last, e.LastFailed = at, true }, CodeExternalSuperseded},
		{"failure-in-the-same-second", func(e *External) { e.Last, e.Failed = at, true }, CodeExternalFailed},
		{"tried-again", func(e *External) { e.Last, e.LastFailed = at.Add(-time.Second), true }, CodeExternalPassed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := External{Now: noon, State: StateConfirmed, Current: true, Named: true, Passed: true, Asked: noon.Add(-time.Hour), At: at}
			tt.spoil(&e)
			if got := e.Judge(); got != tt.want {
				t.Errorf("Judge() = %s, want %s", got, tt.want)
			}
		})
	}
	if got := (External{}).Judge(); got == CodeExternalPassed {
		t.Error("nothing is a pass")
	}
}

// TestExternalAlone: whatever the rules of a desk say, a check by another system
// proves nothing privileged without the reply.
func TestExternalAlone(t *testing.T) {
	for _, c := range Classes {
		rules := Rules{Classes: map[Class]Demand{c: {AnyOf: [][]ProofKind{{ProofExternal}}, Channels: written}}}
		p := given(ProofExternal, noon.Add(-time.Minute))
		a := Action{Now: noon, Class: c, Channel: Email, Authority: true, Agent: "sam", Contact: onFile(), Rules: rules, Epoch: 1, Checkers: []string{"idp"}, Proofs: []Proof{p},
			Ticket: Ticket{ID: "T-1", Client: "north", Contact: "ada", Class: c, State: StateUnconfirmed, Revision: 2}}
		if got := Authorize(a); (got.Decision == Deny) != c.Privileged() {
			t.Errorf("%s: %+v", c, got)
		}
		if word := a.Word(); c.Privileged() && word != WordNotProved {
			t.Errorf("%s: %s", c, word)
		}
	}
}

// TestExternalAtTheAct: each row takes away one thing after the person was checked.
func TestExternalAtTheAct(t *testing.T) {
	check := func(change func(*Proof)) func(*Action) {
		return func(a *Action) { change(&a.Proofs[len(a.Proofs)-1]) }
	}
	started := []Reason{Because(CodeExternalStarted)}
	tests := []struct {
		name  string
		spoil func(*Action)
		want  []Code
		next  string
	}{
		{"all-there", func(*Action) {}, []Code{CodeProved}, ""},
		{"missing", func(a *Action) { a.Proofs = a.Proofs[:2] }, []Code{CodeExternalMissing}, "await_external"},
		{"started", func(a *Action) { a.Proofs, a.Checks = a.Proofs[:2], started }, []Code{CodeExternalMissing, CodeExternalStarted}, "await_external"},
		{"nobody-checks", func(a *Action) { a.Proofs, a.Checkers = a.Proofs[:2], nil }, []Code{CodeExternalNone}, "name_external"},
		{"renamed", func(a *Action) { a.Checkers = []string{"other"} }, []Code{CodeExternalVoid}, "await_external"},
		{"no-name", check(func(p *Proof) { p.Checker = "" }), []Code{CodeExternalVoid}, "await_external"},
		{"another-revision", check(func(p *Proof) { p.Revision = 1 }), []Code{CodeExternalMissing}, "await_external"},
		{"another-contact", check(func(p *Proof) { p.Contact = "bob" }), []Code{CodeOtherContact}, "edit_ticket"},
		{"restored", check(func(p *Proof) { p.Epoch = 0 }), []Code{CodeRestored}, "await_reply"},
		{"moved", check(func(p *Proof) { p.Giver.Client = "south" }), []Code{CodeContactMoved}, "new_ticket"},
		{"no-address", check(func(p *Proof) { p.Giver.OnFile = false }), []Code{CodeProved}, ""},
		{"renews-no-reply", func(a *Action) {
			a.Now = noon.Add(ProofLife)
			check(func(p *Proof) { p.At, p.Expires = a.Now, a.Now.Add(ProofLife) })(a)
		}, []Code{CodeProofExpired}, "edit_ticket"},
		{"reply-missing", func(a *Action) { a.Ticket.State = StateUnconfirmed; only(a, ProofExternal) }, []Code{CodeNotAuthenticated}, "await_reply"},
	}
	rules := Rules{More: []Rule{{Name: "checked", AnyOf: [][]ProofKind{{ProofExternal}}}}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := confirmed()
			a.Rules, a.Checkers, a.Proofs = rules, []string{"idp"}, append(a.Proofs, given(ProofExternal, noon.Add(-time.Minute)))
			tt.spoil(&a)
			got := Authorize(a)
			var codes []Code
			for _, r := range got.Reasons {
				codes = append(codes, r.Code)
			}
			if !slices.Equal(codes, tt.want) || (got.Decision == Allow) != (tt.next == "") || tt.next != "" && !slices.Contains(got.Next, tt.next) {
				t.Errorf("Authorize() = %s %v %v, want %v %s", got.Decision, codes, got.Next, tt.want, tt.next)
			}
		})
	}
	a := confirmed()
	a.Rules, a.Checkers = rules, []string{"idp", "persona"}
	if got := Authorize(a); !strings.Contains(got.Reasons[0].Text, "(idp, persona)") {
		t.Errorf("%+v", got)
	}
}
