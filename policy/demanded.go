package policy

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Rules are what a desk demands. The zero value is what is built in.
type Rules struct {
	Source  string           // a name of this version of them; empty: built in
	Classes map[Class]Demand // as the desk has it; one that isn't there is as built in
	More    []Rule
}

// Rule demands more of some requests.
type Rule struct {
	Name     string
	Where    string  // in which file and line
	Classes  []Class // of which it demands; empty: every privileged one
	Clients  []string
	Contacts []string               // ids and addresses; of both lists empty: of everybody
	Text     func(text string) bool // whether it is about such words; nil: whatever they are

	AnyOf  [][]ProofKind // and one of these lists, all of it; empty: nothing more
	Second Second
	Wait   time.Duration
}

// Matter is of a ticket what rules look at.
type Matter struct {
	Client    string
	Contact   string
	Addresses []string // on file of the contact
	Text      string   // what is asked: the subject, and the request as it was quoted
}

// about reports whether the rule demands something of that matter.
func (r Rule) about(c Class, m Matter) bool {
	switch {
	case len(r.Classes) == 0 && !c.Privileged(), len(r.Classes) > 0 && !slices.Contains(r.Classes, c):
		return false
	case len(r.Clients) > 0 && !slices.Contains(r.Clients, m.Client):
		return false
	case len(r.Contacts) > 0 && !slices.Contains(r.Contacts, m.Contact) && !slices.ContainsFunc(m.Addresses, func(a string) bool { return slices.Contains(r.Contacts, a) }):
		return false
	}
	return r.Text == nil || strings.Contains(m.Text, Cut) || r.Text(m.Text)
}

// Cut stands in a request of which not all is there: what the rest says is not known, so
// a rule that looks at words is about it.
const Cut = "[cut; the whole mail is kept]"

// Demand gives what c asks for in that matter: what the desk says of the class and
// every rule that is about it, and of a privileged class never less than what is
// built in.
func (r Rules) Demand(c Class, m Matter) Demand {
	floor := c.Demands()
	d, ok := r.Classes[c]
	switch {
	case !ok || !c.Known():
		d = floor
	case c == Question: // which whoever is on file may ask; who answers it, and by when, is the desk's
		d.AnyOf, d.Second, d.Wait, d.Channels, d.Words = floor.AnyOf, floor.Second, floor.Wait, floor.Channels, cmp.Or(d.Words, floor.Words)
	case c.Privileged():
		d = d.atLeast(floor)
	}
	if d.Where != "" && len(d.Extra) == 0 { // what was written down of a demand has its own
		d.Extra = beyond(floor, d.AnyOf, d.Second, d.Wait, d.Where)
	}
	class := d
	if c == Question || !c.Known() {
		return d
	}
	for _, rule := range r.More {
		if rule.about(c, m) { //rule:8 rules-demand-more TestRulesDemand
			d.AnyOf, d.Second, d.Wait = both(d.AnyOf, rule.AnyOf), d.Second.With(rule.Second), max(d.Wait, rule.Wait)
			name := rule.Name + " (" + rule.Where + ")"
			d.Rules = append(d.Rules[:len(d.Rules):len(d.Rules)], name)
			d.Extra = append(d.Extra[:len(d.Extra):len(d.Extra)], beyond(class, rule.AnyOf, rule.Second, rule.Wait, name)...)
		}
	}
	return d
}

// atLeast gives d with everything that the floor asks for and d does not.
func (d Demand) atLeast(floor Demand) Demand {
	if !d.covers(floor.AnyOf) {
		d.AnyOf = both(d.AnyOf, floor.AnyOf) //rule:8 rules-never-ask-less TestRulesFloor/proofs TestExternalAlone
	}
	if d.Second.Persons() < floor.Second.Persons() {
		d.Second = d.Second.With(floor.Second) //rule:8 rules-never-ask-fewer TestRulesFloor/approvals
	}
	d.Wait = max(d.Wait, floor.Wait)                                                                       //rule:8 rules-never-wait-less TestRulesFloor/wait
	d.Channels = slices.DeleteFunc(slices.Clone(d.Channels), func(c Channel) bool { return !floor.By(c) }) //rule:8 rules-open-no-channel TestRulesFloor/channels
	d.Words = cmp.Or(d.Words, floor.Words)
	return d
}

// covers reports whether each list has all of one that is asked for.
func (d Demand) covers(asked [][]ProofKind) bool {
	if len(asked) == 0 {
		return true
	}
	return len(d.AnyOf) > 0 && !slices.ContainsFunc(d.AnyOf, func(list []ProofKind) bool {
		return !slices.ContainsFunc(asked, func(one []ProofKind) bool {
			return !slices.ContainsFunc(one, func(k ProofKind) bool { return !slices.Contains(list, k) })
		})
	})
}

// both gives the lists that have all of one of a and all of one of b.
func both(a, b [][]ProofKind) (out [][]ProofKind) {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	for _, x := range a {
		for _, y := range b {
			list := slices.Clone(x)
			for _, k := range y {
				list = appendNew(list, k)
			}
			if !slices.ContainsFunc(out, func(have []ProofKind) bool { return sameKinds(have, list) }) {
				out = append(out, list) // there are no more of them than sets of kinds, however many rules there are
			}
		}
	}
	return out
}

func sameKinds(a, b []ProofKind) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(k ProofKind) bool { return !slices.Contains(b, k) })
}
