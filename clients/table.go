package clients

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"countersign/internal/clean"
	"countersign/internal/near"
)

// Bounds of a file to import.
const (
	maxFile  = 32 << 20 // bytes
	maxField = 2000     // bytes
	maxName  = 200      // characters
)

// FileError says why a file can't be read as a table at all.
type FileError struct{ File, What string }

func (e *FileError) Error() string { return e.File + ": " + e.What }

// The columns that there may be. A file of contacts says nothing of its clients
// but their names: it has many lines for one.
var (
	contactColumns = []string{"client", "client_name", "email", "name", "role", "permissions", "language", "zone"}
	clientColumns  = []string{"priorities", "categories", "services"}
)

// row is one record with the number of the line where it begins, from 1.
type row struct {
	line   int
	record []string
	fields map[string]string
	bad    string // why the record can't be read
	twice  string // which of its addresses stands in a line before
}

// hint is a first line by which a spreadsheet is told what separates the columns.
var hint = regexp.MustCompile(`^(?i:sep=[,;\t]|"sep=[,;\t]")[,;\t]*(?:\r?\n|$)`)

// readTable reads a CSV file (RFC 4180; a byte order mark, any line end, and a
// spreadsheet's semicolons or tabs for commas are fine, as is its hint) with a
// header of known columns, of which need must be there.
func readTable(r io.Reader, name string, columns []string, need ...string) (header []string, rows []row, err error) {
	fail := func(format string, args ...any) ([]string, []row, error) {
		return nil, nil, &FileError{name, fmt.Sprintf(format, args...)}
	}
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", name, err)
	}
	switch data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")); {
	case len(data) > maxFile:
		return fail("larger than %d MiB; import it in parts", maxFile>>20)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")): // xlsx and ods, xls
		return fail("is a spreadsheet's own file; save it as CSV in UTF-8 (\"CSV UTF-8\")")
	case utf16(data):
		return fail("is UTF-16, as spreadsheets write \"Unicode text\"; save it as CSV in UTF-8 (\"CSV UTF-8\")")
	}
	if !bytes.ContainsRune(data, '\n') { // as a Mac wrote them once
		data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
	}
	if first := hint.Find(data); first != nil { // an empty line keeps the numbers of the others; the columns say the same
		data = append([]byte("\n"), data[len(first):]...)
	}
	c := csv.NewReader(bytes.NewReader(data))
	c.FieldsPerRecord = -1
	c.Comma = separator(data, columns)
	header, err = c.Read()
	if errors.Is(err, io.EOF) {
		return fail("is empty; the first line must name the columns %s", strings.Join(columns, ","))
	}
	if err != nil {
		return fail("the first line can't be read: %v", err)
	}
	for i, h := range header {
		header[i] = columnName(h)
		switch {
		case header[i] == "":
			return fail("column %d has no name in the first line, which names the columns", i+1)
		case !slices.Contains(columns, header[i]):
			return fail("unknown column %q in the first line, which names the columns.%s", clean.Name(header[i], maxName), guess(header[i], columns))
		case slices.Contains(header[:i], header[i]):
			return fail("column %s stands twice", header[i])
		}
	}
	for _, n := range need {
		if !slices.Contains(header, n) {
			return fail("column %s is missing", n)
		}
	}
	lines := bytes.Split(data, []byte("\n"))
	for {
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			return header, rows, nil
		}
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			rows = append(rows, unread(lines, bad, c.Comma, len(header))...)
			continue
		}
		if err != nil {
			return fail("%v", err)
		}
		if strings.TrimSpace(strings.Join(record, "")) == "" {
			continue // as spreadsheets write an empty line
		}
		line, _ := c.FieldPos(0)
		rows = append(rows, newRow(line, header, record, c.Comma))
	}
}

// unread gives the lines that were read over for the sake of one that can't be
// read: where a quote doesn't end, these are many, and each is rejected by itself.
// The one that can't be read keeps its columns where its quotes, taken as they
// stand, leave as many as the header has; else it is one.
func unread(lines [][]byte, bad *csv.ParseError, comma rune, columns int) (rows []row) {
	first := min(bad.StartLine, len(lines))
	why := bad.Err.Error()
	for i, line := range lines[first-1 : max(first, min(bad.Line, len(lines)))] {
		line = bytes.TrimRight(line, "\r")
		if len(line) == 0 {
			continue
		}
		record := []string{string(line)}
		c := csv.NewReader(bytes.NewReader(line))
		c.Comma, c.LazyQuotes = comma, i == 0
		if cells, err := c.Read(); err == nil && (i > 0 || len(cells) == columns) {
			record = cells
		}
		rows = append(rows, row{line: first + i, record: record, bad: why})
		why = fmt.Sprintf("not read: the quote that begins in line %d does not end before it", first)
	}
	return rows
}

// separator gives what separates the columns: of a comma, a semicolon and a tab
// the one by which most of the first line are known.
func separator(data []byte, columns []string) (best rune) {
	first, _, _ := bytes.Cut(bytes.TrimLeft(data, "\r\n"), []byte("\n"))
	best, most := ',', 0
	for _, comma := range ",;\t" {
		c := csv.NewReader(bytes.NewReader(first))
		c.Comma = comma
		header, _ := c.Read()
		known := 0
		for _, h := range header {
			if slices.Contains(columns, columnName(h)) {
				known++
			}
		}
		if known > most {
			best, most = comma, known
		}
	}
	return best
}

func columnName(h string) string { return strings.ToLower(strings.TrimSpace(h)) }

// utf16 reports whether a text is in UTF-16, by its mark or by how its first
// letter is written.
func utf16(data []byte) bool {
	return bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) || len(data) > 1 && (data[0] == 0) != (data[1] == 0)
}

func newRow(line int, header, record []string, comma rune) row {
	r := row{line: line, record: record, fields: map[string]string{}}
	if len(record) != len(header) {
		r.bad = fmt.Sprintf("%d fields, the header has %d", len(record), len(header))
		if len(record) > len(header) && comma != '\t' {
			r.bad += fmt.Sprintf("; a field that holds %q stands in quotes, and several addresses or permissions may be separated by |", string(comma))
		}
		return r
	}
	for i, h := range header {
		switch {
		case len(record[i]) > maxField:
			r.bad = fmt.Sprintf("%s is longer than %d bytes", h, maxField)
		case !utf8.ValidString(record[i]):
			r.bad = h + " is not UTF-8; save the file as UTF-8"
		}
		r.fields[h] = strings.TrimSpace(clean.FromCSV(record[i]))
	}
	return r
}

// guess names the column that was perhaps meant.
func guess(s string, columns []string) string {
	if meant := near.Of(s, columns); meant != "" {
		return fmt.Sprintf(" Did you mean %s?", meant)
	}
	return " Columns are " + strings.Join(columns, ", ") + "."
}
