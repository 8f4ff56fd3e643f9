package reply

import (
	"strings"
	"unicode/utf8"

	"countersign/inbound/reply/words"
	"countersign/internal/phrase"
)

// A remainder is what stands below an answer and may take its clearness away.
type remainder struct {
	lines []int // of the text, without those of a signature
	asks  bool
}

// remains gives what remains behind the first line: rest is the end of the own words,
// beside follows them.
func remains(own, rest, beside string, names map[string]bool, yes phrase.Set) (out remainder) {
	all := strings.Split(rest, "\n")
	for _, n := range aboveSignature(all, names, yes|lex().Language("en")) {
		out.lines = append(out.lines, n+strings.Count(own[:len(own)-len(rest)], "\n"))
		out.asks = out.asks || question(all[n])
	}
	for n := range 1 + strings.Count(beside, "\n") {
		out.lines = append(out.lines, 1+strings.Count(own, "\n")+n)
	}
	out.asks = out.asks || question(beside)
	return out
}

// spoils gives the languages in which lines of a text take the clearness from a
// yes: a no-word of any language spoils it in all, a condition in its own and,
// if it is English, in all. So does a condition of any language if the yes is
// one of all, unless it is so short that it may be a word of another.
// Phrases known to be harmless are passed over.
func spoils(t *phrase.Text, lines []int, shared bool) (out phrase.Set) {
	for len(lines) > 0 && out != phrase.Every {
		from, to := t.Line(lines[0])
		for lines = lines[1:]; len(lines) > 0; lines = lines[1:] {
			next, end := t.Line(lines[0])
			if next != to {
				break
			}
			to = end
		}
		out |= spoilsIn(t, from, to, shared)
	}
	return out
}

// spoilsIn does so for words [from, to).
func spoilsIn(t *phrase.Text, from, to int, shared bool) (out phrase.Set) {
	en := lex().Language("en")
	for i := from; i < to; {
		step := 1
		t.Each(i, func(n int, e phrase.Entry) bool {
			if i+n > to || t.Slips(i, i+n) {
				return false
			}
			switch no, but := e.In(words.No), e.In(words.But); {
			case e.In(words.Harmless) != 0:
				step = n
				return true
			case no|but == 0, n == 1 && numbered(t, i):
			case no != 0 && runes(t, i, n) > 2, (no|but)&en != 0:
				out = phrase.Every
			case shared && but != 0 && runes(t, i, n) >= 4:
				out = phrase.Every
			default:
				out |= no | but // "nu" is no to some, and now to others
			}
			return out == phrase.Every
		})
		if out == phrase.Every {
			return out
		}
		i += step
	}
	return out
}

// runes counts the characters of words [i, i+n) and the blanks between them.
func runes(t *phrase.Text, i, n int) (size int) {
	for j := i; j < i+n; j++ {
		size += utf8.RuneCountInString(t.Word(j)) + 1
	}
	return size - 1
}

// numbered reports whether word i is short for "number", as in "VAT no. 12".
func numbered(t *phrase.Text, i int) bool {
	return i+1 < t.Len() && t.Word(i) == "no" && strings.ContainsAny(t.Word(i+1), "0123456789")
}
