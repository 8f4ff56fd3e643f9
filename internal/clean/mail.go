package clean

import (
	"strings"
	"unicode"
)

// Mail makes s a text of several lines for a mail of ours. Out come LF for every
// kind of line end, blanks, and characters that are seen; and the joiners, which
// are letters' business in Persian and Hindi.
func Mail(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || joiner(r):
			return r
		case r == '\r' || breaks(r):
			return '\n'
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs), blank(r): //rule:6.14 nothing-unseen-in-our-mail TestExact/mail FuzzSurfaces
			return -1
		}
		return r
	}, s)
}

// MailLine is Mail for one line: out come words with one blank between them.
func MailLine(s string) string { return strings.Join(strings.Fields(Mail(s)), " ") }

// Header is MailLine for a header field, in which nothing may look like an encoded
// word (RFC 2047), since it would be shown as something else: no "=?" comes out.
func Header(s string) string { return strings.ReplaceAll(MailLine(s), "=?", "= ?") }

// Phrase is Header for a name beside an address. The libraries leave a backslash
// as it is within an encoded word, where it may not stand in a phrase (RFC 2047
// section 5); no name has one, and none comes out.
func Phrase(s string) string { return strings.ReplaceAll(Header(s), `\`, "/") }

// Seen gives of a text that a person wrote to us what they can have seen of it:
// LF for every kind of line end but a lone CR, tabs, blanks, and characters with
// a width. What is hidden in a mail is nobody's word.
func Seen(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if plain(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r >= ' ' && r < 0x7F || r == '\n' || r == '\t':
			return r
		case r == '\u00A0' || r == '\r':
			return ' '
		case breaks(r):
			return '\n'
		case unicode.IsControl(r), unseen(r):
			return -1
		}
		return r
	}, s)
}

// SeenLine is Seen for one line: out come words with one blank between them.
func SeenLine(s string) string { return strings.Join(strings.Fields(Seen(s)), " ") }

// plain reports that Seen has nothing to do.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 0x7F || c < ' ' && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}
