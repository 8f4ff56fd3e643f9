// Package mailfiles reads messages from files: one, or the many of an mbox or of a
// maildir, one of them in memory at a time.
//
// It does not look into a message: that is package inbound's.
package mailfiles

import (
	"io"

	"countersign/internal/config"
)

// most bounds a message that is read from a file: past the largest size that can
// be configured, it is too large whatever follows.
const most = config.MaxSize + 1

// Read reads one message, or of a larger one what shows that it is too large.
func Read(in io.Reader) ([]byte, error) {
	return io.ReadAll(io.LimitReader(in, most))
}

// Collection is many messages that one name stands for.
type Collection struct {
	Size int64 // to be read, in bytes or files; -1: not known
	Each func(fn func(Message) error) error
}

// Message is one of a Collection.
type Message struct {
	Label string // the file, and of an mbox which one
	Raw   []byte
	Read  int64 // how much of the collection's size it was
}
