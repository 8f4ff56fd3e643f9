package rawmail

import (
	"mime"
	"slices"
	"strings"
	"unicode"
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
	value := m.Get("from")
	if decoded, err := new(mime.WordDecoder).DecodeHeader(value); err == nil {
		value = decoded
	}
	value = strings.Map(func(r rune) rune { // what nobody sees hides nothing
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, value)
	for _, word := range strings.FieldsFunc(value, between) {
		if addr, err := Canonical(strings.Trim(word, ".")); err == nil && addr != own && !slices.Contains(out, addr) && len(out) < maxShown {
			out = append(out, addr)
		}
	}
	return out
}

// between tells whether a character can't be part of an address that people
// would read in a name.
func between(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`"'()<>[]{},;:|\`, r)
}
