package phrase

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A Break is what stands before a word.
type Break uint8

// Breaks, the stronger the higher.
const (
	Blank    Break = iota // a blank, or nothing in a script without blanks
	Wrapped               // the end of a line that a program may have wrapped
	Line                  // the end of a short line, behind which a small letter goes on
	Part                  // a comma, colon, dash or bracket
	Sentence              // the end of a sentence or of a line that is no wrapped one
)

// Text is a text as words, with the entries that begin at each.
type Text struct {
	words   []word
	folded  []byte
	asks    []bool  // by sentence: it ends with a question mark
	lines   []int32 // by line but the first: the word with which it begins
	at      []int32 // by word: where its hits begin; one more, behind the last
	hits    []hit
	lexicon *Lexicon
	near    [][]int32 // by word that is in no list: those for which it may stand; nil for none
	begin   [2][]Set  // by word: where a part of a sentence begins, and a sentence; once asked for
	ends    []ends    // by word: where one ends; once asked for
}

type word struct {
	from, to int32 // in folded
	id       int32 // 0: in no list
	sentence int32
	before   Break
	named    bool // see Names
}

// hit is a run of n words and what the lists say of it.
type hit struct {
	n     int32
	entry int32
}

// Len is the number of words.
func (t *Text) Len() int { return len(t.words) }

// Word gives word i as it was folded.
func (t *Text) Word(i int) string { return string(t.folded[t.words[i].from:t.words[i].to]) }

// Bytes is Word without a copy: to be read only, as long as the text lasts.
func (t *Text) Bytes(i int) []byte { return t.folded[t.words[i].from:t.words[i].to] }

// Line gives the words of a line, from 0, as [from, to).
func (t *Text) Line(n int) (from, to int) {
	start := func(n int) int {
		switch {
		case n <= 0:
			return 0
		case n > len(t.lines):
			return len(t.words)
		}
		return int(t.lines[n-1])
	}
	return start(n), start(n + 1)
}

// Before is what stands before word i; before the first a sentence ends.
func (t *Text) Before(i int) Break {
	if i >= len(t.words) {
		return Sentence
	}
	return t.words[i].before
}

// Names reports that a colon, a quotation mark or a bracket stands before word i:
// what follows may be named or said by somebody.
func (t *Text) Names(i int) bool { return i < len(t.words) && t.words[i].named }

// Asks reports whether the sentence of word i ends with a question mark.
func (t *Text) Asks(i int) bool { return t.asks[t.words[i].sentence] }

// maxSentence is how many words of a sentence count on each side of one: people write
// fewer.
const maxSentence = 150

// SentenceOf gives the words of the sentence in which word i stands, as [from,
// to); a short line is one, too. Of a very long one it gives those around the word.
func (t *Text) SentenceOf(i int) (from, to int) {
	ends := func(b Break) bool { return b == Line || b == Sentence }
	for from = i; from > 0 && i-from < maxSentence && !ends(t.words[from].before); from-- {
	}
	for to = i + 1; to < len(t.words) && to-i < maxSentence && !ends(t.words[to].before); to++ {
	}
	return from, to
}

// QuestionMark reports one, of any script.
func QuestionMark(r rune) bool {
	switch r {
	case '?', '？', '؟', '\u037e', '﹖', '⁇', '⁈', '⁉', '‽', '⸮', '❓', '❔':
		return true
	}
	return false
}

const (
	partMarks     = ",;:()[]{}\"«»„“”…/|–—、،；：，（）「」¿"
	namingMarks   = ":()[]{}\"«»„“”：（）「」"
	sentenceMarks = ".!。！؛۔।"
)

// A markKind is what a punctuation mark does to what stands behind it.
type markKind uint8

const (
	asks markKind = 1 << iota
	stops
	parts
	names
)

// kindOf gives that of a mark.
func kindOf(r rune) (k markKind) {
	if r < utf8.RuneSelf {
		return asciiKinds[r]
	}
	return readKind(r)
}

func readKind(r rune) (k markKind) {
	if QuestionMark(r) {
		k |= asks
	}
	if strings.ContainsRune(sentenceMarks, r) {
		k |= stops
	}
	if strings.ContainsRune(partMarks, r) {
		k |= parts
	}
	if strings.ContainsRune(namingMarks, r) {
		k |= names
	}
	return k
}

var asciiKinds = func() (t [utf8.RuneSelf]markKind) {
	for r := range rune(utf8.RuneSelf) {
		t[r] = readKind(r)
	}
	return t
}()

// wrapped is how long a line has to be, in bytes, for its end to be a program's.
const wrapped = 50

// Words gives the words of a text in the form in which they are compared.
func Words(s string) (out []string) {
	t := split(s)
	for i := range t.words {
		out = append(out, t.Word(i))
	}
	return out
}

// split tells words apart and folds them: lower case, compatibility forms and
// vowel signs undone, one form of letters that are written in several. Scripts
// written without blanks give one word a character; an emoji is a word.
func split(s string) *Text {
	f := folder{Text: &Text{folded: make([]byte, 0, len(s)), words: make([]word, 0, len(s)/4+2)}}
	f.split(s)
	return f.Text
}

// split does so in place of what the folder holds.
func (f *folder) split(s string) {
	if f.Text == nil {
		f.Text = &Text{}
	}
	if i := firstHigh(s); i < len(s) {
		s = norm.NFKC.String(beforeNFKC(strings.ToValidUTF8(s, "\uFFFD"))) // it takes what stands behind a broken byte as it is
	}
	*f.Text = Text{folded: f.folded[:0], words: f.words[:0], asks: append(f.asks[:0], false), lines: f.lines[:0]}
	*f = folder{Text: f.Text, before: Sentence}
	for i := 0; i < len(s); {
		if c := letters[s[i]]; c != 0 { // most of what people write
			from := i
			for ; i < len(s) && letters[s[i]] != 0; i++ {
				f.folded = append(f.folded, letters[s[i]])
			}
			f.line += i - from
			f.last = rune(s[i-1])
			continue
		}
		if s[i] == ' ' {
			f.flush()
			f.line, f.last = f.line+1, ' '
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r < rune(len(lowered)) && lowered[r] != 0 {
			f.folded = utf8.AppendRune(f.folded, lowered[r])
			f.line, f.last, i = f.line+size, r, i+size
			continue
		}
		f.next(r, s[i:])
		i += size
	}
	f.flush()
	f.asks[len(f.asks)-1] = f.asked
}

// letters gives the folded form of ASCII that stands in words, 0 for the rest.
var letters = func() (t [256]byte) {
	for c := range byte(utf8.RuneSelf) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '\'':
			t[c] = c
		case c >= 'A' && c <= 'Z':
			t[c] = c - 'A' + 'a'
		}
	}
	return t
}()

// lowered gives the folded form of letters of alphabets, 0 for the rest.
var lowered = func() (t [0x600]rune) {
	for r := rune(utf8.RuneSelf); r < rune(len(t)); r++ {
		if unicode.IsLetter(r) && !strings.ContainsRune("ßʼـ", r) { // which next reads otherwise
			t[r] = foldLetter(r)
		}
	}
	return t
}()

func foldLetter(r rune) rune {
	r = unicode.ToLower(r)
	if bare, ok := folded[r]; ok {
		return bare
	}
	return r
}

// beforeNFKC keeps what NFKC takes apart or for something else: a mark of full
// width ends a sentence also where no blank follows.
var beforeNFKC = strings.NewReplacer("´", "'", "\u037e", "?", "？", "? ", "﹖", "? ", "！", "! ", "﹗", "! ").Replace

func firstHigh(s string) int {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return i
		}
	}
	return len(s)
}

type folder struct {
	*Text
	from   int   // where the word at hand begins in folded
	before Break // what stands before it
	line   int   // bytes since the line began
	named  bool  // by a mark before it
	asked  bool  // the mark that ends the sentence asks
	last   rune
}

// next takes one character; rest begins with it.
func (f *folder) next(r rune, rest string) {
	f.line += utf8.RuneLen(r)
	switch {
	case r == '\t':
		f.flush()
	case r == '\n':
		f.flush()
		f.lines = append(f.lines, int32(len(f.words)))
		f.newLine(rest[1:])
	case r == 'ß':
		f.folded = append(f.folded, "ss"...)
	case r == '’' || r == '‘' || r == 'ʼ' || r == '`':
		f.folded = append(f.folded, '\'')
	case (r == '"' || r == '״') && hebrew(f.last) && hebrew(second(rest)): // an abbreviation's
	case r == '׳':
		f.folded = append(f.folded, '\'')
	case r < utf8.RuneSelf:
		f.mark(r, rest)
	case ideograph(r):
		f.flush()
		f.folded = utf8.AppendRune(f.folded, r)
		f.flush()
	case r == 'ـ' || r >= 0x591 && r <= 0x652 && unicode.Is(unicode.Mn, r): // vowel signs and the stretched line of Arabic and Hebrew
	case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r) && r != 0xFE0F:
		f.folded = utf8.AppendRune(f.folded, foldLetter(r))
	case r >= 0x1F3FB && r <= 0x1F3FF || r == 0xFE0F: // skin tone and form of an emoji
	case QuestionMark(r):
		f.mark(r, rest)
		fallthrough
	case unicode.IsSymbol(r):
		f.flush()
		if r >= 0x2300 {
			f.folded = utf8.AppendRune(f.folded, r)
			f.flush()
		}
	default:
		f.mark(r, rest)
	}
	f.last = r
}

// ideograph reports a character of a script without blanks, or of Korean, where each
// is a word.
func ideograph(r rune) bool {
	return r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

func hebrew(r rune) bool { return r >= 'א' && r <= 'ת' }

// second gives the character behind the first.
func second(s string) rune {
	_, size := utf8.DecodeRuneInString(s)
	r, _ := utf8.DecodeRuneInString(s[size:])
	return r
}

// mark takes a punctuation mark.
func (f *folder) mark(r rune, rest string) {
	f.flush()
	_, size := utf8.DecodeRuneInString(rest)
	after := second(rest)
	k := kindOf(r)
	switch {
	case r == ';' && unicode.Is(unicode.Greek, f.last), k&asks != 0 && !(r == '?' && inWord(f.last, after)):
		f.asked = true
		f.raise(Sentence)
	case k&(asks|stops) != 0 && (r >= utf8.RuneSelf || size == len(rest) || !unicode.IsLetter(after) && !unicode.IsDigit(after)):
		f.raise(Sentence)
	case k&parts != 0, r == '-' && !unicode.IsLetter(f.last) && !unicode.IsDigit(f.last):
		f.raise(Part)
		f.named = f.named || k&names != 0
	}
}

// inWord reports that a mark stands within a word, as in an address of the web.
func inWord(last, after rune) bool {
	letter := func(r rune) bool { return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '/') }
	return letter(last) && letter(after)
}

// newLine judges the end of a line: it ends a sentence unless a small letter goes
// on behind it.
func (f *folder) newLine(rest string) {
	b := Sentence
	if first, _ := utf8.DecodeRuneInString(strings.TrimLeft(rest, " \t\r")); unicode.IsLower(first) {
		if b = Line; f.line > wrapped {
			b = Wrapped
		}
	}
	f.raise(b)
	f.line = 0
}

func (f *folder) raise(b Break) { f.before = max(f.before, b) }

// flush ends the word at hand.
func (f *folder) flush() {
	from, to := f.from, len(f.folded)
	for from < to && f.folded[from] == '\'' {
		from++
	}
	for to > from && f.folded[to-1] == '\'' {
		to--
	}
	f.from = len(f.folded)
	if from == to {
		return
	}
	if f.before == Sentence && len(f.words) > 0 {
		f.asks[len(f.asks)-1] = f.asked
		f.asks = append(f.asks, false)
	}
	f.words = append(f.words, word{from: int32(from), to: int32(to), sentence: int32(len(f.asks) - 1), before: f.before, named: f.named})
	f.before, f.asked, f.named = Blank, false, false
}

// folded gives one form of letters that people write in several: Greek without
// the accents that capitals don't have and the last sigma, Arabic without the
// hamza's seats, Russian without ё, Romanian with a cedilla for its comma.
var folded = map[rune]rune{'ά': 'α', 'έ': 'ε', 'ή': 'η', 'ί': 'ι', 'ό': 'ο', 'ύ': 'υ', 'ώ': 'ω', 'ϊ': 'ι', 'ϋ': 'υ', 'ΐ': 'ι', 'ΰ': 'υ', 'ς': 'σ',
	'أ': 'ا', 'إ': 'ا', 'آ': 'ا', 'ٱ': 'ا', 'ى': 'ي', 'ی': 'ي', 'ک': 'ك', 'ة': 'ه', 'ё': 'е', 'ș': 'ş', 'ț': 'ţ'}
