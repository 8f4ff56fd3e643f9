package reply

import (
	"testing"

	"countersign/internal/rawmail"
	"countersign/policy"
)

// TestLocks: the word alone on the first own line, and no other way.
func TestLocks(t *testing.T) {
	quote := "\r\n\r\nOn Monday, Support <support@desk.example> wrote:\r\n> Your account\r\n"
	for _, tt := range []struct {
		name, body string
		want       bool
	}{
		{"plain", "LOCK\r\n", true},
		{"lower", "lock", true},
		{"mixed", "Lock", true},
		{"full-stop", "LOCK.", true},
		{"blanks", "\r\n\r\n   LOCK  . \r\n", true},
		{"above-a-quote", "LOCK" + quote, true},
		{"above-a-signature", "LOCK\r\n\r\n-- \r\nAda Berg\r\n", true},
		{"above-other-words", "LOCK\r\nMy laptop was stolen this morning.\r\n", true},
		{"greeting", "Hello,\r\nLOCK", false},
		{"sentence", "Lock my account", false},
		{"please", "Please LOCK", false},
		{"exclamation", "LOCK!", false},
		{"question", "LOCK?", false},
		{"two-stops", "LOCK..", false},
		{"longer", "LOCKED", false},
		{"part", "UNLOCK", false},
		{"quoted", "> LOCK\r\n", false},
		{"below-a-line", "Thank you\r\nLOCK", false},
		{"in-the-quote", "Thank you." + "\r\n\r\nOn Monday, Support <support@desk.example> wrote:\r\n> LOCK\r\n", false},
		{"kelvin", "LOC\u212a", false},
		{"another-language", "SPERREN", false},
		{"empty", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			raw := "From: Ada <ada@north.example>\r\nTo: support@desk.example\r\nSubject: Re: something\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + tt.body
			m, refusals := rawmail.Scan([]byte(raw), rawmail.DefaultLimits())
			if len(refusals) > 0 {
				t.Fatal(refusals)
			}
			r := Read(m, Own{Address: "support@desk.example"})
			if r.Locks() != tt.want {
				t.Errorf("Locks() = %v of %q", r.Locks(), r.Text)
			}
			if tt.want && r.Answer.For("en") != policy.Unclear {
				t.Errorf("it is read as %s", r.Answer.For("en"))
			}
		})
	}
}
