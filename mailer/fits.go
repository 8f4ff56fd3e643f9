package mailer

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"countersign/internal/clean"
)

// maxQuote bounds a request as it is quoted, in bytes of UTF-8; what is left of
// maxText is for our own words, with names as long as they may be.
const maxQuote = 5 << 10

// Fits reports a request that is too long for a notice to quote it whole. One
// that fits does so in every kind of notice in every language.
func Fits(request string) error {
	n := len(strings.Join(quoted(defuse(clean.Mail(request))), "\n"))
	if n <= maxQuote {
		return nil
	}
	return fmt.Errorf("takes %d bytes where a notice quotes it, at most %d are allowed; many short lines and addresses of pages take more than they have", n, maxQuote)
}

// short is cut for a name or a line within a text, bounded in bytes, too: marks
// on a letter take no columns.
func short(s string, limit int) string {
	s = cut(s, limit)
	if most := 4 * limit; len(s) > most {
		for most -= len("…"); !utf8.RuneStart(s[most]); most-- {
		}
		s = s[:most] + "…"
	}
	return s
}
