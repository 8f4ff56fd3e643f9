package reply

import (
	"slices"

	"countersign/inbound/reply/words"
	"countersign/internal/phrase"
	"countersign/policy"
)

// senses say what a line is in which languages.
type senses map[policy.Intent]phrase.Set

// answer makes one of what a line is in which languages.
func answer(r senses) policy.Answer {
	out := policy.Answer{Intent: policy.Unclear}
	var distinct []policy.Intent
	for _, i := range []policy.Intent{policy.Yes, policy.No, policy.Unclear} {
		if r[i] != 0 {
			distinct = append(distinct, i)
		}
	}
	if len(distinct) == 1 {
		out.Intent = distinct[0]
	}
	if r[policy.Yes]|r[policy.No] != 0 {
		out.By = policy.ByList
	}
	if len(distinct) == 1 {
		return out
	}
	for _, i := range distinct {
		out = out.But(i, lex().Names(r[i])...)
	}
	return out
}

// sense says what a line is in which languages: made only of yes-words, only of
// no-words, something else that is said there (unclear), or nothing.
func sense(line *phrase.Text, names map[string]bool) senses {
	out := senses{}
	if line.Len() == 0 {
		return out
	}
	out[policy.Unclear] = line.Whole().In(words.Other)
	way := parse{line: line, names: names, stuck: make([]bool, line.Len()), claims: claims(line)}
	for n := range lex().Languages {
		way.in = phrase.Set(1) << n
		if out[policy.Unclear]&way.in != 0 {
			continue
		}
		switch yes, no, ok := way.find(); {
		case !ok:
		case way.wide && (!yes && !no || way.dated()):
		case way.wide && !yes:
			out[policy.Unclear] |= way.in
		case yes && !no && way.informed():
			out[policy.Unclear] |= way.in
		case yes && !no:
			out[policy.Yes] |= way.in
		case no && !yes:
			out[policy.No] |= way.in
		default:
			out[policy.Unclear] |= way.in
		}
	}
	return out
}

// claims finds where a line says by itself that its writer asked, as "we asked
// for it this morning". Its lists say what may stand in it; a filler between them
// that takes clearness from a yes in the same language takes it from a claim.
func claims(line *phrase.Text) (out []phrase.Match) {
	line.Find(func(m phrase.Match) bool {
		if m.Kind != words.Claim {
			return false
		}
		spoilt := false
		for i := m.From; i < m.To; i++ {
			line.Each(i, func(_ int, e phrase.Entry) bool {
				spoilt = spoilt || e.In(phrase.Filler)&e.InAny(words.No, words.But, words.If, words.Doubt)&m.Of != 0
				return spoilt
			})
		}
		if !spoilt {
			out = append(out, m)
		}
		return false
	})
	return out
}

// parse looks for a way to take a line apart into entries and claims of one
// language.
type parse struct {
	line   *phrase.Text
	names  map[string]bool
	claims []phrase.Match
	in     phrase.Set
	stuck  []bool // no way leads from there
	wide   bool   // what says how, why or when the writer asked may stand on the way
	took   []step // the way that was found, its end first
}

// step is an entry or a claim on the way through a line.
type step struct {
	at    int
	entry phrase.Entry // of an entry
}

// find looks for a way through the line, by what says how the writer asked only
// where there is none without.
func (p *parse) find() (yes, no, ok bool) {
	for _, p.wide = range []bool{false, true} {
		clear(p.stuck)
		p.took = p.took[:0]
		if yes, no, ok = p.from(0); ok {
			return yes, no, ok
		}
	}
	return false, false, false
}

// from takes apart what begins at word i, by long entries first.
func (p *parse) from(i int) (yes, no, ok bool) {
	if i == p.line.Len() {
		return false, false, true
	}
	if p.stuck[i] {
		return false, false, false
	}
	for k := 0; p.wide && k < len(p.claims) && !ok; k++ {
		yes, no, ok = p.claim(i, p.claims[k])
	}
	p.line.Each(i, func(size int, e phrase.Entry) bool {
		if ok {
			return true
		}
		if e.In(words.Other)&p.in != 0 && !p.parted(i, i+size) {
			return true // says something else: an order to us, as "please confirm"
		}
		if e.InAny(words.Yes, words.No, words.Polite, words.Ack, words.Informed)&p.in == 0 && (!p.wide || !p.how(e)) {
			return false
		}
		yes, no, ok = p.from(i + size)
		yes, no = yes || e.In(words.Yes)&p.in != 0, no || e.In(words.No)&p.in != 0
		if ok {
			p.took = append(p.took, step{i, e})
		}
		return ok
	})
	for k := 0; k < len(p.claims) && !ok; k++ {
		yes, no, ok = p.claim(i, p.claims[k])
	}
	if !ok && p.names[p.line.Word(i)] {
		yes, no, ok = p.from(i + 1)
	}
	p.stuck[i] = !ok
	return yes && ok, no && ok, ok
}

// claim takes one that begins at word i, and goes on behind it.
func (p *parse) claim(i int, m phrase.Match) (yes, no, ok bool) {
	if m.From != i || m.Of&p.in == 0 {
		return false, false, false
	}
	if _, no, ok = p.from(m.To); !ok {
		return false, false, false
	}
	p.took = append(p.took, step{at: i})
	return true, no, true
}

// how reports an entry that says how, why or when the writer asked.
func (p *parse) how(e phrase.Entry) bool {
	return e.InAny(words.How, words.Why, words.Day)&p.in != 0
}

// dated reports a day on the way in whose sentence nothing says how the writer asked:
// "Yes, on Wednesday" may be when it is wanted.
func (p *parse) dated() bool {
	return slices.ContainsFunc(p.took, func(day step) bool {
		if day.entry.In(words.Day)&p.in == 0 {
			return false
		}
		from, to := p.line.SentenceOf(day.at)
		return !p.line.Has(words.How, p.in, from, to)
	})
}

// informed reports a line of a bare yes that thanks for being told, as "Yes, thanks for
// the information": it has read what we wrote, and may say no more.
func (p *parse) informed() bool {
	const bare = 7 // characters, as "ja takk" has
	if !p.line.Has(words.Informed, p.in, 0, p.line.Len()) {
		return false
	}
	for i := range p.line.Len() {
		if n := entryAt(p.line, i, p.in, words.Yes); n > 0 && runes(p.line, i, n) > bare {
			return false
		}
	}
	return !slices.ContainsFunc(p.claims, func(m phrase.Match) bool { return m.Of&p.in != 0 })
}

// parted reports a comma or the like within words [i, to).
func (p *parse) parted(i, to int) bool {
	for i++; i < to; i++ {
		if p.line.Before(i) >= phrase.Part {
			return true
		}
	}
	return false
}
