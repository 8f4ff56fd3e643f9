package tickets

import (
	"strings"
	"testing"

	"countersign/internal/audit"
	"countersign/internal/kv"
	"countersign/policy"
	"countersign/policy/rulebook"
	"countersign/staff"
)

func bookOf(t *testing.T, text string) rulebook.Book {
	t.Helper()
	b, problems := rulebook.Read("policy.toml", []byte(text))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return b
}

const secondForDNS = "[[rule]]\nname = \"two\"\nclass = [\"dns-change\"]\napprovals = 1\n"

// TestPolicyKept: of every file that was in force the bytes are there, and the log
// says when each came to be so; none is written twice.
func TestPolicyKept(t *testing.T) {
	d := openDesk(t, nil)
	one, two := bookOf(t, secondForDNS), bookOf(t, "# another\n"+secondForDNS)
	leaves := func() (n int) {
		check(t, d.kv.View(func(v kv.View) error {
			return audit.List(v, 0, func(_ int64, e audit.Entry) error {
				if e.Kind == "policy" {
					n++
				}
				return nil
			})
		}))
		return n
	}
	for i, step := range []struct {
		book   rulebook.Book
		leaves int
	}{{rulebook.Builtin(), 0}, {one, 1}, {one, 1}, {two, 2}, {rulebook.Builtin(), 3}, {one, 4}} {
		if err := d.SetPolicy(step.book, nil); err != nil {
			t.Fatal(err)
		}
		if n := leaves(); n != step.leaves || d.rules().Source != step.book.Rules.Source {
			t.Errorf("step %d: %d leaves, want %d; %q is in force", i, n, step.leaves, d.rules().Source)
		}
	}
	for _, b := range []rulebook.Book{one, two} {
		text, ok, err := d.Policy(b.Rules.Source)
		if err != nil || !ok || string(text) != string(b.Bytes) {
			t.Errorf("Policy(%s) = %q, %v, %v", b.Rules.Source, text, ok, err)
		}
		if again, err := rulebook.Stored(b.Rules.Source, text); err != nil || again.Rules.Source != b.Rules.Source {
			t.Errorf("read again: %v", err)
		}
	}
	if _, ok, err := d.Policy("sha256:none"); ok || err != nil {
		t.Errorf("what never was in force: %v, %v", ok, err)
	}
	if d := d.rules().Demand(policy.DNSChange, policy.Matter{}); d.Second.Contacts != 1 {
		t.Errorf("demands %+v", d)
	}
}

// TestCheckPolicy: what a file names that is not at the desk, and what nobody there
// could give.
func TestCheckPolicy(t *testing.T) {
	d := memoryDesk(t, nil)
	tests := []struct{ name, text, want string }{
		{"all-there", "[[rule]]\nname = \"a\"\nclient = [\"c1\"]\ncontact = [\"ada@client.example\"]\napprovals = 1\n", ""},
		{"no-such-client", "[[rule]]\nname = \"a\"\nclient = [\"c3\"]\napprovals = 1\n", `policy.toml:3:11: rule.client: there is no client "c3".`},
		{"no-such-contact", "[[rule]]\nname = \"a\"\ncontact = [\"none@client.example\"]\napprovals = 1\n", `policy.toml:3:12: rule.contact: "none@client.example" is on file for nobody.`},
		{"of-another-client", "[[rule]]\nname = \"a\"\nclient = [\"c2\"]\ncontact = [\"ada@client.example\"]\napprovals = 1\n", `policy.toml:4:12: rule.contact: "ada@client.example" belongs to the client c1`},
		{"no-such-team", "[class.dns-change]\nteam = \"hostng\"\n", `class.dns-change.team: no agent is in the team "hostng".`},
		{"many-leads", "[class.dns-change]\napprovals = 9\napprovers = \"leads\"\n", `policy.toml:2:13: class.dns-change.approvals: dns-change needs the approval of 9 leads who do not carry it out`},
		{"many-leads-by-rule", "[[rule]]\nname = \"a\"\napprovals = 9\napprovers = \"leads\"\n", `policy.toml:3:13: rule.approvals: `},
		{"no-checker", "[class.dns-change]\nproofs = [\"reply+external\"]\n", `policy.toml:2:1: class.dns-change.proofs: dns-change would always need "external"`},
		{"no-checker-by-rule", "[[rule]]\nname = \"a\"\nproofs = [\"external\"]\n", `rule.proofs: `},
		{"one-way-is-left", "[class.dns-change]\nproofs = [\"reply\", \"reply+external\"]\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			problems, err := d.CheckPolicy(bookOf(t, tt.text))
			var got []string
			for _, p := range problems {
				got = append(got, p.String())
			}
			text := strings.Join(got, "\n")
			if err != nil || tt.want == "" && text != "" || !strings.Contains(text, tt.want) || tt.want != "" && len(got) != 1 {
				t.Errorf("%v\n%s\nwant\n%s", err, text, tt.want)
			}
		})
	}
}

// TestCheckPolicyNobodyMay: a class that a file is about, and that nobody carries out.
func TestCheckPolicyNobodyMay(t *testing.T) {
	d := memoryDesk(t, nil)
	d.agents(t, func(a *staff.Agent) { a.Authorities = []string{string(policy.DNSChange)} })
	problems, err := d.CheckPolicy(bookOf(t, "[class.cancellation]\nwait = \"1h\"\n[class.dns-change]\nwait = \"1h\"\n"))
	if err != nil || len(problems) != 1 || !strings.HasPrefix(problems[0].String(), "policy.toml:1:8: class.cancellation: no agent may carry out cancellation") {
		t.Errorf("%v %v", problems, err)
	}
}
