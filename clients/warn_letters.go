package clients

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// looksLike reports whether people could take one address for the other: the whole
// of it or, of another domain, the domain alone.
func looksLike(a, b string) bool {
	if a == b || countedOn(a, b) {
		return false
	}
	x, y := lookOf(a), lookOf(b)
	domain, local := x.slip(y)
	switch {
	case sameDomain(a, b):
		return x.local == y.local || local && min(len(x.local), len(y.local)) >= minName
	case strings.ReplaceAll(x.domain, ".", "") == strings.ReplaceAll(y.domain, ".", ""):
		return true
	}
	return (domain || oneEdit(x.domain, y.domain)) && len(nameOf(x.domain)) >= minName && len(nameOf(y.domain)) >= minName
}

// nameOf is a domain without its last label.
func nameOf(domain string) string { return domain[:max(0, strings.LastIndexByte(domain, '.'))] }

// scripts are those whose letters are taken for those of Latin.
var scripts = []*unicode.RangeTable{unicode.Cyrillic, unicode.Greek, unicode.Armenian}

// disguised tells whether a domain is written so that people read another one: a
// label mixes Latin with letters of those scripts, or is made of nothing but such
// that look like Latin ones, under a top domain in Latin. It gives what they read.
func disguised(domain string) (read string, is bool) {
	shown, err := idna.ToUnicode(domain)
	if err != nil || shown == domain {
		return "", false
	}
	labels := strings.Split(shown, ".")
	latinTop := !foreign(labels[len(labels)-1])
	for _, label := range labels {
		latin := strings.ContainsFunc(label, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
		looksLatin := !strings.ContainsFunc(label, func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) && shapes[r] == 0 })
		is = is || foreign(label) && (latin || looksLatin && latinTop)
	}
	return plainly(shown), is
}

func foreign(label string) bool {
	return strings.ContainsFunc(label, func(r rune) bool { return unicode.In(r, scripts...) })
}

// plainly writes letters of other scripts as those that they are taken for.
func plainly(s string) string {
	return strings.Map(func(r rune) rune {
		if to, ok := shapes[r]; ok && r > unicode.MaxASCII {
			return to
		}
		return r
	}, s)
}
