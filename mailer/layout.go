package mailer

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

var (
	scheme = regexp.MustCompile(`(?i)([a-z][a-z0-9+.-]*):(//)`)
	bare   = regexp.MustCompile(`(?i)\b(mailto|tel|sip|sms|javascript|data):(\S)`)
	www    = regexp.MustCompile(`(?i)\b(www|ftp)\.`)
)

// defuse writes the addresses of pages in s so that no program makes a link of
// them: https[:]//shop.example, www[.]shop.example. Names of domains stay as
// they are, since a request about a domain must be read as it was written.
func defuse(s string) string {
	s = scheme.ReplaceAllString(s, "$1[:]$2")
	s = bare.ReplaceAllString(s, "$1[:]$2")
	return www.ReplaceAllString(s, "$1[.]")
}

// columns is the width of s as a terminal or a mail program with a fixed-width
// font shows it.
func columns(s string) int {
	n, marks := 0, 0
	for _, r := range s {
		var w int
		w, marks = cell(r, marks)
		n += w
	}
	return n
}

// cell is the width of r after so many marks in a row. A few marks sit on their
// letter; a heap of them counts, so that a line stays short in bytes, too.
func cell(r rune, marks int) (columns, now int) {
	if unicode.In(r, unicode.Mn, unicode.Me) || r == '\u200c' || r == '\u200d' {
		if marks < 4 {
			return 0, marks + 1
		}
		return 1, marks + 1
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2, 0
	}
	if r >= 0x1f000 {
		return 2, 0 // emoji that the table calls neutral are drawn wide by many
	}
	return 1, 0
}

// cut shortens s to so many columns, the last one an ellipsis if anything went.
func cut(s string, limit int) string {
	if columns(s) <= limit {
		return s
	}
	n, marks := 0, 0
	for i, r := range s {
		var w int
		if w, marks = cell(r, marks); n+w > limit-1 {
			return strings.TrimRight(s[:i], " ") + "…"
		}
		n += w
	}
	return s
}

// wrap breaks the words of s into lines of at most limit columns.
func wrap(s string, limit int) []string {
	var lines []string
	line, used := "", 0
	flush := func() {
		if line != "" {
			lines = append(lines, line)
		}
		line, used = "", 0
	}
	for _, word := range strings.Fields(s) {
		w := columns(word)
		if used > 0 && used+1+w > limit {
			flush()
		}
		for w > limit { // a word longer than a line is broken anywhere
			head := prefix(word, limit)
			lines = append(lines, head)
			word = word[len(head):]
			w = columns(word)
		}
		if word == "" {
			continue
		}
		if used > 0 {
			line, used = line+" ", used+1
		}
		line, used = line+word, used+w
	}
	flush()
	return lines
}

// prefix is the longest beginning of s, one character at least, within limit.
func prefix(s string, limit int) string {
	n, marks := 0, 0
	for i, r := range s {
		var w int
		if w, marks = cell(r, marks); n+w > limit && i > 0 {
			return s[:i]
		}
		n += w
	}
	return s
}

// ascii reports whether s is ASCII alone.
func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
