// Package phrase finds phrases in a text: entries of word lists, and patterns
// that put lists one behind the other. Lists belong to languages and are
// searched all at once, in one pass over the text's words, however many there are.
//
// It knows how words are told apart, what stands between two of them and what
// two spellings of one word are. What a list or a pattern means is for whoever
// wrote it: packages reply and classify.
package phrase

import (
	"math/bits"
	"slices"
)

// A Set is a set of languages, as bits in the order of Lexicon.Languages.
type Set uint64

// Every is the set of all languages.
const Every = ^Set(0)

// A List is one named list, in all languages together.
type List uint16

// Lists that patterns know: see Text.Find. Those that a caller names in New
// come behind them, from Own on.
const (
	Filler List = iota
	Lead
	Tail
	Reach
	And
	Stop
	If
	Own
)

var ownNames = [Own]string{"filler", "lead", "tail", "reach", "and", "stop", "if"}

// Lexicon holds the lists and patterns of all languages. Built once, it is read
// by any number of goroutines.
type Lexicon struct {
	Languages []string

	lists   []string   // those that the caller named
	known   dictionary // words
	words   graph      // of entries
	runs    []int32    // by node of that: what ends there, in entries
	entries []Entry    // distinct ones; the first is empty
	rules   rules      // the patterns
}

// Entry is what the lists say of one run of words.
type Entry []tag

type tag struct {
	list List
	of   Set
}

// In gives the languages in which the run is an entry of the list.
func (e Entry) In(l List) Set {
	for _, t := range e {
		if t.list == l {
			return t.of
		}
	}
	return 0
}

// InAny gives the languages in which the run is an entry of one of the lists.
func (e Entry) InAny(lists ...List) (of Set) {
	for _, l := range lists {
		of |= e.In(l)
	}
	return of
}

// Each calls f with every list that the run is an entry of, and its languages.
func (e Entry) Each(f func(List, Set)) {
	for _, t := range e {
		f(t.list, t.of)
	}
}

// Languages gives those in which the run is an entry of any list.
func (e Entry) Languages() (of Set) {
	for _, t := range e {
		of |= t.of
	}
	return of
}

// Language gives the set of one language, empty where there are no words of it.
func (x *Lexicon) Language(name string) Set {
	if i := slices.Index(x.Languages, name); i >= 0 {
		return 1 << i
	}
	return 0
}

// All gives the set of the languages that there are.
func (x *Lexicon) All() Set { return 1<<len(x.Languages) - 1 }

// Names gives the languages of a set.
func (x *Lexicon) Names(of Set) (names []string) {
	for of &= x.All(); of != 0; of &= of - 1 {
		names = append(names, x.Languages[bits.TrailingZeros64(uint64(of))])
	}
	return names
}

// Entries calls f with every entry of a list and its languages, in no order.
func (x *Lexicon) Entries(l List, f func(words []string, of Set)) {
	var walk func(node int32, words []string)
	walk = func(node int32, words []string) {
		if of := x.entries[x.runs[node]].In(l); of != 0 {
			f(slices.Clone(words), of)
		}
		for i := x.words.first[node]; i < x.words.first[node+1]; i++ {
			walk(x.words.to[i], append(words, x.known.word(x.words.word[i])))
		}
	}
	walk(0, nil)
}
