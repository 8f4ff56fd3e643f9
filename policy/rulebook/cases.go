package rulebook

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/internal/strict"
	"countersign/policy"
)

// Case is one [[example]]: a request, what is there of it, and what the answer has
// to be.
type Case struct {
	Where     string
	Class     policy.Class // empty: as the request is read
	Client    string
	Contact   string // an address, or an id
	Channel   policy.Channel
	Subject   string
	Request   string
	Proofs    []policy.ProofKind
	Approvals policy.Second
	After     time.Duration // since the last proof
	Decision  policy.Verb
	Rule      string // of the desk, that has to have demanded more
}

// Bounds of examples.
const (
	maxCases   = 500
	maxRequest = 4 << 10 // bytes
)

// cases checks every [[example]].
func (r *reader) cases() {
	for i := range r.book.file.Example {
		f := &r.book.file.Example[i]
		path := fmt.Sprintf("example[%d]", i)
		if i == maxCases {
			r.Report(r.Where(path), "example", "there are more than %d. Keep those that differ.", maxCases)
			return
		}
		r.oneOf(path+".class", f.Class, words(policy.Classes), true)
		r.oneOf(path+".channel", f.Channel, words(policy.Channels), true)
		r.oneOf(path+".decision", f.Decision, []string{"allow", "hold", "deny"}, false)
		switch at := path + ".request"; {
		case r.Lost[at]:
		case strings.TrimSpace(f.Request+f.Subject) == "":
			r.Report(r.Where(at), "example.request", "is missing. Write what a customer would.")
		case len(f.Request)+len(f.Subject) > maxRequest:
			r.Report(r.Where(at), "example.request", "is longer than %d bytes. Shorten it.", maxRequest)
		}
		r.proofs(path+".proofs", f.Proofs)
		r.approvals(path, f.Approvals, f.Approvers)
		r.between(path+".after", f.After, 0, maxTime, false)
		if at := path + ".rule"; f.Rule != "" && !slices.ContainsFunc(r.book.file.Rule, func(o rule) bool { return o.Name == f.Rule }) {
			var names []string
			for _, o := range r.book.file.Rule {
				names = append(names, o.Name)
			}
			r.Report(r.Where(at), "example.rule", `no rule is called "%s".%s`, strict.Shown(f.Rule), guess(f.Rule, names))
		}
		c := Case{Where: r.line(path), Class: policy.Class(f.Class), Client: f.Client, Contact: f.Contact, Channel: policy.Channel(f.Channel), Subject: f.Subject, Request: f.Request,
			Approvals: second(f.Approvals, f.Approvers), After: f.After, Decision: policy.Verb(f.Decision), Rule: f.Rule}
		if c.Channel == "" {
			c.Channel = policy.Email
		}
		for _, list := range lists(f.Proofs) {
			c.Proofs = append(c.Proofs, list...)
		}
		r.book.Cases = append(r.book.Cases, c)
	}
}

// oneOf refuses what is none of the known words; empty is one where it may be.
func (r *reader) oneOf(path, s string, known []string, empty bool) {
	switch {
	case r.Lost[path] || slices.Contains(known, s) || s == "" && empty:
	case s == "":
		r.Report(r.Where(path), key(path), "is missing. It is one of %s.", strings.Join(known, ", "))
	default:
		r.Report(r.Where(path), key(path), `"%s" is not one of %s.%s`, strict.Shown(s), strings.Join(known, ", "), guess(s, known))
	}
}
