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
		clear(way.stuck)
		switch yes, no, ok := way.from(0); {
		case !ok:
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
}

// from takes apart what begins at word i, by long entries first.
func (p *parse) from(i int) (yes, no, ok bool) {
	if i == p.line.Len() {
		return false, false, true
	}
	if p.stuck[i] {
		return false, false, false
	}
	p.line.Each(i, func(size int, e phrase.Entry) bool {
		if e.In(words.Other)&p.in != 0 && !p.parted(i, i+size) {
			return true // says something else: an order to us, as "please confirm"
		}
		if e.InAny(words.Yes, words.No, words.Polite, words.Ack, words.Informed)&p.in == 0 {
			return false
		}
		yes, no, ok = p.from(i + size)
		yes, no = yes || e.In(words.Yes)&p.in != 0, no || e.In(words.No)&p.in != 0
		return ok
	})
	for _, m := range p.claims {
		if !ok && m.From == i && m.Of&p.in != 0 {
			_, no, ok = p.from(m.To)
			yes = ok
		}
	}
	if !ok && p.names[p.line.Word(i)] {
		yes, no, ok = p.from(i + 1)
	}
	p.stuck[i] = !ok
	return yes && ok, no && ok, ok
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
