package reply

import (
	"slices"
	"sync"

	"countersign/inbound/reply/words"
	"countersign/internal/phrase"
)

// denial is how a text says no.
type denial struct {
	of      phrase.Set // languages in which it does
	cancels bool       // only by words that ask for just that on a cancellation
	at      []string   // patterns
	unsure  bool       // the text was made to take long to read: there may be more
}

// deny finds the denials of a text (design, section 5, intent): composed of who,
// negation, act and what by the patterns of the word files. A question, a
// condition or a doubt in their sentence leaves them open; an order counts only
// with courtesy around it.
func deny(t *phrase.Text) (d denial) {
	d.cancels = true
	aside := asides(t)
	all := t.Find(func(m phrase.Match) bool {
		if m.Kind == words.Claim || m.Kind == words.Aside || slipped(t, m) || leftOpen(t, m) || aside(m) {
			return false
		}
		if m.Kind != words.Deny && !alone(t, m) {
			return false
		}
		d.of |= m.Of
		d.cancels = d.cancels && m.Kind == words.Cancel
		d.at = append(d.at, m.At)
		return !d.cancels // another changes nothing
	})
	d.unsure = !all
	d.cancels = d.cancels && d.of != 0
	return d
}

// asides finds, when it is first asked, where a text denies another thing than our
// request, as "The boss has not signed", and reports whether a match shares a word with
// that.
func asides(t *phrase.Text) func(phrase.Match) bool {
	of := sync.OnceValue(func() []bool { return elsewhere(t) })
	return func(m phrase.Match) bool { return slices.Contains(of()[m.From:m.To], true) }
}

// elsewhere says of each word whether an aside holds it.
func elsewhere(t *phrase.Text) []bool {
	in := make([]bool, t.Len())
	t.Find(func(m phrase.Match) bool {
		for i := m.From; i < m.To && m.Kind == words.Aside; i++ {
			in[i] = true
		}
		return false
	})
	return in
}

// slipped reports a match of words that were typed otherwise, as in "we didnt aks for
// this", and is too uncertain: of a denial, two have to be as they were typed, so
// that no word which we don't know is one alone; an order is a few short words.
func slipped(t *phrase.Text, m phrase.Match) bool {
	const least = 2
	known, slips := 0, 0
	for i := m.From; i < m.To; i++ {
		if t.Slips(i, i+1) {
			slips++
		} else if t.Known(i) {
			known++
		}
	}
	return slips > 0 && (m.Kind != words.Deny || known < least)
}

// alone reports that nothing but courtesy stands beside a match in its sentence.
func alone(t *phrase.Text, m phrase.Match) bool {
	from, to := t.SentenceOf(m.From)
	return courteous(t, from, m.From, m.Of) && courteous(t, m.To, to, m.Of)
}

// courteous reports that words [from, to) are made of courtesy, greetings and noes, and
// hold no yes without one, as "absolutely not" has.
func courteous(t *phrase.Text, from, to int, of phrase.Set) bool {
	if t.Has(words.Yes, of, from, to) && !t.Has(words.No, of, from, to) {
		return false
	}
	return madeOf(t, from, to, of, words.Polite, words.No, phrase.Lead, phrase.Filler, words.Hello, phrase.Tail)
}

// madeOf reports that words [from, to) are made of entries of the lists.
func madeOf(t *phrase.Text, from, to int, of phrase.Set, lists ...phrase.List) bool {
	for i := from; i < to; {
		step := 0
		t.Each(i, func(n int, e phrase.Entry) bool {
			if i+n <= to && e.InAny(lists...)&of != 0 {
				step = n
			}
			return step > 0
		})
		if step == 0 {
			return false
		}
		i += step
	}
	return true
}
