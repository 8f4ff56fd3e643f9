package rawmail

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxShown bounds the addresses that are looked for in one name.
const maxShown = 4

// Shown gives the canonical addresses that stand in the From field beside its
// own: in a name or a comment, also as encoded words (RFC 2047). Mail programs
// show the name to people and often hide the address.
func (m *Message) Shown() (out []string) {
	own, bad := m.From()
	if bad != nil {
		return nil
	}
	value, _ := Words(m.Get("from"), asASCII)
	value = strings.Map(visible, norm.NFKC.String(value)) // with a fullwidth @ as one
	for _, word := range strings.FieldsFunc(value, between) {
		word = strings.TrimRightFunc(word, mark)
		if addr, err := Canonical(word); err == nil && addr == own {
			continue
		}
		for _, word := range []string{word, strings.TrimLeftFunc(word, mark)} {
			if addr, err := Canonical(word); err == nil && addr != own && !slices.Contains(out, addr) && len(out) < maxShown {
				out = append(out, addr)
			}
		}
	}
	return out
}

// asASCII reads text in any character set for the addresses in it: those that
// mail programs know spell ASCII as ASCII, but for the NULs of UTF-16.
func asASCII(_ string, text []byte) (string, bool) { return string(text), true }

// visible drops what nobody sees, which hides nothing, and the backslashes of
// quotations.
func visible(r rune) rune {
	if r == 0 || r == '\\' || unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
		return -1
	}
	return r
}

// mark tells what may stand around an address without being read as part of it.
func mark(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }

// between tells whether a character can't be part of an address that people
// would read in a name.
func between(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`"'()<>[]{},;:|`, r)
}
