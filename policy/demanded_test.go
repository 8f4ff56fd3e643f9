package policy

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRulesDemand: a rule demands more where every one of its conditions holds, and
// of nothing else.
func TestRulesDemand(t *testing.T) {
	delete := Rule{Name: "deleting", Where: "policy.toml:3", Second: Second{Contacts: 1}, AnyOf: [][]ProofKind{{ProofCode}, {ProofExternal}}, Wait: time.Hour,
		Text: func(s string) bool { return strings.Contains(s, "delete") }, Clients: []string{"north"}, Contacts: []string{"ada@north.example", "c-2"}}
	m := Matter{Client: "north", Contact: "c-1", Addresses: []string{"ada@north.example"}, Text: "delete web-3"}
	tests := []struct {
		name    string
		class   Class
		classes []Class
		change  func(*Matter)
		more    bool
	}{
		{"all-hold", ServerChange, []Class{ServerChange}, func(*Matter) {}, true},
		{"every-privileged-class", DNSChange, nil, func(*Matter) {}, true},
		{"by-the-contacts-id", ServerChange, nil, func(m *Matter) { m.Contact, m.Addresses = "c-2", nil }, true},
		{"another-class", DNSChange, []Class{ServerChange}, func(*Matter) {}, false},
		{"no-privileged-class", MinorChange, nil, func(*Matter) {}, false},
		{"a-small-change-that-is-named", MinorChange, []Class{MinorChange}, func(*Matter) {}, true},
		{"never-a-question", Question, []Class{Question}, func(*Matter) {}, false},
		{"another-client", ServerChange, nil, func(m *Matter) { m.Client = "south" }, false},
		{"another-contact", ServerChange, nil, func(m *Matter) { m.Contact, m.Addresses = "c-3", []string{"nils@north.example"} }, false},
		{"other-words", ServerChange, nil, func(m *Matter) { m.Text = "reboot web-3" }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rule, about := delete, m
			rule.Classes = tt.classes
			tt.change(&about)
			d := Rules{More: []Rule{rule}}.Demand(tt.class, about)
			more := d.Second.Contacts == 1 && d.Wait >= time.Hour && len(d.AnyOf) == 2*max(1, len(tt.class.Demands().AnyOf)) && slices.Equal(d.Rules, []string{"deleting (policy.toml:3)"})
			if more != tt.more || !tt.more && len(d.Rules) > 0 {
				t.Errorf("more is demanded %v, want %v: %+v", more, tt.more, d)
			}
		})
	}
}

// TestRulesFloor: whatever a desk says, a privileged class is never asked for less
// than what is built in.
func TestRulesFloor(t *testing.T) {
	tests := []struct {
		name string
		say  Demand
		bad  func(d, floor Demand) bool
	}{
		{"proofs", Demand{AnyOf: [][]ProofKind{{ProofSender}, {ProofToken, ProofExternal}}}, func(d, _ Demand) bool {
			return slices.ContainsFunc(d.AnyOf, func(list []ProofKind) bool { return !slices.Contains(list, ProofReply) })
		}},
		{"no-proofs", Demand{}, func(d, _ Demand) bool { return !d.Asks(ProofReply) }},
		{"approvals", Demand{}, func(d, floor Demand) bool { return d.Second.Persons() < floor.Second.Persons() }},
		{"leads-for-contacts", Demand{Second: Second{Leads: 1}}, func(d, _ Demand) bool { return d.Second != Second{Leads: 1} }},
		{"wait", Demand{Wait: time.Minute}, func(d, floor Demand) bool { return d.Wait < floor.Wait }},
		{"channels", Demand{Channels: Channels}, func(d, _ Demand) bool { return d.By(Chat) || d.By(Phone) || !d.By(Email) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, c := range Classes {
				if !c.Privileged() {
					continue
				}
				floor := c.Demands()
				if d := (Rules{Classes: map[Class]Demand{c: tt.say}}).Demand(c, Matter{}); tt.bad(d, floor) {
					t.Errorf("%s: demands %+v", c, d)
				}
			}
		})
	}
	question := Demand{AnyOf: replies, Second: another, Wait: time.Hour, Channels: written, Team: "sales"}
	if d := (Rules{Classes: map[Class]Demand{Question: question}}).Demand(Question, Matter{}); len(d.AnyOf) > 0 || d.Approval() || d.Wait > 0 || len(d.Channels) != len(Channels) || d.Team != "sales" || d.Words != "a question" {
		t.Errorf("a question asks for %+v", d)
	}
}

// TestTogether: what is asked for beside a reply is asked for together with it.
func TestTogether(t *testing.T) {
	code := Rules{Classes: map[Class]Demand{ServerChange: {AnyOf: [][]ProofKind{{ProofReply, ProofCode}, {ProofReply, ProofExternal}}, Channels: written}}}
	tests := []struct {
		name   string
		proofs []ProofKind
		want   []Code
	}{
		{"nothing", nil, []Code{CodeNotAuthenticated, CodeCodeMissing, CodeExternalMissing}},
		{"reply", []ProofKind{ProofReply}, []Code{CodeCodeMissing, CodeExternalMissing}},
		{"sender-and-code", []ProofKind{ProofSender, ProofCode}, []Code{CodeNotConfirmed}},
		{"external-alone", []ProofKind{ProofExternal}, []Code{CodeNotAuthenticated}},
		{"reply-and-code", []ProofKind{ProofReply, ProofCode}, nil},
		{"reply-and-external", []ProofKind{ProofReply, ProofExternal}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := Action{Now: noon, Class: ServerChange, Channel: Email, Authority: true, Agent: "sam", Contact: onFile(), Rules: code, Epoch: 1, Checkers: []string{"idp"},
				Ticket: Ticket{ID: "T-1", Client: "north", Contact: "ada", Class: ServerChange, State: StateUnconfirmed, Revision: 2}}
			for _, k := range tt.proofs {
				p := given(k, noon.Add(-time.Minute))
				p.Giver.Code = HeldCode{Stands: true, SetBy: "lea"}
				p.Agent = map[bool]string{true: "sam"}[k == ProofCode]
				a.Proofs = append(a.Proofs, p)
			}
			var got []Code
			d := Authorize(a)
			for _, r := range d.Reasons {
				got = append(got, r.Code)
			}
			if tt.want == nil && d.Decision != Allow || tt.want != nil && (d.Decision != Deny || !slices.Equal(got, tt.want)) {
				t.Errorf("%s %v, want %v", d.Decision, got, tt.want)
			}
		})
	}
}
