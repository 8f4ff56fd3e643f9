package dkim

import (
	"bytes"
	"crypto/sha256"
	"hash"

	"countersign/internal/rawmail"
)

var crlf, twoBlanks = []byte("\r\n"), []byte("  ")

// Sum is the hash that a signature of the message signs: the fields that h= names,
// from the bottom up, and the signature's own field without the value of b= (RFC
// 6376 section 3.7).
func (s *Signature) Sum(m *rawmail.Message) []byte {
	h := sha256.New()
	left := map[string][]int{}
	for i, f := range m.Fields {
		left[f.Key] = append(left[f.Key], i)
	}
	for _, name := range s.Names {
		at := left[name]
		if len(at) == 0 {
			continue // signed as absent
		}
		left[name] = at[:len(at)-1]
		h.Write(canonicalField(m.Fields[at[len(at)-1]].Raw, s.Header))
	}
	h.Write(bytes.TrimSuffix(canonicalField(unsigned(s.Field), s.Header), crlf))
	return h.Sum(nil)
}

// SealSum is the hash that a seal signs (RFC 8617 section 5.1.1): these fields in
// their order, relaxed, the last of which is its own and stands without the value
// of b=.
func SealSum(fields ...[]byte) []byte {
	h := sha256.New()
	last := len(fields) - 1
	for _, f := range fields[:last] {
		h.Write(canonicalField(f, "relaxed"))
	}
	h.Write(bytes.TrimSuffix(canonicalField(unsigned(fields[last]), "relaxed"), crlf))
	return h.Sum(nil)
}

// canonicalField is RFC 6376 sections 3.4.1 and 3.4.2.
func canonicalField(raw []byte, how string) []byte {
	if how == "simple" {
		return raw
	}
	name, value, _ := bytes.Cut(raw, []byte(":"))
	out := make([]byte, 0, len(raw))
	out = append(out, rawmail.Lower(string(bytes.TrimRight(name, " \t")))...)
	out = append(out, ':')
	start, blank := len(out), false
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '\r' && i+1 < len(value) && value[i+1] == '\n':
			i++
		case c == ' ' || c == '\t':
			blank = true
		default:
			if blank && len(out) > start {
				out = append(out, ' ')
			}
			blank = false
			out = append(out, c)
		}
	}
	return append(out, crlf...)
}

// unsigned gives a signature's field with the value of b= taken out.
func unsigned(field []byte) []byte {
	start := bytes.IndexByte(field, ':') + 1
	for start < len(field) {
		end := bytes.IndexByte(field[start:], ';')
		if end < 0 {
			end = len(field) - start
		}
		tag := field[start : start+end]
		if eq := bytes.IndexByte(tag, '='); eq >= 0 && string(bytes.Trim(tag[:eq], " \t\r\n")) == "b" {
			out := append([]byte{}, field[:start+eq+1]...)
			return append(out, field[start+end:]...)
		}
		start += end + 1
	}
	return field
}

// Body is the body of a message. It is hashed once for each canonicalisation,
// however many signatures there are, and is used by one goroutine.
type Body struct {
	bytes []byte
	sums  map[string][]byte
	bare  *bool
}

// NewBody takes the body, which must not change any more.
func NewBody(b []byte) *Body { return &Body{bytes: b} }

// bareLF tells whether a line feed stands alone in the body: some verifiers
// take it for a line break and some don't, so their hashes differ.
func (b *Body) bareLF() bool {
	if b.bare == nil {
		bare := bytes.Count(b.bytes, crlf[1:]) != bytes.Count(b.bytes, crlf)
		b.bare = &bare
	}
	return *b.bare
}

// Sum is the hash of the whole body as simple or relaxed (RFC 6376 section 3.7).
func (b *Body) Sum(how string) []byte {
	if sum, ok := b.sums[how]; ok {
		return sum
	}
	if b.sums == nil {
		b.sums = map[string][]byte{}
	}
	h := sha256.New()
	if how == "simple" {
		simpleBody(h, b.bytes)
	} else {
		relaxedBody(h, b.bytes)
	}
	b.sums[how] = h.Sum(nil)
	return b.sums[how]
}

// simpleBody is RFC 6376 section 3.4.3: one CRLF at the end, whatever stood there.
func simpleBody(h hash.Hash, body []byte) {
	for bytes.HasSuffix(body, crlf) {
		body = body[:len(body)-2]
	}
	h.Write(body)
	h.Write(crlf)
}

// chunk is how much of a body is put together before it is hashed.
const chunk = 32 << 10

// relaxedBody is RFC 6376 section 3.4.4: runs of blanks are one, those at the
// end of a line are none, as are empty lines at the end.
func relaxedBody(h hash.Hash, body []byte) {
	empty := 0
	buf := make([]byte, 0, min(len(body), chunk)+2)
	for len(body) > 0 {
		line := body
		if end := lineEnd(body); end >= 0 {
			line, body = body[:end], body[end+2:]
		} else {
			body = nil
		}
		line = trimBlanks(line)
		if len(line) == 0 {
			empty++
			continue
		}
		for ; empty > 0; empty-- {
			buf = flush(h, append(buf, crlf...))
		}
		switch {
		case bytes.IndexByte(line, '\t') >= 0 || bytes.Contains(line, twoBlanks):
			buf = relaxedLine(h, buf, line)
		case len(line) >= chunk: // nothing to change, as in most lines
			h.Write(buf)
			h.Write(line)
			buf = buf[:0]
		default:
			buf = append(buf, line...)
		}
		buf = flush(h, append(buf, crlf...))
	}
	h.Write(buf)
}

// lineEnd gives where the first CRLF stands, -1 if there is none.
func lineEnd(body []byte) int {
	for from := 0; ; {
		i := bytes.IndexByte(body[from:], '\n')
		if i < 0 {
			return -1
		}
		if from += i; from > 0 && body[from-1] == '\r' {
			return from - 1
		}
		from++
	}
}

func trimBlanks(line []byte) []byte {
	n := len(line)
	for n > 0 && (line[n-1] == ' ' || line[n-1] == '\t') {
		n--
	}
	return line[:n]
}

// flush hashes what was put together once it is long enough.
func flush(h hash.Hash, buf []byte) []byte {
	if len(buf) < chunk {
		return buf
	}
	h.Write(buf)
	return buf[:0]
}

// relaxedLine writes a line with each run of blanks as one.
func relaxedLine(h hash.Hash, buf, line []byte) []byte {
	blank := false
	for _, c := range line {
		if c == ' ' || c == '\t' {
			blank = true
			continue
		}
		if blank {
			buf = append(buf, ' ')
		}
		blank = false
		if buf = append(buf, c); len(buf) >= chunk {
			buf = flush(h, buf)
		}
	}
	return buf
}
