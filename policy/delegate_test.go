package policy

import (
	"slices"
	"testing"
	"time"
)

// forNils is Eva's approval in the place of Nils, which counts.
func forNils(at time.Time) Proof {
	p := given(ProofApproval, at)
	p.Contact, p.Address, p.For, p.By = "eva", "eva@north.example", "nils", "T-7"
	p.Delegation = Delegation{From: at.Add(-time.Hour), Until: at.Add(time.Hour), Epoch: 1, Classes: []Class{Cancellation}, Of: onFile()}
	return p
}

// TestDelegateAtTheAct: each row spoils one fact that a delegate's approval rests on.
func TestDelegateAtTheAct(t *testing.T) {
	at := noon.Add(-time.Minute)
	for _, tt := range []struct {
		name  string
		spoil func(*Action, *Proof)
		code  Code // why it counts for nothing; empty: it counts
	}{
		{"nothing", func(*Action, *Proof) {}, ""},
		{"all-classes", func(_ *Action, p *Proof) { p.Delegation.Classes = nil }, ""},
		{"another-class", func(_ *Action, p *Proof) { p.Delegation.Classes = []Class{SubscriptionChange} }, CodeDelegateOver},
		{"answered-before", func(_ *Action, p *Proof) { p.Delegation.From = at.Add(time.Second) }, CodeDelegateOver},
		{"answered-at-the-beginning", func(_ *Action, p *Proof) { p.Delegation.From = at }, ""},
		{"answered-at-the-end", func(_ *Action, p *Proof) { p.Delegation.Until = at }, CodeDelegateOver},
		{"over-since", func(a *Action, _ *Proof) { a.Now = noon.Add(2 * time.Hour) }, ""},
		{"ended", func(_ *Action, p *Proof) { p.Delegation.Ended = true }, CodeDelegateOver},
		{"confirmed-before-a-restore", func(_ *Action, p *Proof) { p.Delegation.Epoch = 0 }, CodeDelegateOver},
		{"not-there", func(_ *Action, p *Proof) { p.Delegation = Delegation{} }, CodeDelegateOver},
		{"not-confirmed", func(_ *Action, p *Proof) { p.Delegation.From = time.Time{} }, CodeDelegateOver},
		{"of-one-without-the-permission", func(_ *Action, p *Proof) { p.Delegation.Of.May = false }, CodeNoPermission},
		{"of-one-who-cools", func(_ *Action, p *Proof) { p.Delegation.Of.Cools = until(noon.Add(time.Second)) }, CodeCooling},
		{"of-one-who-was-removed", func(_ *Action, p *Proof) { p.Delegation.Of.Active = false }, CodeContactRemoved},
		{"of-one-who-was-moved", func(_ *Action, p *Proof) { p.Delegation.Of.Client = "south" }, CodeContactMoved},
		{"of-the-requester", func(_ *Action, p *Proof) { p.For = "ada" }, CodeOtherContact},
		{"of-one-with-the-requesters-mailbox", func(_ *Action, p *Proof) { p.Delegation.Of.Requester = true }, CodeOtherContact},
		{"requester", func(_ *Action, p *Proof) { p.Contact = "ada" }, CodeOtherContact},
		{"has-the-requesters-mailbox", func(_ *Action, p *Proof) { p.Giver.Requester = true }, CodeOtherContact},
		{"removed", func(_ *Action, p *Proof) { p.Giver.Active = false }, CodeContactRemoved},
		{"moved", func(_ *Action, p *Proof) { p.Giver.Client = "south" }, CodeContactMoved},
		{"of-staff-by-now", func(_ *Action, p *Proof) { p.Giver.Staff = true }, CodeStaffAddress},
		{"address-gone", func(_ *Action, p *Proof) { p.Giver.OnFile = false }, CodeAddressGone},
		{"address-cools", func(_ *Action, p *Proof) { p.Giver.Cools = until(noon.Add(time.Second)) }, CodeCooling},
		{"restored", func(_ *Action, p *Proof) { p.Epoch = 0 }, CodeRestored},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := confirmed()
			a.Class, a.Ticket.Class = Cancellation, Cancellation
			p := forNils(at)
			tt.spoil(&a, &p)
			a.Proofs = append(a.Proofs, p)
			got := Authorize(a)
			has := slices.ContainsFunc(got.Reasons, func(r Reason) bool { return r.Code == tt.code })
			if (got.Decision == Allow) != (tt.code == "") || tt.code != "" && (got.Decision != Hold || !has) {
				t.Errorf("Authorize() = %s %v, want %q", got.Decision, got.Reasons, tt.code)
			}
		})
	}
}

// TestDelegateVoices: somebody and whoever answers in their place are one of those
// who have to agree, and so is whoever answers for two.
func TestDelegateVoices(t *testing.T) {
	voice := func(who, for_ string) Proof {
		p := forNils(noon.Add(-time.Minute))
		p.Contact, p.For = who, for_
		return p
	}
	sharing := func(p Proof) Proof { p.Delegation.Of.Mailboxes = []string{"office@north.example"}; return p }
	for _, tt := range []struct {
		name   string
		proofs []Proof
		want   int
	}{
		{"one", []Proof{voice("eva", "nils")}, 1},
		{"both", []Proof{voice("eva", "nils"), voice("nils", "")}, 1},
		{"both-the-other-way", []Proof{voice("nils", ""), voice("eva", "nils")}, 1},
		{"two-delegates-of-one", []Proof{voice("eva", "nils"), voice("bo", "nils")}, 1},
		{"for-two", []Proof{voice("eva", "nils"), voice("eva", "bo")}, 1},
		{"for-another-and-on-their-own", []Proof{voice("eva", "nils"), voice("eva", "")}, 1},
		{"beside-another", []Proof{voice("eva", "nils"), voice("bo", "")}, 2},
		{"of-one-who-shares-a-mailbox-with-another", []Proof{sharing(voice("eva", "nils")), sharing(voice("kay", "bo"))}, 1},
		{"two-for-two", []Proof{voice("eva", "nils"), voice("kay", "bo")}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := confirmed()
			a.Class, a.Ticket.Class = Cancellation, Cancellation
			a.Proofs = append(a.Proofs, tt.proofs...)
			if got := a.agreed(); got.contacts != tt.want || got.leads != 0 {
				t.Errorf("%+v agreed, want %d contacts", got, tt.want)
			}
		})
	}
}
