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
		if r := w.line(bytes.TrimRight(line, "\r \t")); r != nil {
			return r
		}
	}
	return nil
}

// walker is where the walk is: the boundaries of the multiparts around it, and
// the Content-Type of the part whose header it is in.
type walker struct {
	limits   Limits
	stack    []string
	inHeader bool
	typ      string // the value of Content-Type so far
	inType   bool   // the last line was part of it
	seen     bool   // this header had a Content-Type
	parts    int
	nested   int // messages within the part
}

func (w *walker) line(line []byte) *policy.Reason {
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
		return w.header(line)
	}
	return nil
}

// part begins a part at a boundary.
func (w *walker) part() *policy.Reason {
	if w.parts++; w.parts > w.limits.Parts {
		return &policy.Reason{Code: "too_many_parts", Text: fmt.Sprintf("The message has more than %d parts.", w.limits.Parts)}
	}
	w.inHeader, w.typ, w.inType, w.seen, w.nested = true, "", false, false, 0
	return nil
}

func (w *walker) header(line []byte) *policy.Reason {
	switch {
	case len(line) == 0:
		w.inHeader = false
		return w.begin(w.typ)
	case line[0] == ' ' || line[0] == '\t':
		if w.inType && len(w.typ) < w.limits.LineBytes {
			w.typ += string(line)
		}
	default:
		name, value, _ := bytes.Cut(line, []byte(":"))
		w.inType = strings.EqualFold(string(bytes.TrimSpace(name)), "content-type")
		if w.inType {
			if w.seen {
				return &policy.Reason{Code: "ambiguous_mime", Text: "A part says twice what type it has."}
			}
			w.seen, w.typ = true, string(value[:min(len(value), w.limits.LineBytes)])
		}
	}
	return nil
}

// begin looks at the type of a part, whose body follows.
func (w *walker) begin(contentType string) *policy.Reason {
	kind, rest, _ := strings.Cut(contentType, ";")
	kind = lowerASCII(strings.TrimSpace(kind))
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		boundary, ok := parameter(rest, "boundary")
		if !ok {
			return &policy.Reason{Code: "ambiguous_mime", Text: "A multipart has no boundary, or two."}
		}
		w.stack = append(w.stack, boundary)
	case strings.HasPrefix(kind, "text/") && twice(rest, "charset"):
		return &policy.Reason{Code: "ambiguous_mime", Text: "A part says in two ways which characters its text is in."}
	case kind == "message/rfc822" || kind == "message/global":
		w.inHeader, w.typ, w.inType, w.seen = true, "", false, false
		w.nested++
	}
	if len(w.stack)+w.nested > w.limits.Depth {
		return &policy.Reason{Code: "too_deep", Text: fmt.Sprintf("The message's parts are more than %d deep.", w.limits.Depth)}
	}
	return nil
}

// parameter gives a parameter of a Content-Type (RFC 2045 section 5.1) that
// stands there exactly once.
func parameter(s, name string) (value string, ok bool) {
	values := parameters(s, name)
	return strings.Join(values, ""), len(values) == 1 && values[0] != ""
}

// twice tells whether a parameter stands there with different values.
func twice(s, name string) bool {
	values := parameters(s, name)
	for _, v := range values {
		if lowerASCII(v) != lowerASCII(values[0]) {
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
		if key, _, _ = strings.Cut(lowerASCII(strings.TrimSpace(key)), "*"); key == name {
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
		var b strings.Builder
		for i := 1; i < end; i++ {
			if s[i] == '\\' && i+1 < end {
				i++
			}
			b.WriteByte(s[i])
		}
		return b.String(), s[end+1:]
	}
	end := strings.IndexAny(s, "; \t(")
	if end < 0 {
		return s, ""
	}
	return s[:end], s[end:]
}
