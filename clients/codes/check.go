package codes

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	zxcvbn "github.com/ccojocar/zxcvbn-go"

	"countersign/internal/clean"
)

// Bounds of a code, in characters that count.
const (
	minCode = 8
	maxCode = 64
	maxText = 256 // bytes, as it is typed
)

// WeakError says why a code is refused, in one sentence that says nothing of the
// code but what it looks like.
type WeakError struct{ Why string }

func (e *WeakError) Error() string { return e.Why }

// advice stands behind what a code looks like.
const advice = " Use 8 or more characters that are not a birth date, phone or id number."

var errSeed = errors.New("the seed of a rotating code is base32, as the authenticator shows it, of 16 to 64 bytes")

// Check says why a code may not be set; nil, and the code as it is kept, if it
// may. Known are the words that anybody could guess it from: names, addresses,
// references, services.
func Check(kind Kind, code Secret, known []string) (Secret, error) {
	if kind == TOTP {
		s, ok := seed(string(code))
		if !ok {
			return "", &WeakError{"Refused: " + errSeed.Error() + "."}
		}
		return Secret(s), nil
	}
	text := strings.TrimSpace(string(code))
	if len(text) <= maxText && (holdsDate(text) || holdsDate(fold(text))) { //rule:6.5 no-date-as-a-code TestCheck/date
		return "", &WeakError{"Refused: looks like a date." + advice}
	}
	if why := unfit(text); why != "" {
		return "", &WeakError{"Refused: " + why}
	}
	for _, r := range looks {
		if r.like(text, fold(text), known) {
			return "", &WeakError{"Refused: " + r.what + "." + advice}
		}
	}
	return Secret(text), nil
}

// unfit says what keeps a text from being a code at all.
func unfit(text string) string {
	odd := func(r rune) bool {
		return !unicode.In(r, unicode.Letter, unicode.Mark, unicode.Number, unicode.Punct, unicode.Symbol) && r != ' '
	}
	switch n := utf8.RuneCountInString(fold(text)); {
	case len(text) > maxText || n > maxCode:
		return "it is too long. Use 8 to 64 characters; blanks and dashes don't count."
	case !utf8.ValidString(text) || clean.Trick(text) >= 0 || strings.ContainsFunc(text, odd):
		return "it holds characters that nobody can say. Use letters, digits and signs."
	case n < minCode:
		return "it is too short. Use 8 or more characters; blanks and dashes don't count."
	}
	return ""
}

// looks are what a code must not look like, nor hold, beside a date; what is told first in front.
// like gets the code as it was typed, and what counts of it.
var looks = []struct {
	what string
	like func(text, folded string, known []string) bool
}{
	{"looks like a phone number", func(text, folded string, _ []string) bool { return beginsAsPhone(text, folded) }},
	{"looks like an id number", func(text, folded string, _ []string) bool { return holdsID(text, folded) }},                                         //rule:6.5 no-id-number-as-a-code TestCheck/id
	{"looks like a phone number", func(_, folded string, _ []string) bool { return holdsPhone(folded) }},                                             //rule:6.5 no-phone-number-as-a-code TestCheck/phone
	{"holds a part of a name, an address or a reference", func(text, folded string, known []string) bool { return holdsKnown(text, folded, known) }}, //rule:6.5 no-name-as-a-code TestCheck/name
	{"holds a run, a repeat or a walk over the keyboard", func(_, folded string, _ []string) bool { return holdsRun(folded) }},                       //rule:6.5 no-run-as-a-code TestCheck/run
	{"is easy to guess", func(_, folded string, known []string) bool { return weak(folded, known) }},                                                 //rule:6.5 no-weak-code TestCheck/weak
}

// strong is the least score (0 to 4) of zxcvbn that may be set: 2 withstands
// guessing without a limit over a network, and ours has limits.
const strong = 2

// piece is the most characters that are judged at once: of many digits and signs
// in the place of letters zxcvbn tries all, which takes seconds for a long code.
const piece = 20

// weak reports whether no piece of a code is strong; the whole is as strong as
// its strongest.
func weak(folded string, known []string) bool {
	for p := range slices.Chunk([]rune(folded), piece) {
		if zxcvbn.PasswordStrength(string(p), known).Score >= strong {
			return false
		}
	}
	return true
}
