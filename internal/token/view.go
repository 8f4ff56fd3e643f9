package token

import (
	"bytes"
	"regexp"
)

// view is bytes as somebody could read them, and where each of them stands in
// what was written: at[i] up to end[i]. Both are nil where nobody asks for it.
type view struct {
	text    []byte
	at, end []int32
	joins   []int // places in text before which a line break was dropped
}

func plain(raw []byte) view {
	v := view{text: raw, at: make([]int32, len(raw)), end: make([]int32, len(raw))}
	for i := range raw {
		v.at[i], v.end[i] = int32(i), int32(i+1)
	}
	return v
}

// add appends c, which stands in the bytes i to j of from.
func (v *view) add(c byte, from view, i, j int) {
	v.text, v.at, v.end = append(v.text, c), append(v.at, from.at[i]), append(v.end, from.end[j])
}

// take appends all of another view.
func (v *view) take(more view) {
	v.text, v.at, v.end = append(v.text, more.text...), append(v.at, more.at...), append(v.end, more.end...)
}

// roomFor gives an empty view in which n bytes have room.
func roomFor(n int) view {
	return view{text: make([]byte, 0, n), at: make([]int32, 0, n), end: make([]int32, 0, n)}
}

// replyCode is what stands before the text of each line of an SMTP reply of
// several lines (RFC 5321 section 4.2.1, RFC 2034 section 4).
var replyCode = regexp.MustCompile(`^(?:[2-5][0-9][0-9][- ])?(?:[245]\.[0-9]{1,3}\.[0-9]{1,3} )?`)

// joined reads on over the ends of lines, soft ones (RFC 2045 section 6.7) too,
// with what stands before the text of the next line: the blanks of a fold, marks
// of a quotation, the code of a reply. It does not read on over empty lines.
func (v view) joined() view {
	out := view{text: make([]byte, 0, len(v.text))}
	if v.at != nil {
		out = roomFor(len(v.text))
	}
	for from := 0; from < len(v.text); {
		n := bytes.IndexAny(v.text[from:], "\r\n")
		if n < 0 {
			out.take(v.part(from, len(v.text)))
			break
		}
		before, after := from+n, from+n+1
		if v.text[before] == '\r' && after < len(v.text) && v.text[after] == '\n' {
			after++
		}
		for after < len(v.text) && (v.text[after] == ' ' || v.text[after] == '\t' || v.text[after] == '>') {
			after++
		}
		after += len(replyCode.Find(v.text[after:min(len(v.text), after+16)]))
		if next := after == len(v.text) || v.text[after] == '\r' || v.text[after] == '\n'; next || n == 0 {
			out.take(v.part(from, after))
			from = after
			continue
		}
		for before > from && (v.text[before-1] == ' ' || v.text[before-1] == '\t') {
			before--
		}
		if before > from && v.text[before-1] == '=' {
			before--
		}
		out.take(v.part(from, before))
		out.joins = append(out.joins, len(out.text))
		from = after
	}
	return out
}

// encodedWord is RFC 2047's, with the blanks before the next one, which don't count.
var encodedWord = regexp.MustCompile(`^=\?[^?\s]{1,60}\?([bBqQ])\?([^?]{0,1000})\?=(?:[ \t\r\n]*(=\?))?`)

// decoded undoes encoded words, and =2D and %2D wherever they stand.
func (v view) decoded() view {
	out := roomFor(len(v.text))
	for i := 0; i < len(v.text); {
		n := bytes.IndexAny(v.text[i:], "=%")
		if n < 0 {
			n = len(v.text) - i
		}
		out.take(v.part(i, i+n))
		if i += n; i == len(v.text) {
			break
		}
		if m := encodedWord.FindSubmatchIndex(v.text[i:min(len(v.text), i+2000)]); m != nil {
			if word := v.part(i+m[4], i+m[5]); v.text[i+m[2]]|0x20 == 'b' {
				out.take(word.unpacked(0))
			} else {
				out.take(word.decoded())
			}
			if i += m[1]; m[6] >= 0 {
				i -= m[7] - m[6] // the next one begins there
			}
			continue
		}
		if i+2 < len(v.text) && hex(v.text[i+1]) >= 0 && hex(v.text[i+2]) >= 0 {
			out.add(byte(hex(v.text[i+1])<<4|hex(v.text[i+2])), v, i, i+2)
			i += 3
			continue
		}
		out.add(v.text[i], v, i, i)
		i++
	}
	return out
}

func (v view) part(i, j int) view {
	if v.at == nil {
		return view{text: v.text[i:j]}
	}
	return view{text: v.text[i:j], at: v.at[i:j], end: v.end[i:j]}
}

func hex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// digits64 gives the value of a digit of base64, 64 and more for all other bytes.
var digits64 = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i)
	}
	return t
}()

// unpacked undoes base64 from a place on, up to what is none. The NULs of UTF-16
// are dropped.
func (v view) unpacked(from int) view {
	out := roomFor(len(v.text) * 3 / 4)
	for i := from; i+1 < len(v.text); i++ {
		high, low := digits64[v.text[i]], digits64[v.text[i+1]]
		if high > 63 || low > 63 {
			break
		}
		var c byte
		switch (i - from) % 4 {
		case 0:
			c = high<<2 | low>>4
		case 1:
			c = high<<4 | low>>2
		case 2:
			c = high<<6 | low
		default: // the last digit of its four is done with
			continue
		}
		if c != 0 {
			out.add(c, v, i, i+1)
		}
	}
	return out
}

// minPacked is how long base64 that holds a token is at least.
const minPacked = 35

// each calls visit for v as it stands and in every way of reading it.
func (v view) each(depth int, visit func(view)) {
	visit(v)
	j := v.joined()
	visit(j)
	if bytes.ContainsAny(v.text, "=%") {
		visit(v.decoded().joined())
	}
	if depth == 0 {
		return
	}
	for i := 0; i < len(j.text); {
		k := i
		for k < len(j.text) && digits64[j.text[k]] < 64 {
			k++
		}
		if k-i >= minPacked {
			for skip := range 4 { // whatever word stands right before it
				j.part(i, k).unpacked(skip).each(depth-1, visit)
			}
		}
		i = k + 1
	}
}
