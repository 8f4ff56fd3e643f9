package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// More gives, in words, what d asks for that than does not.
func (d Demand) More(than Demand) (words []string) {
	if !than.covers(d.AnyOf) {
		words = append(words, "the proof "+proofWords(d.AnyOf)+instead(proofWords(than.AnyOf)))
	}
	for _, n := range []struct {
		now, then int
		who       string
	}{{d.Second.Contacts, than.Second.Contacts, "by other contacts"}, {d.Second.Leads, than.Second.Leads, "by team leads"}, {d.Second.Either, than.Second.Either, "by other contacts or team leads"}} {
		if n.now > n.then {
			words = append(words, fmt.Sprintf("%d %s %s%s", n.now, map[bool]string{true: "approval", false: "approvals"}[n.now == 1], n.who, instead(count(n.then))))
		}
	}
	if d.Wait > than.Wait {
		words = append(words, "a wait of "+d.Wait.String()+instead(wait(than.Wait)))
	}
	if slices.ContainsFunc(than.Channels, func(c Channel) bool { return !d.By(c) }) {
		var by []string
		for _, c := range d.Channels {
			by = append(by, string(c))
		}
		words = append(words, "only by "+strings.Join(by, ", "))
	}
	return words
}

// proofWords says which lists of proofs are asked for, as policy.toml has them.
func proofWords(lists [][]ProofKind) string {
	var out []string
	for _, list := range lists {
		var kinds []string
		for _, k := range list {
			kinds = append(kinds, string(k))
		}
		out = append(out, strings.Join(kinds, "+"))
	}
	slices.Sort(out)
	return strings.Join(out, " or ")
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func wait(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// instead says what stood in the place of something, if anything did.
func instead(of string) string {
	if of == "" {
		return ""
	}
	return " instead of " + of
}
