package reply

import (
	"countersign/inbound/reply/words"
	"countersign/internal/phrase"
)

// leftOpen reports that the sentence of a match asks, sets a condition or a time, or
// doubts what was matched.
func leftOpen(t *phrase.Text, m phrase.Match) bool {
	asks := t.Asks(m.From) && !states(t, m)
	if asks && !statedBefore(t, m) {
		return true
	}
	from, to := t.SentenceOf(m.From)
	for i := from; i < to; {
		if i == m.From {
			if contrasts(t, m) {
				return true
			}
			i = m.To
			continue
		}
		step, open, led := 1, false, false
		t.Each(i, func(n int, e phrase.Entry) bool {
			before, behind := i+n <= m.From, i >= m.To
			led = led || e.InAny(phrase.Lead, phrase.Filler)&m.Of != 0
			switch {
			case e.In(words.Harmless)&m.Of != 0:
				step = n
				return true
			case e.In(words.If)&m.Of != 0:
				// At the end of a question behind the statement it makes that
				// a question, as in Turkish and Korean.
				open = before || i < m.From && t.Before(i) >= phrase.Part || behind && !(asks && i+n == to)
			case e.In(words.Ask)&m.Of != 0 && i == from && !led:
				open = before && (asks || governs(t, i+n, m))
			}
			open = open || e.In(words.Instead)&m.Of != 0 && (before || behind)
			open = open || e.In(words.Only)&m.Of != 0 && i >= m.To && t.Before(i) == phrase.Part
			open = open || before && e.In(words.Apart)&m.Of != 0 && apart(t, from, i, n, m.Of)
			open = open || before && e.In(words.Doubt)&m.Of != 0 && governs(t, i+n, m)
			return open
		})
		if open {
			return true
		}
		i += step
	}
	return false
}

// contrasts reports that a match holds what was asked for instead, behind a "but".
func contrasts(t *phrase.Text, m phrase.Match) bool {
	for i := m.From + 1; i < m.To; i++ {
		if entryAt(t, i, m.Of, words.Instead) > 0 && entryAt(t, i, m.Of, words.But) > 0 {
			return true
		}
	}
	return false
}

// states reports that the sentence of a match ends as a statement does, though a
// question mark stands behind it.
func states(t *phrase.Text, m phrase.Match) bool {
	const most = 6 // words
	from, to := t.SentenceOf(m.From)
	for k := max(from, to-most); k < to; k++ {
		if entryAt(t, k, m.Of, words.States) == to-k {
			return true
		}
	}
	return false
}

// apart reports that a yes of n words at i, in the sentence that begins at from, is about
// one thing and so leaves open what is denied behind it, as in "The first one yes, the
// second I did not ask for": it ends its part, which another word begins.
func apart(t *phrase.Text, from, i, n int, of phrase.Set) bool {
	if i+n < t.Len() && t.Before(i+n) < phrase.Part {
		return false
	}
	begin := i
	for begin > from && t.Before(begin) < phrase.Part {
		begin--
	}
	return !madeOf(t, begin, i, of, phrase.Lead, phrase.Filler, phrase.And, words.Hello, words.Yes, words.No, words.Polite)
}

// governs reports that a doubt which ends before word i is about a match behind it:
// no statement of its own begins between them, as one does in "I suppose somebody
// mixed this up, we ordered nothing". What follows the doubt at once is what is
// doubted, also behind a comma ("I hope, we ordered nothing"), and so are a clause
// that begins as such ("that") and what somebody says or is called.
func governs(t *phrase.Text, i int, m phrase.Match) bool {
	for k := m.From; k >= i; k-- {
		if t.Names(k) {
			return true
		}
		if k > i && entryAt(t, k, m.Of, phrase.And) > 0 && entryAt(t, k, m.Of, words.But) > 0 && t.Before(k) < phrase.Part && stated(t, k, m) {
			return false // "I am not sure what this is but I did not order it"
		}
		if t.Before(k) == phrase.Part {
			goesOn := entryAt(t, k, m.Of, phrase.And) > 0 // "I am not sure, but"
			return !stated(t, k, m) || !goesOn && madeOf(t, i, k, m.Of, phrase.Filler)
		}
	}
	return true
}

// stated reports that a match begins the part of a sentence at word k as a statement.
func stated(t *phrase.Text, k int, m phrase.Match) bool {
	for k < m.From {
		n := 0
		t.Each(k, func(size int, e phrase.Entry) bool {
			if e.InAny(phrase.Lead, phrase.Filler, phrase.And)&m.Of != 0 && e.In(words.Clause)&m.Of == 0 {
				n = size
			}
			return n > 0 || e.In(words.Clause)&m.Of != 0
		})
		if n == 0 {
			return false
		}
		k += n
	}
	return k == m.From
}

// statedBefore reports that a match is complete before the question with which its
// sentence ends, as in "We never ordered that, did somebody hack us?". What asks only
// whether it is true makes it no statement: a tag, as "did we?" or "right?", what
// goes on with "or", and what is too short to be known as a question of its own.
func statedBefore(t *phrase.Text, m phrase.Match) bool {
	const least, most = 16, 150 // characters, words
	behind := m.To
	for behind < t.Len() && t.Before(behind) < phrase.Line {
		behind++
	}
	asks, to := false, behind
	for to < t.Len() && t.Before(to) < phrase.Sentence {
		if to-m.To > most {
			return false
		}
		end := to + 1
		for end < t.Len() && t.Before(end) < phrase.Line {
			end++
		}
		if entryAt(t, to, m.Of, words.Tag) == end-to || entryAt(t, to, m.Of, words.Else) > 0 {
			return false
		}
		for ; to < end; to++ {
			if entryAt(t, to, m.Of, words.Ask) > 0 {
				asks = true
			} else if entryAt(t, to, m.Of, words.Doubt) > 0 {
				return false
			}
		}
	}
	return to > behind && (asks || runes(t, behind, to-behind) >= least)
}

// entryAt gives the length of the longest entry of a list that begins at word i.
func entryAt(t *phrase.Text, i int, of phrase.Set, list phrase.List) (n int) {
	t.Each(i, func(size int, e phrase.Entry) bool {
		if e.In(list)&of != 0 {
			n = size
		}
		return n > 0
	})
	return n
}
