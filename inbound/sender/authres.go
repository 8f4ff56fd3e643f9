package sender

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"countersign/inbound/sender/resolver"
	"countersign/internal/rawmail"
)

// result is one result of an Authentication-Results field with the properties
// that the border says it is about.
type result struct {
	method, value string
	properties    map[string]string // "header.d", "smtp.mailfrom"
	field         int               // which one it stands in
}

// maxResults bounds one field.
const (
	maxResultsField = 8 << 10
	maxResults      = 50
)

var errResults = errors.New("not an Authentication-Results field")

// token is a piece of a field (RFC 8601 section 2.2): one of the characters
// ; = . /, a quoted string, or a run of other characters.
type token struct {
	text   string
	quoted bool
	glued  bool // nothing stood between it and the token before it
}

// tokens takes a field apart. Comments may stand between tokens and are
// nothing; a quotation or comment that does not end makes the field invalid.
func tokens(s string) (out []token, err error) {
	if len(s) > maxResultsField {
		return nil, errResults
	}
	glued := false
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\t':
			i++
			glued = false
		case c == '(':
			end := rawmail.Comment(s[i:])
			if end < 0 {
				return nil, errResults
			}
			i += end + 1
			glued = false
		case c == '"':
			text, n := quotedString(s[i:])
			if n < 0 {
				return nil, errResults
			}
			out = append(out, token{text, true, glued})
			i += n
			glued = true
		case c == ';' || c == '=' || c == '/':
			out = append(out, token{string(c), false, glued})
			i++
			glued = true
		default:
			n := strings.IndexFunc(s[i:], func(r rune) bool { return !inWord(r) })
			if n < 0 {
				n = len(s) - i
			}
			if n == 0 {
				return nil, errResults
			}
			out = append(out, token{s[i : i+n], false, glued})
			i += n
			glued = true
		}
	}
	return out, nil
}

// inWord reports a character that a word of a field is made of: also one beyond
// ASCII, as in the MAIL FROM of internationalized mail (RFC 6532 section 3.2).
// Such a word is nobody's domain, and separates nothing.
func inWord(r rune) bool {
	return r > ' ' && r != utf8.RuneError && unicode.IsGraphic(r) && !unicode.IsSpace(r) && !strings.ContainsRune("();=/\"\\", r)
}

// quotedString gives what the quotation at the start of s says and its length,
// -1 if it does not end.
func quotedString(s string) (string, int) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case c == '"':
			return b.String(), i + 1
		case c < ' ' && c != '\t' || c == 0x7f:
			return "", -1
		default:
			b.WriteByte(c)
		}
	}
	return "", -1
}

// unused tells whether a part of a field is of a method that nobody here looks
// at. It may say what it likes, as often as it likes; only a quotation has to be
// in order, since a sender may have put one there to end another.
func unused(part []token) bool {
	return len(part) > 0 && !part[0].quoted && !isMark(part[0]) && !slices.Contains([]string{"dkim", "spf", "dmarc"}, rawmail.Lower(part[0].text))
}

// parseResults reads the value of an Authentication-Results field strictly:
// whatever could be read in two ways makes all of it invalid, as do two different
// results of spf or dmarc and one identity. id is in lower case.
func parseResults(value string) (id string, out []result, err error) {
	t, err := tokens(value)
	if err != nil {
		return "", nil, err
	}
	var parts [][]token
	start := 0
	for i, tok := range t {
		if tok.text == ";" && !tok.quoted {
			parts = append(parts, t[start:i])
			start = i + 1
		}
	}
	parts = append(parts, t[start:])
	// The id, perhaps with a version. "dkim=pass ..." has none.
	head := parts[0]
	if len(head) == 0 || len(head) > 2 || isMark(head[0]) || len(head) == 2 && head[1].text != "1" {
		return "", nil, errResults
	}
	id = rawmail.Lower(head[0].text)
	if parts = parts[1:]; len(parts) > 0 && len(parts[len(parts)-1]) == 0 {
		parts = parts[:len(parts)-1] // a last semicolon that nothing follows
	}
	if len(parts) == 1 && len(parts[0]) == 1 && rawmail.Lower(parts[0][0].text) == "none" {
		return id, nil, nil
	}
	if len(parts) > maxResults {
		return "", nil, errResults
	}
	for _, p := range parts {
		r, err := parseResult(p)
		if unused(p) && (err == nil || !slices.ContainsFunc(p, func(t token) bool { return t.quoted })) {
			continue
		}
		if err != nil || r.method != "dkim" && slices.ContainsFunc(out, r.contradicts) {
			return "", nil, errResults
		}
		out = append(out, r)
	}
	return id, out, nil
}

func isMark(t token) bool {
	return !t.quoted && (t.text == "=" || t.text == ";" || t.text == "/")
}

// parseResult reads "method[/version]=result [reason=...] *(ptype.property=value)".
func parseResult(p []token) (r result, err error) {
	r.properties = map[string]string{}
	method, rest, err := pair(p, true)
	if err != nil {
		return r, err
	}
	r.method, r.value = rawmail.Lower(method), rawmail.Lower(rest.value)
	for t := rest.after; len(t) > 0; {
		name, rest, err := pair(t, false)
		if err != nil {
			return r, err
		}
		name = rawmail.Lower(name)
		if _, twice := r.properties[name]; twice && !unused(p) {
			return r, errResults
		}
		r.properties[name] = rest.value
		t = rest.after
	}
	return r, nil
}

type pairRest struct {
	value string
	after []token
}

// isHost tells whether a token is what stands behind a quoted local part.
func isHost(t token) bool {
	domain, ok := strings.CutPrefix(t.text, "@")
	return ok && t.glued && !t.quoted && resolver.IsDomain(rawmail.Lower(domain), false)
}

// pair reads "name = value". What is glued to the value belongs to it, as far as
// it may: RFC 8601 section 2.2 lets it be an address, also one whose local part
// is quoted.
func pair(t []token, method bool) (string, pairRest, error) {
	if len(t) == 0 || t[0].quoted || isMark(t[0]) {
		return "", pairRest{}, errResults
	}
	name, t := t[0].text, t[1:]
	if method && len(t) >= 2 && t[0].text == "/" && !t[0].quoted {
		if t[1].text != "1" {
			return "", pairRest{}, errResults
		}
		t = t[2:]
	}
	if len(t) < 2 || t[0].text != "=" || t[0].quoted || isMark(t[1]) {
		return "", pairRest{}, errResults
	}
	value, quoted, glued := t[1].text, t[1].quoted, t[1].glued
	if t = t[2:]; quoted && !method && len(t) > 0 && isHost(t[0]) {
		value, t = t[0].text, t[1:] // what stands in the quotation is nobody's domain
	}
	// A slash belongs to a value, as in base64, and = to a local part, as in
	// prvs=1=ada@north.example; nothing else may touch it.
	for len(t) > 0 && t[0].glued {
		if quoted || t[0].quoted || t[0].text == ";" {
			return "", pairRest{}, errResults
		}
		value += t[0].text
		t = t[1:]
	}
	equals := strings.LastIndexByte(value, '=')
	if !quoted && equals >= 0 && (!glued || equals > strings.LastIndexByte(value, '@')) {
		return "", pairRest{}, errResults // the next pair, behind a value that is missing
	}
	return name, pairRest{value, t}, nil
}
