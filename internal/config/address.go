package config

import (
	"regexp"
	"strings"

	"countersign/internal/token"
)

const label = `[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?`

var (
	mailboxName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$`)
	domain      = regexp.MustCompile(`^` + label + `(\.` + label + `)*$`)
	// RFC 5322 section 3.2.3: a dot-atom, ASCII alone.
	local = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$")
)

// placeholder stands for the token in a reply address.
const placeholder = "{token}"

// tokenRoom is the longest that is put in its place: a return path.
const tokenRoom = len(token.Bounce) + token.Length

// PlusAddress gives the reply address that follows from address by plus
// addressing (RFC 5233 calls it a subaddress): support+{token}@desk.example.
func PlusAddress(address string) string {
	name, host, ok := strings.Cut(address, "@")
	if !ok {
		return ""
	}
	return name + "+" + placeholder + "@" + host
}

// plainAddress reports whether s is one ASCII addr-spec as we send to and
// compare with: a dot-atom of at most 64 bytes, a domain, 254 bytes together
// (RFC 5321 section 4.5.3.1). Quoted local parts and address literals are not.
func plainAddress(s string) bool {
	name, host, ok := strings.Cut(s, "@")
	return ok && len(s) <= 254 && len(name) <= 64 && local.MatchString(name) &&
		domain.MatchString(host) && strings.Contains(host, ".")
}

// address checks the address at *s and makes it lower case.
func (r *reader) address(path, key string, s *string) {
	if *s == "" || r.Lost[path] {
		return
	}
	if !plainAddress(*s) {
		r.Report(r.Where(path), key, `"%s" is not a plain address such as "support@desk.example" (ASCII; write the domain as its xn-- form).`, shown(*s))
		return
	}
	*s = strings.ToLower(*s)
}

// replyAddress checks that the address to which customers answer has room for
// one token and comes out as a plain address.
func (r *reader) replyAddress(path, key string, m *Mailbox) {
	text := m.ReplyAddress
	if text == "" {
		text = PlusAddress(m.Address)
	}
	if text == "" || r.Lost[path] {
		return
	}
	name, _, _ := strings.Cut(text, "@")
	filled := strings.Replace(text, placeholder, strings.Repeat("a", tokenRoom), 1)
	switch filledName, _, _ := strings.Cut(filled, "@"); {
	case strings.Count(text, placeholder) != 1:
		r.Report(r.Where(path), key, `"%s" must hold {token} exactly once, such as "%s".`, shown(text), "support+{token}@desk.example")
	case !strings.Contains(name, placeholder):
		r.Report(r.Where(path), key, `"%s": put {token} before the @, such as "t-{token}@reply.desk.example".`, shown(text))
	case len(filledName) > 64:
		r.Report(r.Where(path), key, `"%s" is too long: with a token of %d characters more than 64 stand before the @.`, shown(text), tokenRoom)
	case strings.Contains(strings.Replace(text, placeholder, "", 1), "{") || !plainAddress(filled):
		r.Report(r.Where(path), key, `"%s" with a token in it is not a plain address.`, shown(text))
	case joined(text):
		r.Report(r.Where(path), key, `"%s": put + or - between {token} and the letters beside it, else the token can't be told from them.`, shown(text))
	default:
		m.ReplyAddress = strings.ToLower(m.ReplyAddress)
	}
}

// joined reports whether a letter or digit touches the placeholder.
func joined(text string) bool {
	before, after, _ := strings.Cut(text, placeholder)
	alphanumeric := func(b byte) bool {
		return b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z'
	}
	return before != "" && alphanumeric(before[len(before)-1]) || after != "" && alphanumeric(after[0])
}
