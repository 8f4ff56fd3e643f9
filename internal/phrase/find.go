package phrase

import (
	"slices"
	"sync"
)

// maxFillers is how many fillers may stand between two elements of a pattern,
// maxReach how many words a tail reaches that ends with any words.
const (
	maxFillers = 4
	maxReach   = 8
)

// leastSteps and stepsAWord bound the work of finding the patterns of one text:
// what people write takes three steps a word, and no line that we know more than
// eleven.
const (
	leastSteps = 1 << 16
	stepsAWord = 32
)

// A Match is a pattern found in words [From, To).
type Match struct {
	Kind     string
	Of       Set
	From, To int
	At       string // where the pattern stands: file:line
}

// Find calls f with every place where a pattern fits, until f is satisfied.
// Elements stand one behind the other, with nothing but a few entries of the
// list Filler between them, in one part of a sentence: no comma, dash or the
// like stands between, but a wrapped line may end. The end of a part is where a
// stronger break stands, an entry of "and", or an entry of "tail"; and behind one
// of "reach" any few words before such an end ("with anybody from our office").
// The beginning of a part may have entries of "lead" and fillers before it.
//
// All is false for a text that takes more work than any that people write: there
// may be more matches.
func (t *Text) Find(f func(Match) (enough bool)) (all bool) {
	r := &t.lexicon.rules
	if len(r.starts) == 0 {
		return true
	}
	s := searches.Get().(*search)
	defer s.back()
	s.Text, s.rules, s.found, s.left = t, r, f, leastSteps+stepsAWord*len(t.words)
	for i := range t.words {
		for _, h := range t.entries(i) {
			if r.opens[h.entry] != 0 {
				s.start(i, h)
			}
			if s.enough || s.left < 0 {
				return s.enough
			}
		}
	}
	return true
}

// search looks for the patterns that begin with one entry, in one language at a
// time.
type search struct {
	*Text
	rules  *rules
	found  func(Match) bool
	of     Set
	from   int
	seen   visited
	left   int // steps
	enough bool
}

var searches = sync.Pool{New: func() any { return &search{} }}

func (s *search) back() {
	if len(s.seen.slots) > 1<<14 {
		s.seen = visited{}
	}
	s.Text, s.rules, s.found, s.enough = nil, nil, nil, false
	searches.Put(s)
}

// start follows the patterns that begin with the entry h at word i.
func (s *search) start(i int, h hit) {
	s.from = i
	for all := s.rules.opens[h.entry]; all != 0; all &= all - 1 {
		s.of = all & -all
		s.seen.clear()
		for _, tag := range s.lexicon.entry(h) {
			if tag.of&s.of == 0 {
				continue
			}
			for _, st := range s.rules.starts[s.rules.from[tag.list]:s.rules.from[tag.list+1]] {
				if st.of&s.of == 0 || st.begins > 0 && !s.begins(i, s.of, st.begins) {
					continue
				}
				if s.follow(st.to, i+int(h.n)); s.enough {
					return
				}
			}
		}
	}
}

// follow goes on at word j, behind the element that led to a node. Whatever leads
// there once more finds nothing else.
func (s *search) follow(node int32, j int) {
	if s.seen.before(node, j, maxFillers, true) {
		return
	}
	for _, e := range s.rules.endings[s.rules.ended[node]:s.rules.ended[node+1]] {
		line := e >> 1
		if e&1 != 0 && !s.endsPart(j, s.of) || s.seen.found(line, j) {
			continue
		}
		if s.enough = s.found(Match{s.rules.kinds[s.rules.lines[line].kind], s.of, s.from, j, s.rules.at(line)}); s.enough {
			return
		}
	}
	if edges := s.rules.edges[s.rules.first[node]:s.rules.first[node+1]]; len(edges) > 0 {
		s.next(node, edges, j, maxFillers, true)
	}
}

// next looks for the next element at word j and behind the fillers there. Touches
// says that no part of the sentence ended since the last one: where one did, only
// elements go on before which a comma may stand.
func (s *search) next(node int32, edges []edge, j, left int, touches bool) {
	s.left--
	if j >= len(s.words) || s.words[j].before > Part || s.left < 0 {
		return
	}
	if touches = touches && s.words[j].before < Part; !touches && !s.rules.commas[node] {
		return
	}
	for k := len(edges) - 1; k >= 0 && edges[k].list == anyWord; k-- {
		if (touches || edges[k].comma) && !s.says(j) {
			if s.follow(edges[k].to, j+1); s.enough {
				return
			}
		}
	}
	for _, h := range s.entries(j) {
		if !s.touch(j+1, j+int(h.n)) {
			continue
		}
		filler := false
		for _, tag := range s.lexicon.entry(h) {
			if tag.of&s.of == 0 {
				continue
			}
			filler = filler || tag.list == Filler
			k, _ := slices.BinarySearchFunc(edges, tag.list, func(e edge, l List) int { return int(e.list) - int(l) })
			for ; k < len(edges) && edges[k].list == tag.list; k++ {
				s.left--
				if touches || edges[k].comma {
					if s.follow(edges[k].to, j+int(h.n)); s.enough {
						return
					}
				}
			}
		}
	}
	if left == 0 {
		return
	}
	for _, h := range s.entries(j) {
		if s.lexicon.entry(h).In(Filler)&s.of != 0 && s.touch(j+1, j+int(h.n)) && !s.seen.before(node, j+int(h.n), left-1, touches) {
			if s.next(node, edges, j+int(h.n), left-1, touches); s.enough {
				return
			}
		}
	}
}

// says reports that word j is more than any word: it ends a part of the sentence,
// goes on with what was said, or begins a condition.
func (s *search) says(j int) bool {
	for _, h := range s.entries(j) {
		e := s.lexicon.entry(h)
		if h.n == 1 && e.InAny(Stop, And)&s.of != 0 || e.In(If)&s.of != 0 {
			return true
		}
	}
	return false
}

// touch reports that no part of a sentence ends before words [from, to).
func (t *Text) touch(from, to int) bool {
	for i := from; i < to; i++ {
		if t.words[i].before >= Part {
			return false
		}
	}
	return true
}

// endsPart reports that the part of the sentence ends at word j, or has only
// words that take nothing away until it does.
func (s *search) endsPart(j int, of Set) bool {
	t := s.Text
	if j >= len(t.words) {
		return true
	}
	if t.ends == nil {
		t.ends = make([]ends, len(t.words))
	}
	e := &t.ends[j]
	if e.known&of == 0 {
		e.known |= of
		if s.endsBehind(j, of, 0) {
			e.is |= of
		}
	}
	return e.is&of != 0
}

// ends says at a word in which languages the part of the sentence ends.
type ends struct{ known, is Set }

func (s *search) endsBehind(j int, of Set, depth int) bool {
	s.left--
	if s.Before(j) >= Wrapped {
		return true
	}
	if depth > maxFillers {
		return false
	}
	for _, h := range s.entries(j) {
		e := s.lexicon.entry(h)
		switch {
		case e.In(Stop)&of != 0:
			return false
		case e.In(And)&of != 0:
			return true
		case e.InAny(Filler, Tail)&of != 0 && s.endsBehind(j+int(h.n), of, depth+1):
			return true
		case e.In(Reach)&of != 0 && s.reaches(j+int(h.n), of):
			return true
		}
	}
	return false
}

// reaches reports that the part ends within a few words of which none opens
// what was said again (list "stop").
func (t *Text) reaches(j int, of Set) bool {
	for range maxReach {
		if t.Before(j) >= Wrapped {
			return true
		}
		for _, h := range t.entries(j) {
			switch e := t.lexicon.entry(h); {
			case e.In(Stop)&of != 0:
				return false
			case e.In(And)&of != 0:
				return true
			}
		}
		j++
	}
	return t.Before(j) >= Wrapped
}

// begins reports that word i begins a part of a sentence or a sentence, but for
// leads.
func (t *Text) begins(i int, of Set, least Break) bool {
	starts := &t.begin[0]
	if least == Sentence {
		starts = &t.begin[1]
	}
	if *starts == nil {
		*starts = t.beginnings(least)
	}
	return (*starts)[i]&of != 0
}

// beginnings says for each word in which languages it begins something.
func (t *Text) beginnings(least Break) []Set {
	out := make([]Set, len(t.words))
	for j := range t.words {
		if t.words[j].before >= least {
			out[j] = Every
		}
		for _, h := range t.entries(j) {
			k := j + int(h.n)
			if k == len(t.words) {
				continue
			}
			for _, tag := range t.lexicon.entry(h) {
				switch tag.list {
				case Lead, Filler:
					out[k] |= out[j] & tag.of
				case And:
					if least < Sentence {
						out[k] |= tag.of
					}
				}
			}
		}
	}
	return out
}

// visited is a set of places to which a search came, emptied at once.
type visited struct {
	slots []visit
	epoch uint32
	n     int
}

type visit struct {
	key   uint64
	epoch uint32
}

func (v *visited) clear() {
	v.epoch++
	v.n = 0
	if v.epoch == 0 { // it began again
		clear(v.slots)
		v.epoch = 1
	}
}

// before reports that the search came there before, and notes that it did now.
func (v *visited) before(node int32, j, left int, touches bool) bool {
	key := uint64(node)<<36 | uint64(j)<<4 | uint64(left)<<1
	if touches {
		key |= 1
	}
	return v.add(key)
}

// found reports that the pattern of a line was found to end there before, and
// notes it.
func (v *visited) found(line int32, j int) bool { return v.add(1<<63 | uint64(line)<<32 | uint64(j)) }

func (v *visited) add(key uint64) bool {
	if v.n*2 >= len(v.slots) {
		v.grow()
	}
	mask := uint64(len(v.slots) - 1)
	for i := key * 0x9E3779B97F4A7C15 >> 32 & mask; ; i = (i + 1) & mask {
		switch s := &v.slots[i]; {
		case s.epoch != v.epoch:
			*s = visit{key, v.epoch}
			v.n++
			return false
		case s.key == key:
			return true
		}
	}
}

func (v *visited) grow() {
	old := v.slots
	v.slots = make([]visit, max(64, 2*len(old)))
	v.n = 0
	for _, s := range old {
		if s.epoch == v.epoch {
			v.add(s.key)
		}
	}
}
