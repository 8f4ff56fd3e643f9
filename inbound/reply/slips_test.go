package reply

import (
	"math/rand"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// slip lets the fingers slip once in a word of four letters or more: two letters
// change places, one is lost or doubled, or the key beside it is hit.
func slip(r *rand.Rand, s string) string {
	const keys = "qwertyuiopasdfghjklzxcvbnm"
	letters := []rune(s)
	var words [][2]int
	for i := 0; i < len(letters); i++ {
		from := i
		for i < len(letters) && unicode.IsLetter(letters[i]) {
			i++
		}
		if i-from >= 4 {
			words = append(words, [2]int{from, i})
		}
	}
	if len(words) == 0 {
		return s
	}
	w := words[r.Intn(len(words))]
	k := w[0] + 1 + r.Intn(w[1]-w[0]-2)
	kind, key := r.Intn(4), strings.IndexRune(keys, letters[k])
	switch {
	case kind == 1:
		letters = slices.Delete(letters, k, k+1)
	case kind == 2:
		letters = slices.Insert(letters, k, letters[k])
	case kind == 3 && key > 0:
		letters[k] = rune(keys[key-1])
	default:
		letters[k], letters[k+1] = letters[k+1], letters[k]
	}
	return string(letters)
}

// TestSlips: most denials are heard in which the fingers slipped, and no slip makes a
// no of what is none but where it hides the word that left it open.
func TestSlips(t *testing.T) {
	files, err := filepath.Glob("testdata/intent/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	denies := func(s string) bool { return deny(lex().ReadSlips(s)).of != 0 }
	r := rand.New(rand.NewSource(7))
	denials, heard, bare, others, wrong, bareWrong := 0, 0, 0, 0, 0, 0
	for _, file := range files {
		for _, l := range intentLines(t, file) {
			is := slices.Equal(l.Want, []string{"no"})
			if !is && slices.Contains(l.Want, "no") || denies(l.Text) != is { // known gaps are no matter of slips
				continue
			}
			for range 3 {
				s := slip(r, l.Text)
				asTyped := deny(lex().Read(s)).of != 0
				switch got := denies(s); {
				case s == l.Text:
				case is:
					denials++
					heard, bare = heard+one(got), bare+one(asTyped)
				default:
					others++
					wrong, bareWrong = wrong+one(got), bareWrong+one(asTyped)
				}
			}
		}
	}
	t.Logf("of %d denials %d are heard (%d as they stand), of %d other lines %d are (%d)", denials, heard, bare, others, wrong, bareWrong)
	if heard*10 < denials*7 || wrong*200 > others {
		t.Error("less than 70 % are heard, or a no comes of more than 0.5 %")
	}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
