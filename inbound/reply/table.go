package reply

import (
	"math/bits"
	"strings"
	"sync"
)

// A mark is a set of lists of patterns.
type mark uint32

// patternTable finds the patterns of all lists in one pass over a text: by a table
// of the three bytes with which each begins, which are found at few places.
//
// Automata of libraries took 9 to 43 MB for these patterns, or 27 ns a byte; this
// takes 60 KB and 2 ns.
type patternTable struct {
	heads    [1 << tableBits]int16 // by hash of three bytes: the first pattern that begins so, 0 for none
	patterns []pattern             // the first is none
	short    []pattern             // of which less than three bytes are known
	longest  [32]int               // by list: of what stands before an asterisk, in bytes
	gaps     int                   // patterns with one
}

const tableBits = 13

type pattern struct {
	before string // the asterisk, in lower case
	after  string
	gap    int // the number of its asterisk, from 1; 0 without
	lists  mark
	next   int16 // pattern that begins with the same three bytes
}

// longestGap is how many bytes an asterisk and what follows it stand for, where a
// pattern may stand anywhere; maxGaps how many patterns have one.
const (
	longestGap = 60
	maxGaps    = 256
)

// table is built when the first mail is read.
var table = sync.OnceValue(func() *patternTable { return newTable(patterns, marked) })

func newTable(lists map[string][]string, marked map[string]mark) *patternTable {
	t := &patternTable{patterns: make([]pattern, 1, 1024)}
	for name, m := range marked {
		for _, entry := range lists[name] {
			p := pattern{lists: m}
			any := false
			if p.before, p.after, any = strings.Cut(entry, "*"); any {
				t.gaps++
				p.gap = t.gaps
			}
			longest := &t.longest[bits.TrailingZeros32(uint32(m))]
			*longest = max(*longest, len(p.before))
			if len(p.before) < 3 {
				t.short = append(t.short, p)
				continue
			}
			head := &t.heads[hash(p.before[0], p.before[1], p.before[2])]
			p.next, *head = *head, int16(len(t.patterns))
			t.patterns = append(t.patterns, p)
		}
	}
	return t
}

func hash(a, b, c byte) uint32 {
	return (uint32(a) | uint32(b)<<8 | uint32(c)<<16) * 0x9E3779B1 >> (32 - tableBits)
}

// small gives ASCII in lower case.
var small = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
	}
	for c := byte('A'); c <= 'Z'; c++ {
		t[c] = c - 'A' + 'a'
	}
	return t
}()

// folded gives a text in which ASCII alone may have capitals: what is compared
// byte by byte looks for no more.
func folded(s string) string {
	if ascii(s) {
		return s
	}
	return lower(s)
}

// starts reports that a text begins with one in lower case.
func starts(s, with string) bool {
	if len(s) < len(with) {
		return false
	}
	for i := range len(with) {
		if small[s[i]] != with[i] {
			return false
		}
	}
	return true
}

// index gives where one in lower case stands in a text, or -1.
func index(s, text string) int {
	for i := 0; i+len(text) <= len(s); i++ {
		if starts(s[i:], text) {
			return i
		}
	}
	return -1
}

// begins reports whether a pattern of the lists stands at the start of a text.
func (t *patternTable) begins(s string, lists mark) bool {
	s = folded(s)
	is := func(p *pattern) bool {
		return p.lists&lists != 0 && starts(s, p.before) && (p.after == "" || index(s[len(p.before):], p.after) >= 0)
	}
	if len(s) >= 3 {
		for n := t.heads[hash(small[s[0]], small[s[1]], small[s[2]])]; n != 0; n = t.patterns[n].next {
			if is(&t.patterns[n]) {
				return true
			}
		}
	}
	for i := range t.short {
		if is(&t.short[i]) {
			return true
		}
	}
	return false
}

// find gives those of the lists of which a pattern stands in a text.
func (t *patternTable) find(s string, lists mark) (found mark) {
	s = folded(s)
	for i := range t.short {
		if p := &t.short[i]; p.lists&lists != 0 {
			if at := index(s, p.before); at >= 0 && (p.gap == 0 || p.goesOn(s[at:])) {
				found |= p.lists
			}
		}
	}
	var tried [maxGaps/64 + 1]uint64 // patterns with a gap: only the first place counts
	for i := 0; i+2 < len(s); i++ {
		n := t.heads[hash(small[s[i]], small[s[i+1]], small[s[i+2]])]
		for ; n != 0; n = t.patterns[n].next {
			p := &t.patterns[n]
			if p.lists&lists == 0 || p.lists&found != 0 || !starts(s[i:], p.before) {
				continue
			}
			if p.gap == 0 {
				found |= p.lists
			} else if word, bit := p.gap/64, uint64(1)<<(p.gap%64); tried[word]&bit == 0 {
				tried[word] |= bit
				if p.goesOn(s[i:]) {
					found |= p.lists
				}
			}
		}
	}
	return found
}

// goesOn reports that what stands behind the asterisk follows soon in a text that
// begins with what stands before it.
func (p *pattern) goesOn(s string) bool {
	rest := s[len(p.before):]
	return index(rest[:min(len(rest), longestGap)], p.after) >= 0
}

// over reports that a pattern without an asterisk begins in a line and ends in the
// next one, of which a blank stands for the line's end.
func (t *patternTable) over(line, next string, list mark) bool {
	line, next = folded(line), folded(next)
	at := func(i int) byte {
		switch {
		case i < len(line):
			return small[line[i]]
		case i == len(line):
			return ' '
		case i-len(line)-1 < len(next):
			return small[next[i-len(line)-1]]
		}
		return 0
	}
	i := max(0, len(line)-t.longest[bits.TrailingZeros32(uint32(list))])
	a, b := at(i), at(i+1)
	for ; i <= len(line); i++ {
		c := at(i + 2)
		for n := t.heads[hash(a, b, c)]; n != 0; n = t.patterns[n].next {
			p := &t.patterns[n]
			k := 0
			for p.lists&list != 0 && k < len(p.before) && at(i+k) == p.before[k] {
				k++
			}
			if k == len(p.before) && p.gap == 0 {
				return true
			}
		}
		a, b = b, c
	}
	return false
}
