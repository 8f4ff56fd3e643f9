package classify

import (
	"bytes"
	"flag"
	"math"
	"os"
	"testing"

	"countersign/internal/ngram"
)

var writeModel = flag.Bool("write-model", false, "write model.bin from the corpus")

// TestModel makes the model anew, of which every byte is that of the file.
func TestModel(t *testing.T) {
	if testing.Short() {
		t.Skip("the model is made by the long run")
	}
	made := train(learnt(t, append(corpus(t), framed(t)...))).Encode()
	if *writeModel {
		if err := os.WriteFile("model.bin", made, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(made, file) {
		t.Error("model.bin is not what the corpus and the word files make: go test ./policy/classify -run TestModel -write-model")
	}
}

// learnt is all that a model is made of: lines, and some of them amid others.
func learnt(t testing.TB, lines []example) []example { return append(lines, amid(t, lines)...) }

// How the model is made: by the steps of a linear machine with a margin. A step is
// shorter in each round; what comes out is the mean over all of them, which no
// single line moves far.
const (
	rounds = 12
	rate   = 0.5
	margin = 1.0
	pull   = 0.5 // of what a line's own class gets where another is too near
)

// lesson is a line with its windows: every one is a list of features.
type lesson struct {
	class   int // -1: a question
	windows [][]uint32
}

// train makes a model of lines. Their order, and so all of it, is always the same.
func train(lines []example) ngram.Model {
	lessons := make([]lesson, len(lines))
	for i, e := range lines {
		lessons[i] = taught(e)
	}
	t := ngram.NewLearner(columns)
	t.Rounds(rounds, len(lessons), rate, func(i int, by float64) { step(t, lessons[i], by) })
	return t.Model()
}

func taught(e example) lesson {
	l := lesson{class: -1}
	for i, c := range classes {
		if c == e.class {
			l.class = i
		}
	}
	p := parse(e.subject, e.text, false)
	p.windows(func(from, to int) {
		var w []uint32
		for _, s := range p.segments[from:to] {
			w = append(w, s.features...)
		}
		l.windows = append(l.windows, w)
	})
	return l
}

// step moves the weights towards one line: its class weighs more than nothing by
// a margin in some window, and more than every other class does in any.
func step(t *ngram.Learner, l lesson, by float64) {
	var best [columns]float64
	var in [columns]int
	for c := range best {
		best[c] = math.Inf(-1)
	}
	for n, w := range l.windows {
		s := t.Weigh(w)
		for c, v := range s {
			if v > best[c] {
				best[c], in[c] = v, n
			}
		}
	}
	if len(l.windows) == 0 {
		return
	}
	for c, v := range best {
		switch {
		case c == grave && l.class > 0: // all but a small change
			if v < 2*margin {
				t.Move(l.windows[in[c]], c, by)
			}
		case c == grave:
			if v > -2*margin {
				t.Move(l.windows[in[c]], c, -by)
			}
		case l.class < 0:
			if v > -margin {
				t.Move(l.windows[in[c]], c, -by)
			}
		case c == l.class:
			if v < margin {
				t.Move(l.windows[in[c]], c, by)
			}
		case v > best[l.class]-margin && v > -margin:
			t.Move(l.windows[in[c]], c, -by)
			t.Move(l.windows[in[l.class]], l.class, by*pull)
		}
	}
}
