package mailfiles

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// IsMbox reports whether what is read begins as an mbox does: "From ", RFC 4155.
func IsMbox(in *bufio.Reader) bool {
	b, _ := in.Peek(5)
	return string(b) == "From "
}

// Mbox splits an mbox file (RFC 4155, the mboxrd kind) at its From lines, one
// message in memory at a time. file is what in reads, to tell how large it is.
func Mbox(name string, in *bufio.Reader, file io.Reader) Collection {
	return Collection{sizeOf(file), func(fn func(Message) error) error {
		var msg bytes.Buffer
		n, read := 0, int64(0)
		flush := func(blank bool) error {
			if n == 0 {
				return nil
			}
			raw := msg.Bytes()
			if blank { // the empty line that stands before a From line, in the file's own line end
				raw = bytes.TrimSuffix(bytes.TrimSuffix(raw, []byte("\n")), []byte("\r"))
			}
			return fn(Message{fmt.Sprintf("%s:%d", name, n), bytes.Clone(raw), read})
		}
		for start, blank := true, true; ; { // of a line; after an empty one
			line, err := in.ReadSlice('\n')
			switch {
			case start && blank && bytes.HasPrefix(line, []byte("From ")):
				if err := flush(true); err != nil {
					return err
				}
				msg.Reset()
				n, read = n+1, 0
			case msg.Len() > most: // too large already
			case start:
				msg.Write(unquoted(line))
			default:
				msg.Write(line)
			}
			read += int64(len(line))
			part := errors.Is(err, bufio.ErrBufferFull)
			if len(line) > 0 {
				blank = start && len(bytes.TrimRight(line, "\r\n")) == 0
				start = !part
			}
			if errors.Is(err, io.EOF) {
				return flush(blank)
			}
			if err != nil && !part {
				return err
			}
		}
	}}
}

// unquoted takes one > off a From line that was quoted.
func unquoted(line []byte) []byte {
	if rest := bytes.TrimLeft(line, ">"); len(rest) < len(line) && bytes.HasPrefix(rest, []byte("From ")) {
		return line[1:]
	}
	return line
}

// sizeOf gives a file's size in bytes, and -1 for what isn't one.
func sizeOf(in io.Reader) int64 {
	if f, ok := in.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return info.Size()
		}
	}
	return -1
}
