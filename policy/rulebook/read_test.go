package rulebook

import (
	"strings"
	"testing"

	"countersign/internal/strict"
	"countersign/policy"
)

// good is a file without a fault; tests spoil a line of it.
const good = `[class.server-change]
title = "a change to a server"
proofs = ["reply", "reply+code"]
channels = ["email", "portal"]
wait = "1h"
life = "168h"
team = "hosting"
targets = { first = "4h", between = "8h", solve = "24h" }
limit = "24h"

[class.minor-change]
proofs = ["code"]

[[rule]]
name = "deleting needs a second person"
class = ["server-change"]
client = []
words = ["delete", "wipe"]
approvals = 1

[[rule]]
name = "large sums"
contact = ["Ada@north.example", "c-7"]
at_least = 5000
proofs = ["reply+external"]
wait = "24h"

[[example]]
class = "server-change"
client = "north"
request = "Delete web-3"
proofs = ["reply"]
decision = "hold"
`

func TestRead(t *testing.T) {
	b, problems := Read("/etc/cs/policy.toml", []byte(good))
	if len(problems) > 0 {
		t.Fatal(strict.Faults(problems))
	}
	d := b.Rules.Demand(policy.ServerChange, policy.Matter{Contact: "c-7", Text: "Please wipe web-3, it has 10k files"})
	if d.Second.Contacts != 1 || d.Wait.Hours() != 24 || d.Team != "hosting" || d.Where != "policy.toml:1" || len(d.Channels) != 2 || d.Targets.Solve.Hours() != 24 ||
		strings.Join(d.Rules, ", ") != "deleting needs a second person (policy.toml:14), large sums (policy.toml:21)" || !d.Asks(policy.ProofExternal) {
		t.Errorf("demands %+v", d)
	}
	if d := b.Rules.Demand(policy.DNSChange, policy.Matter{Addresses: []string{"ada@north.example"}, Text: "for 4999"}); d.Where != "" || len(d.Rules) > 0 || d.Words != "a change to a domain or its DNS" {
		t.Errorf("what is not written demands %+v", d)
	}
	if !strings.HasPrefix(b.Rules.Source, "sha256:") || len(b.Rules.Source) != 71 || string(b.Bytes) != good {
		t.Errorf("source %s", b.Rules.Source)
	}
	if _, problems := Read("policy.toml", nil); len(problems) > 0 {
		t.Errorf("an empty file: %v", problems)
	}
}

// Each row replaces one line, and shows what is read then.
func TestProblems(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"unknown-key", "life =", "lief =", `p.toml:6:1: class.server-change.lief: unknown setting. Did you mean life?`},
		{"unknown-class", "[class.server-change]", "[class.sever-change]", `p.toml:1:8: class.sever-change: unknown setting. Did you mean server-change?`},
		{"unknown-section", "[[example]]", "[[exmaple]]", `p.toml:28:3: exmaple: unknown setting. Did you mean example?`},
		{"one-rule", "[[rule]]\nname = \"large", "[rule]\nname = \"large", `p.toml:21:2: table rule already exists as an array of tables.`},
		{"unknown-proof", `"reply+code"]`, `"reply+coed"]`, `p.toml:3:20: class.server-change.proofs[1]: "coed" is not one of sender, reply, code, external. Did you mean code?`},
		{"proof-approval", `"reply+code"]`, `"reply+approval"]`, `an approval is no proof of the one who asks. Write approvals = 1.`},
		{"proof-token", `proofs = ["code"]`, `proofs = ["code", "token"]`, `p.toml:12:19: class.minor-change.proofs[1]: a reply holds its token.`},
		{"unknown-channel", `"portal"]`, `"potral"]`, `p.toml:4:22: class.server-change.channels[1]: "potral" is not one of email, chat, phone, portal, api. Did you mean portal?`},
		{"no-channel", `["email", "portal"]`, `[]`, `p.toml:4:1: class.server-change.channels: there is none, so nobody could ever have it done.`},
		{"by-phone", `"portal"]`, `"phone"]`, `p.toml:4:22: class.server-change.channels[1]: server-change is never done by phone: only a voice says who it is. Remove it.`},
		{"bad-duration", `wait = "1h"`, `wait = "1 hour"`, `p.toml:5:8: class.server-change.wait: 1 hour is not a duration.`},
		{"wait-below-nothing", `wait = "1h"`, `wait = "-1h"`, `class.server-change.wait: -1h is not between 0s and 720h.`},
		{"life-too-long", `"168h"`, `"400h"`, `p.toml:6:8: class.server-change.life: 400h is not between 1m and 336h.`},
		{"solved-first", `first = "4h"`, `first = "48h"`, `p.toml:8:21: class.server-change.targets.first: 48h is later than solve (24h)`},
		{"sender-alone", `["reply", "reply+code"]`, `["sender"]`, `p.toml:3:11: class.server-change.proofs[0]: "sender" is less than what is built in: server-change is never done without reply. Write "reply+sender", or remove it.`},
		{"external-alone", `["reply", "reply+code"]`, `["reply", "external"]`, `p.toml:3:20: class.server-change.proofs[1]: "external" is less`},
		{"no-proofs", `["reply", "reply+code"]`, `[]`, `p.toml:3:1: class.server-change.proofs: asks for nothing, and server-change is never done without reply.`},
		{"small-without-proof", `proofs = ["code"]`, `proofs = []`, `p.toml:12:1: class.minor-change.proofs: asks for nothing: whoever gives a name could have it done.`},
		{"small-by-voice", `proofs = ["code"]`, "proofs = [\"sender\"]\nchannels = [\"email\", \"chat\"]", `p.toml:13:22: class.minor-change.channels[1]: by chat nobody can ever give "sender"`},
		{"no-approval", "[class.minor-change]", "[class.cancellation]\napprovals = 0\n[class.minor-change]", `p.toml:12:13: class.cancellation.approvals: 0 is less than what is built in: cancellation needs 1.`},
		{"shorter-wait", "[class.minor-change]", "[class.account-change]\nwait = \"24h\"\n[class.minor-change]", `p.toml:12:8: class.account-change.wait: 24h is less than what is built in: account-change waits 72h.`},
		{"many-approvals", `approvals = 1`, `approvals = 33`, `p.toml:19:13: rule.approvals: 33 is not between 0 and 32.`},
		{"question-asks", "[class.minor-change]", "[class.question]\nproofs = [\"code\"]\n[class.minor-change]", `p.toml:12:1: class.question.proofs: whoever is on file may ask a question, by every channel. Remove it.`},
		{"question-by-mail", "[class.minor-change]", "[class.question]\nchannels = [\"email\"]\n[class.minor-change]", `class.question.channels: whoever is on file may ask`},
		{"no-title", `title = "a change to a server"`, `title = ""`, `p.toml:2:9: class.server-change.title: is empty.`},
		{"no-name", `name = "large sums"`, ``, `p.toml:21:3: rule.name: is missing.`},
		{"same-name", `name = "large sums"`, `name = "deleting needs a second person"`, `p.toml:22:8: rule.name: p.toml:14 has that name already.`},
		{"rule-of-unknown-class", `class = ["server-change"]`, `class = ["sever-change"]`, `p.toml:16:10: rule.class: "sever-change" is not one of question, minor-change`},
		{"rule-of-question", `class = ["server-change"]`, `class = ["question"]`, `p.toml:16:10: rule.class: whoever is on file may ask a question: no rule demands more.`},
		{"rule-of-nothing", `approvals = 1`, ``, `p.toml:14:3: rule: it demands nothing more than its classes do.`},
		{"rule-of-no-more", "class = [\"server-change\"]\nclient", "class = [\"cancellation\"]\nclient", `p.toml:14:3: rule: it demands nothing more`},
		{"rule-approvers-alone", `approvals = 1`, `approvers = "leads"`, `p.toml:19:13: rule.approvers: says who agrees, and approvals that nobody does.`},
		{"unknown-approvers", `approvals = 1`, "approvals = 1\napprovers = \"lead\"", `p.toml:20:13: rule.approvers: "lead" is not one of contacts, leads, contacts-or-leads. Did you mean leads?`},
		{"no-word", `"wipe"`, `"..."`, `p.toml:18:20: rule.words: "..." has no letter or digit`},
		{"empty-word", `"wipe"`, `""`, `p.toml:18:20: rule.words: is empty, so the rule could never apply.`},
		{"below-zero", `at_least = 5000`, `at_least = -1`, `p.toml:24:12: rule.at_least: -1 is below 0.`},
		{"odd-contact", `"c-7"`, `"c 7"`, `p.toml:23:33: rule.contact: "c 7" is neither an address nor an id.`},
		{"no-decision", `decision = "hold"`, ``, `p.toml:28:3: example.decision: is missing. It is one of allow, hold, deny.`},
		{"unknown-decision", `decision = "hold"`, `decision = "held"`, `p.toml:33:12: example.decision: "held" is not one of allow, hold, deny. Did you mean hold?`},
		{"no-request", `request = "Delete web-3"`, ``, `p.toml:28:3: example.request: is missing.`},
		{"rule-that-is-none", `decision = "hold"`, "decision = \"hold\"\nrule = \"large sum\"", `p.toml:34:8: example.rule: no rule is called "large sum". Did you mean large sums?`},
		{"no-toml", `title =`, `title`, `p.toml:2:7: expected '=' after key. Correct this first`},
		{"too-large", `title =`, strings.Repeat("#", MaxFile) + "\ntitle =", `p.toml: is larger than 60 KiB.`},
		{"many-rules", good, manyRules(201), `p.toml:601:3: rule: there are more than 200.`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(good, tt.old) {
				t.Fatalf("%q is not in it", tt.old)
			}
			_, problems := Read("p.toml", []byte(strings.Replace(good, tt.old, tt.new, 1)))
			got := strict.Faults(problems).Error()
			if !strings.Contains(got, tt.want) || len(problems) != 1 {
				t.Errorf("got %d\n%s\nwant\n%s", len(problems), got, tt.want)
			}
		})
	}
}

func manyRules(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("[[rule]]\nname = \"r" + strings.Repeat("i", i%70) + string(rune('a'+i/70)) + "\"\napprovals = 1\n")
	}
	return b.String()
}

// TestManyRules: however many rules are about a ticket, what they come to is no
// longer than what can be asked for.
func TestManyRules(t *testing.T) {
	text := strings.ReplaceAll(manyRules(maxRules), "approvals = 1", `proofs = ["code", "external"]`)
	b, problems := Read("p.toml", []byte(text))
	if len(problems) > 0 {
		t.Fatal(strict.Faults(problems))
	}
	if d := b.Rules.Demand(policy.DNSChange, policy.Matter{}); len(d.AnyOf) > 4 || len(d.Rules) != maxRules {
		t.Errorf("%d lists by %d rules: %v", len(d.AnyOf), len(d.Rules), d.AnyOf)
	}
}
