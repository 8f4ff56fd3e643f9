package mailbox

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// largeMessage is the size in bytes from which a message is judged with no
// other of that size, and is kept in a file meanwhile instead of in memory.
const largeMessage = 4 << 20

// errSpool says that our own disk failed, and not the message.
var errSpool = errors.New("a large message can't be kept on disk while it is read")

// content is the bytes of a message. Large ones lie in a file that has no name,
// so that nothing is left of it after a crash, and are mapped from there.
type content struct {
	bytes []byte
	file  *os.File // nil: all of it is in memory
	dir   string
}

// add appends to the content.
func (t *content) add(b []byte) error {
	if t.file == nil && len(t.bytes)+len(b) <= largeMessage {
		t.bytes = append(t.bytes, b...)
		return nil
	}
	if t.file == nil {
		if err := t.spill(); err != nil {
			return fmt.Errorf("%w: %w", errSpool, err)
		}
	}
	if _, err := t.file.Write(b); err != nil {
		return fmt.Errorf("%w: %w", errSpool, err)
	}
	return nil
}

// spill moves what there is into a file.
func (t *content) spill() (err error) {
	if t.file, err = os.CreateTemp(t.dir, "large-*"); err != nil {
		return err
	}
	if err = os.Remove(t.file.Name()); err == nil {
		_, err = t.file.Write(t.bytes)
	}
	t.bytes = nil
	return err
}

// done makes the content readable. Every write is behind us, so that a disk
// which is full has said so.
func (t *content) done() error {
	if t.file == nil {
		return nil
	}
	info, err := t.file.Stat()
	if err == nil {
		t.bytes, err = unix.Mmap(int(t.file.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_PRIVATE)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errSpool, err)
	}
	return nil
}

// free gives the content back. Its bytes must not be looked at any more.
func (t *content) free() {
	if t == nil || t.file == nil {
		return
	}
	if t.bytes != nil {
		_ = unix.Munmap(t.bytes)
	}
	t.bytes = nil
	_ = t.file.Close()
	t.file = nil
}

// same reports whether two contents are equal.
func (t *content) same(other *content) bool {
	if len(t.bytes) > largeMessage { // without holding both in memory
		return sha256.Sum256(t.bytes) == sha256.Sum256(other.bytes)
	}
	return bytes.Equal(t.bytes, other.bytes)
}
