package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// eachOfMbox splits an mbox file (RFC 4155, the mboxrd kind) at its From lines,
// one message in memory at a time.
func eachOfMbox(name string, fn func(label string, raw []byte) error) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<16)
	var msg bytes.Buffer
	n, blank := 0, true
	flush := func() error {
		if n == 0 {
			return nil
		}
		raw := msg.Bytes()
		if blank { // the empty line that stands before a From line, in the file's own line end
			raw = bytes.TrimSuffix(bytes.TrimSuffix(raw, []byte("\n")), []byte("\r"))
		}
		return fn(fmt.Sprintf("%s:%d", name, n), bytes.Clone(raw))
	}
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			switch {
			case blank && bytes.HasPrefix(line, []byte("From ")):
				if err := flush(); err != nil {
					return err
				}
				msg.Reset()
				n++
			case n == 0:
				return errNoMbox
			default:
				if quoted := bytes.TrimLeft(line, ">"); len(quoted) < len(line) && bytes.HasPrefix(quoted, []byte("From ")) {
					line = line[1:]
				}
				if msg.Len() < maxMessageFile {
					msg.Write(line)
				}
			}
			blank = len(bytes.TrimRight(line, "\r\n")) == 0
		}
		if errors.Is(err, io.EOF) {
			return flush()
		}
		if err != nil {
			return err
		}
	}
}

// progress gives a bar on a terminal, and nothing elsewhere.
func progress(w io.Writer, what string) *progressbar.ProgressBar {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return progressbar.DefaultSilent(-1)
	}
	return progressbar.NewOptions(-1, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(clean(what)),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
}
