package phrase

import (
	"hash/maphash"
	"math/bits"
	"strings"
)

// A dictionary numbers words, from 1. It is made at once, of one text, as a map of
// so many words takes longer to fill than all else takes to be read.
type dictionary struct {
	text  string  // the words, one behind the other
	ends  []int32 // by number: where its word ends in text; 0 of 0, which is no word's
	slots []int32 // numbers, by hash, 0 in an empty slot: at least half of them are
	seed  maphash.Seed
}

// newDictionary makes one of words that all differ.
func newDictionary(text string, ends []int32) dictionary {
	d := dictionary{text: text, ends: ends, slots: make([]int32, 1<<bits.Len(uint(2*len(ends)-1))), seed: maphash.MakeSeed()}
	for id := range ends[1:] {
		i := d.hash(maphash.String(d.seed, d.word(int32(id+1))))
		for d.slots[i] != 0 {
			i = d.after(i)
		}
		d.slots[i] = int32(id + 1)
	}
	return d
}

// dictionaryOf makes one of a map that numbers words.
func dictionaryOf(ids map[string]int32) dictionary {
	words := make([]string, len(ids))
	for w, id := range ids {
		words[id-1] = w
	}
	ends, end := make([]int32, 1, len(ids)+1), int32(0)
	for _, w := range words {
		end += int32(len(w))
		ends = append(ends, end)
	}
	return newDictionary(strings.Join(words, ""), ends)
}

// len is the number of words.
func (d *dictionary) len() int { return len(d.ends) - 1 }

func (d *dictionary) word(id int32) string { return d.text[d.ends[id-1]:d.ends[id]] }

// id gives the number of a word, 0 if it has none.
func (d *dictionary) id(word []byte) int32 {
	for i := d.hash(maphash.Bytes(d.seed, word)); ; i = d.after(i) {
		if id := d.slots[i]; id == 0 || d.word(id) == string(word) {
			return id
		}
	}
}

// hash gives the slot in which to look first for what has this hash.
func (d *dictionary) hash(h uint64) int { return int(h & uint64(len(d.slots)-1)) }

// after gives the slot in which to look next.
func (d *dictionary) after(i int) int { return (i + 1) & (len(d.slots) - 1) }
