package policy

import (
	"slices"
	"testing"
	"time"
)

// TestWordOf spoils one fact at a time of a reply that is proved.
func TestWordOf(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*Facts)
		want  Word
	}{
		{"proved", func(*Facts) {}, WordProved},
		{"proved-and-no", func(f *Facts) { f.Answer.Intent = No }, WordProved},
		{"not-aligned", func(f *Facts) { f.Sender = Sender{Result: ResultNone} }, WordNotProved},
		{"spf-only", func(f *Facts) { f.Sender.By = BySPF }, WordNotProved},
		{"stranger", func(f *Facts) { f.Person = Person{} }, WordNotProved},
		{"removed", func(f *Facts) { f.Person.Removed = true }, WordNotProved},
		{"staff", func(f *Facts) { f.Person = Person{Staff: true} }, WordNotProved},
		{"machine", func(f *Facts) { f.Kind = KindAutoReply }, WordNotProved},
		{"machine-and-no-dns", func(f *Facts) { f.Kind, f.Sender = KindBounce, Sender{Result: ResultTempError} }, WordNotProved},
		{"seen-before", func(f *Facts) { f.Duplicate = true }, WordNotProved},
		{"policy-fail", func(f *Facts) { f.Sender = Sender{Result: ResultFail} }, WordRefused},
		{"policy-fail-of-a-stranger", func(f *Facts) { f.Sender, f.Person = Sender{Result: ResultFail}, Person{} }, WordRefused},
		{"policy-fail-of-a-machine", func(f *Facts) { f.Sender, f.Kind = Sender{Result: ResultFail}, KindAutoReply }, WordRefused},
		{"ambiguous", func(f *Facts) { f.Refusals = []Reason{Because(CodeDuplicateFrom)} }, WordRefused},
		{"no-from", func(f *Facts) { f.From = "" }, WordRefused},
		{"not-read", func(f *Facts) { f.Refusals = []Reason{Because(CodeCrashed)} }, WordNotChecked},
		{"no-dns", func(f *Facts) { f.Sender = Sender{Result: ResultTempError} }, WordNotChecked},
		{"no-dns-for-days", func(f *Facts) { f.Sender, f.GaveUp = Sender{Result: ResultTempError}, true }, WordNotChecked},
		{"no-dns-of-a-stranger", func(f *Facts) { f.Sender, f.Person, f.Standing = Sender{Result: ResultTempError}, Person{}, Stranger }, WordNotChecked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := good()
			tt.spoil(&f)
			d := Decide(f)
			if got := WordOf(f, d); got != tt.want {
				t.Errorf("%s %v is %q, want %q", d.Verdict, d.Reasons, got, tt.want)
			}
		})
	}
	if got := WordOf(Facts{}, Decision{}); got != WordNotProved {
		t.Errorf("of nothing: %q", got)
	}
}

// TestActionWord spoils one fact at a time of a request that is proved. Who asks,
// and where, changes nothing of it.
func TestActionWord(t *testing.T) {
	class := func(a *Action, c Class) { a.Class, a.Ticket.Class = c, c }
	for _, tt := range []struct {
		name  string
		spoil func(*Action)
		want  Word
	}{
		{"proved", func(*Action) {}, WordProved},
		{"by-chat", func(a *Action) { a.Channel = Chat }, WordProved},
		{"asked-as-a-question", func(a *Action) { a.Class = Question; a.Proofs = nil }, WordNotProved},
		{"without-authority", func(a *Action) { a.Authority, a.Agent = false, "" }, WordProved},
		{"used", func(a *Action) { a.UsedBy = "kim" }, WordProved},
		{"no-proof", func(a *Action) { a.Proofs, a.Ticket.State = nil, StateUnconfirmed }, WordNotProved},
		{"sender-only", func(a *Action) { only(a, ProofSender) }, WordNotProved},
		{"expired", func(a *Action) { a.Now = noon.Add(ProofLife) }, WordNotProved},
		{"edited", func(a *Action) { a.Ticket.Revision++ }, WordNotProved},
		{"restored", func(a *Action) { a.Epoch++ }, WordNotProved},
		{"removed", func(a *Action) { a.Proofs[1].Giver.Active = false }, WordNotProved},
		{"weak", func(a *Action) { a.Proofs = []Proof{given(ProofToken, noon)} }, WordNotProved},
		{"weak-where-it-stands-in", func(a *Action) { class(a, MinorChange); a.Proofs = []Proof{given(ProofToken, noon)} }, WordProved},
		{"code", func(a *Action) { class(a, MinorChange); a.Proofs = []Proof{given(ProofCode, noon)} }, WordProved},
		{"approval-missing", func(a *Action) { class(a, Cancellation) }, WordNotProved},
		{"approved", func(a *Action) { class(a, Cancellation); a.Proofs = append(a.Proofs, given(ProofApproval, noon)) }, WordProved},
		{"waiting-is-proved", func(a *Action) { class(a, AccountChange); a.Proofs = append(a.Proofs, given(ProofApproval, noon)) }, WordProved},
		{"question", func(a *Action) { class(a, Question); a.Proofs = nil }, WordNotProved},
		{"question-by-mail", func(a *Action) { class(a, Question); only(a, ProofSender) }, WordProved},
		{"unknown-class", func(a *Action) { class(a, "rm-rf") }, WordNotProved},
		{"disputed", func(a *Action) { a.Ticket.State = StateDisputed }, WordRefused},
		{"approval-refused", func(a *Action) { a.Refused = true }, WordRefused},
		{"no-pending", func(a *Action) { a.NoPending = noon }, WordNotChecked},
		{"answer-waits", func(a *Action) { a.Proofs, a.Obstacles = nil, []Reason{Because(CodeDNSTemperror)} }, WordNotChecked},
		{"another-answer-waits", func(a *Action) { a.Obstacles = []Reason{Because(CodeDNSTemperror)} }, WordProved},
		{"forged-seen", func(a *Action) { a.Proofs, a.Obstacles = nil, []Reason{Because(CodeDMARCFail)} }, WordNotProved},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := confirmed()
			tt.spoil(&a)
			if got := a.Word(); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
	if got := (Action{}).Word(); got != WordNotProved {
		t.Errorf("of nothing: %q", got)
	}
}

// TestWordAgrees: over all classes, states and sets of proofs, what authorize
// allows by mail is proved, and what is proved is denied there for nothing that is
// missing of the customer.
func TestWordAgrees(t *testing.T) {
	kinds := []ProofKind{ProofSender, ProofReply, ProofToken, ProofCode, ProofApproval}
	states := []State{StateUnconfirmed, StateAuthenticated, StateConfirmed, StateDisputed}
	lacking := []Code{CodeNotAuthenticated, CodeNotConfirmed, CodeCodeMissing, CodeProofExpired, CodeApprovalMissing}
	for _, class := range Classes {
		for _, state := range states {
			for set := range 1 << len(kinds) {
				a := confirmed()
				a.Class, a.Ticket.Class, a.Ticket.State, a.Proofs = class, class, state, nil
				for i, k := range kinds {
					if set&(1<<i) != 0 {
						a.Proofs = append(a.Proofs, given(k, noon.Add(-100*time.Hour)))
					}
				}
				d, w := Authorize(a), a.Word()
				if d.Decision == Allow && class != Question && w != WordProved {
					t.Errorf("%s %s %b: allowed, and %q", class, state, set, w)
				}
				if w == WordProved && slices.ContainsFunc(d.Reasons, func(r Reason) bool { return slices.Contains(lacking, r.Code) }) {
					t.Errorf("%s %s %b: proved, and %s %v", class, state, set, d.Decision, d.Reasons)
				}
			}
		}
	}
}
