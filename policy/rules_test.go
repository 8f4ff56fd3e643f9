package policy

import "testing"

// TestRules: the rule that settled a message is named, each by a fact that comes
// under it first.
func TestRules(t *testing.T) {
	tried := map[string]bool{}
	for _, tt := range []struct {
		rule  string
		spoil func(*Facts)
	}{
		{"refused", func(f *Facts) { f.Refusals = []Reason{Because("ambiguous_header")} }},
		{"seen", func(f *Facts) { f.Duplicate = true }},
		{"locking", func(f *Facts) { *f = writesLock() }},
		{"machine", func(f *Facts) { f.Kind = KindAutoReply }},
		{"no-answer-of-dns", func(f *Facts) { f.Sender = Sender{Result: ResultTempError} }},
		{"unproved", func(f *Facts) { f.Sender.Result = ResultFail }},
		{"weakly-proved", func(f *Facts) { f.Sender.By = BySPF }},
		{"stranger", func(f *Facts) { f.Person = Person{} }},
		{"unbound-answer", func(f *Facts) {
			f.Ticket, f.Expects.Ticket, f.ToUsSigned = Ticket{}, "T-1", true
			rebind(f, Names{})
		}},
		{"opening", func(f *Facts) { f.Ticket = Ticket{}; rebind(f, Names{}) }},
		{"further", func(f *Facts) {
			f.Answer, f.Ticket.Class, f.Asks = Answer{Intent: Unclear}, Question, Asks{Class: PasswordChange, Score: 1}
			f.More, f.ToUsSigned = Further{May: true, Fits: true, Read: Question}, true
			f.Person.Client = f.Ticket.Client
		}},
		{"unbound", func(f *Facts) { rebind(f, Names{Threads: []string{"T-1"}}) }},
		{"lifting", func(f *Facts) {
			n := names()
			n.Tokens[0].Notice.Lifts, n.References = true, nil
			rebind(f, n)
		}},
		{"approving", func(f *Facts) {
			n := names()
			n.Tokens[0].Notice.Approves, n.References = true, nil
			rebind(f, n)
		}},
		{"unlocking", func(f *Facts) {
			n := names()
			n.Tokens[0].Notice.Unlocks, n.References = true, nil
			rebind(f, n)
		}},
		{"lost-mailbox", func(f *Facts) { f.Ticket.Lost = true }},
		{"other-contact", func(f *Facts) { f.Person.ID = "nils" }},
		{"ticket-over", func(f *Facts) { f.Ticket.State = StateClosed }},
		{"answer", func(*Facts) {}},
	} {
		f := good()
		tt.spoil(&f)
		if d := Decide(f); d.Rule != tt.rule {
			t.Errorf("Decide() = %s %v by the rule %q, want %q", d.Verdict, d.Reasons, d.Rule, tt.rule)
		}
		tried[tt.rule] = true
	}
	for _, r := range rules {
		if !tried[r.name] {
			t.Errorf("the rule %s is not tried", r.name)
		}
	}
	if d := (Decision{}); d.Counts() || d.Denies() || d.Confirmed() || d.Evidence() || d.Notice() != "" {
		t.Errorf("the zero value does something: %+v", d)
	}
}

// TestNoRule: where no rule applies, the message is refused.
func TestNoRule(t *testing.T) {
	all := rules
	defer func() { rules = all }()
	rules = nil
	if d := Decide(good()); d.Verdict != Rejected || d.Outcome != SetAside || d.Rule != "no-rule" || len(d.Effects) > 0 {
		t.Errorf("Decide() = %+v", d)
	}
}
