package rulebook

import (
	"fmt"
	"slices"
	"strings"

	"countersign/internal/clean"
	"countersign/internal/strict"
	"countersign/policy"
)

// Bounds of rules.
const (
	maxRules = 200
	maxWords = 200 // of one rule
	maxName  = 80  // characters
	maxWord  = 100 // bytes
	maxList  = 1000
)

// Entry is one rule as people read it, beside what policy makes of it.
type Entry struct {
	policy.Rule
	Words   []string
	AtLeast int
}

// rules checks every rule, and says what it demands.
func (r *reader) rules() {
	lines, one := map[string]string{}, &ear{}
	for i := range r.book.file.Rule {
		f := &r.book.file.Rule[i]
		path := fmt.Sprintf("rule[%d]", i)
		if i == maxRules {
			r.Report(r.Where(path), "rule", "there are more than %d. Join those that demand the same.", maxRules)
			return
		}
		r.ruleName(path, f.Name, lines)
		e := Entry{Words: f.Words, AtLeast: f.AtLeast}
		e.Rule = policy.Rule{Name: f.Name, Where: r.line(path), Clients: f.Client, Contacts: r.contacts(path, f.Contact),
			AnyOf: lists(f.Proofs), Second: second(f.Approvals, f.Approvers), Wait: f.Wait}
		for _, c := range f.Class {
			e.Classes = append(e.Classes, policy.Class(c))
		}
		r.conditions(path, f)
		r.demand(path, f, e.Rule)
		if len(f.Words) > 0 || f.AtLeast > 0 {
			e.Text = one.about(f.Words, f.AtLeast)
		}
		r.book.Rules.More = append(r.book.Rules.More, e.Rule)
		r.book.Entries = append(r.book.Entries, e)
	}
}

func (r *reader) ruleName(path, name string, lines map[string]string) {
	at := path + ".name"
	switch {
	case r.Lost[at]:
	case strings.TrimSpace(name) == "":
		r.Report(r.Where(at), "rule.name", `is missing. Say what the rule is for, such as "deleting needs a second person": it stands in every refusal.`)
	case len([]rune(name)) > maxName || clean.Trick(name) >= 0:
		r.Report(r.Where(at), "rule.name", "is longer than %d characters, or holds some that play tricks. Shorten it.", maxName)
	case lines[name] != "":
		r.Report(r.Where(at), "rule.name", "%s has that name already. Give each its own.", lines[name])
	}
	if name != "" && lines[name] == "" {
		lines[name] = r.line(path)
	}
}

// contacts are the contacts whom a rule names; an address as the file of people has it.
func (r *reader) contacts(path string, written []string) (out []string) {
	for i, s := range written {
		if at := fmt.Sprintf("%s.contact[%d]", path, i); strings.ContainsFunc(s, func(c rune) bool { return c >= 0x80 || c <= ' ' }) {
			r.Report(r.Where(at), "rule.contact", `"%s" is neither an address nor an id. Addresses are ASCII; write the domain as its xn-- form.`, strict.Shown(s))
		}
		if strings.Contains(s, "@") {
			s = strings.ToLower(s)
		}
		out = append(out, s)
	}
	return out
}

// conditions refuses those that can't be read, or never hold.
func (r *reader) conditions(path string, f *rule) {
	for i, c := range f.Class {
		switch at := fmt.Sprintf("%s.class[%d]", path, i); {
		case r.Lost[at]:
		case !policy.Class(c).Known():
			known := words(policy.Classes)
			r.Report(r.Where(at), "rule.class", `"%s" is not one of %s.%s`, strict.Shown(c), strings.Join(known, ", "), guess(c, known))
		case policy.Class(c) == policy.Question:
			r.Report(r.Where(at), "rule.class", "whoever is on file may ask a question: no rule demands more. Remove it.")
		}
	}
	for _, l := range []struct {
		key  string
		list []string
		most int
	}{{"class", f.Class, maxList}, {"client", f.Client, maxList}, {"contact", f.Contact, maxList}, {"words", f.Words, maxWords}} {
		at := path + "." + l.key
		if _, given := r.At[at]; given && len(l.list) == 0 && !r.Lost[at] {
			continue // as if it were left out: the design shows it so
		}
		if len(l.list) > l.most {
			r.Report(r.Where(at), "rule."+l.key, "there are more than %d. Make it several rules.", l.most)
		}
		for i, s := range l.list {
			if e := fmt.Sprintf("%s[%d]", at, i); s == "" && !r.Lost[e] && l.key != "class" {
				r.Report(r.Where(e), "rule."+l.key, "is empty, so the rule could never apply. Remove it.")
			}
		}
	}
	for i, w := range f.Words {
		at := fmt.Sprintf("%s.words[%d]", path, i)
		switch p := parse(w); {
		case w == "" || r.Lost[at]:
		case len(p.words) == 0:
			r.Report(r.Where(at), "rule.words", `"%s" has no letter or digit, so the rule could never apply. Remove it.`, strict.Shown(w))
		case len(w) > maxWord || len(p.words) > maxPhrase:
			r.Report(r.Where(at), "rule.words", `"%s" is longer than %d bytes or %d words. Shorten it.`, strict.Shown(w), maxWord, maxPhrase)
		}
	}
	if at := path + ".at_least"; f.AtLeast < 0 && !r.Lost[at] {
		r.Report(r.Where(at), "rule.at_least", "%d is below 0. Numbers in a request have no sign.", f.AtLeast)
	}
}

// demand refuses what can't be asked for, and a rule that asks for nothing more of
// any class that it is about.
func (r *reader) demand(path string, f *rule, made policy.Rule) {
	r.proofs(path+".proofs", f.Proofs)
	r.approvals(path, f.Approvals, f.Approvers)
	r.between(path+".wait", f.Wait, 0, maxWait, false)
	if f.Approvals == 0 && f.Approvers != "" {
		r.Report(r.Where(path+".approvers"), "rule.approvers", "says who agrees, and approvals that nobody does. Write approvals = 1.")
		return
	}
	for _, key := range []string{"class", "proofs", "approvals", "wait"} {
		for lost := range r.Lost {
			if lost == path+"."+key || strings.HasPrefix(lost, path+"."+key+"[") {
				return
			}
		}
	}
	made.Clients, made.Contacts, made.Text = nil, nil, nil
	on := made.Classes
	for _, c := range policy.Classes {
		if len(f.Class) == 0 && c.Privileged() || slices.Contains(f.Class, string(c)) {
			on = append(on, c)
		}
	}
	made.Classes = on
	for _, c := range on {
		if !c.Known() || c == policy.Question {
			return // told
		}
		without := policy.Rules{Classes: r.book.Rules.Classes}
		with := without
		with.More = []policy.Rule{made}
		if more(without.Demand(c, policy.Matter{}), with.Demand(c, policy.Matter{})) {
			return
		}
	}
	r.Report(r.Where(path), "rule", "it demands nothing more than its classes do. Write approvals, proofs or wait, or remove the rule.")
}

// more reports whether b asks for more than a.
func more(a, b policy.Demand) bool {
	return a.Second != b.Second || a.Wait != b.Wait || !slices.EqualFunc(a.AnyOf, b.AnyOf, slices.Equal)
}
