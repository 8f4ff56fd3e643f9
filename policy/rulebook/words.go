package rulebook

import (
	"slices"
	"strings"
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
	h := &heard{text, squeeze(drawn(text)), Greatest(text)}
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
type phrase struct {
	words  [][]rune
	within bool // it is heard inside a word, too, as in "Serverlöschung"
}

// maxPhrase is how many words one entry has at most.
const maxPhrase = 8

// minSlip is how many letters a word has at least in which one slip of the pen is
// overlooked.
const minSlip = 6

func parse(entry string) (p phrase) {
	p.within = strings.HasPrefix(entry, "*")
	t := squeeze(entry)
	for i, r := range t.letters {
		if mark(r) {
			continue
		}
		if t.starts[i] && (i == 0 || !alone(r)) || len(p.words) == 0 {
			p.words = append(p.words, nil)
		}
		last := len(p.words) - 1
		p.words[last] = append(p.words[last], r)
	}
	return p
}

// drawn gives a text in which a letter that is drawn as another one in the case of
// those beside it may be both, as in "deIete", and words that are written as one begin
// where their capitals stand.
func drawn(text string) string {
	var out strings.Builder
	was := ' '
	for _, r := range text {
		inside := unicode.IsUpper(r) && unicode.IsLower(was)
		switch {
		case inside && r == 'I', r == 'l' && unicode.IsUpper(was):
			out.WriteByte('|')
		case inside:
			out.WriteByte(' ')
			fallthrough
		default:
			out.WriteRune(r)
		}
		was = r
	}
	return out.String()
}

// squeezed is a text without what stands between its words.
type squeezed struct {
	letters []rune // letters, digits and signs that are written for letters
	starts  []bool // whether a word begins there
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
			t.starts = append(t.starts, begins)
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
	if len(p.words) == 0 {
		return false
	}
	first := p.words[0][0]
	two := pairs[first]
	s := search{squeezed: t}
	for i, r := range t.letters {
		if !t.starts[i] && !p.within || !same(r, first) && r != two[0] && !mark(r) {
			continue // most begin otherwise
		}
		if s.from(i, p.words, 0, slip(p.words[0])) {
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

// maxSteps bounds a search of a whole text. What takes more was written to take long,
// and is taken for what is looked for.
const maxSteps = 50_000

// from reports whether the rest of a phrase stands in the text from letter i on: j
// letters of its first word are heard. slip: one letter too many, one that is left
// out, or two that are swapped, may be overlooked in it. What stands between letters
// is nothing, as in "d.e.l.e.t.e" or a word that is cut by the end of a line, nor is
// a letter that is said again, or a sign.
func (t *search) from(i int, p [][]rune, j int, mayslip bool) bool {
	if t.steps++; t.steps > maxSteps {
		return true
	}
	word := p[0]
	if j == len(word) {
		return len(p) == 1 || t.next(i, p[1:])
	}
	if end := t.ending(i, word, j); end > i && (len(p) == 1 || t.next(end, p[1:])) {
		return true
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

// endings are what stands in the place of the last letter of a word, as in "deleting",
// "removal", "copied" and "Kündigung".
var endings = map[rune][]string{'e': {"ing", "ion", "al", "able", "ure", "ung"}, 'y': {"ie", "ica"}}

// minStem is how many letters stand before such an ending at least.
const minStem = 3

// ending is where an ending is over that stands at i instead of the letter j of a word,
// its last one; 0: none does.
func (t *search) ending(i int, word []rune, j int) int {
	if j+1 < len(word) || j < minStem {
		return 0
	}
	for _, e := range endings[word[j]] {
		to := i
		for _, r := range e {
			if to == len(t.letters) || !same(t.letters[to], r) {
				to = -1
				break
			}
			to++
		}
		if to > i {
			return to
		}
	}
	return 0
}

// next reports whether the next words of a phrase begin at the text's next word, or at
// once.
func (t *search) next(i int, p [][]rune) bool {
	next := i
	for next < len(t.letters) && !t.starts[next] {
		next++
	}
	return t.from(next, p, 0, slip(p[0])) || next != i && t.from(i, p, 0, slip(p[0]))
}

// slipped goes on behind a slip of the pen.
func (t *search) slipped(i int, p [][]rune, j int) bool {
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
