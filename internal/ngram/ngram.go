// Package ngram gives words of a text numbers by which a linear model finds its
// weights: hashes of words, of pairs of them, and of runs of their letters, so
// that a word that is bent, joined or misspelt is like the one that was learned.
//
// What the weights mean is for whoever makes a model: packages classify and reply.
package ngram

import "countersign/internal/phrase"

// Buckets is the number of features: two may share one, which training sees.
const Buckets = 1 << 16

const (
	maxWord = 24 // bytes of a word whose letters are looked at
	longest = 5  // letters of the longest run
	opening = 8  // words that are told from the others as the first
)

// Kinds of features, so that a word is no pair. A caller's own begin at Own.
const (
	word = 1 + iota
	pair
	triple
	first
	end
	letters
	Own
)

// A Hash is FNV-1a over 32 bits, of a kind and its parts.
type Hash uint32

// New begins the hash of a feature of a kind.
func New(kind byte) Hash { return (Hash(2166136261) ^ Hash(kind)) * 16777619 }

// Byte adds one byte.
func (h Hash) Byte(b byte) Hash { return (h ^ Hash(b)) * 16777619 }

// Bytes adds some, and where they end.
func (h Hash) Bytes(b []byte) Hash {
	for _, c := range b {
		h = h.Byte(c)
	}
	return h.Byte(0xFF)
}

// Bucket is the feature's number.
func (h Hash) Bucket() uint32 { return uint32(h^h>>15) & (Buckets - 1) }

// Append adds the features of words [from, to) of a text to f. Marked says that
// they ask, or are else to be told apart from the same words in another place.
func Append(f []uint32, t *phrase.Text, from, to int, marked bool) []uint32 {
	mark := byte(0)
	if marked {
		mark = 1
	}
	var before, last []byte
	for i := from; i < to; i++ {
		w := shape(t.Bytes(i))
		one, two := New(word).Bytes(w).Bucket(), New(pair).Bytes(last).Bytes(w).Bucket()
		f = append(f, one, one, two, two) // a word says as much as some of its letters
		if w[0] >= 0xE0 {                 // a character of a script without blanks
			f = append(f, New(triple).Bytes(before).Bytes(last).Bytes(w).Bucket())
		} else {
			f = runs(f, w)
		}
		if i < from+opening {
			f = append(f, New(first).Byte(mark).Bytes(w).Bucket())
		}
		before, last = last, w
	}
	return append(f, New(end).Byte(mark).Bytes(last).Bucket(), New(end).Byte(mark).Bytes(before).Bytes(last).Bucket())
}

// shape is a word of which the digits are all alike.
func shape(w []byte) []byte {
	var out []byte
	for i, c := range w {
		if c >= '1' && c <= '9' {
			if out == nil {
				out = append(out, w...)
			}
			out[i] = '0'
		}
	}
	if out != nil {
		return out
	}
	return w
}

// runs adds the runs of three letters and more, with the word's ends.
func runs(f []uint32, w []byte) []uint32 {
	if len(w) < 3 || len(w) > maxWord {
		return f
	}
	var room [maxWord + 2]byte
	b := append(append(append(room[:0], '^'), w...), '$')
	for i := range b {
		h := New(letters)
		for n := 1; n <= longest && i+n <= len(b); n++ {
			if h = h.Byte(b[i+n-1]); n >= 3 {
				f = append(f, h.Bucket())
			}
		}
	}
	return f
}
