package codes

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lengths of what is found in a code: a shorter word would be found in nearly every one.
const (
	wholeWord = 3 // stands by itself
	partWord  = 4 // stands anywhere
	partOf    = 5 // a part of a word that does
)

// holdsKnown reports whether a code holds a word that is known, or a part of one,
// also backwards or with digits in the place of letters.
func holdsKnown(text, folded string, known []string) bool {
	alone := words(strings.ToLower(bare(text)))
	folded = bare(folded)
	plain := []string{folded, letters(folded), letters(leet.Replace(folded))}
	for _, k := range known {
		for _, word := range words(strings.ToLower(bare(k))) {
			n := utf8.RuneCountInString(word)
			if n >= wholeWord && slices.Contains(alone, word) {
				return true
			}
			for _, w := range []string{word, backwards(word)} {
				for _, p := range plain {
					if n >= partWord && strings.Contains(p, w) || shares(p, w, partOf) {
						return true
					}
				}
			}
		}
	}
	return false
}

// words gives the letters and digits of s that stand together.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// shares reports whether n characters in a row of word stand in s.
func shares(s, word string, n int) bool {
	r := []rune(word)
	for i := 0; i+n <= len(r); i++ {
		if strings.Contains(s, string(r[i:i+n])) {
			return true
		}
	}
	return false
}

func backwards(s string) string {
	r := []rune(s)
	slices.Reverse(r)
	return string(r)
}

// Lengths of what is a run.
const (
	runLength  = 4 // 1234, dcba, 7777
	walkLength = 4 // qwer
	fewest     = 5 // different characters of a code
)

// keyboards are the rows of keys, those of letters as they are on keyboards
// of several countries, and the columns that begin with the row of digits.
var keyboards = []string{"1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm", "qazwsxedcrfvtgbyhnujm", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "7894561230", "147258369", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "!\"#$%&/()", "!@#$%^&*()"}

// holdsRun reports whether a code holds characters that go up, down or on, a walk
// over the keyboard, or the same again and again.
func holdsRun(folded string) bool {
	r := []rune(folded)
	different := map[rune]bool{}
	for _, c := range r {
		different[c] = true
	}
	if len(different) < fewest || repeats(r) {
		return true
	}
	for i := 0; i+runLength <= len(r); i++ {
		if step := r[i+1] - r[i]; step >= -1 && step <= 1 && steps(r[i:i+runLength], step) {
			return true
		}
		walk := string(r[i : i+walkLength])
		if slices.ContainsFunc(keyboards, func(row string) bool { return strings.Contains(row, walk) || strings.Contains(backwards(row), walk) }) {
			return true
		}
	}
	return false
}

func steps(r []rune, by rune) bool {
	for i := 1; i < len(r); i++ {
		if r[i]-r[i-1] != by {
			return false
		}
	}
	return true
}

// repeats reports whether the code is one piece over and over, or holds a piece
// of three characters or more twice in a row.
func repeats(r []rune) bool {
	for n := 1; n <= len(r)/2; n++ {
		for i := 0; i+2*n <= len(r); i++ {
			whole := 2*n >= len(r)-n // the rest is shorter than the piece
			if (n >= 3 || whole) && slices.Equal(r[i:i+n], r[i+n:i+2*n]) {
				return true
			}
		}
	}
	return false
}
