package rulebook

import (
	"slices"
	"strings"
	"time"

	"countersign/policy"
)

// file is policy.toml as it is written.
type file struct {
	Class   map[string]*class `toml:"class"`
	Rule    []rule            `toml:"rule"`
	Example []example         `toml:"example"`
}

// class is what a class asks for.
type class struct {
	Title     string        `toml:"title"` // in words, for a customer
	Examples  []string      `toml:"examples"`
	Proofs    []string      `toml:"proofs"` // any of; "a+b" joins
	Approvals int           `toml:"approvals"`
	Approvers string        `toml:"approvers"`
	Wait      time.Duration `toml:"wait"`
	Life      time.Duration `toml:"life"`
	Channels  []string      `toml:"channels"`
	Team      string        `toml:"team"`
	Priority  string        `toml:"priority"`
	Targets   targets       `toml:"targets"`
	Limit     time.Duration `toml:"limit"`
}

type targets struct {
	First   time.Duration `toml:"first"`
	Between time.Duration `toml:"between"`
	Solve   time.Duration `toml:"solve"`
}

// rule demands more where all its conditions hold.
type rule struct {
	Name    string   `toml:"name"`
	Class   []string `toml:"class"`
	Client  []string `toml:"client"`
	Contact []string `toml:"contact"`
	Words   []string `toml:"words"`
	AtLeast int      `toml:"at_least"`

	Proofs    []string      `toml:"proofs"`
	Approvals int           `toml:"approvals"`
	Approvers string        `toml:"approvers"`
	Wait      time.Duration `toml:"wait"`
}

// example is a request, what is there of it, and what the answer has to be.
type example struct {
	Class     string        `toml:"class"` // empty: as it is read
	Client    string        `toml:"client"`
	Contact   string        `toml:"contact"`
	Channel   string        `toml:"channel"`
	Subject   string        `toml:"subject"`
	Request   string        `toml:"request"`
	Proofs    []string      `toml:"proofs"`
	Approvals int           `toml:"approvals"`
	Approvers string        `toml:"approvers"`
	After     time.Duration `toml:"after"` // since the last proof
	Decision  string        `toml:"decision"`
	Rule      string        `toml:"rule"` // that has to have demanded more
}

// newFile is a file in which nothing is written yet: each class as base has it.
func newFile(base *Book) file {
	f := file{Class: map[string]*class{}}
	for _, c := range policy.Classes {
		f.Class[string(c)] = &class{}
		if base != nil {
			have := *base.file.Class[string(c)]
			have.Examples = nil // a file's own are tried; what is built in was
			f.Class[string(c)] = &have
		}
	}
	return f
}

// approvers are the words for who agrees.
var approvers = []string{"contacts", "leads", "contacts-or-leads"}

// second is n persons of those whom a word names.
func second(n int, who string) policy.Second {
	switch who {
	case "leads":
		return policy.Second{Leads: n}
	case "contacts-or-leads":
		return policy.Second{Either: n}
	}
	return policy.Second{Contacts: n}
}

// lists reads lists of proofs, of which "a+b" is one.
func lists(written []string) (out [][]policy.ProofKind) {
	for _, w := range written {
		var list []policy.ProofKind
		for part := range strings.SplitSeq(w, "+") {
			if k := policy.ProofKind(strings.TrimSpace(part)); !slices.Contains(list, k) {
				list = append(list, k)
			}
		}
		out = append(out, list)
	}
	return out
}

// Lists writes lists of proofs as a file has them.
func Lists(all [][]policy.ProofKind) []string {
	out := []string{}
	for _, list := range all {
		out = append(out, strings.Join(words(list), "+"))
	}
	return out
}

// words writes something that is a text as texts.
func words[S ~string](list []S) (out []string) {
	for _, s := range list {
		out = append(out, string(s))
	}
	return out
}
