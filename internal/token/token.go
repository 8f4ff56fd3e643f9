// Package token mints and recognises the secrets that bind a reply to a request:
// tokens (128 bits, in addresses and Message-IDs) and the codes of references
// (30 bits, in Subjects). It names, too, what marks our own mail.
//
// It knows their form only. Whether one is live is for package tickets to say.
package token

import (
	"crypto/rand"
	"encoding/base32"
	"regexp"
	"strings"
)

// Length is the number of characters of a token: 128 bits in base32 without padding.
const Length = 26

// codeLength is the number of characters of a reference's code: 30 bits.
const codeLength = 6

// maxFound bounds what is looked at in one field.
const maxFound = 64

// Tokens are lower case, since mail servers fold the case of addresses; codes
// are upper case, for people.
var encoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// New mints a token.
func New() string {
	var b [16]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	return encoding.EncodeToString(b[:])
}

// NewCode mints the code of a reference.
func NewCode() string { return strings.ToUpper(New()[:codeLength]) }

// Reference joins a ticket's number and a code: T-1042-7KQ3MX.
func Reference(ticket, code string) string { return ticket + "-" + code }

// Find gives the distinct token candidates in a header value, in lower case, in
// the order in which they stand: runs of exactly Length letters and digits.
func Find(value string) []string {
	var found []string
	seen := map[string]bool{}
	for start := 0; start < len(value) && len(found) < maxFound; {
		end := start
		for end < len(value) && alphanumeric(value[end]) {
			end++
		}
		if run := value[start:end]; len(run) == Length && valid(run) { //rule:6.4 token-is-a-whole-run part=1 TestFind
			if t := strings.ToLower(run); !seen[t] {
				seen[t] = true
				found = append(found, t)
			}
		}
		start = max(end, start+1)
	}
	return found
}

// Valid reports whether s has the form of a token as New gives it.
func Valid(s string) bool { return len(s) == Length && valid(s) && s == strings.ToLower(s) }

var (
	reference = regexp.MustCompile(`(?i)(?:^|[^0-9a-z-])(t-[1-9][0-9]{0,17})-([a-z2-7]{6})(?:[^0-9a-z-]|$)`)
	number    = regexp.MustCompile(`(?i)(?:^|[^0-9a-z-])(t-[1-9][0-9]{0,17})(?:[^0-9a-z-]|$)`)
)

// FindReferences gives the distinct references in a Subject, in upper case.
func FindReferences(subject string) []string {
	return distinct(reference, subject, func(m []string) string { return m[1] + "-" + m[2] })
}

// FindNumbers gives the distinct ticket numbers that stand alone or before a
// reference's code, in upper case.
func FindNumbers(subject string) []string {
	var out []string
	for _, r := range FindReferences(subject) {
		out = append(out, r[:strings.LastIndexByte(r, '-')])
	}
	return append(out, distinct(number, subject, func(m []string) string { return m[1] })...)
}

// distinct finds every match of re, upper-cased. What stands behind a match
// begins a word: the match has taken what separates the two.
func distinct(re *regexp.Regexp, s string, text func([]string) string) []string {
	var out []string
	seen := map[string]bool{}
	for len(out) < maxFound && mayRefer(s) {
		at := re.FindStringSubmatchIndex(s)
		if at == nil {
			break
		}
		m := make([]string, len(at)/2)
		for i := range m {
			m[i] = s[at[2*i]:at[2*i+1]] // every group takes part
		}
		if v := strings.ToUpper(text(m)); !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
		s = s[at[1]:]
	}
	return out
}

// Blot puts stars in place of every token and of the code of every reference in
// s, in whatever case, also where one is broken over the ends of lines. Its time
// is that of reading s a few times. What machines write is for Hide.
func Blot(s string) string {
	b := []byte(s)
	for blotPlain(b); blotFolded(b); blotPlain(b) { // stars end a word, before which another may stand
	}
	return string(b)
}

// blotPlain is what Blot does for tokens and references that stand in one line.
func blotPlain(b []byte) {
	for start := 0; start < len(b); {
		end := start
		for end < len(b) && alphanumeric(b[end]) {
			end++
		}
		if end-start == Length && valid(b[start:end]) { //rule:6.4 token-is-blotted TestBlot
			stars(b[start:end])
		}
		start = max(end, start+1)
	}
	for from := 0; from < len(b) && mayRefer(b[from:]); {
		at := reference.FindSubmatchIndex(b[from:])
		if at == nil {
			break
		}
		// the code
		stars(b[from+at[4] : from+at[5]]) //rule:6.4 code-is-blotted TestBlot
		from += at[1]
	}
}

func stars(b []byte) {
	for i := range b {
		b[i] = '*'
	}
}

// mayRefer reports whether a reference could begin in s: looking for one itself
// takes many times as long.
func mayRefer[T ~string | ~[]byte](s T) bool {
	for i := 1; i < len(s); i++ {
		if s[i] == '-' && s[i-1]|0x20 == 't' {
			return true
		}
	}
	return false
}

func valid[T ~string | ~[]byte](s T) bool {
	for i := range len(s) {
		if !base32Digit(s[i]) {
			return false
		}
	}
	return true
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
