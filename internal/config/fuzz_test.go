package config

import (
	"strings"
	"testing"
)

// FuzzParse: whatever a file holds, what is accepted is sound, and what is said
// about it is one clean line each with a place inside the file.
func FuzzParse(f *testing.F) {
	f.Add(good)
	f.Add(Example())
	f.Add("mailbox = [{name='a'}, 3, {trust={exclusive=true}}]\n")
	f.Add("a.b.c = 1\n[mailbox.trust.x]\n[[mailbox]]\n[[mailbox.trust]]\n")
	f.Add("smtp.from = 'a'\nsmtp.from.name = 1\n")
	f.Add("\"\\u202e\" = 1\n[\"\\n\"]\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, problems := parse("/c.toml", []byte(text))
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
		for _, m := range c.Mailbox {
			if !plainAddress(m.Address) || strings.Count(m.ReplyAddress, placeholder) != 1 ||
				!plainAddress(strings.Replace(m.ReplyAddress, placeholder, strings.Repeat("a", tokenRoom), 1)) {
				t.Errorf("accepted mailbox %+v", m)
			}
			if m.TLS == "none" && !m.AllowPlaintext && !loopback(m.IMAP) {
				t.Errorf("accepted plain text to %s", m.IMAP)
			}
		}
	})
}
