package tickets

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"countersign/internal/rawmail"
)

// hostile reports whether a character can play tricks on a terminal or a reader:
// controls, but for tab and line ends, and characters that change direction.
func hostile(r rune) bool {
	switch r {
	case '\t', '\n', '\r':
		return false
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError
}

// oneLine cleans a line that somebody else wrote and cuts it to MaxSubject characters.
func oneLine(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || hostile(r) }), " ")
	if r := []rune(s); len(r) > MaxSubject {
		s = string(r[:MaxSubject-1]) + "…"
	}
	return s
}

// cut shortens s to at most n bytes at the border of a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func canonical(addr string) (string, error) { return rawmail.Canonical(addr) }
