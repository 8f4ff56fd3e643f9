package rulebook

import (
	"fmt"
	"slices"
	"strings"

	"countersign/internal/strict"
	"countersign/policy"
)

// Desk is what a book names and does not hold: people, teams and other systems.
type Desk struct {
	Client   func(id string) (bool, error)
	Contact  func(who string) (client string, known bool, err error) // empty: of several; an address on file, or an id
	Agents   []Agent                                                 // who are not disabled
	Checkers []string                                                // the [[external]] of the configuration
}

// Agent is a member of staff, as far as a book is about them.
type Agent struct {
	ID    string
	Lead  bool
	Teams []string
	May   func(policy.Class) bool // carry it out
}

// Check reports what can't be done at a desk as it is: what a file names that isn't
// there, and what it asks for that nobody could give.
func (b Book) Check(d Desk) (out []Problem, err error) {
	if b.Rules.Source == "" {
		return nil, nil
	}
	add := func(path, key, format string, args ...any) {
		out = append(out, b.problem(path, key, fmt.Sprintf(format, args...)))
	}
	for _, c := range policy.Classes {
		path := "class." + string(c)
		if _, given := b.read.At[path]; !given {
			continue
		}
		d.class(b, c, path, add)
	}
	for i, r := range b.Rules.More {
		if err := d.rule(b, r, fmt.Sprintf("rule[%d]", i), add); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(out, func(x, y Problem) int { return x.Line - y.Line })
	return out, nil
}

type adder = func(path, key, format string, args ...any)

// class checks one class that the file has.
func (d Desk) class(b Book, c policy.Class, path string, add adder) {
	demand := b.Rules.Demand(c, policy.Matter{})
	if t := demand.Team; t != "" && !slices.ContainsFunc(d.Agents, func(a Agent) bool { return slices.Contains(a.Teams, t) }) {
		var teams []string
		for _, a := range d.Agents {
			teams = append(teams, a.Teams...)
		}
		add(path+".team", path+".team", `no agent is in the team "%s".%s`, strict.Shown(t), guess(t, teams))
	}
	if c != policy.Question && !slices.ContainsFunc(d.Agents, func(a Agent) bool { return a.May(c) }) {
		add(path, path, "no agent may carry out %s: nobody could ever do it. Run: countersign agent set ID --authority ...,%[1]s", c)
		return
	}
	d.given(c, demand, path, path, add)
}

// rule checks who a rule is about, and whether what it demands can be given.
func (d Desk) rule(b Book, r policy.Rule, path string, add adder) error {
	for i, id := range r.Clients {
		if known, err := d.Client(id); err != nil {
			return err
		} else if !known {
			add(fmt.Sprintf("%s.client[%d]", path, i), "rule.client", `there is no client "%s". Run: countersign client list`, strict.Shown(id))
		}
	}
	for i, who := range r.Contacts {
		at := fmt.Sprintf("%s.contact[%d]", path, i)
		client, known, err := d.Contact(who)
		switch {
		case err != nil:
			return err
		case !known:
			add(at, "rule.contact", `"%s" is on file for nobody. Run: countersign contact list`, strict.Shown(who))
		case client != "" && len(r.Clients) > 0 && !slices.Contains(r.Clients, client):
			add(at, "rule.contact", `"%s" belongs to the client %s, which the rule does not name: it could never apply to them.`, strict.Shown(who), client)
		}
	}
	on := r.Classes
	if len(on) == 0 {
		on = policy.Classes
	}
	for _, c := range on {
		if len(r.Classes) == 0 && !c.Privileged() || !slices.ContainsFunc(d.Agents, func(a Agent) bool { return a.May(c) }) {
			continue // the rule is not about it, or nobody does it anyway
		}
		alone := policy.Rules{Classes: b.Rules.Classes, More: []policy.Rule{{Name: r.Name, Classes: []policy.Class{c}, AnyOf: r.AnyOf, Second: r.Second, Wait: r.Wait}}}
		if d.given(c, alone.Demand(c, policy.Matter{}), path, "rule", add) {
			break // once is enough
		}
	}
	return nil
}

// given reports that nobody could give what is demanded.
func (d Desk) given(c policy.Class, demand policy.Demand, path, key string, add adder) (told bool) {
	external := func(list []policy.ProofKind) bool { return slices.Contains(list, policy.ProofExternal) }
	if len(d.Checkers) == 0 && len(demand.AnyOf) > 0 && !slices.ContainsFunc(demand.AnyOf, func(l []policy.ProofKind) bool { return !external(l) }) {
		add(path+".proofs", key+".proofs", `%s would always need "external", and no [[external]] is configured. Add one to countersign.toml, or remove it.`, c)
		told = true
	}
	need := demand.Second.Leads
	if need == 0 {
		return told
	}
	var leads []string
	for _, a := range d.Agents {
		if a.Lead {
			leads = append(leads, a.ID)
		}
	}
	// Who carries it out approves nothing.
	if !slices.ContainsFunc(d.Agents, func(a Agent) bool {
		left := len(leads)
		if a.Lead {
			left--
		}
		return a.May(c) && left >= need
	}) {
		who := "there is none"
		if len(leads) > 0 {
			who = "there are " + strings.Join(leads, ", ")
		}
		those := "1 lead who does"
		if need > 1 {
			those = fmt.Sprint(need, " leads who do")
		}
		add(path+".approvals", key+".approvals", "%s needs the approval of %s not carry it out, and %s. Add a lead, or ask contacts.", c, those, who)
		told = true
	}
	return told
}
