//go:build race

package suite

// Race is whether the race detector is on, under which all takes longer.
const Race = true
