package reply

import (
	"bufio"
	"bytes"
	"io"
	"mime"
	"strings"

	"github.com/emersion/go-message/textproto"

	"countersign/internal/rawmail"
	"countersign/policy"
)

// body is what a message's parts hold for reading.
type body struct {
	plain, html string
	sure        string          // of the HTML, without what a style sheet hides
	veiled      string          // what only some readers of the HTML hide
	sign        string          // what HTML marks as a signature
	quote       string          // what HTML marks as a quote, its beginning
	rest        string          // the HTML below the line where the quoted mail begins
	headed      bool            // a mail's header stands there
	below       bool            // what answers in the HTML stands below a rule
	other       string          // the plain text as other programs may read it, which must answer alike
	doubtful    bool            // something may be hidden, or isn't readable
	types       map[string]bool // media types that stand in it
	parts       int             // that were read
	refusals    []policy.Reason
}

func open(m *rawmail.Message) *body {
	b := &body{types: map[string]bool{}}
	var h textproto.Header
	h.Add("Content-Type", m.Get("content-type"))
	h.Add("Content-Transfer-Encoding", m.Get("content-transfer-encoding"))
	b.part(h, m.Body, 0)
	return b
}

// withEquals undoes the equals sign of a charset that stayed quoted-printable.
func withEquals(s string) string {
	const escaped = "charset=3d"
	for at := 0; ; at += len("charset=") {
		i := index(s[at:], escaped)
		if i < 0 {
			return s
		}
		if at += i; strings.HasSuffix(strings.TrimRight(s[:at], " \t\r\n\f"), ";") {
			s = s[:at+len("charset=")] + s[at+len(escaped):]
		}
	}
}

// withoutComments takes comments out of a type's parameters, as in "charset=us-ascii
// (Plain text)" (RFC 2045 section 5.1). What stands before those is as rawmail read
// it, and a comment that doesn't end is a fault.
func withoutComments(s string) string {
	typ, params, ok := strings.Cut(s, ";")
	if !ok || !strings.Contains(params, "(") {
		return s
	}
	var out strings.Builder
	out.WriteString(typ + ";")
	quotes := false
	for i := 0; i < len(params); i++ {
		c := params[i]
		if c == '(' && !quotes {
			if end := rawmail.Comment(params[i:]); end > 0 {
				i += end
				continue
			}
		}
		out.WriteByte(c)
		if quotes && c == '\\' && i+1 < len(params) {
			i++
			out.WriteByte(params[i])
		}
		quotes = quotes != (c == '"')
	}
	return out.String()
}

// Bounds where the limits of rawmail.Scan are none. The library keeps at least 256
// bytes of each field of a header.
const (
	maxDepth      = 20
	maxParts      = 1000
	maxPartHeader = 64 << 10 // bytes
)

func (b *body) part(h textproto.Header, raw []byte, depth int) {
	typ, params, err := mime.ParseMediaType(withEquals(withoutComments(h.Get("Content-Type"))))
	if err != nil && typ != "" {
		params = map[string]string{} // a type with a fault behind it
		b.doubtful = b.doubtful || !strings.HasPrefix(typ, "application/")
	}
	if typ == "" || typ == "text" { // RFC 2045 section 5.2
		typ, params = "text/plain", map[string]string{}
	}
	attached := strings.HasPrefix(strings.ToLower(strings.TrimSpace(h.Get("Content-Disposition"))), "attachment")
	// A text with a file's name is a file, as mail programs show it, too.
	named := params["name"] != "" || strings.Contains(strings.ToLower(h.Get("Content-Disposition")), "filename")
	attached = attached || depth > 0 && named && strings.HasPrefix(typ, "text/") && typ != "text/calendar"
	// An invitation that a person attached is a file like another, and so is a
	// report's part outside a report.
	invitation, report := typ == "text/calendar" && params["method"] == "", strings.HasPrefix(typ, "message/") && !b.types["multipart/report"]
	if !attached || !invitation && !report {
		b.types[typ] = true
	}
	if strings.Contains(typ, "reaction") { // one click, made by mistake and never taken back
		b.doubtful = true
	}
	if b.parts++; depth > maxDepth || b.parts > maxParts {
		b.doubtful = true
		return
	}
	switch {
	case typ == "application/pkcs7-mime", typ == "application/x-pkcs7-mime":
		b.opaque(strings.ToLower(strings.TrimSpace(h.Get("Content-Transfer-Encoding"))), raw, depth)
	case typ == "multipart/encrypted":
		b.doubtful = true // RFC 3156 section 4
	case attached:
	case strings.HasPrefix(typ, "multipart/"):
		for _, p := range split(raw, params["boundary"]) {
			b.entity(p, depth+1)
		}
	case typ == "text/plain":
		text, other := b.text(h, params, raw)
		shown := b.unwrapped(text, params)
		if b.plain += shown + "\n"; other != text {
			shown = b.unwrapped(other, params)
		}
		b.other += shown + "\n"
	case typ == "text/enriched", typ == "text/richtext", typ == "text/rtf", typ == "application/rtf", typ == "text/x-amp-html":
		b.doubtful = true // a mail program may have shown this one, which we don't read
	case typ == "text/html":
		text, other := b.text(h, params, raw)
		p := readHTML(text, false)
		b.html += p.out.String() + "\n"
		b.below = b.below || !p.answersAbove()
		b.veiled += p.veiled.String()
		b.sign += p.sign.String()
		b.quote += p.quote.String()
		b.rest, b.headed = text[p.stop:], p.headed
		if p.doubtful || other != text {
			p = readHTML(other, p.doubtful)
		}
		b.sure += p.out.String() + "\n"
	}
}

// unwrapped gives a plain text without soft line ends and armour.
func (b *body) unwrapped(text string, params map[string]string) string {
	if strings.EqualFold(params["format"], "flowed") {
		text = unflow(text, strings.EqualFold(params["delsp"], "yes"))
	}
	text, outside := unarmour(text)
	b.doubtful = b.doubtful || outside
	return text
}

// entity reads a part's header and what follows it.
func (b *body) entity(p []byte, depth int) {
	head, text, ok := bytes.Cut(p, []byte("\r\n\r\n"))
	if bytes.HasPrefix(p, []byte("\r\n")) {
		head, text, ok = nil, p[2:], true
	}
	if !ok {
		return
	}
	if len(head) > maxPartHeader {
		head, b.doubtful = head[:maxPartHeader], true
	}
	h, err := textproto.ReadHeader(bufio.NewReader(io.MultiReader(bytes.NewReader(head), strings.NewReader("\r\n\r\n"))))
	b.doubtful = b.doubtful || err != nil // readers differ on what follows a line that is no field
	b.part(h, text, depth)
}

// unixLines copies a text with line feeds alone for line ends.
func unixLines(text []byte) string {
	var out strings.Builder
	out.Grow(len(text))
	for len(text) > 0 {
		line := text
		if i := bytes.IndexByte(text, '\n'); i >= 0 {
			line = text[:i+1]
		}
		text = text[len(line):]
		if bare, ok := bytes.CutSuffix(line, []byte("\r\n")); ok {
			out.Write(bare)
			out.WriteByte('\n')
		} else {
			out.Write(line)
		}
	}
	return out.String()
}

// split gives the parts between the boundaries (RFC 2046 section 5.1.1).
func split(raw []byte, boundary string) (parts [][]byte) {
	start, dashes := -1, []byte("--"+boundary)
	blank := strings.TrimRight(boundary, " \t\r") != boundary // no line ends so
	for pos, next := 0, 0; ; pos = next {
		i := bytes.Index(raw[pos:], dashes)
		if i < 0 {
			break
		}
		pos, next = pos+i, len(raw)
		line := raw[pos:]
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line, next = line[:i], pos+i+1
		}
		if pos > 0 && raw[pos-1] != '\n' {
			continue
		}
		rest := bytes.TrimRight(line[len(dashes):], " \t\r")
		if boundary != "" && (len(rest) == 0 && !blank || string(rest) == "--") {
			if start >= 0 {
				parts = append(parts, raw[start:pos])
			}
			if start = next; len(rest) > 0 {
				return parts
			}
		}
	}
	if start >= 0 && start < len(raw) {
		parts = append(parts, raw[start:])
	}
	return parts
}

// unflow joins the lines of format=flowed (RFC 3676 section 4).
func unflow(s string, delsp bool) string {
	var out strings.Builder
	for line := range strings.Lines(s) {
		line = strings.TrimSuffix(line, "\n")
		if !quoted(line) {
			line = strings.TrimPrefix(line, " ")
		}
		if strings.HasSuffix(line, " ") && line != "-- " && !quoted(line) {
			if delsp {
				line = line[:len(line)-1]
			}
			out.WriteString(line)
			continue
		}
		out.WriteString(line + "\n")
	}
	return out.String()
}
