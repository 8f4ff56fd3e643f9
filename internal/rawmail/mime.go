package rawmail

import (
	"bytes"
	"fmt"
	"strings"

	"countersign/policy"
)

// mime walks the body once along the boundaries that stand in it, and refuses
// what has too many parts or too deep ones before a library parses it. What no
// header of its own part announced is no boundary.
func (m *Message) mime(l Limits) *policy.Reason {
	w := walker{limits: l}
	if r := w.begin(m.Get("content-type")); r != nil {
		return r
	}
	for rest := m.Body; len(rest) > 0 && (len(w.stack) > 0 || w.inHeader); {
		line := rest
		if end := bytes.IndexByte(rest, '\n'); end >= 0 {
			line, rest = rest[:end], rest[end+1:]
		} else {
			rest = nil
		}
		blank := len(line) > 0 && (line[0] == ' ' || line[0] == '\t')
		if r := w.line(trimEnd(line), blank); r != nil {
			return r
		}
	}
	return nil
}

// trimEnd takes blanks and carriage returns off the end of a line.
func trimEnd(line []byte) []byte {
	n := len(line)
	for n > 0 && (line[n-1] == ' ' || line[n-1] == '\t' || line[n-1] == '\r') {
		n--
	}
	return line[:n]
}

// walker is where the walk is: the boundaries of the multiparts around it, and
// the Content-Type of the part whose header it is in.
type walker struct {
	limits   Limits
	stack    []string
	inHeader bool
	typ      []byte // the value of Content-Type so far
	inType   bool   // the last line was part of it
	seen     bool   // this header had a Content-Type
	doubtful bool   // a line of blanks stood in this header: for some readers its end
	parts    int
	nested   int // messages within the part
}

// line takes the next line without the blanks at its end; blank tells whether
// it begins with one.
func (w *walker) line(line []byte, blank bool) *policy.Reason {
	if bytes.HasPrefix(line, []byte("--")) {
		for i := len(w.stack) - 1; i >= 0; i-- {
			rest, ok := bytes.CutPrefix(line[2:], []byte(w.stack[i]))
			if !ok {
				continue
			}
			if bytes.Equal(rest, []byte("--")) {
				w.stack, w.inHeader = w.stack[:i], false
				return nil
			}
			if len(rest) == 0 {
				w.stack = w.stack[:i+1]
				return w.part()
			}
		}
	}
	if w.inHeader {
		return w.header(line, blank)
	}
	return nil
}

// part begins a part at a boundary.
func (w *walker) part() *policy.Reason {
	if w.parts++; w.parts > w.limits.Parts { //rule:6.13 mime-parts TestScan/parts-over-limit
		return &policy.Reason{Code: policy.CodeTooManyParts, Text: fmt.Sprintf("The message has more than %d parts.", w.limits.Parts)}
	}
	w.start()
	w.nested = 0
	return nil
}

// start begins a header.
func (w *walker) start() {
	w.inHeader, w.typ, w.inType, w.seen, w.doubtful = true, w.typ[:0], false, false, false
}

// header takes a line of a part's header. A line of blanks is for some readers
// its end and for others a fold: no reader may find a type behind it that
// another one doesn't see.
func (w *walker) header(line []byte, blank bool) *policy.Reason {
	switch {
	case len(line) == 0 && blank && !w.doubtful:
		inType := w.inType
		if r := w.begin(string(w.typ)); r != nil {
			return r
		}
		w.inHeader, w.inType, w.doubtful = true, inType, true
	case len(line) == 0 && blank:
	case len(line) == 0 && w.doubtful:
		w.inHeader = false
	case len(line) == 0:
		w.inHeader = false
		return w.begin(string(w.typ))
	case blank:
		if w.inType {
			return w.more(line)
		}
	default:
		name, value, _ := bytes.Cut(line, []byte(":"))
		if w.inType = isType(name); w.inType {
			if w.seen {
				return ambiguousMIME("A part says twice what type it has.")
			}
			w.seen = true
			return w.more(value)
		}
	}
	return nil
}

// more adds to the type of the part.
func (w *walker) more(text []byte) *policy.Reason {
	if w.doubtful {
		return ambiguousMIME("A part says what type it has behind a line of blanks.")
	}
	if len(w.typ)+len(text) > w.limits.LineBytes {
		return ambiguousMIME("A part needs too many words to say what type it has.")
	}
	w.typ = append(w.typ, text...)
	return nil
}

var contentType = []byte("content-type")

func isType(name []byte) bool {
	return len(name) >= len(contentType) && bytes.EqualFold(bytes.TrimSpace(name), contentType)
}

func ambiguousMIME(text string) *policy.Reason {
	return &policy.Reason{Code: policy.CodeAmbiguousMIME, Text: text}
}

// begin looks at the type of a part, whose body follows.
func (w *walker) begin(contentType string) *policy.Reason {
	kind, rest, _ := strings.Cut(contentType, ";")
	kind = Lower(strings.TrimSpace(kind))
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		b, ok := boundary(rest)
		if !ok {
			return ambiguousMIME("A multipart has no boundary that every reader understands, or two.")
		}
		w.stack = append(w.stack, b)
	case strings.HasPrefix(kind, "text/") && twice(rest, "charset"):
		return ambiguousMIME("A part says in two ways which characters its text is in.")
	case kind == "message/rfc822" || kind == "message/global":
		w.start()
		w.nested++
	}
	if len(w.stack)+w.nested > w.limits.Depth { //rule:6.13 mime-depth TestScan/depth-over-limit
		return &policy.Reason{Code: policy.CodeTooDeep, Text: fmt.Sprintf("The message's parts are more than %d deep.", w.limits.Depth)}
	}
	return nil
}

// boundary gives the boundary of a multipart. It stands there exactly once, and
// not in the form of RFC 2231, which only some readers decode. Readers disagree
// on backslashes and on blanks at its end, too; RFC 2046 section 5.1.1 has
// neither in a boundary.
func boundary(s string) (value string, ok bool) {
	values := parameters(s, "boundary")
	if len(values) != 1 || values[0] == "" || strings.Contains(Lower(s), "boundary*") {
		return "", false
	}
	for _, c := range []byte(values[0]) {
		if c < ' ' || c > '~' || c == '\\' {
			return "", false
		}
	}
	return values[0], !strings.HasSuffix(values[0], " ")
}

// twice tells whether a parameter stands there with different values.
func twice(s, name string) bool {
	values := parameters(s, name)
	for _, v := range values {
		if Lower(v) != Lower(values[0]) {
			return true
		}
	}
	return false
}

// parameters gives every value of a parameter, also where it is written in the
// pieces of RFC 2231, which only some readers put together.
func parameters(s, name string) (values []string) {
	for {
		s = strings.TrimLeft(s, "; \t\r\n")
		if s == "" || len(values) > 2 {
			return values
		}
		key := s
		end := strings.IndexAny(s, "=;")
		if end >= 0 {
			key = s[:end]
		}
		v := ""
		switch {
		case end < 0:
			s = ""
		case s[end] == ';':
			s = s[end:]
		default:
			v, s = parameterValue(strings.TrimLeft(s[end+1:], " \t"))
		}
		if key, _, _ = strings.Cut(Lower(strings.TrimSpace(key)), "*"); key == name {
			values = append(values, v)
		}
	}
}

func parameterValue(s string) (value, rest string) {
	if strings.HasPrefix(s, `"`) {
		end := quotation(s)
		if end < 0 {
			return "", ""
		}
		return s[1:end], s[end+1:] // with its backslashes, which readers undo in different ways
	}
	end := strings.IndexAny(s, "; \t(")
	if end < 0 {
		return s, ""
	}
	return s[:end], s[end:]
}
