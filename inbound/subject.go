package inbound

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"countersign/internal/clean"
)

// maxLine bounds a line that may name a ticket, in characters.
const maxLine = 120

//go:embed subject_words.txt
var subjectWords string

// emptyWords are the words of which a subject says nothing, in all languages.
var emptyWords = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for line := range strings.Lines(subjectWords) {
		line, _, _ = strings.Cut(line, "#")
		for word := range strings.FieldsSeq(line) {
			words[word] = true
		}
	}
	return words
})

// saysNothing reports whether a subject is none, or only greets, calls or answers:
// "Re:", "help", "URGENT!!!", "(no subject)".
func saysNothing(subject string) bool {
	words := emptyWords()
	for word := range strings.FieldsFuncSeq(strings.ToLower(subject), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) }) {
		if !words[word] {
			return false
		}
	}
	return true
}

// lineOf gives the own words of a mail where they are one line that says something,
// so that it could be a subject; else "".
func lineOf(text string) string {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, "\r\n") || utf8.RuneCountInString(text) > maxLine || saysNothing(text) {
		return ""
	}
	return clean.Line(text, maxLine)
}
