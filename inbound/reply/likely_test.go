package reply

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"countersign/internal/ngram"
	"countersign/policy"
)

var writeModel = flag.Bool("write-model", false, "write denials.bin from testdata/intent")

// answered are the lines that the model of denials is made of: all of testdata but
// those that are kept to judge it by.
func answered(t *testing.T) (out []intentLine) {
	t.Helper()
	files, err := filepath.Glob("testdata/intent/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if !strings.HasPrefix(filepath.Base(file), "fresh") {
			out = append(out, intentLines(t, file)...)
		}
	}
	return append(out, listedLines(t)...)
}

// denialsOf makes the model of lines: those that are noes, as against all others.
// What may be read as either says nothing.
func denialsOf(lines []intentLine) ngram.Model {
	type lesson struct {
		features []uint32
		sign     float64
	}
	var all []lesson
	for _, l := range lines {
		f, ok := likeness(l.Text)
		no := slices.Contains(l.Want, string(policy.No))
		if !ok || no && len(l.Want) > 1 {
			continue
		}
		sign := -1.0
		if no {
			sign = 1
		}
		all = append(all, lesson{f, sign})
	}
	const rounds, rate, margin, dear = 40, 0.5, 2, 1.5 // a false no costs more than a missed one
	learner := ngram.NewLearner(1)
	learner.Rounds(rounds, len(all), rate, func(i int, by float64) {
		l, least := all[i], float64(margin)
		if l.sign < 0 {
			by, least = by*dear, margin*dear
		}
		if l.sign*learner.Weigh(l.features)[0] < least {
			learner.Move(l.features, 0, l.sign*by)
		}
	})
	return learner.Model()
}

// TestLikely makes the model anew, of which every byte is that of the file.
func TestLikely(t *testing.T) {
	made := denialsOf(answered(t)).Encode()
	if *writeModel {
		if err := os.WriteFile("denials.bin", made, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(made, denials) {
		t.Error("denials.bin is not what testdata/intent makes: go test ./inbound/reply -run TestLikely -write-model")
	}
}
