package rawmail

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"countersign/policy"
)

// single are the fields that may stand once at most (RFC 5322 section 3.6, RFC
// 2045). Of a second one some readers take the first, some the last, and DKIM
// covers the last (RFC 6376 section 5.4.2).
var single = []string{"from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to",
	"references", "content-type", "content-transfer-encoding", "mime-version"}

// Scan reads the header of a message and the bounds of its MIME parts. Any
// reason means that the message is refused; the Message is then as far as it
// could be read, and never nil.
func Scan(raw []byte, l Limits) (*Message, []policy.Reason) {
	m := &Message{Raw: raw}
	if int64(len(raw)) > l.Size { //rule:6.13 message-size TestScan
		return m, []policy.Reason{refuse(policy.CodeTooLarge, fmt.Sprintf("The message has %d bytes; at most %d are read.", len(raw), l.Size))}
	}
	if r := m.header(l); r != nil {
		return m, []policy.Reason{*r}
	}
	reasons := m.duplicates()
	if len(reasons) == 0 {
		if r := m.mime(l); r != nil {
			reasons = append(reasons, *r)
		}
	}
	return m, reasons
}

// header splits the header into fields.
func (m *Message) header(l Limits) *policy.Reason {
	rest := m.Raw
	for {
		if used := len(m.Raw) - len(rest); used > l.HeaderBytes { //rule:6.13 header-bytes TestScan/header-one-byte-over-limit
			return &policy.Reason{Code: policy.CodeHeaderTooLarge, Text: fmt.Sprintf("The header has more than %d bytes.", l.HeaderBytes)}
		}
		if len(rest) == 0 { // a header without a body, and without its empty line
			return nil
		}
		if bytes.HasPrefix(rest, []byte("\r\n")) {
			m.Body = rest[2:]
			return nil
		}
		if len(m.Fields) >= l.Fields { //rule:6.13 header-fields TestScan
			return &policy.Reason{Code: policy.CodeTooManyFields, Text: fmt.Sprintf("The header has more than %d fields.", l.Fields)}
		}
		raw, r := fieldBytes(rest, l)
		if r != nil {
			return r
		}
		f, r := parseField(raw)
		if r != nil {
			return r
		}
		m.Fields = append(m.Fields, f)
		rest = rest[len(raw):]
	}
}

// fieldBytes gives the first field of a header with all its folds.
func fieldBytes(rest []byte, l Limits) ([]byte, *policy.Reason) {
	for n := 0; ; {
		line := rest[n:]
		end := bytes.IndexByte(line, '\n')
		if end < 0 {
			return nil, ambiguous("a header line does not end")
		}
		if end > l.LineBytes { //rule:6.13 header-line TestScan
			return nil, &policy.Reason{Code: policy.CodeLineTooLong, Text: fmt.Sprintf("A header line has more than %d bytes.", l.LineBytes)}
		}
		if end == 0 || line[end-1] != '\r' { //rule:6.1 bare-line-feed TestScan
			return nil, ambiguous("a header line ends with a bare line feed")
		}
		if bytes.IndexByte(line[:end-1], '\r') >= 0 {
			return nil, ambiguous("a header line holds a bare carriage return")
		}
		if bytes.IndexByte(line[:end], 0) >= 0 {
			return nil, ambiguous("a header line holds a NUL")
		}
		// A line of blanks only: for some readers a fold, for others the end
		// of the header.
		if n > 0 && len(bytes.Trim(line[:end-1], " \t")) == 0 {
			return nil, ambiguous("a header line holds blanks only")
		}
		if n += end + 1; n >= len(rest) || rest[n] != ' ' && rest[n] != '\t' {
			return rest[:n], nil
		}
		if n > l.HeaderBytes {
			return nil, &policy.Reason{Code: policy.CodeHeaderTooLarge, Text: fmt.Sprintf("The header has more than %d bytes.", l.HeaderBytes)}
		}
	}
}

// parseField takes a field apart. A name is printable ASCII without a colon,
// and nothing stands between it and its colon (RFC 5322 section 2.2); the
// obsolete blank there is refused, since readers disagree on it.
func parseField(raw []byte) (Field, *policy.Reason) {
	colon := bytes.IndexByte(raw, ':')
	if colon <= 0 {
		return Field{}, ambiguous("a header line has no field name")
	}
	for _, c := range raw[:colon] {
		if c <= ' ' || c > '~' {
			return Field{}, ambiguous("a field name holds a blank or another odd character")
		}
	}
	name := string(raw[:colon])
	value := strings.ReplaceAll(string(raw[colon+1:]), "\r\n", "")
	return Field{Name: name, Key: strings.ToLower(name), Raw: raw, Value: strings.Trim(value, " \t")}, nil
}

func ambiguous(what string) *policy.Reason {
	return &policy.Reason{Code: policy.CodeAmbiguousHeader, Text: "Mail programs could disagree on the header: " + what + "."}
}

// duplicates refuses what must stand once and stands twice, and a missing From.
func (m *Message) duplicates() (reasons []policy.Reason) {
	count := map[string]int{}
	version := ""
	for _, f := range m.Fields {
		if f.Key == "mime-version" && count[f.Key] > 0 && f.Value == version {
			continue // some gateways add a second, equal one, on which nobody can disagree
		}
		if count[f.Key]++; f.Key == "mime-version" {
			version = f.Value
		}
	}
	for _, key := range single {
		switch n := count[key]; {
		case key == "from" && n == 0:
			reasons = append(reasons, refuse(policy.CodeBadFrom, "There is no From line."))
		case key == "from" && n > 1: //rule:6.1 two-from-lines TestScan
			reasons = append(reasons, refuse(policy.CodeDuplicateFrom, "Two From lines; mail programs disagree on which one they show."))
		case n > 1:
			reasons = append(reasons, refuse(policy.CodeDuplicateField, "The field "+key+" stands twice; mail programs disagree on which one they use."))
		}
	}
	slices.SortStableFunc(reasons, func(a, b policy.Reason) int { return cmp.Compare(b.Code[:3], a.Code[:3]) })
	return reasons
}
