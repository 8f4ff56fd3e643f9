package policy

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/reasons.md anew")

const reasonsDoc = "../docs/reasons.md"

// document is docs/reasons.md.
func document() string {
	var b strings.Builder
	b.WriteString(`# Reasons

Every reason code with its sentence, when it comes, and what to do. The codes are the same on the command line, in the API, in
logs and in the store, and they stay. A sentence may say more where more is known: which address, until when. *Where* says where
a code is read: *message* is what a message came to (in the history of its ticket, too), *sender* what the check of its sender found (` + "`verify`, `explain`" + `), *set aside*
why nobody but a person judges it, *authorize* an answer to an agent and what is in the way of a yes, *history* an event of a ticket,
*code* an answer to ` + "`code verify`" + `, *warning* a warning of a contact (` + "`contact check`" + `).

Made of the tables in package policy by ` + "`go test ./policy -run TestReasonsDocument -update`" + `.
`)
	for _, s := range reasons {
		fmt.Fprintf(&b, "\n## %s\n\n| code | sentence | when | what to do | where |\n|---|---|---|---|---|\n", s.title)
		for _, r := range s.reasons {
			text := r.text
			if r.sender != "" {
				text += " Of the sender: " + r.sender
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", r.code, text, r.when, r.do, r.on)
		}
	}
	return b.String()
}

// TestReasonsDocument: docs/reasons.md says what the tables say.
func TestReasonsDocument(t *testing.T) {
	if *update {
		if err := os.WriteFile(reasonsDoc, []byte(document()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(reasonsDoc)
	if err != nil {
		t.Fatal(err)
	}
	if string(b) != document() {
		t.Errorf("%s is stale: go test ./policy -run TestReasonsDocument -update", reasonsDoc)
	}
}

// TestReasons: every code has its row, once, and every row says all that there is
// to say, in whole sentences.
func TestReasons(t *testing.T) {
	var listed []string
	for _, s := range reasons {
		if s.title == "" || len(s.reasons) == 0 {
			t.Errorf("a section %q with %d reasons", s.title, len(s.reasons))
		}
		for _, r := range s.reasons {
			listed = append(listed, string(r.code))
			for what, text := range map[string]string{"sentence": r.text, "when": r.when, "what to do": r.do} {
				if len(text) < 5 || !strings.HasSuffix(text, ".") || strings.Contains(text, "|") {
					t.Errorf("%s: its %s is %q", r.code, what, text)
				}
			}
			if r.on == 0 || r.on.String() == "" || r.sender != "" && r.on&onSender == 0 {
				t.Errorf("%s: where is it read? %q", r.code, r.on)
			}
		}
	}
	declared := constants(t, "codes.go", "Code")
	for i := range max(len(declared), len(listed)) {
		a, b := strings.Join(declared[min(i, len(declared)):min(i+1, len(declared))], ""), strings.Join(listed[min(i, len(listed)):min(i+1, len(listed))], "")
		if a != b {
			t.Errorf("codes.go and the tables don't go the same way: %q is declared where %q has its row", a, b)
			break
		}
	}
	if len(byCode) != len(listed) {
		t.Errorf("%d codes, %d rows", len(byCode), len(listed))
	}
	for code, step := range nextStep {
		if StepText(step) == "" {
			t.Errorf("the step %q, out of %s, has no words", step, code)
		}
		if byCode[code].on&onAnswer == 0 {
			t.Errorf("%s has a way to a yes, and is no reason of an answer", code)
		}
	}
	if r := Because("of a later day"); r.Text != "" {
		t.Errorf("an unknown code says %q", r.Text)
	}
}
