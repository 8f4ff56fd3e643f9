package ngram

import (
	"bytes"
	"slices"
	"testing"
)

// TestDecode: a model comes back as it was written, and one cut short, of another
// version or of other columns is refused.
func TestDecode(t *testing.T) {
	l := NewLearner(1)
	l.Rounds(2, 3, 1, func(line int, rate float64) { l.Move([]uint32{uint32(line), 7}, 0, rate) })
	good := l.Model().Encode()
	m, err := Decode(good, 1)
	if err != nil || !bytes.Equal(m.Encode(), good) {
		t.Fatalf("Decode: %v, or not what was written", err)
	}
	other := slices.Clone(good)
	other[len(magic)-1]++
	for name, b := range map[string][]byte{"empty": nil, "cut": good[:len(good)-1], "longer": append(slices.Clone(good), 0), "version": other, "head": good[:head]} {
		if _, err := Decode(b, 1); err == nil {
			t.Errorf("%s: Decode takes it", name)
		}
	}
	if _, err := Decode(good, 2); err == nil {
		t.Error("Decode takes a model of one column for one of two")
	}
}
