package policy

import (
	"fmt"
	"testing"
	"time"
)

// TestSeveralApprove: each row says who agreed to a cancellation and what a rule asks
// for beside one contact, and what is missing then.
func TestSeveralApprove(t *testing.T) {
	contact := func(id string, boxes ...string) Proof {
		p := given(ProofApproval, noon)
		p.Contact, p.Giver.Mailboxes = id, boxes
		return p
	}
	byRule := func(id string) Proof { p := lead(id, noon); p.ByRule = true; return p }
	inPlaceOf := func(id, of string) Proof { p := lead(id, noon); p.For = of; return p }
	delegate := func(id, of string) Proof {
		p := forNils(noon.Add(-time.Minute))
		p.Contact, p.For = id, of
		return p
	}
	gone := func(p Proof) Proof { p.Giver.Active = false; return p }
	for _, tt := range []struct {
		name  string
		asks  Second
		given []Proof
		lacks Second
	}{
		{"one-contact", Second{Contacts: 1}, nil, Second{Contacts: 1}},
		{"one-of-two", Second{Contacts: 2}, []Proof{contact("nils")}, Second{Contacts: 1}},
		{"two-of-two", Second{Contacts: 2}, []Proof{contact("nils"), contact("eva")}, Second{}},
		{"twice-the-same", Second{Contacts: 2}, []Proof{contact("nils"), contact("nils")}, Second{Contacts: 1}},
		{"two-share-a-mailbox", Second{Contacts: 2}, []Proof{contact("nils", "it", "nils"), contact("eva", "it")}, Second{Contacts: 1}},
		{"two-share-none", Second{Contacts: 2}, []Proof{contact("nils", "nils"), contact("eva", "eva")}, Second{}},
		{"third-shares-with-one", Second{Contacts: 2}, []Proof{contact("nils", "it"), contact("eva", "it"), contact("ole", "ole")}, Second{}},
		{"one-left", Second{Contacts: 2}, []Proof{gone(contact("nils", "it")), contact("eva", "it")}, Second{Contacts: 1}},
		{"lead-in-place", Second{Contacts: 2}, []Proof{contact("nils"), lead("lea", noon)}, Second{}},
		{"two-leads-in-place", Second{Contacts: 2}, []Proof{lead("lea", noon), lead("max", noon)}, Second{}},
		{"lead-by-rule-in-nobodys-place", Second{Contacts: 1}, []Proof{byRule("lea")}, Second{Contacts: 1}},
		{"no-lead-by-rule", Second{Contacts: 1, Leads: 1}, []Proof{contact("nils")}, Second{Leads: 1}},
		{"lead-by-rule", Second{Contacts: 1, Leads: 1}, []Proof{contact("nils"), byRule("lea")}, Second{}},
		{"lead-in-place-is-no-other", Second{Contacts: 1, Leads: 1}, []Proof{lead("lea", noon)}, Second{Leads: 1}},
		{"lead-in-place-of-who-came-back", Second{Contacts: 1, Leads: 1}, []Proof{lead("lea", noon), contact("nils")}, Second{}},
		{"who-came-back", Second{Contacts: 2}, []Proof{inPlaceOf("lea", "nils"), contact("nils")}, Second{Contacts: 1}},
		{"whose-delegate-spoke", Second{Contacts: 2}, []Proof{inPlaceOf("lea", "nils"), delegate("eva", "nils")}, Second{Contacts: 1}},
		{"another-came", Second{Contacts: 2}, []Proof{inPlaceOf("lea", "nils"), contact("eva")}, Second{}},
		{"two-leads-in-one-place", Second{Contacts: 2}, []Proof{inPlaceOf("lea", "nils"), inPlaceOf("max", "nils")}, Second{Contacts: 1}},
		{"two-leads-in-two-places", Second{Contacts: 2}, []Proof{inPlaceOf("lea", "nils"), inPlaceOf("max", "eva")}, Second{}},
		{"who-came-back-and-left", Second{Contacts: 2}, []Proof{inPlaceOf("lea", "nils"), gone(contact("nils")), contact("eva")}, Second{}},
		{"contacts-for-leads", Second{Leads: 1}, []Proof{contact("nils"), contact("eva")}, Second{Leads: 1}},
		{"one-of-either", Second{Either: 2}, []Proof{contact("nils")}, Second{Either: 1}},
		{"either", Second{Either: 2}, []Proof{contact("nils"), byRule("lea")}, Second{}},
		{"asked-less-since", Second{}, []Proof{contact("nils")}, Second{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := confirmed()
			a.Class, a.Ticket.Class = Cancellation, Cancellation
			a.Rules.More = []Rule{{Name: "more", Second: tt.asks}}
			a.Proofs = append(a.Proofs, tt.given...)
			if got := a.Lacks(); got != tt.lacks {
				t.Errorf("Lacks() = %+v, want %+v", got, tt.lacks)
			}
			if got := Authorize(a); (got.Decision == Allow) != tt.lacks.None() || got.Decision == Deny {
				t.Errorf("Authorize() = %s %v", got.Decision, got.Reasons)
			}
		})
	}
}

// TestAgreedOracle: whoever agreed, it is enough exactly where the contacts and leads
// can be given each a seat that is asked for, no one two: a contact any but a lead's,
// a lead any but a contact's, whom the rules did not ask a contact's, too.
func TestAgreedOracle(t *testing.T) {
	for contacts := range 4 {
		for leads := range 3 {
			for standIns := range 3 {
				for n := range 27 {
					s := Second{n % 3, n / 3 % 3, n / 9}
					g := agreed{contacts, leads + standIns, standIns}
					lacks, _ := g.lacks(s)
					if want := seated(s, contacts, leads, standIns); lacks.None() != want {
						t.Fatalf("%+v of %+v lacks %+v, want enough %v", g, s, lacks, want)
					}
				}
			}
		}
	}
}

// seated tries every share of who agreed: those in the seats of contacts and of leads
// count for the seats of either as well.
func seated(s Second, contacts, leads, standIns int) bool {
	for in := range standIns + 1 {
		if contacts+in >= s.Contacts && leads+standIns-in >= s.Leads && contacts+leads+standIns >= s.Either {
			return true
		}
	}
	return false
}

// TestLacksAtTheAct: who agreed and may no longer is lacking again.
func TestLacksAtTheAct(t *testing.T) {
	a := confirmed()
	a.Class, a.Ticket.Class = Cancellation, Cancellation
	a.Proofs = append(a.Proofs, given(ProofApproval, noon))
	if l := a.Lacks(); !l.None() {
		t.Fatalf("%+v", l)
	}
	a.Now = noon.Add(ProofLife + time.Second)
	if l := a.Lacks(); l != (Second{Contacts: 1}) {
		t.Errorf("expired: %s", fmt.Sprint(l))
	}
}
