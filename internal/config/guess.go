package config

import (
	"fmt"
	"reflect"
	"slices"
)

// guess says what was perhaps meant by a key that isn't in section: the nearest
// of its keys, else the section where the key belongs. It begins with a blank.
func guess(key string, names []string, section string) string {
	if best := Near(key, names); best != "" {
		return fmt.Sprintf(" Did you mean %s?", best)
	}
	for _, where := range homes(reflect.TypeFor[Config](), "", key) {
		if where == "" {
			return " It belongs above the first section."
		}
		if where != section {
			return fmt.Sprintf(" Does it belong to [%s]?", where)
		}
	}
	return " Remove it; `countersign config example` lists every setting."
}

// Near gives which of names was perhaps meant by word, empty if none.
func Near(word string, names []string) string {
	best, bestDistance := "", 3
	for _, n := range names {
		// Half of a short word is no misspelling of it.
		if d := distance(word, n); d < bestDistance && 2*d <= len(n) {
			best, bestDistance = n, d
		}
	}
	return best
}

// homes gives the sections that have key.
func homes(t reflect.Type, section, key string) []string {
	var out []string
	if slices.Contains(fieldNames(t), key) {
		out = append(out, section)
	}
	for f := range t.Fields() {
		sub := f.Type
		if sub.Kind() == reflect.Slice {
			sub = sub.Elem()
		}
		if sub.Kind() == reflect.Struct && sub.PkgPath() == t.PkgPath() {
			name := f.Tag.Get("toml")
			if section != "" {
				name = section + "." + name
			}
			out = append(out, homes(sub, name, key)...)
		}
	}
	return out
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
