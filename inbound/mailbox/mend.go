package mailbox

import (
	"bytes"
	"net/mail"
	"strings"
)

// Servers send flags that are none, as some do of keywords with blanks and
// brackets that other programs have set, blanks where none may be, and dates in
// the form of mail. The IMAP library gives the connection up over each. None of
// that is any matter of ours, so the guard mends it on the wire: what it passes
// on holds no flag and no time that the server did not send.

// mendAll mends whole responses, each with its literals.
func mendAll(block []byte) []byte {
	var out []byte // nil as long as nothing was mended
	done := 0
	var kind []byte // how the response begins; nil: a new one does
	for at := 0; at < len(block); {
		length := bytes.IndexByte(block[at:], '\n') + 1
		if length == 0 {
			break
		}
		line := bytes.TrimSuffix(block[at:at+length-1], []byte("\r"))
		first := kind == nil
		if first {
			kind = bytes.ToUpper(line[:min(len(line), 40)])
		}
		size, more := announced(line)
		more = more && (!first || !text(kind[:min(len(kind), 10)]))
		if mended := mend(kind, line, first, more); !bytes.Equal(mended, line) {
			out = append(append(out, block[done:at]...), mended...)
			done = at + len(line)
		}
		if at += length; more {
			at += int(min(size, int64(len(block)-at)))
		} else {
			kind = nil
		}
	}
	if out == nil {
		return block
	}
	return append(out, block[done:]...)
}

// mend mends a line of a response of that kind. more says that a literal follows.
func mend(kind, line []byte, first, more bool) []byte {
	const flags, kept = "* FLAGS (", "* OK [PERMANENTFLAGS ("
	switch {
	case bytes.HasPrefix(kind, []byte(kept)):
		return mendFlags(line, len(kept))
	case text(kind[:min(len(kind), 10)]):
		return line
	case first && bytes.HasPrefix(kind, []byte(flags)):
		line = mendFlags(line, len(flags))
	case isFetch(kind):
		line = mendFetch(line)
	}
	bare := bytes.TrimRight(line, " \r")      // a CR left at the end would be taken for the line's own
	if _, is := announced(bare); more || is { // what is no literal must not become one
		return line
	}
	return bare
}

// isFetch reports whether a response that begins so is "* n FETCH ...".
func isFetch(kind []byte) bool {
	words := bytes.Fields(kind)
	return len(words) >= 3 && string(words[2]) == "FETCH"
}

// mendFetch mends a line of data about a message.
func mendFetch(line []byte) []byte {
	const flags, date = "FLAGS (", `INTERNALDATE "`
	var out []byte
	bracket, quote := bytes.LastIndexByte(line, ')'), bytes.LastIndexByte(line, '"')
	for at := 0; at < len(line); {
		rest := line[at:]
		item := at > 0 && (line[at-1] == ' ' || line[at-1] == '(')
		n := 1 // bytes that are passed on as they are
		switch {
		case item && starts(rest, flags) && at < bracket:
			mended := mendFlags(rest, len(flags))
			out = append(out, mended[:bytes.IndexByte(mended, ')')+1]...)
			at += bytes.IndexByte(rest, ')') + 1
			continue
		case item && starts(rest, date) && at+len(date) <= quote:
			length := bytes.IndexByte(rest[len(date):], '"')
			out = append(append(append(out, date...), mendDate(rest[len(date):len(date)+length])...), '"')
			at += len(date) + length + 1
			continue
		case rest[0] == '"':
			if _, n = quoted(rest); n == 0 {
				n = len(rest)
			}
		case rest[0] == ' ':
			n = len(rest) - len(bytes.TrimLeft(rest, " "))
			if at+n < len(line) && line[at+n] == ')' || len(out) > 0 && out[len(out)-1] == '(' {
				at += n
				continue
			}
		}
		out = append(out, rest[:n]...)
		at += n
	}
	return out
}

// starts compares without regard to case.
func starts(b []byte, word string) bool {
	return len(b) >= len(word) && strings.EqualFold(string(b[:len(word)]), word)
}

// quoted gives what the quoted string at the start of b says and its length, 0 if
// it does not end.
func quoted(b []byte) (text []byte, length int) {
	for i := 1; i < len(b); i++ {
		switch {
		case b[i] == '\\' && i+1 < len(b):
			i++
		case b[i] == '"':
			return text, i + 1
		}
		text = append(text, b[i])
	}
	return nil, 0
}

// mendFlags leaves those out of a list of flags, which begins at from, that are
// none (RFC 3501 section 9): their names hold blanks or brackets. One in quotes
// is taken for what it says.
func mendFlags(line []byte, from int) []byte {
	length := bytes.IndexByte(line[from:], ')')
	if length < 0 {
		return line
	}
	var flags []string
	for _, word := range strings.Fields(string(line[from : from+length])) {
		if word[0] == '"' {
			text, n := quoted([]byte(word))
			if n != len(word) {
				continue
			}
			word = string(text)
		}
		if isFlag(word) {
			flags = append(flags, word)
		}
	}
	return append(append(bytes.Clone(line[:from]), strings.Join(flags, " ")...), line[from+length:]...)
}

func isFlag(word string) bool {
	name := strings.TrimPrefix(word, `\`)
	return word == `\*` || name != "" && strings.IndexFunc(name, func(c rune) bool {
		return c <= ' ' || c >= 0x7f || strings.ContainsRune(`(){%*"\]`, c)
	}) < 0
}

// mendDate writes a date in the form of mail (RFC 5322 section 3.3) as IMAP wants
// it; any other is left alone.
func mendDate(date []byte) []byte {
	t, err := mail.ParseDate(string(date[:min(len(date), 64)]))
	if err != nil || len(date) > 64 {
		return date
	}
	return t.AppendFormat(nil, "02-Jan-2006 15:04:05 -0700")
}
