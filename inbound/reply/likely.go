package reply

import (
	_ "embed"
	"fmt"
	"math"
	"slices"
	"sync"

	"countersign/inbound/reply/words"
	"countersign/internal/ngram"
	"countersign/internal/phrase"
	"countersign/policy"
)

// What no pattern hears may be a denial all the same: any other verb, subject or
// word order. A linear model over the words of a short text says how much it is
// like the denials that people wrote, as against everything else that they answer.
// It only ever turns an unclear answer into a no, and that only where it is sure;
// TestLikely makes it of testdata/intent.

//go:embed denials.bin
var denials []byte

var denialModel = sync.OnceValue(func() *ngram.Model {
	m, err := ngram.Decode(denials, 1)
	if err != nil {
		panic(fmt.Sprintf("reply: denials.bin: %v; -write-model makes it anew", err)) // a file of ours that no test would let pass
	}
	return &m
})

// Bounds of what is judged so, in words, and how much it has to weigh.
const (
	leastLikely = 2
	mostLikely  = 60
	surelyNo    = 1.8
	mostStrange = 4 // one word in so many may be one that no word file has
)

// likely reports that a text without a question in it reads like a denial, and how
// much. One of strange words does not: they are what it is about, and nothing says
// that this is our question.
func likely(own string) (weight float64, ok bool) {
	f, ok := likeness(own)
	if !ok {
		return 0, false
	}
	weight = weighed(denialModel(), f)
	return weight, weight > surelyNo && familiar(lex().Read(phrase.Bare(own)))
}

// familiar reports that most words of a text are in a word file of any language.
func familiar(t *phrase.Text) bool {
	strange := 0
	for i := range t.Len() {
		if !t.Known(i) {
			strange++
		}
	}
	return strange*mostStrange <= t.Len()
}

func weighed(m *ngram.Model, f []uint32) float64 {
	var sum [1]int32
	m.Add(sum[:], f)
	return m.Weigh(sum[0], len(f))
}

// likeness gives the features of a short text, a sentence at a time.
func likeness(own string) (f []uint32, ok bool) {
	if len(own) > 20*mostLikely {
		return nil, false
	}
	t := lex().Read(phrase.Bare(own))
	if t.Len() < leastLikely || t.Len() > mostLikely {
		return nil, false
	}
	if doubtful(t) {
		return nil, false
	}
	for i := 0; i < t.Len(); {
		from, to := t.SentenceOf(i)
		f = ngram.Append(f, t, from, to, false)
		i = to
	}
	return f, true
}

// doubtful reports that a text asks, or holds what leaves a denial open in one of the
// languages that it may be in: a condition, a doubt, what is harmless or was asked for
// instead; or speaks of another thing.
func doubtful(t *phrase.Text) bool {
	n := t.Tally(0, t.Len())
	of, found := n.Languages(), false
	for i := 0; i < t.Len() && !found; i++ {
		found = t.Asks(i)
		t.Each(i, func(_ int, e phrase.Entry) bool {
			found = found || e.InAny(words.If, words.Doubt, words.Harmless, words.Ack, words.Else, words.Instead, words.Only)&of != 0
			return found
		})
	}
	return found || slices.Contains(elsewhere(t), true)
}

// perhaps gives an answer that is clear in no language as a no, where the words read
// like one and the first line says no yes. On a cancellation it denies nothing: what
// is like a denial may be like the words that ask for it.
func perhaps(a policy.Answer, own string) policy.Answer {
	if a.Intent != policy.Unclear || len(a.ByLanguage) > 0 {
		return a
	}
	weight, ok := likely(own)
	if !ok || saysYes(own) {
		return a
	}
	if first, _ := answerLine(own); begins(first[:min(len(first), longestAnswer)], tapbackWords) {
		return a
	}
	return policy.Answer{Intent: policy.No, Cancels: true, By: policy.ByLikeness, Weight: math.Round(weight*100) / 100}
}
