package policy

import (
	"testing"
	"time"
)

// small is a small change that a caller asked for, whose code was verified.
func small() Action {
	a := confirmed()
	a.Class, a.Ticket.Class, a.Ticket.State, a.Channel, a.OpenedBy = MinorChange, MinorChange, StateUnconfirmed, Phone, "kim"
	p := given(ProofCode, noon.Add(-time.Minute))
	p.Address, p.Agent, p.Code, p.Version, p.Expires = "", "kim", "contact:ada", 1, p.At.Add(CodeLife)
	a.Proofs = []Proof{p}
	return a
}

// TestCodeAtTheAct: each row spoils one thing of a code that was verified.
func TestCodeAtTheAct(t *testing.T) {
	proof := func(change func(*Proof)) func(*Action) { return func(a *Action) { change(&a.Proofs[0]) } }
	mail := func(at time.Time) func(*Action) {
		return func(a *Action) { a.Proofs = append(a.Proofs, given(ProofSender, at)) }
	}
	end := noon.Add(-time.Minute).Add(CodeLife)
	for _, tt := range []struct {
		name  string
		spoil func(*Action)
		want  Verb
		code  Code
		until time.Time
	}{
		{"all-there", func(*Action) {}, Allow, CodeProved, end},
		{"by-email", func(a *Action) { a.Channel = Email }, Allow, CodeProved, end},
		{"last-second", func(a *Action) { a.Now = end.Add(-time.Second) }, Allow, CodeProved, end},
		{"over", func(a *Action) { a.Now = end }, Deny, CodeProofExpired, time.Time{}},
		{"changed", proof(func(p *Proof) { p.Giver.Code.Stands = false }), Deny, CodeCodeVoid, time.Time{}},
		{"set-by-who-acts", proof(func(p *Proof) { p.Giver.Code.SetBy = "sam" }), Deny, CodeCodeOwn, time.Time{}},
		{"set-by-the-opener", proof(func(p *Proof) { p.Giver.Code.SetBy, p.Agent = "kim", "pat" }), Deny, CodeCodeOwn, time.Time{}},
		{"set-by-an-editor", func(a *Action) { a.Edited = []string{"pat", "tom"} }, Deny, CodeCodeOwn, time.Time{}},
		{"set-by-who-verified", proof(func(p *Proof) { p.Agent = "tom" }), Deny, CodeCodeOwn, time.Time{}},
		{"set-by-nobody-known", proof(func(p *Proof) { p.Giver.Code.SetBy = "" }), Deny, CodeCodeOwn, time.Time{}},
		{"new", proof(func(p *Proof) { p.Giver.Code.Cools = noon.Add(time.Hour) }), Allow, CodeProved, end},
		{"before-a-restore", func(a *Action) { a.Epoch++ }, Deny, CodeRestored, time.Time{}},
		{"before-an-edit", func(a *Action) { a.Ticket.Revision++ }, Deny, CodeCodeMissing, time.Time{}},
		{"of-another", proof(func(p *Proof) { p.Contact = "bob" }), Deny, CodeOtherContact, time.Time{}},
		{"removed", proof(func(p *Proof) { p.Giver.Active = false }), Deny, CodeContactRemoved, time.Time{}},
		{"moved", proof(func(p *Proof) { p.Giver.Client = "south" }), Deny, CodeContactMoved, time.Time{}},
		{"permission-taken-away", proof(func(p *Proof) { p.Giver.May = false }), Deny, CodeNoPermission, time.Time{}},
		{"disputed", func(a *Action) { a.Ticket.State = StateDisputed }, Deny, CodeDisputed, time.Time{}},
		{"privileged", func(a *Action) { a.Class, a.Ticket.Class, a.Channel = PasswordChange, PasswordChange, Email }, Deny, CodeNotAuthenticated, time.Time{}},
		{"with-a-mail-by-phone", mail(noon), Allow, CodeProved, end},
		{"with-a-mail-by-email", func(a *Action) { a.Channel = Email; mail(noon)(a) }, Allow, CodeProved, time.Time{}},
		{"renewed-by-a-mail", func(a *Action) { a.Now = end; mail(noon)(a) }, Deny, CodeProofExpired, time.Time{}},
		{"renews-no-mail", func(a *Action) {
			a.Channel, a.Now = Email, noon.Add(-time.Hour).Add(ProofLife)
			mail(noon.Add(-time.Hour))(a)
			a.Proofs[0].At, a.Proofs[0].Expires = a.Now.Add(-CodeLife), a.Now
		}, Deny, CodeProofExpired, time.Time{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := small()
			tt.spoil(&a)
			got := Authorize(a)
			if got.Decision != tt.want || len(got.Reasons) == 0 || got.Reasons[0].Code != tt.code || !got.Until.Equal(tt.until) {
				t.Errorf("Authorize() = %s %v until %v, want %s %s until %v", got.Decision, got.Reasons, got.Until, tt.want, tt.code, tt.until)
			}
		})
	}
}

// TestCodeTry: each row spoils one thing of a try that deserves a match.
func TestCodeTry(t *testing.T) {
	for _, tt := range []struct {
		name    string
		spoil   func(*CodeTry)
		refused Code
		answer  Code // where it isn't refused
	}{
		{"match", func(*CodeTry) {}, "", CodeCodeMatch},
		{"one-wrong-more", func(c *CodeTry) {
			c.Wrong, c.AgentWrong, c.HourWrong = WrongCodesDay-1, WrongCodesAgent-1, WrongCodesHour-1
		}, "", CodeCodeMatch},
		{"set-by-the-agent", func(c *CodeTry) { c.SetBy = "sam" }, CodeCodeOwn, ""},
		{"busy", func(c *CodeTry) { c.HourWrong = WrongCodesHour }, CodeCodeBusy, ""},
		{"agent-busy", func(c *CodeTry) { c.AgentWrong = WrongCodesAgent }, CodeCodeAgentBusy, ""},
		{"agent-busy-for-days", func(c *CodeTry) { c.AgentWeek = WrongAgentWeek }, CodeCodeAgentBusy, ""},
		{"locked-after-fewer", func(c *CodeTry) { c.Wrong, c.Most = WrongRotatingDay, WrongRotatingDay }, CodeCodeLocked, ""},
		{"locked", func(c *CodeTry) { c.Wrong = WrongCodesDay }, CodeCodeLocked, ""},
		{"locked-by-a-no", func(c *CodeTry) { c.Locked = true }, CodeCodeLocked, ""},
		{"locked-and-none-set", func(c *CodeTry) { *c = CodeTry{Agent: "sam", Wrong: WrongCodesDay} }, CodeCodeLocked, ""},
		{"not-set", func(c *CodeTry) { c.Set = false }, "", CodeCodeNotSet},
		{"restored", func(c *CodeTry) { c.Restored = true }, "", CodeCodeRestored},
		{"used", func(c *CodeTry) { c.Used = true }, "", CodeCodeUsed},
		{"used-and-wrong", func(c *CodeTry) { c.Used, c.Match = true, false }, "", CodeCodeUsed},
		{"expired", func(c *CodeTry) { c.Expires = noon }, "", CodeCodeExpired},
		{"expired-and-wrong", func(c *CodeTry) { c.Expires, c.Match = noon, false }, "", CodeCodeExpired},
		{"last-second", func(c *CodeTry) { c.Expires = noon.Add(time.Second) }, "", CodeCodeMatch},
		{"wrong", func(c *CodeTry) { c.Match = false }, "", CodeCodeWrong},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := CodeTry{Now: noon, Agent: "sam", Set: true, SetBy: "lea", Match: true}
			tt.spoil(&c)
			if got := c.Refused(); got != tt.refused {
				t.Fatalf("Refused() = %q, want %q", got, tt.refused)
			}
			if got := c.Answer(); tt.refused == "" && got != tt.answer {
				t.Errorf("Answer() = %q, want %q", got, tt.answer)
			}
		})
	}
	if got := (CodeTry{}).Answer(); got == CodeCodeMatch {
		t.Error("nothing is a match")
	}
}

// TestByCode: a code proves a small change, and stands beside an approval.
func TestByCode(t *testing.T) {
	for _, c := range Classes {
		want := c == MinorChange || c == SubscriptionChange || c == AccountChange || c == Cancellation
		if c.Demands().ByCode() != want {
			t.Errorf("%s: %v, want %v", c, !want, want)
		}
	}
}
