package rulebook

import (
	"strings"
	"testing"

	"countersign/internal/strict"
)

// TestBuiltinExamples: what is built in reads its own examples as it says.
func TestBuiltinExamples(t *testing.T) {
	tried, failed := Builtin().Try()
	for _, f := range failed {
		t.Errorf("%s: %q is %s, want %s. %s", f.Where, f.Request, f.Got, f.Want, f.Why)
	}
	if tried < 20 {
		t.Errorf("%d examples", tried)
	}
}

// TestExamples: each way in which an example can come out.
func TestExamples(t *testing.T) {
	const rules = `[class.server-change]
life = "24h"
[[rule]]
name = "deleting"
class = ["server-change"]
client = ["north"]
words = ["delete"]
approvals = 2
wait = "1h"
[[rule]]
name = "the lead"
contact = ["Ada@north.example"]
class = ["dns-change"]
approvals = 1
approvers = "leads"
[[rule]]
name = "money"
class = ["minor-change"]
at_least = 1000
proofs = ["code+sender"]
[[rule]]
name = "checked"
class = ["user-change"]
proofs = ["external"]
`
	tests := []struct{ name, example, got string }{
		{"reply", `class = "dns-change"` + "\n" + `proofs = ["reply"]`, "allow"},
		{"nothing", `class = "dns-change"`, "deny"},
		{"read", `proofs = ["reply"]`, "hold"}, // it asks to cancel
		{"by-phone", `class = "dns-change"` + "\nchannel = \"phone\"\n" + `proofs = ["reply"]`, "deny"},
		{"approved", `proofs = ["reply"]` + "\napprovals = 1", "allow"},
		{"more", "class = \"server-change\"\nclient = \"north\"\nproofs = [\"reply\"]\napprovals = 1\nafter = \"2h\"", "hold"},
		{"more-of-them", "class = \"server-change\"\nclient = \"north\"\nproofs = [\"reply\"]\napprovals = 2\nafter = \"2h\"\nrule = \"deleting\"", "allow"},
		{"waits", "class = \"server-change\"\nclient = \"north\"\nproofs = [\"reply\"]\napprovals = 2\nafter = \"1m\"", "hold"},
		{"another-client", "class = \"server-change\"\nclient = \"south\"\nproofs = [\"reply\"]", "allow"},
		{"no-such-rule-there", "class = \"server-change\"\nclient = \"south\"\nproofs = [\"reply\"]\nrule = \"deleting\"", "it does not apply"},
		{"too-old", "class = \"server-change\"\nclient = \"south\"\nproofs = [\"reply\"]\nafter = \"25h\"", "deny"},
		{"contacts-for-leads", "class = \"dns-change\"\ncontact = \"ada@NORTH.example\"\nproofs = [\"reply\"]\napprovals = 1", "hold"},
		{"leads", "class = \"dns-change\"\ncontact = \"ada@NORTH.example\"\nproofs = [\"reply\"]\napprovals = 1\napprovers = \"leads\"", "allow"},
		{"unchecked", "class = \"user-change\"\nproofs = [\"reply\"]", "deny"},
		{"checked-alone", "class = \"user-change\"\nproofs = [\"external\"]", "deny"},
		{"checked", "class = \"user-change\"\nproofs = [\"reply\", \"external\"]\nrule = \"checked\"", "allow"},
		{"small", "class = \"minor-change\"\nproofs = [\"sender\"]", "deny"},
		{"small-with-code", "class = \"minor-change\"\nproofs = [\"sender\", \"code\"]", "allow"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, decision := range []string{"allow", "hold", "deny"} {
				text := rules + "[[example]]\nrequest = \"Please cancel our contract, delete all, it is about 1.000 files\"\ndecision = \"" + decision + "\"\n" + tt.example + "\n"
				b, problems := Read("policy.toml", []byte(text))
				if len(problems) > 0 {
					t.Fatal(strict.Faults(problems))
				}
				tried, failed := b.Try()
				if tried != 1 || (len(failed) == 0) != (decision == tt.got) {
					t.Errorf("want %s: %d failed %+v", decision, tried, failed)
				}
				if len(failed) == 1 && (!strings.HasPrefix(failed[0].Where, "policy.toml:") || failed[0].Why == "" || !strings.Contains(failed[0].Got+" "+tt.got, tt.got)) {
					t.Errorf("%+v", failed[0])
				}
			}
		})
	}
}
