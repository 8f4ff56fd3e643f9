package rawmail

import (
	"errors"
	"strings"
)

// What makes a list of mailboxes one that readers could disagree on.
var (
	errGroup   = errors.New("it holds a group")
	errQuote   = errors.New("a quotation does not end")
	errComment = errors.New("a comment does not end")
	errAngle   = errors.New("its angle brackets don't pair")
	errEmpty   = errors.New("it holds no address")
	errTwo     = errors.New("two addresses stand where one should")
	errComma   = errors.New("something stands behind the address")
)

// mailboxes gives the addr-specs of a list of mailboxes (RFC 5322 section 3.4),
// as written and at most limit of them. It reads once from left to right:
// quoted strings and comments are passed over, so neither can hold an address.
func mailboxes(value string, limit int) (out []string, err error) {
	var b strings.Builder // what stands outside quotations, comments and brackets
	angle, quoted := "", false
	text, at := false, false // b holds more than blanks, an @
	flush := func() error {
		word := strings.TrimSpace(b.String())
		b.Reset()
		spec := angle
		if spec == "" {
			spec = word
		}
		if angle == "" && quoted { // part of the address or a name beside it: no plain address
			spec = `"` + word
		}
		had := angle != "" || word != "" || quoted
		angle, quoted, text, at = "", false, false, false
		if !had {
			return nil // an empty element of the list, RFC 5322 section 4.4
		}
		if strings.ContainsAny(spec, " \t") || !strings.Contains(spec, "@") {
			return errEmpty
		}
		out = append(out, spec)
		return nil
	}
	for i := 0; i < len(value) && len(out) < limit; i++ {
		switch c := value[i]; c {
		case '"':
			end := quotation(value[i:])
			if end < 0 {
				return out, errQuote
			}
			i, quoted = i+end, true
			b.WriteByte(' ')
		case '(':
			end := Comment(value[i:])
			if end < 0 {
				return out, errComment
			}
			i += end
			b.WriteByte(' ')
		case '<':
			end := strings.IndexByte(value[i:], '>')
			if end < 0 || angle != "" {
				return out, errAngle
			}
			angle = strings.Trim(value[i+1:i+end], " \t")
			if angle == "" {
				return out, errAngle
			}
			// An address before the bracketed one is a name to some readers and
			// the address to others.
			if name := strings.TrimSpace(b.String()); strings.Contains(name, "@") && Lower(strings.Trim(name, "'")) != Lower(angle) {
				return out, errTwo
			}
			i += end
			b.Reset()
			text, at = false, false
		case '>':
			return out, errAngle
		case ':', ';':
			return out, errGroup
		case ',':
			// A name with a comma that should be quoted, as in Berg, Ada <a@b>:
			// what stands before it is no address for anybody.
			if angle == "" && !at && text {
				b.WriteByte(' ')
				continue
			}
			if err := flush(); err != nil {
				return out, err
			}
		default:
			if angle != "" && c != ' ' && c != '\t' {
				return out, errComma
			}
			text, at = text || c != ' ' && c != '\t', at || c == '@'
			b.WriteByte(c)
		}
	}
	if len(out) >= limit {
		return out, nil
	}
	return out, flush()
}

// quotation gives where the quoted string at the start of s ends, -1 if nowhere.
func quotation(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// Comment gives where the comment at the start of s ends, -1 if nowhere. Comments
// nest (RFC 5322 section 3.2.2).
func Comment(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}
