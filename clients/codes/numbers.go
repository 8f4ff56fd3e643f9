package codes

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// separators stand between the parts of a written number.
const separators = " .,-/\\()+:_"

var (
	byParts   = regexp.MustCompile(`[0-9]+(?:[ .,\-/\\:_]+[0-9]+)+`)
	notDigits = regexp.MustCompile(`[^0-9]+`)
	// A month by its name, with a day or a year beside it. By the first letters: in
	// the languages around us they begin alike.
	monthName = regexp.MustCompile(`(?:^|[^\pL])(?:[0-9]{1,4}(?:st|nd|rd|th)?[ .,\-/]*(?:of |de |di |d')?)(?:` + months + `)(?:[^\pL]|$)|(?:` + months + `)[ .,\-/]*[0-9]{1,4}`)
)

const months = `jan(?:uary|uar|vier|uari|eiro|nuar)?|j[aä]nner|ene(?:ro)?|gen(?:naio)?|feb(?:ruary|ruar|braio|rero|ruari)?|f[eé]v(?:rier|ereiro)?|` +
	`mar(?:ch|s|zo|[cç]o)?|m[aä]r(?:z|zo)?|maart|mrt|apr(?:il|ile)?|avr(?:il)?|abr(?:il)?|may|mai|maj|mei|mag(?:gio)?|mayo|maio|` +
	`jun(?:e|i|io|ho)?|juin|giu(?:gno)?|jul(?:y|i|io|ho)?|juil(?:let)?|lug(?:lio)?|aug(?:ust|usti|ustus)?|ao[uû]t|ago(?:sto)?|` +
	`sept?(?:ember|embre|iembre|tembre)?|set(?:embro|tembre)?|o[ck]t(?:ober|obre|ubre)?|ott(?:obre)?|out(?:ubro)?|` +
	`nov(?:ember|embre|iembre|embro)?|de[czs](?:ember|embre|iembre|embro)?|d[eé]c(?:embre)?|dic(?:embre|iembre)?`

// holdsDate reports whether a date stands in s, in any usual order, with or
// without signs between its parts.
func holdsDate(s string) bool {
	s = strings.ToLower(strings.Map(digit, s))
	for _, parts := range byParts.FindAllString(s, -1) {
		n := notDigits.Split(parts, -1)
		for i := 0; i+3 <= len(n); i++ {
			if isDate(n[i], n[i+1], n[i+2]) {
				return true
			}
		}
	}
	for _, run := range notDigits.Split(s, -1) {
		for i := 0; i+6 <= len(run); i++ {
			w := run[i:]
			if isDate(w[:2], w[2:4], w[4:6]) || len(w) >= 8 && (isDate(w[:2], w[2:4], w[4:8]) || isDate(w[:4], w[4:6], w[6:8])) {
				return true
			}
		}
	}
	return monthName.MatchString(s) || monthName.MatchString(strings.Map(unspaced, s))
}

func unspaced(r rune) rune {
	if unicode.IsSpace(r) {
		return -1
	}
	return r
}

// isDate reports whether three numbers are a day, a month and a year in some
// order: a year of four digits may be one of a living person, one of two any.
func isDate(a, b, c string) bool {
	if slices.ContainsFunc([]string{a, b, c}, func(s string) bool { return len(s) != 1 && len(s) != 2 && len(s) != 4 }) {
		return false
	}
	year := func(s string) bool { n := number(s); return len(s) == 2 || len(s) == 4 && n >= 1880 && n < 2100 }
	two := func(s, t string) bool {
		day := func(s string) bool { n := number(s); return len(s) <= 2 && n >= 1 && n <= 31 }
		month := func(s string) bool { n := number(s); return len(s) <= 2 && n >= 1 && n <= 12 }
		return day(s) && month(t) || month(s) && day(t)
	}
	return year(c) && two(a, b) || year(a) && two(b, c) // and nobody puts the year in the middle
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

// Numbers of people have nine digits or more, or are one of these, of which more
// digits stand in a row anyhow: UK NINO, Indian PAN, Italian codice fiscale,
// Mexican CURP, US and other passports.
const idDigits = 9

var idShapes = regexp.MustCompile(`^(?:[a-z]{2}[0-9]{6}[a-d]|[a-z]{5}[0-9]{4}[a-z]|[a-z]{6}[0-9lmnpqrstuv]{2}[a-ehlmprst][0-9lmnpqrstuv]{2}[a-z][0-9lmnpqrstuv]{3}[a-z]|` +
	`[a-z]{4}[0-9]{6}[hm][a-z]{5}[0-9a-z]{0,2}|[xyz][0-9]{7}[a-z]|[0-9]{8}[a-z]|[0-9]{7}[a-w][abhw]?|[a-z]{1,2}[0-9]{7,8}|[0-9]{6}[a-f][0-9]{3}[0-9a-y])$`)

// holdsID reports whether the number of a person, an account or a card stands
// in a code, or with letters is all of it or one of its words.
func holdsID(text, folded string) bool {
	s := joined(folded)
	return longest(s) >= idDigits || idShapes.MatchString(s) || slices.ContainsFunc(strings.Fields(text), func(word string) bool { return idShapes.MatchString(joined(fold(word))) })
}

// phoneDigits are the fewest of a phone number without its area.
const phoneDigits = 7

// holdsPhone reports whether a phone number stands in a code.
func holdsPhone(folded string) bool { return longest(joined(folded)) >= phoneDigits }

// beginsAsPhone reports whether a long number is written as those of phones are.
func beginsAsPhone(text, folded string) bool {
	return strings.ContainsAny(text[:1], "+(0") && holdsPhone(folded)
}

// joined takes out what stands between the digits of a number.
func joined(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(separators, r) {
			return -1
		}
		return r
	}, s)
}

// longest is the length of the longest row of digits.
func longest(s string) (most int) {
	for _, run := range notDigits.Split(s, -1) {
		most = max(most, len(run))
	}
	return most
}
