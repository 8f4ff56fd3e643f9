package ngram

// A Learner finds the weights of a model by steps, and gives their mean over all
// of them, which no single line moves far. All sums are rounded to 64 bits at once,
// so that machines with a joined multiply and add come to the same bits.
type Learner struct {
	now, all [][]float64
	steps    float64
	seed     uint64
}

// NewLearner begins a model of so many columns.
func NewLearner(columns int) *Learner {
	l := &Learner{now: make([][]float64, Buckets), all: make([][]float64, Buckets), seed: 1}
	room := make([]float64, 2*Buckets*columns)
	for i := range Buckets {
		l.now[i], room = room[:columns:columns], room[columns:]
		l.all[i], room = room[:columns:columns], room[columns:]
	}
	return l
}

// Rounds calls step for each of n lines, so often and in an order that is always
// the same, with a rate that falls from round to round.
func (l *Learner) Rounds(rounds, n int, rate float64, step func(line int, rate float64)) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	for round := range rounds {
		for i := len(order) - 1; i > 0; i-- {
			l.seed = l.seed*6364136223846793005 + 1442695040888963407
			j := int(l.seed >> 33 % uint64(i+1))
			order[i], order[j] = order[j], order[i]
		}
		for _, i := range order {
			l.steps++
			step(i, rate/float64(1+round))
		}
	}
}

// Weigh gives the weights of a line's features, as they are now.
func (l *Learner) Weigh(features []uint32) []float64 {
	out := make([]float64, len(l.now[0]))
	for _, f := range features {
		for c, w := range l.now[f] {
			out[c] += w
		}
	}
	for c := range out {
		out[c] /= Root(len(features))
	}
	return out
}

// Move adds to the weights of features in one column.
func (l *Learner) Move(features []uint32, column int, by float64) {
	by = float64(by / Root(len(features)))
	for _, f := range features {
		l.now[f][column] += by
		l.all[f][column] += float64(by * l.steps) // what is missed at the beginning
	}
}

// Model gives the mean of the weights over all steps.
func (l *Learner) Model() Model {
	mean := make([][]float64, Buckets)
	for f := range mean {
		mean[f] = make([]float64, len(l.now[f]))
		for c := range mean[f] {
			mean[f][c] = l.now[f][c] - float64(l.all[f][c]/l.steps)
		}
	}
	return Of(mean)
}
