package phrase

import "strings"

// Known reports whether word i stands in an entry or a pattern of any language.
func (t *Text) Known(i int) bool { return t.words[i].id != 0 }

// Phrase gives words [from, to) with a blank between them.
func (t *Text) Phrase(from, to int) string {
	w := make([]string, 0, to-from)
	for i := from; i < to; i++ {
		w = append(w, t.Word(i))
	}
	return strings.Join(w, " ")
}
