package reply

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"countersign/policy"
)

//go:embed words.txt
var wordsFile string

// lexicon holds the lists of one language, each entry normalised by words.
type lexicon map[string]map[string]bool

var lexicons = parseWords(wordsFile)

func parseWords(file string) map[string]lexicon {
	out := map[string]lexicon{}
	for line := range strings.Lines(file) {
		head, list, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		lang, name, _ := strings.Cut(head, " ")
		if out[lang] == nil {
			out[lang] = lexicon{}
		}
		set := map[string]bool{}
		for entry := range strings.SplitSeq(list, ",") {
			set[strings.Join(words(entry), " ")] = true
		}
		out[lang][name] = set
	}
	common := out["*"]
	delete(out, "*")
	for _, lex := range out {
		for name, set := range common {
			if lex[name] == nil {
				lex[name] = map[string]bool{}
			}
			maps.Copy(lex[name], set)
		}
	}
	return out
}

// longestEntry is the most words that an entry of a list has.
const longestEntry = 7

// words gives the words of a text in lower case, without punctuation. Scripts
// written without blanks give one word a character, a thumb is a word.
func words(s string) (out []string) {
	var b strings.Builder
	flush := func() {
		if w := strings.Trim(b.String(), "'"); w != "" {
			out = append(out, w)
		}
		b.Reset()
	}
	for _, r := range norm.NFKC.String(s) {
		switch {
		case r == '’' || r == '‘':
			b.WriteByte('\'')
		case r == '👍' || r == '👎' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			flush()
			out = append(out, string(r))
		case r == '\'' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r) && r != 0xFE0F:
			b.WriteRune(unicode.ToLower(r))
		case r >= 0x1F3FB && r <= 0x1F3FF || r == 0xFE0F: // skin tone and form of an emoji
		case unicode.IsSymbol(r):
			flush()
			out = append(out, string(r))
		default:
			flush()
		}
	}
	flush()
	return out
}

// reading says what a line is in one language: made only of yes-words, only of
// no-words, something else that is said there (unclear), or "" for nothing.
func (l lexicon) reading(line []string) policy.Intent {
	if l["other"][strings.Join(line, " ")] {
		return policy.Unclear
	}
	var yes, no bool
next:
	for i := 0; i < len(line); {
		for n := min(longestEntry*3, len(line)-i); n > 0; n-- {
			entry := strings.Join(line[i:i+n], " ")
			isYes, isNo := l["yes"][entry], l["no"][entry]
			if isYes || isNo || l["polite"][entry] {
				yes, no, i = yes || isYes, no || isNo, i+n
				continue next
			}
		}
		return ""
	}
	switch {
	case yes && !no:
		return policy.Yes
	case no && !yes:
		return policy.No
	}
	return policy.Unclear
}

// anywhere reports whether an entry of the named list of any language stands
// in the text.
func anywhere(text []string, name string, languages func(string) bool) bool {
	joined := " " + strings.Join(text, " ") + " "
	for lang, lex := range lexicons {
		if !languages(lang) {
			continue
		}
		for entry := range lex[name] {
			if strings.Contains(joined, " "+entry+" ") {
				return true
			}
		}
	}
	return false
}

func every(string) bool { return true }

// longestAnswer bounds the first line and greeting in bytes; a longer one is
// no plain yes or no.
const longestAnswer = 200

// Intent reads own text, from which quotes and signature are gone, by the rule
// of the design: the first line behind a greeting answers if it is made only
// of the words of one language; a denial counts anywhere. A question or a
// condition anywhere in the text leaves a yes unclear, also on a later line:
// a question too many costs one more notice, a wrong yes costs a server.
func Intent(own string) policy.Answer {
	unclear := policy.Answer{Intent: policy.Unclear}
	all := words(own)
	if anywhere(all, "deny", every) {
		return policy.Answer{Intent: policy.No}
	}
	first, rest := answerLine(own)
	if first == "" || len(first) > longestAnswer || question(first) {
		return unclear
	}
	line := words(first)
	readings := map[string]policy.Intent{}
	for lang, lex := range lexicons {
		if r := lex.reading(line); r != "" {
			readings[lang] = r
		}
	}
	later := words(rest)
	for lang, r := range readings {
		mine := func(l string) bool { return l == lang || l == "en" }
		if r == policy.Yes && (question(rest) || anywhere(later, "but", mine) || anywhere(later, "no", every)) {
			readings[lang] = policy.Unclear
		}
	}
	distinct := slices.Compact(slices.Sorted(maps.Values(readings)))
	switch len(distinct) {
	case 0:
		return unclear
	case 1:
		return policy.Answer{Intent: distinct[0]}
	}
	return policy.Answer{Intent: policy.Unclear, ByLanguage: readings}
}

func question(s string) bool { return strings.ContainsAny(s, "?？؟\u037e") }

// answerLine gives the first line that is no greeting, and what follows it.
func answerLine(own string) (first, rest string) {
	for own != "" {
		line, after, _ := strings.Cut(own, "\n")
		line, own = strings.TrimSpace(line), after
		if line == "" {
			continue
		}
		if len(line) > longestAnswer {
			return line, own
		}
		if tail, ok := greeting(line); ok {
			if line = strings.TrimSpace(tail); line == "" {
				continue
			}
		}
		return line, own
	}
	return "", ""
}

// greeting takes "Hi Sam," off a line: at most five words, the first ones a
// greeting, none that answers or objects.
func greeting(line string) (tail string, ok bool) {
	head := line
	if i := strings.IndexAny(line, ",!:，、،！"); i >= 0 {
		size := 1
		for size < 4 && i+size < len(line) && line[i+size]&0xC0 == 0x80 {
			size++
		}
		head, tail = line[:i], line[i+size:]
	}
	w := words(head)
	if len(w) == 0 || len(w) > 12 || question(head) {
		return "", false
	}
	for _, lex := range lexicons {
		for n := min(len(w), 12); n > 0; n-- {
			if lex["hello"][strings.Join(w[:n], " ")] && len(w)-n <= 4 {
				name := w[n:]
				return tail, !anywhere(name, "yes", every) && !anywhere(name, "no", every) && !anywhere(name, "but", every)
			}
		}
	}
	return "", false
}
