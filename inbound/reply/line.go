package reply

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"countersign/inbound/reply/words"
	"countersign/internal/phrase"
	"countersign/policy"
)

// longestAnswer bounds the first line and greeting in bytes; a longer one is
// no plain yes or no.
const longestAnswer = 200

// wordless reports a line of signs alone, as of one thumb.
func wordless(line string) bool {
	return !strings.ContainsFunc(line, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// ownNames gives the words of names that answer nothing in any language.
func ownNames(names []string) map[string]bool {
	if len(names) == 0 {
		return nil
	}
	out := map[string]bool{}
	for _, name := range names {
		w := phrase.Words(name)
		for _, s := range w[:min(len(w), 6)] {
			says := lex().Read(s).Whole().InAny(words.Yes, words.No, words.But, words.Other)
			out[s] = utf8.RuneCountInString(s) > 1 && says == 0
		}
	}
	return out
}

// asksInGreek reports the Greek question mark as keyboards have it: a semicolon
// behind a Greek letter.
func asksInGreek(s string) bool {
	last := ' '
	for _, r := range s {
		if r == ';' && unicode.Is(unicode.Greek, last) {
			return true
		}
		last = r
	}
	return false
}

// question reports a question mark, those within an address of the web apart.
func question(s string) bool {
	if ascii(s) {
		if strings.IndexByte(s, '?') < 0 {
			return false
		}
	} else if strings.IndexByte(s, ';') >= 0 && asksInGreek(s) {
		return true
	} else if !strings.ContainsFunc(s, phrase.QuestionMark) {
		return false
	}
	for word := range strings.FieldsSeq(s) {
		if !strings.ContainsFunc(word, phrase.QuestionMark) {
			continue
		}
		if !strings.Contains(word, "://") && !strings.HasPrefix(word, "www.") || strings.ContainsFunc(word, func(r rune) bool { return r != '?' && phrase.QuestionMark(r) }) || strings.HasSuffix(word, "?") {
			return true
		}
	}
	return false
}

// saysYes reports whether a clause of the first line is a yes, as "but yes" is
// in "I'm away, but yes, do it".
func saysYes(own string) bool {
	first, _ := answerLine(own)
	for clause := range strings.FieldsFuncSeq(first, func(r rune) bool { return strings.ContainsRune(".,;:!。，、；：！،", r) }) {
		w := phrase.Words(clause[:min(len(clause), longestAnswer)])
		if len(w) > 1 && lex().Read(w[0]).Whole().In(words.But) != 0 {
			w = w[1:]
		}
		if sense(lex().Read(strings.Join(w, " ")), nil)[policy.Yes] != 0 {
			return true
		}
	}
	return false
}

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
			// One greeting may stand behind another, as in "Madame, Monsieur,".
			if line = strings.TrimSpace(tail); line == "" || lex().Read(line).Whole().In(words.Hello) != 0 {
				continue
			}
		}
		return line, own
	}
	return "", ""
}

// greeting takes "Hi Sam," off a line: a greeting and at most four words, none
// of which answers or objects.
func greeting(line string) (tail string, ok bool) {
	if i := strings.IndexAny(line, ".。"); i >= 0 { // no name may stand there, as in "Dear Mr. Low"
		if lex().Read(line[:i]).Whole().In(words.Hello) != 0 {
			_, size := utf8.DecodeRuneInString(line[i:])
			return line[i+size:], true
		}
	}
	head := line
	if i := strings.IndexAny(line, ",!:，、،！"); i >= 0 {
		_, size := utf8.DecodeRuneInString(line[i:])
		head, tail = line[:i], line[i+size:]
	}
	t := lex().Read(head)
	if t.Len() == 0 || t.Len() > 16 || question(head) {
		return "", false
	}
	t.Each(0, func(n int, e phrase.Entry) bool {
		if e.In(words.Hello) == 0 || t.Len()-n > 4 {
			return false
		}
		ok = !slices.ContainsFunc([]phrase.List{words.Yes, words.No, words.But}, func(l phrase.List) bool {
			return t.Has(l, phrase.Every, n, t.Len())
		})
		return true
	})
	return tail, ok
}
