package classify

import (
	_ "embed"
	"fmt"
	"math"
	"sync"

	"countersign/internal/ngram"
	"countersign/policy"
)

// The model gives each class but question a weight for every feature, and one more
// says whether something privileged is asked for at all: a thing, an act and a
// question about them are told apart by few words that are alike for all classes.
// The weights of a window of the text are added, and divided by the root of their
// number. A text of few segments is one window; what is asked for somewhere in a
// long one counts as it does alone.
//
// It is made by TestModel from the corpus: go test ./policy/classify -run TestModel -write-model.

//go:embed model.bin
var file []byte

// classes are those that have weights, from harmless to grave.
var classes = policy.Classes[1:]

const (
	nClasses = 11
	grave    = nClasses // the column of whether anything privileged is asked for
	columns  = nClasses + 1
)

// shipped is the model, read when a text is first judged.
var shipped = sync.OnceValue(func() *ngram.Model {
	m, err := ngram.Decode(file, columns)
	if err != nil {
		panic(fmt.Sprintf("classify: model.bin: %v; -write-model makes it anew", err)) // a file of ours that no test would let pass
	}
	return &m
})

// Prepare reads the model, if no text was judged yet.
func Prepare() { shipped() }

// sums are the weights of some features together.
type sums struct {
	of [columns]int32
	n  int
}

func (s *sums) add(o sums) {
	for c := range s.of {
		s.of[c] += o.of[c]
	}
	s.n += o.n
}

// window is a run of segments and what it weighs for one class.
type window struct {
	from, to int
	weight   float64
}

func (w window) overlaps(o window) bool { return w.from < o.to && o.from < w.to }

// Figures of a decision, in units of weight.
const (
	least = 1.2 // from here on something privileged is asked for
	steep = 1.1 // of the score
	close = 0.5 // two classes are that near each other
	asked = 1.0 // a class is asked for beside another, at another place
)

// score makes 0..1 of the weight of what is privileged: a half is least.
func score(weight float64) float64 { return 1 / (1 + math.Exp(-steep*(weight-least))) }

// best gives for each class the window that weighs most.
func (p *parsed) best(m *ngram.Model) (best [columns]window) {
	for c := range best {
		best[c].weight = -10
	}
	each := make([]sums, len(p.segments))
	for i, s := range p.segments {
		m.Add(each[i].of[:], s.features)
		each[i].n = len(s.features)
	}
	p.windows(func(from, to int) {
		var s sums
		for _, e := range each[from:to] {
			s.add(e)
		}
		for c := range best {
			if w := m.Weigh(s.of[c], s.n); w > best[c].weight {
				best[c] = window{from, to, w}
			}
		}
	})
	return best
}

// A text of so many segments is judged as one; a longer one by runs of some.
const (
	fewSegments = 12
	run         = 4
)

// windows calls f with the runs of segments that are judged.
func (p *parsed) windows(f func(from, to int)) {
	n := len(p.segments)
	if n <= fewSegments {
		f(0, n)
		return
	}
	for i := range n - run + 1 {
		f(i, i+run)
	}
}
