package reply

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

//go:embed words.txt
var wordsFile string

// A list is one of the lists that words.txt holds for every language.
type list int

const (
	yesList list = iota
	noList
	politeList
	otherList
	denyList
	openList
	butList
	harmlessList
	helloList
	lists
)

var listNames = [lists]string{"yes", "no", "polite", "other", "deny", "open", "but", "harmless", "hello"}

// languages is a set of languages, as bits in the order of lexicon.names.
type languages uint32

// lexicon holds the entries of all lists and languages, joined by blanks.
type lexicon struct {
	names   []string // of languages
	entries map[string]*[lists]languages
	longest map[string]int // by first word: the most words of an entry
}

// lex gives the lexicon, read when it is first asked for: most commands read no
// mail, and each would start 30 ms later.
var lex = sync.OnceValue(func() *lexicon { return parseWords(wordsFile) })

func parseWords(file string) *lexicon {
	l := &lexicon{entries: map[string]*[lists]languages{}, longest: map[string]int{}}
	var lines [][3]string
	for line := range strings.Lines(file) {
		head, entries, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		lang, name, _ := strings.Cut(head, " ")
		lines = append(lines, [3]string{lang, name, entries})
		if lang != "*" && !slices.Contains(l.names, lang) {
			l.names = append(l.names, lang)
		}
	}
	for _, line := range lines {
		bits := l.all()
		if i := slices.Index(l.names, line[0]); i >= 0 {
			bits = 1 << i
		}
		n := slices.Index(listNames[:], line[1])
		if n < 0 {
			panic("words.txt: no list is called " + line[1])
		}
		for entry := range strings.SplitSeq(line[2], ",") {
			w := words(entry)
			l.add(list(n), bits, w)
			if bare := words(withoutAccents(entry)); !slices.Equal(bare, w) {
				l.add(list(n), bits, bare) // many write without them
			}
			if long := words(digraphs.Replace(entry)); !slices.Equal(long, w) {
				l.add(list(n), bits, long) // or with two letters for one
			}
			if bare := words(strings.ReplaceAll(entry, "'", "")); !slices.Equal(bare, w) {
				l.add(list(n), bits, bare) // and without apostrophes
			}
		}
	}
	return l
}

func (l *lexicon) add(n list, bits languages, entry []string) {
	if len(entry) == 0 {
		return
	}
	key := strings.Join(entry, " ")
	if l.entries[key] == nil {
		l.entries[key] = new([lists]languages)
	}
	l.entries[key][n] |= bits
	l.longest[entry[0]] = max(l.longest[entry[0]], len(entry))
}

// withoutAccents gives Latin letters as a keyboard without accents has them.
func withoutAccents(s string) string {
	var out strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch {
		case r >= 0x300 && r < 0x370:
		case r == 'ł':
			out.WriteByte('l')
		case r == 'ø':
			out.WriteByte('o')
		case r == 'ı':
			out.WriteByte('i')
		case r == 'æ':
			out.WriteString("ae")
		case r == 'ß':
			out.WriteString("ss")
		default:
			out.WriteRune(r)
		}
	}
	return norm.NFC.String(out.String())
}

// digraphs spell what a keyboard lacks.
var digraphs = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "å", "aa", "ø", "oe", "æ", "ae")

// folded gives one form of letters that people write in several: Greek without
// the accents that capitals don't have and the last sigma, Arabic without the
// hamza's seats, Russian without ё, Romanian with a cedilla for its comma.
var folded = map[rune]rune{'ά': 'α', 'έ': 'ε', 'ή': 'η', 'ί': 'ι', 'ό': 'ο', 'ύ': 'υ', 'ώ': 'ω', 'ϊ': 'ι', 'ϋ': 'υ', 'ΐ': 'ι', 'ΰ': 'υ', 'ς': 'σ',
	'أ': 'ا', 'إ': 'ا', 'آ': 'ا', 'ٱ': 'ا', 'ى': 'ي', 'ی': 'ي', 'ک': 'ك', 'ة': 'ه', 'ё': 'е', 'ș': 'ş', 'ț': 'ţ'}

// language gives the set of one language.
func (l *lexicon) language(name string) languages {
	if i := slices.Index(l.names, name); i >= 0 {
		return 1 << i
	}
	return 0
}

// all gives the set of all languages.
func (l *lexicon) all() languages { return languages(1)<<len(l.names) - 1 }

// phrase is a text's words, joined once so that every run of them is a slice.
type phrase struct {
	joined string
	at     []int // where each word begins; one more, behind the last
}

func newPhrase(w []string) phrase {
	p := phrase{joined: strings.Join(w, " ") + " ", at: make([]int, 0, len(w)+1)}
	pos := 0
	for _, s := range w {
		p.at = append(p.at, pos)
		pos += len(s) + 1
	}
	p.at = append(p.at, pos)
	return p
}

func (p phrase) len() int            { return len(p.at) - 1 }
func (p phrase) run(i, n int) string { return p.joined[p.at[i] : p.at[i+n]-1] }

// matches calls f with every entry that begins at word i, longest first, until
// f is satisfied.
func (l *lexicon) matches(p phrase, i int, f func(n int, e *[lists]languages) (enough bool)) {
	for n := min(l.longest[p.run(i, 1)], p.len()-i); n > 0; n-- {
		if e, ok := l.entries[p.run(i, n)]; ok && f(n, e) {
			return
		}
	}
}

// denies reports whether a denial stands in the phrase, in any language. A word
// behind it may leave it open, and it may be part of a harmless phrase.
func (l *lexicon) denies(p phrase) (found bool) {
	for i := 0; i < p.len() && !found; {
		step := 1
		l.matches(p, i, func(n int, e *[lists]languages) bool {
			if e[harmlessList] != 0 {
				step = n
				return true
			}
			found = e[denyList] != 0 && e[denyList]&^l.opened(p, i+n) != 0
			return found
		})
		i += step
	}
	return found
}

// opened gives the languages in which word i leaves open what was denied.
func (l *lexicon) opened(p phrase, i int) (out languages) {
	if i < p.len() {
		l.matches(p, i, func(_ int, e *[lists]languages) bool {
			out |= e[openList]
			return false
		})
	}
	return out
}

// has reports whether an entry of the list in one of the languages stands in
// the phrase.
func (l *lexicon) has(p phrase, n list, of languages) (found bool) {
	for i := 0; i < p.len() && !found; i++ {
		l.matches(p, i, func(_ int, e *[lists]languages) bool {
			found = e[n]&of != 0
			return found
		})
	}
	return found
}

// sentenceEnd stands behind a sentence where that matters; words makes it one.
const sentenceEnd = '\x1e'

// sentences marks where the sentences of a text end: at a full stop and the
// like before a blank, and where a line begins with a capital or is empty. What
// opens a denial stands in its sentence: "I did not ask for this. Until now ..."
func sentences(s string) string {
	var out strings.Builder
	out.Grow(len(s) + len(s)/16)
	last := ' '
	for _, r := range s {
		if unicode.IsSpace(r) && strings.ContainsRune(".!?;", last) || strings.ContainsRune("。！？", last) || last == '\n' && (r == '\n' || unicode.IsUpper(r)) {
			out.WriteRune(sentenceEnd)
		}
		out.WriteRune(r)
		last = r
	}
	return out.String()
}

// words gives the words of a text in lower case, without punctuation. Scripts
// written without blanks give one word a character, a thumb is a word.
func words(s string) (out []string) {
	var b strings.Builder
	flush := func() {
		if b.Len() == 0 {
			return
		}
		if w := strings.Trim(b.String(), "'"); w != "" {
			out = append(out, w)
		}
		b.Reset()
	}
	s = strings.ReplaceAll(s, "´", "'") // which NFKC takes apart
	for _, r := range norm.NFKC.String(s) {
		switch {
		case r < 0x80 && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '\''):
			b.WriteByte(byte(r))
		case r < 0x80 && r >= 'A' && r <= 'Z':
			b.WriteByte(byte(r) + 'a' - 'A')
		case r == 'ß':
			b.WriteString("ss")
		case r == sentenceEnd:
			flush()
			out = append(out, ".")
		case r == '’' || r == '‘' || r == 'ʼ' || r == '`':
			b.WriteByte('\'')
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			flush()
			out = append(out, string(r))
		case r == 'ـ' || r >= 0x591 && r <= 0x652 && unicode.Is(unicode.Mn, r): // vowel signs and the stretched line of Arabic and Hebrew
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r) && r != 0xFE0F:
			r = unicode.ToLower(r)
			if bare, ok := folded[r]; ok {
				r = bare
			}
			b.WriteRune(r)
		case r >= 0x1F3FB && r <= 0x1F3FF || r == 0xFE0F: // skin tone and form of an emoji
		case unicode.IsSymbol(r):
			flush()
			if r >= 0x2300 {
				out = append(out, string(r))
			}
		default:
			flush()
		}
	}
	flush()
	return out
}
