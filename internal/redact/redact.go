// Package redact keeps secrets and addresses out of logs by their type: however
// a value is printed, by fmt, as JSON or by zerolog, only its outline comes out.
//
// To use the value itself, convert it: string(addr). Such a conversion is easy
// to find in a review, a forgotten mask is not. One hole is left: encoding/json
// writes map keys of a string type as they are, so use none of these as a key.
package redact

import (
	"fmt"
	"strings"

	"github.com/rs/zerolog"
)

// Secret is a password, code or key. It prints as ***.
type Secret string

// String is ***, whatever the value; of an empty one, too.
func (s Secret) String() string { return "***" }

// Address is an e-mail address. It prints as a***@north.example.
type Address string

// String is the first character, three stars and the domain. What is not of
// the form of an address is hidden whole.
func (a Address) String() string {
	at := strings.LastIndexByte(string(a), '@')
	if at < 1 || !plain(string(a)) {
		return "***"
	}
	return string(a[:1]) + "***" + string(a[at:])
}

// Token is the secret of a notice. It prints as t:4f…
type Token string

// String is t: and the first two characters, enough to tell apart the few
// tokens of one ticket, not to guess one.
func (t Token) String() string {
	if len(t) < 16 || !plain(string(t)) {
		return "t:…"
	}
	return "t:" + string(t[:2]) + "…"
}

// plain reports whether s is printable ASCII without a blank, so that no
// hostile byte comes through in the part that is shown.
func plain(s string) bool {
	return len(s) <= 320 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// Format, MarshalText and MarshalZerologObject close the other ways out: %x and
// %#v of fmt, encoding/json, zerolog's EmbedObject.

// Format prints the outline for every verb.
func (s Secret) Format(f fmt.State, verb rune) { format(f, verb, s.String()) }

// Format prints the outline for every verb.
func (a Address) Format(f fmt.State, verb rune) { format(f, verb, a.String()) }

// Format prints the outline for every verb.
func (t Token) Format(f fmt.State, verb rune) { format(f, verb, t.String()) }

func format(f fmt.State, verb rune, outline string) {
	if verb == 'q' {
		outline = fmt.Sprintf("%q", outline)
	}
	_, _ = f.Write([]byte(outline))
}

// MarshalText is the outline, for JSON values.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalText is the outline, for JSON values.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// MarshalText is the outline, for JSON values.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// MarshalZerologObject logs the outline under the field `secret`.
func (s Secret) MarshalZerologObject(e *zerolog.Event) { e.Str("secret", s.String()) }

// MarshalZerologObject logs the outline under the field `address`.
func (a Address) MarshalZerologObject(e *zerolog.Event) { e.Str("address", a.String()) }

// MarshalZerologObject logs the outline under the field `token`.
func (t Token) MarshalZerologObject(e *zerolog.Event) { e.Str("token", t.String()) }
