package codes

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold gives what counts of a code that is said aloud: neither case nor blanks
// nor dashes do, nor how a character is encoded (NFKC), nor the script of a
// digit.
func fold(s string) string {
	s = strings.ToLower(norm.NFKC.String(strings.ToValidUTF8(s, "\uFFFD")))
	return norm.NFC.String(strings.Map(func(r rune) rune { // what stood apart may be one character now
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) {
			return -1
		}
		return digit(r)
	}, s))
}

// digit makes a decimal digit of any script one of ASCII, and leaves other
// characters as they are. In Unicode the ten of a script stand in a row (4.6).
func digit(r rune) rune {
	if r < 0x80 || !unicode.Is(unicode.Nd, r) {
		return r
	}
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10
		}
	}
	return r
}

// bare takes the marks off letters, for comparing with names: é is e there.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s))
}

// leet are digits and signs that people put in the place of letters.
var leet = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "8", "b", "@", "a", "$", "s", "!", "i", "€", "e")

// letters gives the letters of s alone.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return r
	}, s)
}
