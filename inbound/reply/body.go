package reply

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/textproto"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"

	"countersign/internal/rawmail"
	"countersign/policy"
)

// body is what a message's parts hold for reading.
type body struct {
	plain, html string
	sure        string          // of the HTML, without what a style sheet hides
	veiled      string          // what only some readers of the HTML hide
	sign        string          // what HTML marks as a signature
	doubtful    bool            // something may be hidden, or isn't readable
	types       map[string]bool // media types that stand in it
	refusals    []policy.Reason
}

func open(m *rawmail.Message) *body {
	b := &body{types: map[string]bool{}}
	b.part(textproto.MIMEHeader{
		"Content-Type":              {m.Get("content-type")},
		"Content-Transfer-Encoding": {m.Get("content-transfer-encoding")},
	}, m.Body, 0)
	return b
}

// maxDepth guards callers that skipped the limits of rawmail.Scan.
const maxDepth = 20

func (b *body) part(h textproto.MIMEHeader, raw []byte, depth int) {
	typ, params, err := mime.ParseMediaType(h.Get("Content-Type"))
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
	if depth > maxDepth {
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
		text := b.text(h, params, raw)
		if strings.EqualFold(params["format"], "flowed") {
			text = unflow(text, strings.EqualFold(params["delsp"], "yes"))
		}
		text, outside := unarmour(text)
		b.doubtful = b.doubtful || outside
		b.plain += text + "\n"
	case typ == "text/enriched", typ == "text/richtext", typ == "text/rtf", typ == "application/rtf", typ == "text/x-amp-html":
		b.doubtful = true // a mail program may have shown this one, which we don't read
	case typ == "text/html":
		text := b.text(h, params, raw)
		p := readHTML(text, false)
		b.html += p.out.String() + "\n"
		b.veiled += p.veiled.String()
		b.sign += p.sign.String()
		if p.doubtful {
			p = readHTML(text, true)
		}
		b.sure += p.out.String() + "\n"
	}
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
	h, err := textproto.NewReader(bufio.NewReader(io.MultiReader(bytes.NewReader(head), strings.NewReader("\r\n\r\n")))).ReadMIMEHeader()
	b.doubtful = b.doubtful || err != nil // readers differ on what follows a line that is no field
	b.part(h, text, depth)
}

func (b *body) text(h textproto.MIMEHeader, params map[string]string, raw []byte) string {
	raw = raw[:min(len(raw), 4*maxText)]
	decoded := raw
	var r io.Reader
	switch strings.ToLower(strings.Trim(h.Get("Content-Transfer-Encoding"), " \t;\"")) {
	case "", "7bit", "8bit", "binary":
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, bytes.NewReader(raw))
	case "quoted-printable":
		r = quotedprintable.NewReader(bytes.NewReader(raw))
	default:
		b.doubtful = true // RFC 2045 section 6.4: nobody can tell what it says
	}
	if r != nil {
		var err error
		decoded, err = io.ReadAll(io.LimitReader(r, maxText))
		b.doubtful = b.doubtful || err != nil
	}
	if len(decoded) >= maxText {
		decoded, b.doubtful = decoded[:maxText], true
	}
	e, err := charset(params["charset"])
	if err != nil && !spelledPlainly(params["charset"], decoded) {
		b.refusals = append(b.refusals, policy.Reason{Code: "unknown_charset", Text: "A part's text is in a character set that can't be read safely."})
		return ""
	}
	if e != nil {
		out, err := io.ReadAll(io.LimitReader(e.NewDecoder().Reader(bytes.NewReader(decoded)), maxText*2))
		b.doubtful = b.doubtful || err != nil || bytes.Contains(out, replacement) && !bytes.Contains(decoded, replacement)
		decoded = out
	} else if !utf8.Valid(decoded) && unnamed(decoded) {
		b.doubtful = true
	}
	return unixLines(decoded)
}

// replacement stands for what can't be decoded.
var replacement = []byte("\uFFFD")

// unnamed reports that a text which is no UTF-8, as its label says or silence
// means, may say anything: a word of it holds no letter of ASCII. The odd
// accent of an old program takes nothing from the words around it.
func unnamed(text []byte) bool {
	for word := range bytes.FieldsSeq(text) {
		if !utf8.Valid(word) && bytes.IndexFunc(word, func(r rune) bool { return r < utf8.RuneSelf && unicode.IsLetter(r) }) < 0 {
			return true
		}
	}
	return false
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

// charset finds the encoding of a label of the encoding standard; nil is UTF-8.
// UTF-7 isn't among them: it can spell one text for us and another for the
// writer's program.
func charset(label string) (encoding.Encoding, error) {
	label = strings.ToLower(strings.Trim(label, "\"' ;"))
	switch {
	case label == "", label == "us-ascii", label == "ascii", label == "unknown-8bit":
		return nil, nil
	case strings.HasPrefix(strings.NewReplacer("-", "", "_", "").Replace(label), "utf8"): // utf8mb4 is a database's name for it
		return nil, nil
	}
	if page, ok := codePages[strings.TrimPrefix(strings.TrimPrefix(label, "ibm"), "cp")]; ok {
		return page, nil
	}
	e, err := htmlindex.Get(label)
	if err != nil {
		return nil, fmt.Errorf("character set %q: %w", label, err)
	}
	if name, _ := htmlindex.Name(e); name == "replacement" {
		return nil, fmt.Errorf("character set %q can't be decoded", label)
	}
	return e, nil
}

// codePages are those of DOS, which the encoding standard leaves out.
var codePages = map[string]encoding.Encoding{
	"437": charmap.CodePage437, "850": charmap.CodePage850, "852": charmap.CodePage852, "855": charmap.CodePage855,
	"858": charmap.CodePage858, "860": charmap.CodePage860, "862": charmap.CodePage862, "863": charmap.CodePage863, "865": charmap.CodePage865,
}

// spelledPlainly reports text of plain ASCII under a label that nobody knows:
// it says the same in whatever was meant. Where ASCII can spell other text, as
// in UTF-7 and the 7-bit forms of Chinese and Korean, the label is known and
// refused.
func spelledPlainly(label string, text []byte) bool {
	label = strings.ToLower(label)
	if strings.Contains(label, "7") || strings.Contains(label, "2022") || strings.Contains(label, "hz") {
		return false
	}
	for _, c := range text {
		if c >= 0x7F || c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			return false
		}
	}
	return true
}

func charsetReader(label string, r io.Reader) (io.Reader, error) {
	e, err := charset(label)
	if err != nil || e == nil {
		return r, err
	}
	return e.NewDecoder().Reader(r), nil
}

// split gives the parts between the boundaries (RFC 2046 section 5.1.1).
func split(raw []byte, boundary string) (parts [][]byte) {
	start := -1
	for pos := 0; pos < len(raw); {
		line, next := raw[pos:], len(raw)
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line, next = line[:i], pos+i+1
		}
		rest, ok := bytes.CutPrefix(bytes.TrimRight(line, " \t\r"), []byte("--"+boundary))
		if ok && boundary != "" && (len(rest) == 0 || string(rest) == "--") {
			if start >= 0 {
				parts = append(parts, raw[start:pos])
			}
			if start = next; len(rest) > 0 {
				return parts
			}
		}
		pos = next
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
