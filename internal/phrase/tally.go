package phrase

import (
	"math/bits"
	"slices"
)

// A Tally counts the words of a text that are known, and the words of its entries
// by language.
type Tally struct {
	Words, Known int
	of           [64]int
}

// Tally counts words [from, to).
func (t *Text) Tally(from, to int) (n Tally) {
	n.Words = to - from
	for i := from; i < to; i++ {
		if t.Known(i) {
			n.Known++
		}
		for _, h := range t.entries(i) {
			for in := t.lexicon.entry(h).Languages(); in != 0; in &= in - 1 {
				n.of[bits.TrailingZeros64(uint64(in))] += int(h.n)
			}
		}
	}
	return n
}

// Add adds the counts of another part of the text.
func (n *Tally) Add(o *Tally) {
	n.Words, n.Known = n.Words+o.Words, n.Known+o.Known
	for i, m := range o.of {
		n.of[i] += m
	}
}

// Languages are those that most entries are of: half as many as of any.
func (n *Tally) Languages() (of Set) {
	most := slices.Max(n.of[:])
	for i, m := range n.of {
		if m > 0 && m*2 >= most {
			of |= 1 << i
		}
	}
	return of
}

// Most is the largest count of a language of the set.
func (n *Tally) Most(of Set) (most int) {
	for i, m := range n.of {
		if of&(1<<i) != 0 {
			most = max(most, m)
		}
	}
	return most
}
