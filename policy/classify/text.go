package classify

import (
	"slices"
	"sync"
	"unicode/utf8"

	"countersign/inbound/reply/words"
	"countersign/internal/phrase"
)

// parsed is a text in segments.
type parsed struct {
	subject  string
	text     *phrase.Text
	of       phrase.Set // languages that it may be in
	foreign  string     // why it can't be read well, for people
	unread   bool       // the middle of it is not read
	segments []segment
}

// segment is a sentence or a part of one.
type segment struct {
	from, to int      // words
	lists    uint64   // that meet in it, see bit
	features []uint32 // numbers of weights
}

// Bounds of the work on one text: of a longer one the middle is not read.
const (
	maxSegment  = 40 // words
	maxSegments = 300
)

// bit is the place of a list of requests in segment.lists.
func bit(l phrase.List) uint64 { return 1 << (l - words.Password) }

// asks is the place of a segment that ends with a question mark.
const asks = 1 << 40

// parse cuts the subject and a text into segments. What was quoted may be a
// question of ours whether to do a thing: it is read as the thing.
func parse(subject, own string, quoted bool) *parsed {
	p := &parsed{unread: len(subject) > maxSubject || len(own) > maxRead}
	p.subject = folded(ends(subject, maxSubject))
	p.text = words.Lexicon().Read(p.subject + "\n\n" + folded(ends(own, maxRead)))
	for i := 0; i < p.text.Len(); {
		to := p.end(i)
		p.segments = append(p.segments, segment{from: i, to: to})
		i = to
	}
	if n := len(p.segments); n > maxSegments {
		p.unread, p.segments = true, slices.Delete(p.segments, maxSegments*3/4, n-maxSegments/4)
	}
	var all phrase.Tally
	each := make([]phrase.Tally, len(p.segments))
	for i, s := range p.segments {
		each[i] = p.text.Tally(s.from, s.to)
		all.Add(&each[i])
	}
	english := words.Lexicon().Language("en") // which people mix into all
	p.of, p.foreign = all.Languages()|english, foreign(&all)
	for i := range p.segments {
		s := &p.segments[i]
		s.lists = p.lists(s.from, s.to, p.of|each[i].Languages())
		if p.text.Asks(s.from) {
			s.lists |= asks
		}
		if quoted {
			s.lists &^= asks | bit(words.About)
		}
		p.note(s)
	}
	p.withoutTalk(len(phrase.Words(p.subject)))
	p.whole()
	return p
}

// end is where the segment that begins at word i ends: with its sentence, or in a
// long one where a part of it does.
func (p *parsed) end(i int) int {
	to := i + 1
	for to < p.text.Len() && p.text.Before(to) < phrase.Line && (to-i < maxSegment || p.text.Before(to) < phrase.Part && to-i < 2*maxSegment) {
		to++
	}
	return to
}

// withoutTalk drops the segments with which the own words begin, from word own on,
// if they are about nothing that may be asked for, and what comes behind them is.
func (p *parsed) withoutTalk(own int) {
	const something = things | acts | 1<<(words.Lost-words.Password) | 1<<(words.Back-words.Password)
	begin := slices.IndexFunc(p.segments, func(s segment) bool { return s.from >= own })
	if begin < 0 {
		return
	}
	n := slices.IndexFunc(p.segments[begin:], func(s segment) bool { return s.lists&something != 0 })
	if n > 0 {
		p.segments = slices.Delete(p.segments, begin, begin+n)
	}
}

// Languages are those of which there are lists of requests, and a corpus.
var Languages = []string{"en", "de", "fr", "es", "it", "nl", "pl", "pt", "ja", "zh"}

// ours are they as a set.
var ours = sync.OnceValue(func() (of phrase.Set) {
	for _, l := range Languages {
		of |= words.Lexicon().Language(l)
	}
	return of
})

// foreign says, for people, why a text can't be read well, if so.
func foreign(n *phrase.Tally) string {
	switch {
	case n.Words > 2 && n.Known*3 < n.Words:
		return "Most of its words are not known."
	case n.Most(ours())*5 < n.Most(phrase.Every)*4:
		return "It is in a language of which requests are not read."
	}
	return ""
}

// lists are the lists of requests of which entries of those languages stand in
// words [from, to).
func (p *parsed) lists(from, to int, in phrase.Set) (found uint64) {
	for i := from; i < to; i++ {
		p.text.Each(i, func(n int, e phrase.Entry) bool {
			if i+n <= to {
				e.Each(func(l phrase.List, of phrase.Set) {
					if l >= words.Password && l <= words.Now && of&in != 0 {
						found |= bit(l)
					}
				})
			}
			return false
		})
	}
	return found
}

// phrase gives a segment as it was folded.
func (p *parsed) phrase(s segment) string {
	const most = 200
	out := p.text.Phrase(s.from, s.to)
	if len(out) <= most {
		return out
	}
	cut := most
	for !utf8.RuneStart(out[cut]) {
		cut--
	}
	return out[:cut] + "…"
}
