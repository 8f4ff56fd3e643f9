package clean

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// formula begins what a spreadsheet takes for a formula.
const formula = "=+-@\t\r\n"

// CSV makes s a cell of a CSV file that people open in a spreadsheet. Out comes
// UTF-8 with no character but tab and line ends that plays tricks, and nothing
// that is taken for a formula: an apostrophe stands before it.
func CSV(s string) string {
	s = strings.Map(func(r rune) rune {
		if tricks(r) {
			return '\uFFFD'
		}
		return r
	}, s)
	if s != "" && strings.ContainsRune(formula, rune(s[0])) { //rule:6.14 no-formula-in-a-table TestExact/csv FuzzSurfaces
		return "'" + s
	}
	return s
}

// FromCSV takes away the apostrophe that CSV, and others with it, put before what
// could be taken for a formula.
func FromCSV(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune(formula, rune(s[1])) {
		return s[1:]
	}
	return s
}

// JSON gives a writer to w of whole values of JSON, such as the lines of the log.
// Out comes the same JSON to a program, and to a terminal no character that plays
// tricks and none that ends a line: as JSON may write any, they are \u202e and the like.
func JSON(w io.Writer) io.Writer { return jsonWriter{w} }

type jsonWriter struct{ w io.Writer }

func (j jsonWriter) Write(b []byte) (int, error) {
	if !bytes.ContainsFunc(b, escaped) {
		return j.w.Write(b)
	}
	var out []byte
	for rest := b; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if escaped(r) {
			out = fmt.Appendf(out, `\u%04x`, r)
		} else {
			out = append(out, rest[:n]...)
		}
		rest = rest[n:]
	}
	if _, err := j.w.Write(out); err != nil {
		return 0, err
	}
	return len(b), nil
}

// escaped tells what JSON lets stand in a text and a terminal had better not see.
func escaped(r rune) bool {
	return r >= 0x7F && (tricks(r) || breaks(r)) //rule:6.14 no-tricks-in-json =false FuzzSurfaces
}
