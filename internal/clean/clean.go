// Package clean makes text that somebody else wrote fit for the surface that it
// is going to: a record, a terminal, a mail, a CSV file, the log.
//
// There is one set of character classes and one function a surface, and each
// says what may come out of it, whatever went in; FuzzSurfaces holds them to
// that. Nobody else takes characters out of a text because they could play
// tricks on its reader.
//
// Secrets and addresses are the business of packages token and redact, width
// and line breaking of package mailer. Who reads a format judges by its grammar
// what may stand in it and refuses the rest; that is not cleaning.
package clean

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// tricks are the characters that play tricks on a terminal or a reader on any
// surface: controls, but for tab and line ends; marks that change direction; and
// bytes that are no character.
func tricks(r rune) bool {
	switch r {
	case '\t', '\n', '\r':
		return false
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError //rule:6.14 no-controls =false TestExact
}

// unseen are the characters without width: the marks that change direction among
// them, soft hyphens, joiners, and the tags that spell ASCII invisibly.
func unseen(r rune) bool { return unicode.Is(unicode.Cf, r) || r >= 0xE0000 && r <= 0xE0FFF }

// blank are letters and marks that are drawn as nothing.
func blank(r rune) bool { return strings.ContainsRune("\u034F\u115F\u1160\u3164\uFFA0", r) }

// breaks are the characters that end a line for some program (UAX 14), but for
// CR and LF, of which every surface has its own view.
func breaks(r rune) bool { return strings.ContainsRune("\v\f\u0085\u2028\u2029", r) }

// joiner tells the two characters without width that Persian and Hindi spell with.
func joiner(r rune) bool { return r == '\u200C' || r == '\u200D' }

// Trick gives the byte at which the first character stands that Line would take
// out, -1 if none does: for who refuses such a text rather than change it.
func Trick(s string) int { return strings.IndexFunc(s, tricks) }

// Cut shortens s to at most n bytes at the border of a character.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
