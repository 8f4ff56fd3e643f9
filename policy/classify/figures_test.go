package classify

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"countersign/internal/suite"
	"countersign/policy"
)

// Judged is what was read of a line, beside what it is.
type Judged struct {
	Lang, Kind string
	Is         policy.Class
	Accept     []policy.Class // what a person would take, too
	Read       policy.Class
	What       string
}

func (j Judged) right() bool { return j.Read == j.Is || slices.Contains(j.Accept, j.Read) }

// share is how many of how many.
type share struct{ n, of int }

func (s *share) add(is bool) {
	s.of++
	if is {
		s.n++
	}
}

func (s share) String() string { return fmt.Sprintf("%d/%d (%.1f %%)", s.n, s.of, 100*s.rate()) }

func (s share) rate() float64 { return float64(s.n) / float64(max(s.of, 1)) }

// figures sum up how a set was read.
type figures struct {
	recall share // of what is privileged, read as that
	alarms share // of questions, read as something privileged
	right  share // read as the very class
	by     map[string]*figures
	f1     float64 // the mean over classes
}

// SumUp sums up all, and by language.
func SumUp(all []Judged) (f figures) {
	f = count(all)
	f.by = map[string]*figures{}
	for _, j := range all {
		if f.by[j.Lang] == nil {
			in := slices.DeleteFunc(slices.Clone(all), func(o Judged) bool { return o.Lang != j.Lang })
			part := count(in)
			f.by[j.Lang] = &part
		}
	}
	return f
}

func count(all []Judged) (f figures) {
	type tally struct{ hit, said, is int }
	tallies := map[policy.Class]*tally{}
	of := func(c policy.Class) *tally {
		if tallies[c] == nil {
			tallies[c] = &tally{}
		}
		return tallies[c]
	}
	for _, j := range all {
		read := j.Read
		if j.right() {
			read = j.Is
		}
		of(j.Is).is++
		of(read).said++
		if read == j.Is {
			of(read).hit++
		}
		f.right.add(j.right())
		if j.Is.Privileged() {
			f.recall.add(j.Read.Privileged())
		} else if j.Is == policy.Question {
			f.alarms.add(j.Read.Privileged())
		}
	}
	n := 0.0
	for _, t := range tallies {
		if t.is > 0 {
			f.f1 += 2 * float64(t.hit) / float64(max(t.said+t.is, 1))
			n++
		}
	}
	f.f1 /= max(n, 1)
	return f
}

func (f figures) String() string {
	var out strings.Builder
	fmt.Fprintf(&out, "privileged %v, false alarms %v, class %v, macro F1 %.3f\n", f.recall, f.alarms, f.right, f.f1)
	for _, l := range slices.Sorted(maps.Keys(f.by)) {
		p := f.by[l]
		fmt.Fprintf(&out, "  %-5s privileged %v, false alarms %v, class %v, F1 %.3f\n", l, p.recall, p.alarms, p.right, p.f1)
	}
	return out.String()
}

// Hold fails where figures are worse than what is asked for.
func (f figures) Hold(t *testing.T, recall, each, alarms, f1 float64) {
	t.Helper()
	t.Log(f)
	if f.recall.rate() < recall || f.alarms.rate() > alarms || f.f1 < f1 {
		t.Errorf("recall %.3f (>= %.2f), false alarms %.3f (<= %.2f), F1 %.3f (>= %.2f)", f.recall.rate(), recall, f.alarms.rate(), alarms, f.f1, f1)
	}
	for l, p := range f.by {
		if p.recall.rate() < each {
			t.Errorf("%s: recall %.3f (>= %.2f)", l, p.recall.rate(), each)
		}
	}
}

// TestFolds: templates as models read them that were made of the others.
func TestFolds(t *testing.T) {
	if testing.Short() {
		t.Skip("five models are made by the long run")
	}
	all := inFolds(t, corpus(t), framed(t))
	SumUp(all).Hold(t, 0.78, 0.70, 0.10, 0.75) // of one fold in five a language has some 240 requests: three points more or less are chance
	Wrong(t, all)
}

func inFolds(t testing.TB, lines, beside []example) (all []Judged) {
	for fold := range suite.Size(1, folds) { // all of them by night
		var learned []example
		for _, e := range lines {
			if e.fold != fold {
				learned = append(learned, e)
			}
		}
		m := train(learnt(t, append(learned, beside...)))
		for _, e := range lines {
			if e.fold == fold {
				r := read(&m, Text{Subject: e.subject, Own: e.text})
				all = append(all, Judged{Lang: e.lang, Kind: e.kind, Is: e.class, Read: r.Class, What: e.at + " " + e.subject + " >> " + e.text})
			}
		}
	}
	return all
}

// Wrong lists what was read wrongly, with -v.
func Wrong(t *testing.T, all []Judged) {
	if !testing.Verbose() {
		return
	}
	for _, j := range all {
		if !j.right() {
			t.Logf("%s %s: %s read as %s: %.300q", j.Lang, j.Kind, j.Is, j.Read, j.What)
		}
	}
}
