package rawmail

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/net/idna"

	"countersign/policy"
)

// Bounds of an address (RFC 5321 section 4.5.3.1).
const (
	maxAddress = 254
	maxLocal   = 64
)

// Canonical gives the one ASCII form of an addr-spec in which addresses are
// stored and compared: a dot-atom, its letters in lower case, and a domain of
// A-labels in lower case. Quoted local parts, address literals, comments and
// anything beyond ASCII in the local part are refused: an address is proved
// ASCII before any case is folded, since U+212A folds to a k.
func Canonical(addr string) (string, error) {
	local, domain, ok := strings.Cut(addr, "@")
	if !ok {
		return "", fmt.Errorf("%q is not an address", addr)
	}
	if len(local) > maxLocal || len(addr) > maxAddress {
		return "", fmt.Errorf("the address is too long: at most %d bytes, %d before the @", maxAddress, maxLocal)
	}
	for _, atom := range strings.Split(local, ".") {
		if atom == "" || strings.ContainsFunc(atom, func(r rune) bool { return !atext(r) }) {
			return "", fmt.Errorf("%q: what stands before the @ is not a plain name", addr)
		}
	}
	domain, err := canonicalDomain(domain)
	if err != nil {
		return "", fmt.Errorf("%q: %w", addr, err)
	}
	out := Lower(local) + "@" + domain
	if len(out) > maxAddress {
		return "", fmt.Errorf("the address is too long: at most %d bytes", maxAddress)
	}
	return out, nil
}

// atext is that of RFC 5322 section 3.2.3.
func atext(r rune) bool {
	return r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)) //rule:6.1 ascii-before-case =r>'@'||r<'@'&&r>',' TestCanonical
}

var errDomain = errors.New("what stands behind the @ is not a domain name")

// canonicalDomain converts to A-labels (RFC 5891) and demands LDH labels, at
// least two of them.
func canonicalDomain(domain string) (string, error) {
	for i := range len(domain) {
		if domain[i] >= 0x80 {
			ascii, err := idna.Lookup.ToASCII(domain)
			if err != nil {
				return "", errDomain
			}
			domain = ascii
			break
		}
	}
	domain = Lower(domain)
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return "", errDomain
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return "", errDomain
		}
		for i := range len(l) {
			if c := l[i]; !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-') {
				return "", errDomain
			}
		}
		if strings.HasPrefix(l, "xn--") {
			if back, err := idna.Lookup.ToUnicode(l); err != nil || back == l {
				return "", errDomain
			}
		}
	}
	return domain, nil
}

// Lower folds ASCII only: strings.ToLower takes U+212A for a k.
func Lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// From gives the one plain mailbox of the From field, canonical; or why there
// isn't one.
func (m *Message) From() (string, *policy.Reason) {
	values := m.Values("from")
	if len(values) != 1 {
		return "", &policy.Reason{Code: policy.CodeBadFrom, Text: "There is not exactly one From line."}
	}
	if len(values[0]) > DefaultLimits().FromBytes {
		return "", &policy.Reason{Code: policy.CodeFromTooLong, Text: "The From line is too long."}
	}
	boxes, err := mailboxes(values[0], 2)
	switch {
	case err != nil:
		return "", &policy.Reason{Code: policy.CodeBadFrom, Text: "The From line is not one plain address: " + err.Error() + "."}
	case len(boxes) != 1: //rule:6.1 one-mailbox-in-from TestFrom
		return "", &policy.Reason{Code: policy.CodeBadFrom, Text: "The From line names more than one address, or none."}
	}
	addr, err := Canonical(boxes[0])
	if err != nil {
		return "", &policy.Reason{Code: policy.CodeBadFrom, Text: "The From line is not one plain address."}
	}
	return addr, nil
}

// Addresses gives the canonical addresses of a To or Cc list, at most limit of
// them, leaving out what has no canonical form.
func Addresses(value string, limit int) (out []string, err error) {
	boxes, err := mailboxes(value, limit)
	for _, b := range boxes {
		if addr, err := Canonical(b); err == nil {
			out = append(out, addr)
		}
	}
	return out, err
}
