package main

import (
	"slices"
	"strings"

	"countersign/clients"
	"countersign/internal/clean"
	"countersign/policy"
)

// cooling says what cools, until when and why, what ends together for the same
// reason once. Where every class that can do harm does, they are not listed; address
// shows an address.
func cooling(all []policy.Cooling, address func(string) string) string {
	var ends []policy.Cooling // of nothing in particular
	what := map[policy.Cooling][]string{}
	for _, c := range all {
		end := policy.Cooling{Until: c.Until.UTC(), Why: c.Why}
		if !slices.Contains(ends, end) {
			ends = append(ends, end)
		}
		what[end] = append(what[end], c.What)
	}
	var parts []string
	for _, end := range ends {
		names := everyClass(what[end])
		for i, name := range names {
			switch {
			case strings.ContainsRune(name, '@') && !clients.Permission(name).Known(): // its last day stands behind an @, too
				names[i] = address(name)
			case name == "client":
				names[i] = "the client"
			}
		}
		part := strings.Join(names, ", ") + " until " + when(end.Until)
		if end.Why != "" {
			part += " (" + end.Why + ")"
		}
		parts = append(parts, part)
	}
	return clean.Terminal(strings.Join(parts, "; "))
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
