package clean

import (
	"strconv"
	"strings"
	"unicode"
)

// Line makes s a line of a record, of at most n characters, the last one an
// ellipsis if anything went. Out come words of characters that play no tricks,
// with one blank between them and none around.
func Line(s string, n int) string {
	s = words(s, tricks)
	if r := []rune(s); len(r) > n {
		s = string(r[:n-1]) + "…"
	}
	return s
}

// Name makes s the name of a person or an organisation, of at most n characters.
// Out comes what Line gives, without a character that has no width: two names
// that look the same are not two names.
func Name(s string, n int) string {
	s = words(s, func(r rune) bool { return tricks(r) || unicode.Is(unicode.Cf, r) })
	if r := []rune(s); len(r) > n {
		s = string(r[:n])
	}
	return s
}

// words puts one blank in the place of every run of blanks and of characters
// that go.
func words(s string, goes func(rune) bool) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || goes(r) }), " ")
}

// Terminal makes s a line for a terminal or a cell of a table, as long as it was.
// Out comes one line of characters that play no tricks: where one stood,
// U+FFFD shows that something did.
func Terminal(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case tricks(r), breaks(r): //rule:6.14 no-tricks-on-a-terminal TestExact/terminal FuzzSurfaces
			return '\uFFFD'
		}
		return r
	}, s)
}

// Lines is Terminal for several lines, whose breaks stay: LF.
func Lines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = Terminal(line)
	}
	return strings.Join(lines, "\n")
}

// Printable is Terminal where what was there is for experts: out come characters
// that leave ink and blanks, with a question mark for any other.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}

// ASCII makes what a stranger published (a DNS record) fit to be stored and
// shown. Out comes printable ASCII, a question mark for any other character.
func ASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
}

// Quoted makes the beginning of s, at most n bytes, fit to stand between quotes.
// Out comes printable ASCII, in which anything else is written as Go writes it.
func Quoted(s string, n int) string {
	return strings.Trim(strconv.QuoteToASCII(s[:min(len(s), n)]), `"`)
}
