package phrase

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds of reading with slips: words of a text, unknown ones of them that are tried,
// and known words for which one may stand.
const (
	maxSlipText = 150
	maxSlips    = 12
	maxNear     = 8
)

// ReadSlips reads a text as Read does, but lets a word that is in no list stand for
// those of which it may be a slip of the fingers: two letters that changed places,
// one too few or too many, or the key beside the right one. A long text is read as it
// stands, and so is the ending of a word, which may say another person.
func (x *Lexicon) ReadSlips(s string) *Text {
	t := x.begin(s)
	if len(t.words) > maxSlipText {
		t.find()
		return t
	}
	tried := 0
	for i := range t.words {
		w := &t.words[i]
		if w.id != 0 || tried == maxSlips {
			continue
		}
		tried++
		if ids := x.near(t.folded[w.from:w.to]); len(ids) > 0 {
			if t.near == nil {
				t.near = make([][]int32, len(t.words))
			}
			t.near[i] = ids
		}
	}
	t.find()
	return t
}

// Slips reports that one of words [from, to) stands for others.
func (t *Text) Slips(from, to int) bool {
	return t.near != nil && slices.ContainsFunc(t.near[from:to], func(ids []int32) bool { return ids != nil })
}

// findNear finds the entries that begin at word i, as find does, in a text with slips.
func (t *Text) findNear(i int) {
	from := len(t.hits)
	t.walk(i, i, 0)
	slices.SortStableFunc(t.hits[from:], func(a, b hit) int { return cmp.Compare(a.n, b.n) })
}

// walk finds those that begin at word i and have words up to j behind them, of which
// node is the place in the graph.
func (t *Text) walk(i, j int, node int32) {
	if j == len(t.words) {
		return
	}
	ids := t.near[j]
	if id := t.words[j].id; id != 0 {
		ids = []int32{id}
	}
	for _, id := range ids {
		to := t.lexicon.words.next(node, id)
		if to == 0 {
			continue
		}
		if e := t.lexicon.runs[to]; e != 0 {
			t.hits = append(t.hits, hit{int32(j - i + 1), e})
		}
		t.walk(i, j+1, to)
	}
}

// near gives the known words of which one may be a slip.
func (x *Lexicon) near(word []byte) (ids []int32) {
	r := []rune(string(word))
	if len(r) < 3 || len(r) > 24 || !alphabetic(r) {
		return nil
	}
	var room [128]byte
	try := func(from []rune, between []rune, rest []rune) {
		b := room[:0]
		for _, part := range [][]rune{from, between, rest} {
			for _, c := range part {
				b = utf8.AppendRune(b, c)
			}
		}
		if id := x.known.id(b); id != 0 && len(ids) < maxNear && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	n := len(r)
	for i := 0; i+1 < n; i++ { // two changed places
		if r[i] != r[i+1] {
			try(r[:i], []rune{r[i+1], r[i]}, r[i+2:])
		}
	}
	for i := 1; i < n-1 && (i < n-2 || n < 5); i++ { // the key beside it
		for _, c := range beside(r[i]) {
			try(r[:i], []rune{c}, r[i+1:])
		}
	}
	if n < 5 {
		return ids
	}
	for i := 1; i < n; i++ { // one too many: twice the same, or any in a long word
		if r[i] == r[i-1] || n >= 8 && i < n-2 {
			try(r[:i], nil, r[i+1:])
		}
	}
	letters := alphabet(r[0])
	for i := 1; i < n; i++ { // one too few: a vowel, one of two that are the same, or any in a long word
		for _, c := range letters {
			if c == r[i] || c == r[i-1] || strings.ContainsRune(vowels, c) || n >= 7 && i < n-2 {
				try(r[:i], []rune{c}, r[i:])
			}
		}
	}
	return ids
}

// keyboards are the rows of keys of the scripts in which neighbours are looked for.
var keyboards = []string{"qwertyuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхї", "фывапролджэ", "фівапролджє", "ячсмитьбю", "ςερτυθιοπ", "ασδφγηξκλ", "ζχψωβνμ"}

// beside gives the keys beside one.
func beside(c rune) (keys []rune) {
	for _, row := range keyboards {
		i := strings.IndexRune(row, c)
		if i < 0 {
			continue
		}
		if left, size := utf8.DecodeLastRuneInString(row[:i]); size > 0 {
			keys = append(keys, left)
		}
		if right, size := utf8.DecodeRuneInString(row[i+utf8.RuneLen(c):]); size > 0 {
			keys = append(keys, right)
		}
	}
	return keys
}

const (
	latin    = "abcdefghijklmnopqrstuvwxyz"
	cyrillic = "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ"
	greek    = "αβγδεζηθικλμνξοπρστυφχψω"
	vowels   = "aeiouyаеиоуыэюяіїєαεηιουω"
)

// alphabet gives the letters of a letter's script, none for those where a missing
// letter is often another word.
func alphabet(c rune) string {
	switch {
	case c < 0x250:
		return latin
	case c >= 0x370 && c < 0x400:
		return greek
	case c >= 0x400 && c < 0x530:
		return cyrillic
	}
	return ""
}

// alphabetic reports a word of letters of which each is no word.
func alphabetic(word []rune) bool {
	return !slices.ContainsFunc(word, func(c rune) bool { return c >= '0' && c <= '9' || c >= 0x700 })
}
