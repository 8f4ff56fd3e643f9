package api

import (
	"context"
	"slices"
	"time"

	"countersign/internal/exit"
	"countersign/policy"
	"countersign/policy/rulebook"
	"countersign/tickets"
)

// RulesNow are the rules in force, and what has become of their file.
type RulesNow struct {
	Book rulebook.Book
	File string // empty: the built-in ones
	Disk string
}

// What has become of the file of rules since it was read.
const (
	DiskSame    = "same"
	DiskChanged = "changed" // a reload would take other rules
	DiskBroken  = "broken"  // a reload would refuse it
)

// Reloaded is what reload answers.
type Reloaded struct {
	Policy  string   `json:"policy,omitempty"`  // in force; empty: the built-in one
	Rules   int      `json:"rules"`             // of the desk, that demand more
	Changed []string `json:"changed,omitempty"` // what took effect
	Restart []string `json:"restart,omitempty"` // settings that changed and need a restart
}

func reload(ctx context.Context, s *Server, c Caller, _ None) (Reloaded, error) {
	if s.Reload == nil {
		return Reloaded{}, &exit.Error{Code: exit.Unavailable, Reason: "no_daemon", Message: "The daemon is not running: it reads its settings when it starts.",
			Try: "sudo systemctl start countersign"}
	}
	return s.Reload(by(ctx, c))
}

// PolicyQuestion says of what class the rules are asked for.
type PolicyQuestion struct {
	Class string `json:"class,omitempty"` // empty: all
}

// PolicyShown is the policy in force.
type PolicyShown struct {
	Policy  string        `json:"policy,omitempty"` // its hash; empty: the built-in one
	File    string        `json:"file,omitempty"`
	Disk    string        `json:"disk"` // same, changed, broken
	Since   time.Time     `json:"since,omitzero"`
	Classes []ClassShown  `json:"classes"`
	Rules   []RuleShown   `json:"rules"`
	Faults  []PolicyFault `json:"faults,omitempty"` // what this desk can't keep
}

// PolicyFault is one thing that is wrong with a file of rules.
type PolicyFault struct {
	Where string `json:"where"`
	Text  string `json:"text"`
}

// Second is who else has to agree.
type Second struct {
	Contacts int `json:"contacts,omitempty"`
	Leads    int `json:"leads,omitempty"`
	Either   int `json:"either,omitempty"`
}

// ClassShown is what is asked for before a class is done.
type ClassShown struct {
	Class    policy.Class     `json:"class"`
	Title    string           `json:"title"`
	Where    string           `json:"where,omitempty"` // empty: built in
	Proofs   []string         `json:"proofs"`          // any of; a+b joins
	Second   Second           `json:"second,omitzero"`
	Wait     string           `json:"wait,omitempty"`
	Life     string           `json:"life,omitempty"`
	Channels []policy.Channel `json:"channels"`
	Team     string           `json:"team,omitempty"`
	Priority string           `json:"priority,omitempty"`
	Targets  *TargetsShown    `json:"targets,omitempty"`
	Limit    string           `json:"limit,omitempty"`
	Examples []string         `json:"examples,omitempty"`
}

// TargetsShown are within which time something is done.
type TargetsShown struct {
	First   string `json:"first,omitempty"`
	Between string `json:"between,omitempty"`
	Solve   string `json:"solve,omitempty"`
}

// RuleShown is one rule of the desk.
type RuleShown struct {
	Name     string         `json:"name"`
	Where    string         `json:"where"`
	Classes  []policy.Class `json:"classes,omitempty"` // empty: every privileged one
	Clients  []string       `json:"clients,omitempty"`
	Contacts []string       `json:"contacts,omitempty"`
	Words    []string       `json:"words,omitempty"`
	AtLeast  int            `json:"at_least,omitempty"`
	Proofs   []string       `json:"proofs,omitempty"`
	Second   Second         `json:"second,omitzero"`
	Wait     string         `json:"wait,omitempty"`
}

func showPolicy(_ context.Context, s *Server, _ Caller, in PolicyQuestion) (out PolicyShown, err error) {
	asked := policy.Class(in.Class)
	if asked != "" && !asked.Known() {
		return out, &exit.Error{Code: exit.Usage, Reason: "no_such_class", Message: "There is no class " + in.Class + "."}
	}
	now := s.Rules()
	b := now.Book
	out = PolicyShown{Policy: b.Rules.Source, File: now.File, Disk: now.Disk, Rules: []RuleShown{}}
	if out.Since, err = s.Store.PolicySince(); err != nil {
		return out, err
	}
	for _, c := range policy.Classes {
		if asked == "" || asked == c {
			out.Classes = append(out.Classes, showClass(b, c))
		}
	}
	for _, r := range b.Entries {
		about := len(r.Classes) == 0 && asked.Privileged() || slices.Contains(r.Classes, asked)
		if asked == "" || about {
			out.Rules = append(out.Rules, RuleShown{Name: r.Name, Where: r.Where, Classes: r.Classes, Clients: r.Clients, Contacts: r.Contacts, Words: r.Words,
				AtLeast: r.AtLeast, Proofs: rulebook.Lists(r.AnyOf), Second: Second(r.Second), Wait: short(r.Wait)})
		}
	}
	out.Faults, err = policyFaults(s.Store, b)
	return out, err
}

func showClass(b rulebook.Book, c policy.Class) ClassShown {
	d := policy.Rules{Classes: b.Rules.Classes}.Demand(c, policy.Matter{}) // of every request
	out := ClassShown{Class: c, Title: d.Words, Where: d.Where, Proofs: rulebook.Lists(d.AnyOf), Second: Second(d.Second), Wait: short(d.Wait), Life: short(d.Life),
		Channels: d.Channels, Team: d.Team, Priority: d.Priority, Limit: short(d.Limit)}
	if t := d.Targets; t != (policy.Targets{}) {
		out.Targets = &TargetsShown{short(t.First), short(t.Between), short(t.Solve)}
	}
	for _, e := range append(slices.Clone(rulebook.Builtin().Examples[c]), b.Examples[c]...) {
		if !slices.Contains(out.Examples, e.Text) {
			out.Examples = append(out.Examples, e.Text)
		}
	}
	return out
}

func short(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return rulebook.Short(d)
}

// PolicyFile is a file of rules that is compared with the desk.
type PolicyFile struct {
	Name string `json:"name"`
	Text []byte `json:"text"`
}

// PolicyChecked is what a file asks for that this desk can't keep.
type PolicyChecked struct {
	Faults []PolicyFault `json:"faults"`
}

func checkPolicy(_ context.Context, s *Server, _ Caller, in PolicyFile) (PolicyChecked, error) {
	b, problems := rulebook.Read(in.Name, in.Text)
	if len(problems) > 0 {
		return PolicyChecked{}, &exit.Error{Code: exit.DataErr, Reason: "policy", Message: problems[0].String()}
	}
	faults, err := policyFaults(s.Store, b)
	return PolicyChecked{faults}, err
}

func policyFaults(s *tickets.Store, b rulebook.Book) (out []PolicyFault, err error) {
	problems, err := s.CheckPolicy(b)
	for _, p := range problems {
		out = append(out, PolicyFault{Where: p.At(), Text: p.Key + ": " + p.Text})
	}
	return out, err
}
