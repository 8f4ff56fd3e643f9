package ngram

import (
	"encoding/binary"
	"fmt"
	"math"
)

// A Model gives every feature a weight in each of some columns.
type Model struct {
	Columns int
	unit    float64
	weights []int8 // by feature, and column there: so many units
}

const (
	magic = "ngram\x01"
	head  = len(magic) + 1 + 4
)

// Encode writes a model down: magic, the number of columns, the unit, the weights.
func (m Model) Encode() []byte {
	out := append([]byte(magic), byte(m.Columns))
	out = binary.LittleEndian.AppendUint32(out, math.Float32bits(float32(m.unit)))
	for _, w := range m.weights {
		out = append(out, byte(w))
	}
	return out
}

// Decode reads a model of so many columns.
func Decode(b []byte, columns int) (m Model, err error) {
	if len(b) != head+Buckets*columns || string(b[:len(magic)]) != magic || int(b[len(magic)]) != columns {
		return m, fmt.Errorf("no model of %d columns and %d features", columns, Buckets)
	}
	m = Model{columns, float64(math.Float32frombits(binary.LittleEndian.Uint32(b[len(magic)+1:]))), make([]int8, Buckets*columns)}
	for i, v := range b[head:] {
		m.weights[i] = int8(v)
	}
	return m, nil
}

// Of makes a model of weights by feature and column, which it rounds to 255 steps.
func Of(weights [][]float64) Model {
	most := 0.0
	for _, row := range weights {
		for _, w := range row {
			most = max(most, math.Abs(w))
		}
	}
	m := Model{Columns: len(weights[0]), unit: float64(float32(most / 127))}
	for _, row := range weights {
		for _, w := range row {
			m.weights = append(m.weights, int8(math.Round(float64(w/m.unit))))
		}
	}
	return m
}

// Add adds the weights of some features to sums, one for each column.
func (m *Model) Add(sums []int32, features []uint32) {
	for _, f := range features {
		for c, w := range m.weights[int(f)*m.Columns:][:m.Columns] {
			sums[c] += int32(w)
		}
	}
}

// Weigh makes a weight of the sum of n features: it is divided by the root of their
// number, so that long and short texts weigh alike. Very few say little.
func (m *Model) Weigh(sum int32, n int) float64 { return float64(sum) * m.unit / Root(n) }

// Root is what the weights of n features are divided by.
func Root(n int) float64 { return math.Sqrt(float64(max(n, few))) }

const few = 40
