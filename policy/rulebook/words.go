package rulebook

import (
	"slices"
	"sync/atomic"
	"unicode"

	"countersign/policy/classify"
)

// ear reads a text once for all rules of a book, which are asked about it one behind
// the other.
type ear struct{ last atomic.Pointer[heard] }

// heard is a text as rules look at it.
type heard struct {
	text     string
	letters  squeezed
	greatest float64
}

func (e *ear) hear(text string) *heard {
	if h := e.last.Load(); h != nil && h.text == text {
		return h
	}
	h := &heard{text, squeeze(text), Greatest(text)}
	e.last.Store(h)
	return h
}

// about is whether a text says one of the words, and a number as large; what isn't
// given is said by every text. It errs upwards: a rule that is heard where it was
// not meant costs a question more.
func (e *ear) about(list []string, least int) func(string) bool {
	var all []phrase
	for _, w := range list {
		all = append(all, parse(w))
	}
	return func(text string) bool {
		h := e.hear(text)
		return (len(all) == 0 || slices.ContainsFunc(all, h.letters.says)) && (least <= 0 || h.greatest >= float64(least))
	}
}

// phrase is the words of one entry, folded.
type phrase [][]rune

// maxPhrase is how many words one entry has at most.
const maxPhrase = 8

// minSlip is how many letters a word has at least in which one slip of the pen is
// overlooked.
const minSlip = 6

func parse(entry string) (p phrase) {
	t := squeeze(entry)
	for i, r := range t.letters {
		if mark(r) {
			continue
		}
		if t.starts[i] && (i == 0 || !alone(r)) || len(p) == 0 {
			p = append(p, nil)
		}
		p[len(p)-1] = append(p[len(p)-1], r)
	}
	return p
}

// squeezed is a text without what stands between its words.
type squeezed struct {
	letters []rune // letters, digits and signs that are written for letters
	starts  []bool // whether a word begins there
	words   []int  // where those do
}

// signs are written for letters, as in "p4ssw0rd".
var signs = [256]string{
	'0': "o", '1': "li", '3': "e", '4': "a", '5': "s", '6': "g", '7': "t", '8': "b", '9': "g", '$': "s", '@': "a", '!': "li", '|': "li", '(': "c", '+': "t", '£': "l",
}

// sign gives the letters for which a character is written, "" for most.
func sign(r rune) string {
	switch {
	case r < rune(len(signs)):
		return signs[r]
	case r == '€':
		return "e"
	}
	return ""
}

// pairs are two letters that look like one.
var pairs = map[rune][2]rune{'m': {'r', 'n'}, 'w': {'v', 'v'}, 'd': {'c', 'l'}}

// mostAgain is how often one letter or sign stands behind itself in a word.
const mostAgain = 3

func squeeze(text string) (t squeezed) {
	start, was, again := true, ' ', 0
	for _, r := range classify.Fold(text) {
		if again++; r != was {
			again = 0
		}
		if again >= mostAgain && !unicode.IsDigit(r) {
			continue // "deeeeelete"
		}
		letter := !mark(r)
		if letter || sign(r) != "" {
			t.letters = append(t.letters, r)
			begins := start || alone(r) || alone(was) || unicode.IsLetter(r) != unicode.IsLetter(was)
			if t.starts = append(t.starts, begins); begins {
				t.words = append(t.words, len(t.letters)-1)
			}
		}
		start, was = !letter, r
	}
	return t
}

// alone are letters of scripts in which no blank stands between words.
func alone(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// says reports whether a word of the text begins with the phrase's first, and so on.
func (t squeezed) says(p phrase) bool {
	if len(p) == 0 {
		return false
	}
	first := p[0][0]
	two := pairs[first]
	for _, i := range t.words {
		r := t.letters[i]
		if !same(r, first) && r != two[0] && !mark(r) {
			continue // most begin otherwise
		}
		if s := (search{squeezed: t}); s.from(i, p, 0, slip(p[0])) {
			return true
		}
	}
	return false
}

func slip(word []rune) bool { return len(word) >= minSlip }

// search looks for a phrase from one letter of a text on.
type search struct {
	squeezed
	steps int // taken
}

// maxSteps bounds a search. What takes more was written to take long, and is taken for
// what is looked for.
const maxSteps = 5000

// from reports whether the rest of a phrase stands in the text from letter i on: j
// letters of its first word are heard. slip: one letter too many, one that is left
// out, or two that are swapped, may be overlooked in it. What stands between letters
// is nothing, as in "d.e.l.e.t.e" or a word that is cut by the end of a line, nor is
// a letter that is said again, or a sign.
func (t *search) from(i int, p phrase, j int, mayslip bool) bool {
	if t.steps++; t.steps > maxSteps {
		return true
	}
	word := p[0]
	if j == len(word) {
		return len(p) == 1 || t.next(i, p[1:])
	}
	if i == len(t.letters) {
		return false
	}
	r := t.letters[i]
	if same(r, word[j]) && t.from(i+1, p, j+1, mayslip) {
		return true
	}
	if two := pairs[word[j]]; r == two[0] && i+1 < len(t.letters) && t.letters[i+1] == two[1] && t.from(i+2, p, j+1, mayslip) {
		return true
	}
	if (mark(r) || j > 0 && same(r, word[j-1])) && t.from(i+1, p, j, mayslip) {
		return true
	}
	return mayslip && j > 0 && j+1 < len(word) && !t.starts[i] && t.slipped(i, p, j)
}

// next reports whether the next words of a phrase begin at the text's next word, or at
// once.
func (t *search) next(i int, p phrase) bool {
	next := i
	for next < len(t.letters) && !t.starts[next] {
		next++
	}
	return t.from(next, p, 0, slip(p[0])) || next != i && t.from(i, p, 0, slip(p[0]))
}

// slipped goes on behind a slip of the pen.
func (t *search) slipped(i int, p phrase, j int) bool {
	word, r := p[0], t.letters[i]
	swapped := i+1 < len(t.letters) && same(r, word[j+1]) && same(t.letters[i+1], word[j])
	return swapped && t.from(i+2, p, j+2, false) || same(r, word[j+1]) && t.from(i, p, j+1, false) || t.from(i+1, p, j, false)
}

// mark tells signs that are no letters or digits.
func mark(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// same reports whether a letter of a text is, or stands for, one of a rule.
func same(text, rule rune) bool {
	if text == rule {
		return true
	}
	for _, r := range sign(text) {
		if r == rule {
			return true
		}
	}
	return false
}
