package main

import (
	"encoding/base64"
	"strings"
)

// subjectCases bind by the reference in the Subject alone, as where the sender's
// server doesn't sign To, in forms that mail programs write.
func subjectCases() (out []bindingCase) {
	add := func(name, why, subject string, end func(*bindingMail)) {
		out = append(out, bindingCase{name, why, func(m *bindingMail) {
			m.set("Subject", subject)
			m.signed = []string{"From", "Subject", "Date", "Message-ID"}
			end(m)
		}})
	}
	word := func(charset, text string) string {
		return "=?" + charset + "?B?" + base64.StdEncoding.EncodeToString([]byte(text)) + "?="
	}
	const re = "Re: [T-1042-7KQ3MX] "
	folded := word("utf-8", re+"Müller: more memory")
	bound := (*bindingMail).confirmed
	add("subject-folded-inside", "a program folded the encoded word", folded[:24]+"\r\n "+folded[24:], bound)
	add("subject-cp932", "the character set goes by Microsoft's name", word("cp932", re+"\x8e\x52\x93\x63"), bound)
	add("subject-cp949", "and in Korea", word("MS949", re+"\xb1\xe8"), bound)
	add("subject-no-padding", "the word lacks its padding", strings.Replace(word("utf-8", re+"Müller"), "=?=", "?=", 1), bound)
	add("subject-cut-apart", "a character is cut apart between two words", word("utf-8", re+"M\xc3")+"\r\n "+word("utf-8", "\xbcller"), bound)
	add("subject-unknown-word-beside", "one word is in characters that nobody knows, another holds the reference", word("utf-8", re)+"\r\n "+word("x-own", "M\xfcller"), bound)
	add("subject-8-bit", "the Subject holds bytes of another character set", re+"M\xfcller", bound)
	add("subject-in-unknown-word", "where not every program finds the reference, it binds nothing", word("x-own", re+"M\xfcller"), func(m *bindingMail) {
		m.ends("unauthenticated", "thread", "T-1042", "token_unsigned")
	})
	add("subject-in-utf-7", "nor where ASCII could spell something else", word("utf-7", re), func(m *bindingMail) {
		m.ends("unauthenticated", "thread", "T-1042", "token_unsigned")
	})
	add("subject-another-in-unknown-word", "what some programs read as a second reference makes two", re+word("x-own", "[T-7-222222]"), func(m *bindingMail) {
		m.ends("unauthenticated", "thread", "T-1042", "two_references")
	})
	return out
}
