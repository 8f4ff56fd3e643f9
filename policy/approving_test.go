package policy

import (
	"slices"
	"testing"
	"time"
)

// toApprove is the notice that Nils was sent about what Ada asks for on T-1.
func toApprove() Notice {
	n := question()
	n.ID, n.Contact, n.Address, n.Approves, n.Asked, n.Class = "n-7", "nils", "nils@north.example", true, true, Cancellation
	return n
}

// approves is Nils's yes, which deserves to approve T-1.
func approves() Facts {
	f := good()
	f.From = "nils@north.example"
	f.Person = Person{ID: "nils", Client: "north", Approves: true}
	f.Ticket.Class, f.Ticket.State = Cancellation, StateConfirmed
	rebind(&f, Names{Tokens: []Named{{Mark{"token-7", "to"}, toApprove()}}, References: []Named{{Mark{"T-1-BBBBBB", "subject"}, toApprove()}}})
	return f
}

// renotice binds again after the notice was spoilt.
func renotice(f *Facts, spoil func(*Notice)) {
	n := toApprove()
	spoil(&n)
	rebind(f, Names{Tokens: []Named{{Mark{"token-7", "to"}, n}}, References: []Named{{Mark{"T-1-BBBBBB", "subject"}, n}}})
}

// TestApproving: each row spoils one fact of an approval, so the table shows that
// every one is necessary; a no takes less, at any time.
func TestApproving(t *testing.T) {
	no := func(f *Facts) { f.Answer = Answer{Intent: No} }
	both := func(all ...func(*Facts)) func(*Facts) {
		return func(f *Facts) {
			for _, one := range all {
				one(f)
			}
		}
	}
	reference := func(f *Facts) {
		rebind(f, Names{References: []Named{{Mark{"T-1-BBBBBB", "subject"}, toApprove()}}})
	}
	void := func(f *Facts) { renotice(f, func(n *Notice) { n.Void = true }) }
	tests := []struct {
		name     string
		spoil    func(*Facts)
		reason   Code
		approves bool
		refuses  bool
	}{
		{"yes", func(*Facts) {}, CodeApproved, true, false},
		{"another-contact", func(f *Facts) { f.Person.ID = "bo" }, CodeOtherContact, false, false},
		{"requester", func(f *Facts) { f.Person.ID, f.Ticket.Contact = "nils", "nils" }, CodeOtherContact, false, false},
		{"requesters-mailbox", func(f *Facts) { f.Person.Requester = true }, CodeOtherContact, false, false},
		{"delegate", func(f *Facts) { f.Person.For = "bo" }, CodeApproved, true, false},
		{"delegate-no-longer", func(f *Facts) { f.Person.For, f.Person.Approves = "bo", false }, CodeDelegateOver, false, false},
		{"delegate-says-no", both(no, func(f *Facts) { f.Person.For = "bo" }), CodeApprovalRefused, false, true},
		{"delegate-no-longer-says-no", both(no, func(f *Facts) { f.Person.For, f.Person.Approves = "bo", false }), CodeApprovalRefused, false, true},
		{"requesters-delegate", func(f *Facts) { f.Person.For = "ada" }, CodeOtherContact, false, false},
		{"moved", func(f *Facts) { f.Person.Client = "south" }, CodeContactMoved, false, false},
		{"no-permission", func(f *Facts) { f.Person.Approves, f.Person.May = false, true }, CodeNoPermission, false, false},
		{"cooling", func(f *Facts) { f.Person.Cooling = true }, CodeCooling, false, false},
		{"removed", func(f *Facts) { f.Person.Removed = true }, CodeContactRemoved, false, false},
		{"staff", func(f *Facts) { f.Person.Staff = true }, CodeStaffAddress, false, false},
		{"not-confirmed", func(f *Facts) { f.Ticket.State = StateUnconfirmed }, CodeApprovalOver, false, false},
		{"disputed", func(f *Facts) { f.Ticket.State = StateDisputed }, CodeApprovalOver, false, false},
		{"closed", func(f *Facts) { f.Ticket.State = StateClosed }, CodeApprovalOver, false, false},
		{"another-revision", func(f *Facts) { f.Ticket.Revision = 2 }, CodeApprovalOver, false, false},
		{"void", void, CodeApprovalOver, false, false},
		{"reference-only", reference, CodeNoToken, false, false},
		{"unclear", func(f *Facts) { f.Answer = Answer{Intent: Unclear} }, CodeUnclearAnswer, false, false},
		{"forged", func(f *Facts) { f.Sender.Result = ResultFail }, CodeDMARCFail, false, false},
		{"by-spf", func(f *Facts) { f.Sender.By = BySPF }, CodeSPFOnly, false, false},
		{"shared-border", func(f *Facts) { f.Sender.By = ByBorder }, CodeBorderNotExclusive, false, false},
		{"machine", func(f *Facts) { f.Kind = KindAutoReply }, CodeAutoReply, false, false},
		{"seen", func(f *Facts) { f.SignatureUsed = true }, CodeSignatureUsed, false, false},

		{"no", no, CodeApprovalRefused, false, true},
		{"no-by-reference", both(no, reference), CodeApprovalRefused, false, true},
		{"no-while-cooling", both(no, func(f *Facts) { f.Person.Cooling = true }), CodeApprovalRefused, false, true},
		{"no-without-the-permission", both(no, func(f *Facts) { f.Person.Approves = false }), CodeApprovalRefused, false, true},
		{"no-of-another-approver", both(no, func(f *Facts) { f.Person.ID, f.From = "bo", "bo@north.example" }), CodeApprovalRefused, false, true},
		{"no-of-another-contact", both(no, func(f *Facts) { f.Person.ID, f.Person.Approves, f.From = "bo", false, "bo@north.example" }), CodeOtherContact, false, false},
		{"no-to-a-void-one", both(no, void), CodeApprovalOver, false, true},
		{"no-to-a-void-one-of-who-may-ask-for-it", both(no, void, func(f *Facts) { f.Person.May = true }), CodeApprovalOver, false, true},
		{"no-of-a-removed-one", both(no, func(f *Facts) { f.Person.Removed = true }), CodeContactRemoved, false, true},
		{"no-from-an-address-that-left", both(no, func(f *Facts) { f.Person = Person{} }), CodeOtherAddress, false, true},
		{"no-of-staff", both(no, func(f *Facts) { f.Person.Staff = true }), CodeStaffAddress, false, false},
		{"no-behind-a-copy", both(no, func(f *Facts) { f.SignatureUsed = true }), CodeApprovalRefused, false, true},
		{"no-forged-with-the-token", both(no, func(f *Facts) { f.Sender.Result = ResultFail }), CodeApprovalRefused, false, true},
		{"no-forged-without", both(no, reference, func(f *Facts) { f.Sender.Result = ResultFail }), CodeDMARCFail, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := approves()
			tt.spoil(&f)
			d := Decide(f)
			if d.Reason() != tt.reason || d.Has(EffectProve) != tt.approves || d.Has(EffectRefuse) != tt.refuses {
				t.Errorf("Decide() = %v by %s, %+v; want %s", d.Reasons, d.Rule, d.Effects, tt.reason)
			}
			if tt.approves && !slices.Equal(d.Proofs(), []ProofKind{ProofApproval}) {
				t.Errorf("it proves %v", d.Proofs())
			}
			if d.Has(EffectDispute) || d.Confirmed() || slices.Contains(d.Refuses(), "") {
				t.Errorf("Decide() = %+v", d.Effects)
			}
			if d.Notice() != "" && (tt.reason != CodeUnclearAnswer || d.Notice() != NoticeApproveClearer) && tt.reason != CodeOtherAddress {
				t.Errorf("it sends %s", d.Notice())
			}
		})
	}
}

// TestUnprovedRefusal: a no with an approver's token refuses though nothing proves
// it; but only from whom it was sent to, and a yes does nothing.
func TestUnprovedRefusal(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*Facts)
		want  bool
	}{
		{"no", func(*Facts) {}, true},
		{"yes", func(f *Facts) { f.Answer.Intent = Yes }, false},
		{"unclear", func(f *Facts) { f.Answer.Intent = Unclear }, false},
		{"another-contact", func(f *Facts) { f.Person.ID = "ada" }, false},
		{"stranger", func(f *Facts) { f.Person.ID = "" }, false},
		{"spent", func(f *Facts) { renotice(f, func(n *Notice) { n.Spent = true }) }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := approves()
			f.Answer, f.Sender = Answer{Intent: No}, Sender{Result: ResultNone}
			renotice(&f, func(*Notice) {})
			tt.spoil(&f)
			if d := Decide(f); d.Has(EffectRefuse) != tt.want || d.Has(EffectProve) || d.Has(EffectUnprovedNo) {
				t.Errorf("Decide() = %v %+v", d.Reasons, d.Effects)
			}
		})
	}
}

// TestRefusesTwo: a no that names questions for an approval of several tickets
// refuses each, and disputes what its sender was asked to confirm.
func TestRefusesTwo(t *testing.T) {
	f := approves()
	f.Answer = Answer{Intent: No}
	other, own := toApprove(), toApprove()
	other.Ticket, other.ID = "T-2", "n-8"
	own.Ticket, own.ID, own.Approves = "T-3", "n-9", false
	rebind(&f, Names{Tokens: []Named{{Mark{"token-7", "to"}, toApprove()}, {Mark{"token-8", "to"}, other}, {Mark{"token-9", "cc"}, own}}})
	f.Sender.Covered = append(f.Sender.Covered, "cc")
	rebind(&f, Names{Tokens: []Named{{Mark{"token-7", "to"}, toApprove()}, {Mark{"token-8", "to"}, other}, {Mark{"token-9", "cc"}, own}}})
	d := Decide(f)
	if got := d.Refuses(); !slices.Equal(got, []string{"T-1", "T-2"}) {
		t.Errorf("refuses %v: %+v", got, d)
	}
	if !slices.Equal(d.Also(), []string{"T-3"}) && f.Ticket.ID != "T-3" {
		t.Errorf("disputes %v: %+v", d.Also(), d)
	}
}

// TestMailboxAnswers: whatever comes from a mailbox that is said to be lost shows
// that somebody reads it, confirms nothing and is told; a no disputes.
func TestMailboxAnswers(t *testing.T) {
	for _, tt := range []struct {
		name     string
		spoil    func(*Facts)
		answers  bool
		disputes bool
	}{
		{"yes", func(*Facts) {}, true, false},
		{"unclear", func(f *Facts) { f.Answer.Intent = Unclear }, true, false},
		{"no", func(f *Facts) { f.Answer.Intent = No }, false, true},
		{"of-another-contact", func(f *Facts) { f.Person.ID = "nils" }, false, false},
		{"no-of-a-manager", func(f *Facts) {
			f.Person, f.Answer.Intent = Person{ID: "nils", Client: "north"}, No
			n := names()
			for _, one := range [][]Named{n.Tokens, n.References} {
				one[0].Notice.Contact, one[0].Notice.Objects, one[0].Notice.Tells = "nils", true, true
			}
			rebind(f, n)
		}, false, true},
		{"no-of-whom-another-kind-was-sent", func(f *Facts) {
			f.Person, f.Answer.Intent = Person{ID: "nils", Client: "north"}, No
			n := names()
			for _, one := range [][]Named{n.Tokens, n.References} {
				one[0].Notice.Contact, one[0].Notice.Tells = "nils", true
			}
			rebind(f, n)
		}, false, false},
		{"not-lost", func(f *Facts) { f.Ticket.Lost = false }, false, false},
		{"over", func(f *Facts) { f.Ticket.State = StateClosed }, false, false},
		{"unproved", func(f *Facts) { f.Sender.Result = ResultFail }, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := good()
			f.Ticket.Class, f.Ticket.Lost = AccountChange, true
			tt.spoil(&f)
			d := Decide(f)
			if d.Has(EffectAnswers) != tt.answers || d.Has(EffectDispute) != tt.disputes || tt.answers && (d.Confirmed() || d.Notice() != "" || d.Has(EffectProve)) {
				t.Errorf("Decide() = %v %+v", d.Reasons, d.Effects)
			}
		})
	}
}

// lead is a lead's approval that counts.
func lead(id string, at time.Time) Proof {
	return Proof{Kind: ProofApproval, Revision: 2, At: at, Agent: id, Epoch: 1, Expires: at.Add(ProofLife), Lead: Lead{Leads: true}}
}

// TestApprovalRefused: a refusal stands before whatever was proved; a question may
// be answered all the same.
func TestApprovalRefused(t *testing.T) {
	a := confirmed()
	a.Class, a.Ticket.Class, a.Refused = Cancellation, Cancellation, true
	a.Proofs = append(a.Proofs, given(ProofApproval, noon))
	if got := Authorize(a); got.Decision != Deny || got.Rule != "approval-refused" || got.Next[0] != "edit_ticket" {
		t.Errorf("Authorize() = %+v", got)
	}
	a.Class = Question
	if got := Authorize(a); got.Decision != Allow {
		t.Errorf("a question: %+v", got)
	}
}

// TestLeadApproves: each row spoils one fact of a lead's approval where no contact
// may give it.
func TestLeadApproves(t *testing.T) {
	proof := func(change func(*Proof)) func(*Action) {
		return func(a *Action) { change(&a.Proofs[len(a.Proofs)-1]) }
	}
	coded := func(change func(*Proof)) func(*Action) {
		return func(a *Action) {
			a.CodeSet, a.Proofs = true, append(a.Proofs, given(ProofCode, noon))
			proof(change)(a)
		}
	}
	for _, tt := range []struct {
		name  string
		spoil func(*Action)
		want  Verb
		code  Code
	}{
		{"approved", func(*Action) {}, Allow, CodeProved},
		{"carries-it-out", func(a *Action) { a.Agent = "lea" }, Hold, CodeOwnApproval},
		{"carries-it-out-beside-another", func(a *Action) { a.Agent, a.Proofs = "lea", append(a.Proofs, lead("max", noon)) }, Allow, CodeProved},
		{"wrote-it", proof(func(p *Proof) { p.Lead.Wrote = true }), Hold, CodeLeadBarred},
		{"no-lead", proof(func(p *Proof) { p.Lead.Leads = false }), Hold, CodeLeadBarred},
		{"restored", proof(func(p *Proof) { p.Epoch = 0 }), Hold, CodeRestored},
		{"expired", func(a *Action) { a.Now = noon.Add(ProofLife + time.Second) }, Deny, CodeProofExpired},
		{"another-revision", proof(func(p *Proof) { p.Revision = 1 }), Hold, CodeApprovalMissing},
		{"code-set", func(a *Action) { a.CodeSet = true }, Hold, CodeCodeMissing},
		{"code-given", func(a *Action) { a.CodeSet, a.Proofs = true, append(a.Proofs, given(ProofCode, noon)) }, Allow, CodeProved},
		{"set-by-the-lead", coded(func(p *Proof) { p.Giver.Code.SetBy = "lea" }), Hold, CodeCodeOwn},
		{"code-is-new", coded(func(p *Proof) { p.Giver.Code.Cools = noon.Add(time.Second) }), Hold, CodeCooling},
		{"code-is-new-no-longer", coded(func(p *Proof) { p.Giver.Code.Cools = noon }), Allow, CodeProved},
		{"code-changed", coded(func(p *Proof) { p.Giver.Code.Stands = false }), Hold, CodeCodeVoid},
		{"code-too-old", func(a *Action) {
			p := given(ProofCode, noon.Add(-time.Hour))
			p.Expires = noon
			a.CodeSet, a.Proofs = true, append(a.Proofs, p)
		}, Hold, CodeCodeMissing},
		{"code-set-and-a-contact-approved", func(a *Action) { a.CodeSet, a.Proofs = true, append(a.Proofs, given(ProofApproval, noon)) }, Allow, CodeProved},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := confirmed()
			a.Class, a.Ticket.Class = Cancellation, Cancellation
			a.Proofs = append(a.Proofs, lead("lea", noon))
			tt.spoil(&a)
			got := Authorize(a)
			if got.Decision != tt.want || !slices.ContainsFunc(got.Reasons, func(r Reason) bool { return r.Code == tt.code }) {
				t.Errorf("Authorize() = %s %v %v, want %s %s", got.Decision, got.Reasons, got.Next, tt.want, tt.code)
			}
			if got.Decision != Allow && len(got.Next) == 0 {
				t.Error("there is no way to a yes")
			}
		})
	}
}

// TestLostMailbox: two leads, everybody told, seven days from the later of both; and
// no answer of the contact.
func TestLostMailbox(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*Action)
		want  Verb
		code  Code
	}{
		{"after-the-wait", func(*Action) {}, Allow, CodeProved},
		{"before", func(a *Action) { a.Now = noon.Add(LostWait - time.Second) }, Hold, CodeWaiting},
		{"told-later", func(a *Action) { a.Told = noon.Add(time.Hour) }, Hold, CodeWaiting},
		{"not-told", func(a *Action) { a.Told = time.Time{} }, Hold, CodeWaiting},
		{"one-lead", func(a *Action) { a.Proofs = a.Proofs[:1] }, Hold, CodeApprovalMissing},
		{"one-lead-twice", func(a *Action) { a.Proofs[1].Agent = "lea" }, Hold, CodeApprovalMissing},
		{"one-carries-it-out", func(a *Action) { a.Agent = "lea" }, Hold, CodeOwnApproval},
		{"one-wrote-it", func(a *Action) { a.Proofs[0].Lead.Wrote = true }, Hold, CodeLeadBarred},
		{"a-contact-approves", func(a *Action) { a.Proofs[0] = given(ProofApproval, noon) }, Hold, CodeApprovalMissing},
		{"no-lead", func(a *Action) { a.Proofs = []Proof{given(ProofReply, noon)} }, Hold, CodeApprovalMissing},
		{"contact-removed", func(a *Action) { a.Contact.Active = false }, Deny, CodeContactRemoved},
		{"contact-moved", func(a *Action) { a.Contact.Client = "south" }, Deny, CodeContactMoved},
		{"contact-may-not-ask", func(a *Action) { a.Contact.May = false }, Allow, CodeProved},
		{"disputed", func(a *Action) { a.Ticket.State = StateDisputed }, Deny, CodeDisputed},
		{"refused", func(a *Action) { a.Refused = true }, Deny, CodeApprovalRefused},
		{"expired", func(a *Action) { a.Ticket.State = StateExpired }, Deny, CodeTicketExpired},
		{"by-phone", func(a *Action) { a.Channel = Phone }, Deny, CodeChannelForbidden},
		{"of-a-stopped-client", func(a *Action) { a.ClientStopped = true }, Deny, CodeClientStopped},
		{"another-class", func(a *Action) { a.Class = Cancellation }, Deny, CodeClassMismatch},
		{"a-no-waits", func(a *Action) { a.NoPending = noon }, Deny, CodeNoPending},
		{"code-set", func(a *Action) { a.CodeSet = true }, Allow, CodeProved},
		{"not-said-to-be-lost", func(a *Action) { a.Ticket.Lost = false }, Deny, CodeNotAuthenticated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := confirmed()
			a.Class, a.Ticket.Class, a.Ticket.State, a.Ticket.Lost = AccountChange, AccountChange, StateUnconfirmed, true
			a.Proofs, a.Told, a.Now = []Proof{lead("lea", noon.Add(-time.Hour)), lead("max", noon)}, noon, noon.Add(LostWait)
			tt.spoil(&a)
			got := Authorize(a)
			if got.Decision != tt.want || !slices.ContainsFunc(got.Reasons, func(r Reason) bool { return r.Code == tt.code }) {
				t.Errorf("Authorize() = %s %v %v, want %s %s", got.Decision, got.Reasons, got.Next, tt.want, tt.code)
			}
		})
	}
}

// TestMayBeRefusal: what waits for DNS and may be an approver's no holds the ticket,
// of whom was asked alone.
func TestMayBeRefusal(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*Facts)
		want  bool
	}{
		{"no", func(*Facts) {}, true},
		{"unclear", func(f *Facts) { f.Answer.Intent = Unclear }, true},
		{"yes", func(f *Facts) { f.Answer.Intent = Yes }, false},
		{"machine", func(f *Facts) { f.Kind = KindAutoReply }, false},
		{"another", func(f *Facts) { f.Person.ID, f.From = "bo", "bo@north.example" }, false},
		{"staff", func(f *Facts) { f.Person.Staff = true }, false},
		{"address-gone", func(f *Facts) { f.Person = Person{} }, true},
	} {
		f := approves()
		f.Answer.Intent = No
		if tt.spoil(&f); MayBeNo(f.Evidence, f.Person, f.Ticket, toApprove()) != tt.want {
			t.Errorf("%s: MayBeNo() = %v", tt.name, !tt.want)
		}
	}
}

// TestAway: each row spoils one fact of an automatic answer that says that Nils is
// away. It approves nothing, whatever it says.
func TestAway(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*Facts)
		away  bool
	}{
		{"auto-reply", func(*Facts) {}, true},
		{"that-says-yes", func(f *Facts) { f.Answer = Answer{Intent: Yes} }, true},
		{"unsigned", func(f *Facts) { f.Sender = Sender{} }, true},
		{"another-contact", func(f *Facts) { f.Person.ID = "bo" }, false},
		{"stranger", func(f *Facts) { f.Person = Person{} }, false},
		{"staff", func(f *Facts) { f.Person.Staff = true }, false},
		{"removed", func(f *Facts) { f.Person.Removed = true }, false},
		{"reference-only", func(f *Facts) {
			rebind(f, Names{References: []Named{{Mark{"T-1-BBBBBB", "subject"}, toApprove()}}})
		}, false},
		{"from-elsewhere", func(f *Facts) { renotice(f, func(n *Notice) { n.Asked = false }) }, false},
		{"void", func(f *Facts) { renotice(f, func(n *Notice) { n.Void = true }) }, false},
		{"answered-before", func(f *Facts) { renotice(f, func(n *Notice) { n.Spent = true }) }, false},
		{"expired", func(f *Facts) { f.Arrived = toApprove().Expires.Add(time.Second) }, false},
		{"to-the-requesters-question", func(f *Facts) { renotice(f, func(n *Notice) { n.Approves = false }) }, false},
		{"receipt", func(f *Facts) { f.Kind = KindReceipt }, false},
		{"bounce", func(f *Facts) { f.Kind = KindBounce }, false},
		{"calendar", func(f *Facts) { f.Kind = KindCalendar }, false},
		{"person", func(f *Facts) { f.Kind, f.Answer = KindReply, Answer{Intent: Unclear} }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := approves()
			f.Kind, f.Answer = KindAutoReply, Answer{Intent: Unclear}
			tt.spoil(&f)
			if tt.name == "expired" {
				renotice(&f, func(*Notice) {})
			}
			d := Decide(f)
			if d.Has(EffectAway) != tt.away || tt.away && (d.Counts() || d.Verdict != Ignored || len(d.Effects) > 1) {
				t.Errorf("Decide() = %+v, want away %v", d, tt.away)
			}
		})
	}
}
