// Package near guesses which of a few known names a mistyped one was meant to be:
// a command, a flag, a setting, a column. It corrects nothing; who asks says what
// it found. Whether two clients look alike is another question, in package clients.
package near

// Of gives which of names was perhaps meant by word, empty if none.
func Of(word string, names []string) string {
	best, bestDistance := "", 3
	for _, n := range names {
		// Half of a short word is no misspelling of it.
		if d := distance(word, n); d < bestDistance && 2*d <= len(n) {
			best, bestDistance = n, d
		}
	}
	return best
}

// distance is the number of bytes to add, drop, change or swap with their
// neighbour to make a into b (optimal string alignment). Long keys are not
// measured: they are no misspelling of ours.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(last[j]+1, row[j-1]+1, change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
