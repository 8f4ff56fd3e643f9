package reply

import (
	"strings"
	"unicode/utf8"

	"countersign/inbound/reply/words"
	"countersign/internal/phrase"
	"countersign/policy"
)

// refused reports a line that says no before something else that takes nothing from
// it: a question, as in "No!!! Who gave you my address?", or a farewell with the name
// of anybody.
func refused(line string, names map[string]bool) bool {
	return refusedAsking(lex().Read(line)) || refusedLeaving(line, names)
}

// refusedAsking reports a no before a question of its own in the same language, which
// begins with a word that asks: what has none may ask whether the no is meant.
func refusedAsking(t *phrase.Text) bool {
	if t.Len() == 0 || t.Asks(0) && t.Before(0) < phrase.Sentence {
		return false
	}
	for i := 1; i < t.Len(); i++ {
		if t.Before(i) < phrase.Part || !t.Asks(i) || t.Before(i) == phrase.Sentence && t.Asks(0) {
			continue
		}
		for n := range lex().Languages {
			if of := phrase.Set(1) << n; refuses(t, i, of) && asksWho(t, i, of) {
				return true
			}
		}
	}
	return false
}

// refuses reports that what stands before word i is made of noes and courtesy.
func refuses(t *phrase.Text, i int, of phrase.Set) bool {
	return t.Has(words.No, of, 0, i) && !t.Has(words.Yes, of, 0, i) &&
		madeOf(t, 0, i, of, words.No, words.Polite, words.Hello)
}

// asksWho reports that a question with a word that asks begins at word i, behind "and"
// or the like; it sets no condition, and asks not only whether the no is true.
func asksWho(t *phrase.Text, i int, of phrase.Set) bool {
	if t.Has(words.If, of, i, t.Len()) || entryAt(t, i, of, words.Else) > 0 {
		return false
	}
	part := i + 1
	for part < t.Len() && t.Before(part) < phrase.Part {
		part++
	}
	if t.Has(words.Query, of, i, part) {
		return true
	}
	const most = 3 // words before it
	for range most {
		if i >= t.Len() || entryAt(t, i, of, words.Else) > 0 || entryAt(t, i, of, words.Tag) == t.Len()-i {
			return false
		}
		if entryAt(t, i, of, words.Ask) > 0 {
			return true
		}
		n := max(entryAt(t, i, of, phrase.And), entryAt(t, i, of, phrase.Lead), entryAt(t, i, of, phrase.Filler))
		if n == 0 {
			return false
		}
		i += n
	}
	return false
}

// refusedLeaving reports a no before a farewell.
func refusedLeaving(line string, names map[string]bool) bool {
	for i, r := range line {
		if !strings.ContainsRune(".,!。，！", r) {
			continue
		}
		tail := strings.TrimSpace(line[i+utf8.RuneLen(r):])
		if tail == "" || !farewell(tail, names) {
			continue
		}
		if r := sense(lex().Read(line[:i]), names); r[policy.No] != 0 && r[policy.Yes]|r[policy.Unclear] == 0 {
			return true
		}
	}
	return false
}
