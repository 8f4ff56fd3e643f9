package reply

import (
	"bytes"
	"strings"

	"countersign/internal/clean"
	"countersign/internal/rawmail"
	"countersign/internal/token"
	"countersign/policy"
)

// A deliveryStatus is what the fields of a delivery status say (RFC 3464 section 2.3), wherever
// they stand.
type deliveryStatus struct {
	status          string
	diagnostic      []byte
	acts            bool // it says what was done
	delayed, failed bool
}

// reportOf reads the fields at the beginnings of a text's lines, the first of each that
// says something.
func reportOf(text []byte) (r deliveryStatus) {
	for ; len(text) > 0; text = behindLine(text) {
		switch text[0] | 0x20 {
		case 's':
			if v, ok := fieldOf(text, "status:"); ok && r.status == "" {
				r.status = statusCode(bytes.TrimLeft(v, " \t\r\n\f"))
			}
		case 'd':
			if v, ok := fieldOf(text, "diagnostic-code:"); ok && r.diagnostic == nil {
				r.diagnostic = folding(v)
			}
		case 'a':
			if v, ok := fieldOf(text, "action:"); ok {
				v = bytes.TrimLeft(v, " \t\r\n\f")
				is := func(action string) bool { _, ok := fieldOf(v, action); return ok }
				r.failed, r.delayed = r.failed || is("failed"), r.delayed || is("delayed")
				r.acts = r.acts || r.failed || r.delayed || is("delivered") || is("relayed") || is("expanded")
			}
		}
	}
	return r
}

// behindLine gives what follows the first line.
func behindLine(text []byte) []byte {
	i := bytes.IndexByte(text, '\n')
	if i < 0 {
		return nil
	}
	return text[i+1:]
}

// fieldOf gives what follows a word with which a text begins, in whatever case.
func fieldOf(text []byte, name string) ([]byte, bool) {
	if len(text) < len(name) || !strings.EqualFold(string(text[:len(name)]), name) {
		return nil, false
	}
	return text[len(name):], true
}

// statusCode gives the code with which a text begins, as 5.1.1 (RFC 3463 section 2).
func statusCode(s []byte) string {
	const most = 3
	if len(s) == 0 || s[0] != '2' && s[0] != '4' && s[0] != '5' {
		return ""
	}
	end := 1
	for range 2 {
		from := end + 1
		if end >= len(s) || s[end] != '.' {
			return ""
		}
		for end = from; end < len(s) && end < from+most && s[end] >= '0' && s[end] <= '9'; end++ {
		}
		if end == from {
			return ""
		}
	}
	return string(s[:end])
}

// folding gives a field's value with the lines that go on with it.
func folding(v []byte) []byte {
	line := func(v []byte) int {
		if i := bytes.IndexAny(v, "\r\n"); i >= 0 {
			return i
		}
		return len(v)
	}
	v = bytes.TrimLeft(v, " \t")
	end := line(v)
	if end == 0 {
		return nil
	}
	for {
		rest, _ := bytes.CutPrefix(v[end:], []byte("\r"))
		if len(rest) < 3 || rest[0] != '\n' || rest[1] != ' ' && rest[1] != '\t' {
			return v[:end]
		}
		n := line(rest[2:])
		if n == 0 {
			return v[:end]
		}
		end = len(v) - len(rest) + 2 + n
	}
}

// bounce reads whose notice came back and why.
func bounce(m *rawmail.Message, own Own, subject string) (out policy.Bounce) {
	local, domain, ok := strings.Cut(own.ReplyAddress, "@")
	if ok {
		local = strings.ReplaceAll(local, "{token}", "")
		ours(m.Raw[:min(len(m.Raw), maxText)], local, domain, func(secret string, path bool) {
			if path {
				out.ReturnPaths = append(out.ReturnPaths, secret)
			} else {
				out.Sent = append(out.Sent, secret)
			}
		})
	}
	text := m.Body
	if text == nil { // behind a header that could not be read to its end
		text = m.Raw
	}
	text = text[:min(len(text), maxText)]
	r := reportOf(text)
	out.Status = r.status
	if d := r.diagnostic; d != nil {
		said := token.Hide(d[:min(len(d), 8000)]) // it may quote our addresses, folded anywhere
		out.Diagnostic = clean.SeenLine(string(bytes.ToValidUTF8(said[:min(len(said), 2000)], nil)))
		if typ, rest, ok := strings.Cut(out.Diagnostic, ";"); ok && !strings.Contains(strings.TrimSpace(typ), " ") {
			out.Diagnostic = strings.TrimSpace(rest) // RFC 3464 section 2.3.6: the type, as smtp
		}
	}
	out.Delayed = (r.delayed || waits(subject)) && !r.failed
	return out
}

// waits reports a subject that says that a mail waits.
func waits(subject string) bool {
	low := lower(subject)
	for i := 0; ; i++ {
		n := strings.Index(low[i:], "delay")
		if n < 0 {
			return holds(low, lateWords)
		}
		if i += n; i == 0 || !wordByte(low[i-1]) {
			return true
		}
	}
}

// ours calls found with each secret of an address of ours in a text, as it is the
// answer's (local and the secret), a path's (with token.Bounce between), or a
// Message-ID's (right behind "<"); at most 16.
func ours(text []byte, local, domain string, found func(secret string, path bool)) {
	const size, most = 26, 16
	local = strings.ToLower(local)
	within := func(c byte, others string) bool { // an address that goes on
		return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte(others, c) >= 0
	}
	for i, n := 0, 0; n < most; i++ {
		k := bytes.IndexByte(text[i:], '@')
		if k < 0 {
			return
		}
		i += k
		end := i + 1 + len(domain)
		if i < size || end > len(text) || !strings.EqualFold(string(text[i+1:end]), domain) || end < len(text) && within(text[end], ".-") {
			continue
		}
		secret := strings.ToLower(string(text[i-size : i]))
		if strings.Trim(secret, "abcdefghijklmnopqrstuvwxyz234567") != "" {
			continue
		}
		before := strings.ToLower(string(text[max(0, i-size-len(local)-len(token.Bounce)-1) : i-size]))
		stands := func(prefix string) bool {
			rest, ok := strings.CutSuffix(before, prefix)
			return ok && (rest == "" || !within(rest[len(rest)-1], ".+_-"))
		}
		if path := stands(local + token.Bounce); path || stands(local) || stands("<") {
			n++
			found(secret, path)
		}
	}
}
