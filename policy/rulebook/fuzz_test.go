package rulebook

import (
	"slices"
	"strings"
	"testing"

	"countersign/policy"
)

// FuzzRead: whatever a file holds, what is accepted demands at least what is built in
// of every privileged class and nothing of a question, and what is said about it is
// one clean line each, with a place inside the file.
func FuzzRead(f *testing.F) {
	f.Add(good)
	f.Add(BuiltinText())
	f.Add("class.dns-change.proofs = ['reply', 'code']\n[class.account-change]\nwait='1ns'\nchannels=['chat']\n")
	f.Add("class = { cancellation = { approvals = 0, approvers = 'leads', proofs = ['reply+reply'] } }\n")
	f.Add("[class.question]\nproofs=['code']\napprovals=3\n[[rule]]\nname='x'\nwords=['\u202e', '']\nat_least=9223372036854775807\nwait='1h'\n")
	f.Add("[[rule]]\nname='\\u001b'\nclass=['dns-change', 'x']\nproofs=['']\n[[example]]\n")
	f.Fuzz(func(t *testing.T, text string) {
		b, problems := Read("p.toml", []byte(text))
		lines := strings.Count(text, "\n") + 1
		for _, p := range problems {
			if s := p.String(); strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x202e }) {
				t.Errorf("%q is not one clean line", s)
			}
			if p.Line > lines {
				t.Errorf("%s is past the end (%d lines)", p, lines)
			}
		}
		if len(problems) > 0 {
			return
		}
		for _, m := range []policy.Matter{{}, {Client: "north", Contact: "c-7", Text: text}} {
			for _, c := range policy.Classes {
				holdsFloor(t, c, b.Rules.Demand(c, m))
				if d := b.Rules.Classes[c]; d.Where != "" && c.Privileged() { // nor by itself, without what policy adds
					holdsFloor(t, c, d)
				}
			}
		}
	})
}

// holdsFloor fails where a class demands less than is built in.
func holdsFloor(t *testing.T, c policy.Class, d policy.Demand) {
	t.Helper()
	floor := c.Demands()
	if c == policy.Question && (len(d.AnyOf) > 0 || d.Approval() || d.Wait > 0 || len(d.Channels) < len(policy.Channels)) {
		t.Errorf("a question demands %+v", d)
	}
	if len(d.AnyOf) == 0 && c != policy.Question || len(d.Channels) == 0 {
		t.Errorf("%s demands %+v", c, d)
	}
	if !c.Privileged() {
		return
	}
	weak := slices.ContainsFunc(d.AnyOf, func(list []policy.ProofKind) bool { return !slices.Contains(list, policy.ProofReply) })
	if weak || d.Second.Persons() < floor.Second.Persons() || d.Wait < floor.Wait || d.By(policy.Chat) || d.By(policy.Phone) || d.Life < 0 {
		t.Errorf("%s demands %+v, less than %+v", c, d, floor)
	}
}
