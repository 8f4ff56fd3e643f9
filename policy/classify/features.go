package classify

import (
	"countersign/inbound/reply/words"
	"countersign/internal/ngram"
)

// Kinds of features beside those of words.
const (
	list = ngram.Own + iota
	act
	speech
	full
	absent
)

// note writes down the features of a segment.
func (p *parsed) note(s *segment) {
	f := make([]uint32, 0, 12*(s.to-s.from)+64)
	s.features = s.listed(ngram.Append(f, p.text, s.from, s.to, s.lists&asks != 0))
}

const (
	things   = uint64(1)<<(words.Small-words.Password+1) - 1
	acts     = (uint64(1)<<(words.Move-words.Password+1) - 1) &^ things
	speeches = (uint64(1)<<(words.Now-words.Password+1)-1)&^things&^acts | asks
)

// listed adds which lists meet. These features mean the same in every language,
// and count as several of the others.
func (s *segment) listed(f []uint32) []uint32 {
	const counts = 3
	add := func(h ngram.Hash) {
		for range counts {
			f = append(f, h.Bucket())
		}
	}
	for t := range each(s.lists & things) {
		add(ngram.New(list).Byte(t))
		for a := range each(s.lists & acts) {
			add(ngram.New(act).Byte(t).Byte(a))
			for sp := range each(s.lists & speeches) {
				add(ngram.New(full).Byte(t).Byte(a).Byte(sp))
			}
		}
		for sp := range each(s.lists & speeches) {
			add(ngram.New(speech).Byte(t).Byte(sp))
		}
	}
	for a := range each(s.lists & (acts | speeches)) {
		add(ngram.New(list).Byte(a))
	}
	for a := range each(s.lists & acts) {
		for sp := range each(s.lists & speeches) {
			add(ngram.New(speech).Byte(a).Byte(sp))
		}
	}
	return f
}

// whole adds what is in no segment of a text that is judged as one: mail that names
// nothing which may be asked for asks for nothing, in whatever words.
func (p *parsed) whole() {
	if len(p.segments) == 0 || len(p.segments) > fewSegments {
		return
	}
	const counts = 6
	var all uint64
	for _, s := range p.segments {
		all |= s.lists
	}
	f := &p.segments[0].features
	for n, lists := range []uint64{things, acts, things | acts} {
		if all&lists == 0 {
			for range counts {
				*f = append(*f, ngram.New(absent).Byte(byte(n)).Bucket())
			}
		}
	}
}

// each gives the numbers of the bits that are set.
func each(set uint64) func(func(byte) bool) {
	return func(yield func(byte) bool) {
		for n := byte(0); set != 0; n, set = n+1, set>>1 {
			if set&1 != 0 && !yield(n) {
				return
			}
		}
	}
}
