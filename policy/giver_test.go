package policy

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRightsAtTheAct: each row takes away one thing after the yes was given.
func TestRightsAtTheAct(t *testing.T) {
	person := func(change func(*Giver)) func(*Action) {
		return func(a *Action) {
			change(&a.Contact)
			for i := range a.Proofs {
				change(&a.Proofs[i].Giver)
			}
		}
	}
	minor := func(a *Action) { a.Class, a.Ticket.Class = MinorChange, MinorChange; only(a, ProofSender) }
	proof := func(change func(*Proof)) func(*Action) {
		return func(a *Action) {
			for i := range a.Proofs {
				change(&a.Proofs[i])
			}
		}
	}
	both := func(f, g func(*Action)) func(*Action) { return func(a *Action) { f(a); g(a) } }
	approved := func(a *Action) {
		a.Class, a.Ticket.Class = Cancellation, Cancellation
		a.Proofs = append(a.Proofs, given(ProofApproval, noon.Add(-time.Minute)))
	}
	approver := func(change func(*Proof)) func(*Action) {
		return both(approved, func(a *Action) { change(&a.Proofs[2]) })
	}
	at := noon.Add(-time.Hour) // of the yes
	tests := []struct {
		name    string
		spoil   func(*Action)
		want    Verb
		reasons []string
		next    string
	}{
		{"all-there", func(*Action) {}, Allow, []string{"proved"}, ""},
		{"removed", person(func(g *Giver) { g.Active = false }), Deny, []string{"contact_removed"}, "put_on_file"},
		{"moved", person(func(g *Giver) { g.Client = "south" }), Deny, []string{"contact_moved"}, "new_ticket"},
		{"permission-taken-away", person(func(g *Giver) { g.May = false }), Deny, []string{"no_permission"}, "give_permission"},
		{"cooling", person(func(g *Giver) { g.Cools = until(noon.Add(time.Second)) }), Deny, []string{"cooling"}, "await_cooling"},
		{"cooled", person(func(g *Giver) { g.Cools = until(noon) }), Allow, []string{"proved"}, ""},
		{"address-gone", proof(func(p *Proof) { p.Giver.OnFile = false }), Deny, []string{"address_gone"}, "edit_ticket"},
		{"address-back", proof(func(p *Proof) { p.Giver.Since = at.Add(time.Second) }), Deny, []string{"address_gone"}, "edit_ticket"},
		{"address-back-at-once", proof(func(p *Proof) { p.Giver.Since = at }), Deny, []string{"address_gone"}, "edit_ticket"},
		{"address-there-before", proof(func(p *Proof) { p.Giver.Since = at.Add(-time.Second) }), Allow, []string{"proved"}, ""},
		{"no-yes-of-a-removed-one", both(person(func(g *Giver) { g.Active = false }), func(a *Action) { a.Proofs = nil }), Deny, []string{"contact_removed", "not_authenticated"}, "put_on_file"},
		{"address-of-staff", proof(func(p *Proof) { p.Giver.Staff = true }), Deny, []string{"staff_address"}, "put_on_file"},
		{"proof-of-another", proof(func(p *Proof) { p.Contact = "bob" }), Deny, []string{"other_contact"}, "edit_ticket"},
		{"nothing-known", func(a *Action) { a.Contact = Giver{}; proof(func(p *Proof) { p.Giver = Giver{} })(a) }, Deny, []string{"contact_removed", "address_gone"}, "put_on_file"},

		{"restored", func(a *Action) { a.Epoch = 2 }, Deny, []string{"restored"}, "await_reply"},
		{"restored-backwards", proof(func(p *Proof) { p.Epoch = 2 }), Deny, []string{"restored"}, "await_reply"},
		{"used-before-a-restore", func(a *Action) { a.UsedBy, a.UsedAt, a.UsedIn = "sam", noon, 0 }, Deny, []string{"already_used"}, "edit_ticket"},
		{"used-and-proved-before-a-restore", func(a *Action) { a.UsedBy, a.UsedAt, a.UsedIn, a.Epoch = "sam", noon, 1, 2 }, Deny, []string{"already_used", "restored"}, "edit_ticket"},
		{"used-in-this-epoch", func(a *Action) { a.UsedBy, a.UsedAt = "sam", noon }, Allow, []string{"proved"}, ""},

		{"minor", minor, Allow, []string{"proved"}, ""},
		{"minor-removed", both(minor, person(func(g *Giver) { g.Active = false })), Deny, []string{"contact_removed"}, "put_on_file"},
		{"minor-without-permission", both(minor, person(func(g *Giver) { g.May = false })), Deny, []string{"no_permission"}, "give_permission"},
		{"minor-cooling", both(minor, person(func(g *Giver) { g.Cools = until(noon.Add(time.Hour)) })), Allow, []string{"proved"}, ""},
		{"minor-address-gone", both(minor, proof(func(p *Proof) { p.Giver.OnFile = false })), Deny, []string{"address_gone"}, "edit_ticket"},
		{"minor-by-a-new-address", both(minor, proof(func(p *Proof) { p.Giver.Since = at })), Allow, []string{"proved"}, ""},
		{"minor-restored", both(minor, func(a *Action) { a.Epoch = 2 }), Deny, []string{"restored"}, "await_reply"},
		{"code-has-no-address", func(a *Action) {
			minor(a)
			a.Channel, a.Proofs = Phone, []Proof{given(ProofCode, at)}
			a.Proofs[0].Giver.OnFile = false
		}, Allow, []string{"proved"}, ""},
		{"weak-address-gone", func(a *Action) {
			minor(a)
			a.Proofs = []Proof{given(ProofToken, at)}
			a.Proofs[0].Giver.OnFile = false
		}, Deny, []string{"address_gone"}, "edit_ticket"},

		{"question", func(a *Action) { a.Class = Question }, Allow, []string{"question_only"}, ""},
		{"question-without-permission", both(func(a *Action) { a.Class = Question }, person(func(g *Giver) { g.May = false })), Allow, []string{"question_only"}, ""},
		{"question-cooling", both(func(a *Action) { a.Class = Question }, person(func(g *Giver) { g.Cools = until(noon.Add(time.Hour)) })), Allow, []string{"question_only"}, ""},
		{"question-removed", both(func(a *Action) { a.Class = Question }, person(func(g *Giver) { g.Active = false })), Deny, []string{"contact_removed"}, "put_on_file"},
		{"question-moved", both(func(a *Action) { a.Class = Question }, person(func(g *Giver) { g.Client = "south" })), Deny, []string{"contact_moved"}, "new_ticket"},

		{"approved", approved, Allow, []string{"proved"}, ""},
		{"approver-removed", approver(func(p *Proof) { p.Giver.Active = false }), Hold, []string{"approval_missing", "contact_removed", "approval_lost"}, "await_approval"},
		{"approver-may-no-longer", approver(func(p *Proof) { p.Giver.May = false }), Hold, []string{"approval_missing", "no_permission", "approval_lost"}, "await_approval"},
		{"approver-moved", approver(func(p *Proof) { p.Giver.Client = "south" }), Hold, []string{"approval_missing", "contact_moved", "approval_lost"}, "await_approval"},
		{"approver-cooling", approver(func(p *Proof) { p.Giver.Cools = until(noon.Add(time.Second)) }), Hold, []string{"approval_missing", "cooling", "approval_lost"}, "await_approval"},
		{"approver-is-the-requester", approver(func(p *Proof) { p.Contact = "ada" }), Hold, []string{"approval_missing", "other_contact", "approval_lost"}, "await_approval"},
		{"approver-has-the-requesters-mailbox", approver(func(p *Proof) { p.Giver.Requester = true }), Hold, []string{"approval_missing", "other_contact", "approval_lost"}, "await_approval"},
		{"void-approval-renews-no-yes", both(approver(func(p *Proof) { p.At, p.Giver.OnFile = noon.Add(6*24*time.Hour), false }), func(a *Action) { a.Now = noon.Add(ProofLife) }), Deny, []string{"proof_expired"}, "edit_ticket"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := confirmed()
			tt.spoil(&a)
			got := Authorize(a)
			var codes []string
			for _, r := range got.Reasons {
				codes = append(codes, string(r.Code))
				if r.Text == "" {
					t.Errorf("%s has no sentence", r.Code)
				}
			}
			if got.Decision != tt.want || !slices.Equal(codes, tt.reasons) || tt.next != "" && (len(got.Next) == 0 || got.Next[0] != tt.next) {
				t.Errorf("Authorize() = %s %v %v, want %s %v %s", got.Decision, codes, got.Next, tt.want, tt.reasons, tt.next)
			}
		})
	}
}

// TestQuestionOnly: the answer to a question says that the request itself is not
// allowed by it, and what is in its way.
func TestQuestionOnly(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*Action)
		says  string
	}{
		{"all-there", func(*Action) {}, "ask for that class"},
		{"no-yes", func(a *Action) { only(a, ProofSender) }, Because("not_confirmed").Text},
		{"no-proof", func(a *Action) { a.Proofs = nil }, Because("not_authenticated").Text},
		{"stopped", func(a *Action) { a.ClientStopped = true }, Because("client_stopped").Text},
		{"cooling", func(a *Action) { a.Contact.Cools = until(noon.Add(time.Hour)) }, noon.Add(time.Hour).Format("2006-01-02 15:04 UTC")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := confirmed()
			a.Class, a.Authority = Question, false
			tt.spoil(&a)
			got := Authorize(a)
			if got.Decision != Allow || len(got.Reasons) != 1 || got.Reasons[0].Code != "question_only" {
				t.Fatalf("%+v", got)
			}
			for _, part := range []string{"A question may be answered", "T-1 itself (password-change) is NOT allowed", tt.says} {
				if text := got.Reasons[0].Text; !strings.Contains(text, part) {
					t.Errorf("%q does not say %q", text, part)
				}
			}
		})
	}
}

func until(end time.Time) []Cooling { return []Cooling{{What: "password-change", Until: end}} }

// TestCoolingSays: the reason names each thing that cools once, with its end,
// and that the address which is asked is one of them.
func TestCoolingSays(t *testing.T) {
	a := confirmed()
	a.Contact.Cools = []Cooling{{What: "password-change", Until: noon.Add(time.Hour)}, {What: "client", Until: noon}}
	a.Proofs[0].Giver.Cools = []Cooling{{What: "password-change", Until: noon.Add(2 * time.Hour)}, {What: "a***@north.example", Until: noon.Add(time.Hour)}}
	got := Authorize(a)
	want := Because("cooling").Text + " Cools: password-change until 2026-11-25 14:00 UTC, a***@north.example until 2026-11-25 13:00 UTC."
	if got.Decision != Deny || len(got.Reasons) != 1 || got.Reasons[0].Text != want {
		t.Errorf("Authorize() = %+v, want %s", got, want)
	}
	for _, tt := range []struct {
		class Class
		end   time.Time
		want  []string
	}{
		{PasswordChange, noon.Add(time.Second), []string{"not_authenticated", "cooling"}},
		{PasswordChange, noon, []string{"not_authenticated"}},
		{MinorChange, noon.Add(time.Second), []string{"not_authenticated"}},
	} {
		a := confirmed()
		a.Class, a.Ticket.Class, a.Ticket.State, a.Proofs, a.Asked = tt.class, tt.class, StateUnconfirmed, nil, []Cooling{{What: "b***@north.example", Until: tt.end}}
		var codes []string
		for _, r := range Authorize(a).Reasons {
			codes = append(codes, string(r.Code))
		}
		if !slices.Equal(codes, tt.want) {
			t.Errorf("%s, asked at an address that cools until %v: %v, want %v", tt.class, tt.end, codes, tt.want)
		}
	}
}
