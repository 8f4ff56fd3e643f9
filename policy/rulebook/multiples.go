package rulebook

import (
	"math"
	"strings"
	"unicode"
)

// short are the short forms of large numbers, which stand behind digits alone.
var short = map[string]float64{
	"k": 1e3, "t": 1e3, "tsd": 1e3, "тыс": 1e3, "grand": 1e3, "teur": 1e3, "tys": 1e3, "tis": 1e3, "tus": 1e3, "bin": 1e3, "mie": 1e3,
	"m": 1e6, "mm": 1e6, "mio": 1e6, "mln": 1e6, "mn": 1e6, "mill": 1e6, "млн": 1e6, "lac": 1e5, "lacs": 1e5, "cr": 1e7,
	"b": 1e9, "bn": 1e9, "mrd": 1e9, "mld": 1e9, "mia": 1e9, "md": 1e9, "млрд": 1e9,
}

// long are the words, with all that begins with them; what ends with a full stop is
// the whole word.
var long = []struct {
	word string
	by   float64
}{
	{"hundre", 1e2}, {"hundra", 1e2}, {"hundert", 1e2}, {"dozen", 12}, {"thousand", 1e3}, {"tausend", 1e3}, {"duizend", 1e3}, {"mille.", 1e3}, {"mila.", 1e3}, {"tysi", 1e3}, {"тысяч", 1e3},
	{"tusen", 1e3}, {"tusind", 1e3}, {"tuha", 1e3}, {"tisíc", 1e3}, {"tisic", 1e3}, {"ezer", 1e3}, {"mii.", 1e3}, {"тисяч", 1e3}, {"χιλι", 1e3}, {"χίλι", 1e3}, {"אלף", 1e3}, {"אלפ", 1e3}, {"ألف", 1e3}, {"آلاف", 1e3},
	{"mil.", 1e6}, // and a thousand in Spanish
	{"million", 1e6}, {"millon", 1e6}, {"millón", 1e6}, {"milion", 1e6}, {"milhao", 1e6}, {"milhão", 1e6}, {"milhões", 1e6}, {"milhoes", 1e6}, {"miljoen", 1e6}, {"миллион", 1e6},
	{"miljon", 1e6}, {"miljoon", 1e6}, {"millió", 1e6}, {"milyon", 1e6}, {"milión", 1e6}, {"мільйон", 1e6}, {"εκατομμ", 1e6}, {"מיליון", 1e6}, {"مليون", 1e6},
	{"milliard", 1e9}, {"miliard", 1e9}, {"miljard", 1e9}, {"billion", 1e12}, {"bilion", 1e12}, {"trillion", 1e18}, {"lakh", 1e5}, {"crore", 1e7},
	{"百", 1e2}, {"千", 1e3}, {"仟", 1e3}, {"천", 1e3}, {"万", 1e4}, {"萬", 1e4}, {"만", 1e4}, {"億", 1e8}, {"亿", 1e8}, {"억", 1e8}, {"兆", 1e12},
}

// multiple is what a word makes of a number before it, 1 for most.
func multiple(word string) float64 {
	most := 1.0
	for _, m := range long {
		if word+"." == m.word || strings.HasPrefix(word, m.word) {
			most = max(most, m.by)
		}
	}
	return most
}

// times is what the words from i on make of the number before them, and where they
// end: thousands and millions, and powers as in 1e6 and 10^6.
func times(t []rune, i int) (make func(float64) float64, end int) {
	if i+1 < len(t) && (t[i] == 'e' || t[i] == '^') {
		power := t[i] == '^'
		j := i + 1
		if t[j] == '+' && j+1 < len(t) {
			j++
		}
		from := j
		for j < len(t) && digit(t[j]) {
			j++
		}
		if n := min(plain(t[from:j]), 300); j > from {
			return func(v float64) float64 {
				if power {
					return min(math.Pow(v, n), math.MaxFloat64)
				}
				return v * math.Pow10(int(n))
			}, j
		}
	}
	by := 1.0
	for range 4 { // as in "10 hundred thousand"
		j := i
		for j < len(t) && j < i+3 && !unicode.IsLetter(t[j]) && !digit(t[j]) {
			j++
		}
		word, to := wordAt(t, j)
		m := max(multiple(word), short[word])
		if m == 1 {
			break
		}
		by, i = by*m, to
	}
	return func(v float64) float64 { return v * by }, i
}

// wordAt is the word that begins at i, and where it ends. Characters that are words
// themselves stand alone.
func wordAt(t []rune, i int) (string, int) {
	j := i
	for j < len(t) && unicode.IsLetter(t[j]) {
		j++
		if unicode.Is(unicode.Han, t[j-1]) {
			break
		}
	}
	return string(t[i:j]), j
}

// units are the English words for small numbers.
var units = func() map[string]float64 {
	out := map[string]float64{"a": 1, "an": 1, "single": 1, "couple": 2, "half": 1}
	for i, w := range strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen") {
		out[w] = float64(i)
	}
	for i, w := range strings.Fields("twenty thirty forty fifty sixty seventy eighty ninety") {
		out[w] = float64(20 + 10*i)
	}
	return out
}()

// glued are parts of long words that make a large number, as in "zehntausend".
var glued = []struct {
	part string
	by   float64
}{{"tusen", 1e3}, {"tusind", 1e3}, {"tuhat", 1e3}, {"tisíc", 1e3}, {"miljon", 1e6}, {"miljoon", 1e6}, {"tausend", 1e3}, {"duizend", 1e3}, {"thousand", 1e3}, {"mila", 1e3}, {"million", 1e6}, {"miljoen", 1e6}, {"milliard", 1e9}}

// mostBefore is what may stand before a thousand in a language whose small numbers
// are not read.
const mostBefore = 999

// spelled reads the words from i on as a number, and gives where it ends.
func spelled(t []rune, i int) (most float64, end int) {
	total, part, known := 0.0, 0.0, false
	for end = i; end < len(t); {
		word, to := wordAt(t, end)
		u, small := units[word]
		by := multiple(word)
		if known && (len(word) > 1 || word == "k") { // "ten grand", but not "two m"
			by = max(by, short[word])
		}
		switch {
		case small:
			part, known = part+u, true
		case word == "and" || word == "of":
		case by == 1:
			if !known {
				for _, g := range glued {
					if strings.Contains(word, g.part) {
						most = max(most, mostBefore*g.by)
					}
				}
			}
			if end > i { // the word may stand between two numbers
				to = end
			}
			return max(most, total+part), to
		case !known:
			known = true
			if by < 1e3 {
				part = by
				break
			}
			part = mostBefore
			fallthrough
		case by >= 1e3:
			total, part = total+max(part, 1)*by, 0
		default:
			part = max(part, 1) * by
		}
		most = max(most, total+part)
		end = to
		for end < len(t) && (t[end] == ' ' || t[end] == '-' || t[end] == '\n' || t[end] == '\t') {
			end++
		}
		if end < len(t) && !unicode.IsLetter(t[end]) {
			break
		}
	}
	return most, end
}

// figures are numerals of Chinese and Japanese.
var figures = map[rune]float64{'〇': 0, '零': 0, '一': 1, '壱': 1, '壹': 1, '二': 2, '弐': 2, '贰': 2, '两': 2, '兩': 2, '三': 3, '参': 3, '叁': 3, '四': 4, '肆': 4,
	'五': 5, '伍': 5, '六': 6, '陆': 6, '七': 7, '柒': 7, '八': 8, '捌': 8, '九': 9, '玖': 9}

var scales = map[rune]float64{'十': 10, '拾': 10, '廿': 20, '百': 1e2, '佰': 1e2, '千': 1e3, '仟': 1e3, '万': 1e4, '萬': 1e4, '億': 1e8, '亿': 1e8, '兆': 1e12}

func numeral(r rune) bool {
	_, figure := figures[r]
	return figure || scales[r] > 0
}

// numerals reads a number in Chinese numerals from i on, and gives where it ends.
func numerals(t []rune, i int) (most float64, end int) {
	total, part, last, row := 0.0, 0.0, 0.0, 0.0
	for end = i; end < len(t) && numeral(t[end]); end++ {
		f, figure := figures[t[end]]
		s := scales[t[end]]
		switch {
		case figure:
			last, row = f, row*10+f
			most = max(most, row) // digits in a row
		case s < 1e4:
			part, last, row = part+max(last, 1)*s, 0, 0
		default:
			total, part, last, row = total+max(part+last, 1)*s, 0, 0, 0
		}
		most = max(most, total+part+last)
	}
	return most, end
}
