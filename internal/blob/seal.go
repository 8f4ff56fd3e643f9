package blob

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Sealer encrypts under a key that lies outside the folder; aad says what the
// bytes are for. keys.Keys does.
type Sealer interface {
	Seal(plain, aad []byte) []byte
	Open(sealed, aad []byte) ([]byte, error)
}

// A sealed file is magic, and then pieces: four bytes that say how long the
// piece is, and the piece, sealed by itself, so that a large message is never
// in memory as a whole once more. No file of an older state, which is a stream
// of DEFLATE alone, begins like this: its first block would be of a type that
// there isn't (RFC 1951 section 3.2.3).
const (
	magic = "\x07countersign blob 1\n"
	piece = 256 << 10 // bytes, of what is packed and not yet sealed
)

// about ties a piece to its message and its place there.
func about(hash string, n int) []byte { return fmt.Appendf(nil, "blob %s %d", hash, n) }

// sealing seals what is written to it.
type sealing struct {
	to   io.Writer
	seal Sealer
	hash string

	waiting []byte
	pieces  int
	begun   bool
}

func (w *sealing) Write(b []byte) (int, error) {
	for n := 0; n < len(b); {
		take := min(len(b)-n, piece-len(w.waiting))
		w.waiting = append(w.waiting, b[n:n+take]...)
		n += take
		if len(w.waiting) == piece {
			if err := w.flush(); err != nil {
				return n, err
			}
		}
	}
	return len(b), nil
}

// Close seals the rest. It leaves the file open.
func (w *sealing) Close() error { return w.flush() }

func (w *sealing) flush() error {
	var out []byte
	if !w.begun {
		out, w.begun = append(out, magic...), true
	}
	if len(w.waiting) > 0 {
		sealed := w.seal.Seal(w.waiting, about(w.hash, w.pieces))
		out = append(binary.BigEndian.AppendUint32(out, uint32(len(sealed))), sealed...)
		w.waiting, w.pieces = w.waiting[:0], w.pieces+1
	}
	_, err := w.to.Write(out)
	return err
}

// opening reads what sealing wrote, behind the magic.
type opening struct {
	from io.Reader
	seal Sealer
	hash string

	ready  []byte
	pieces int
}

func (r *opening) Read(b []byte) (int, error) {
	for len(r.ready) == 0 {
		var size [4]byte
		if _, err := io.ReadFull(r.from, size[:]); err != nil {
			return 0, err
		}
		n := binary.BigEndian.Uint32(size[:])
		if n > 2*piece {
			return 0, ErrDamaged
		}
		sealed := make([]byte, n)
		if _, err := io.ReadFull(r.from, sealed); err != nil {
			return 0, err
		}
		var err error
		if r.ready, err = r.seal.Open(sealed, about(r.hash, r.pieces)); err != nil {
			return 0, err
		}
		r.pieces++
	}
	n := copy(b, r.ready)
	r.ready = r.ready[n:]
	return n, nil
}
