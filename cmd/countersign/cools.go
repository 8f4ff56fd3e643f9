package main

import (
	"slices"
	"strings"
	"time"

	"countersign/policy"
)

// cooling says what cools and until when, what ends together once. Where every
// class that can do harm does, they are not listed; address shows an address.
func cooling(all []policy.Cooling, address func(string) string) string {
	var ends []time.Time
	what := map[time.Time][]string{}
	for _, c := range all {
		if end := c.Until.UTC(); !slices.Contains(ends, end) {
			ends = append(ends, end)
		}
		what[c.Until.UTC()] = append(what[c.Until.UTC()], c.What)
	}
	var parts []string
	for _, end := range ends {
		names := everyClass(what[end])
		for i, name := range names {
			switch {
			case strings.ContainsRune(name, '@'):
				names[i] = address(name)
			case name == "client":
				names[i] = "the client (it looks like another one)"
			}
		}
		parts = append(parts, strings.Join(names, ", ")+" until "+when(end))
	}
	return strings.Join(parts, "; ")
}

// everyClass names all classes by two words, where they are all there.
func everyClass(names []string) []string {
	for _, c := range policy.Classes {
		if c.Privileged() && !slices.Contains(names, string(c)) {
			return names
		}
	}
	others := slices.DeleteFunc(names, func(n string) bool { return policy.Class(n).Known() })
	return append([]string{"every class"}, others...)
}
