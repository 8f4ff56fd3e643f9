package tickets

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/internal/kv"
	"countersign/policy"
)

// A PolicyChange is what would be otherwise under other rules: an answer that was
// given, or what a ticket that is open now is asked for.
type PolicyChange struct {
	Kind    string         `json:"kind"` // decision or open
	Ticket  string         `json:"ticket"`
	Class   policy.Class   `json:"class"`
	Agent   string         `json:"agent,omitempty"`
	Channel policy.Channel `json:"channel,omitempty"`
	At      time.Time      `json:"at,omitzero"`

	Then    policy.Verb     `json:"then,omitempty"` // what was answered
	Now     policy.Verb     `json:"now,omitempty"`  // what the other rules would
	Rule    string          `json:"rule,omitempty"` // of package policy, which settles it now
	Reasons []policy.Reason `json:"reasons,omitempty"`

	Rules []string `json:"rules,omitempty"` // of the desk, which demand more than the class does
	Adds  []string `json:"adds,omitempty"`  // what would be asked in addition
	Drops []string `json:"drops,omitempty"` // what would be asked no longer
}

// PolicyDiff counts what was looked at.
type PolicyDiff struct {
	Kind      string    `json:"kind"` // summary
	Since     time.Time `json:"since"`
	Policy    string    `json:"policy"`    // the other rules
	Running   string    `json:"running"`   // those in force
	Decisions int       `json:"decisions"` // stored since
	Changed   int       `json:"changed"`
	Same      int       `json:"same"`
	Unread    int       `json:"unread,omitempty"` // whose record can't be read
	Open      int       `json:"open"`             // tickets that may still be acted on, but for questions
	More      int       `json:"asked_more"`       // of those, that would be asked for more
	Less      int       `json:"asked_less"`       // and for less
}

// What of a PolicyChange and PolicyDiff is.
const (
	KindDecision = "decision"
	KindOpen     = "open"
	KindSummary  = "summary"
)

// diffPage is how many records are in memory at once.
const diffPage = 100

// PolicyDiff judges every answer since a time again by other rules, on what it rested
// on then, and tells fn of each that would be another one; and of every ticket that
// is open now and would be asked for something else. Each answer is judged by itself:
// that one of before would not have been given changes none behind it.
func (s *Store) PolicyDiff(since time.Time, rules policy.Rules, fn func(PolicyChange) error) (PolicyDiff, error) {
	sum := PolicyDiff{Kind: KindSummary, Since: since, Policy: orBuiltIn(rules), Running: orBuiltIn(s.rules())}
	err := s.paged(decisionPrefix, decisionPrefix+kv.Due(since), func(v kv.View, key string) (func() error, error) {
		d, ok, err := kv.Load[decision](v, key)
		if err != nil || !ok {
			return func() error { sum.Decisions++; sum.Unread++; return nil }, nil
		}
		a, err := d.action(v)
		return func() error { return sum.judge(d, a, rules, fn) }, err
	})
	if err != nil {
		return sum, err
	}
	err = s.paged(openPrefix, openPrefix, func(v kv.View, key string) (func() error, error) {
		t, err := load(v, key[strings.LastIndex(key, "/")+1:])
		if errors.Is(err, ErrNoTicket) {
			return nil, nil
		}
		if err != nil || t.State.Over() || t.State == policy.StateDisputed || t.UsedBy != "" || t.Lost || t.Class == policy.Question {
			return nil, err
		}
		m, err := matterOf(v, t)
		return func() error { return sum.compare(t, s.rules().Demand(t.Class, m), rules.Demand(t.Class, m), fn) }, err
	})
	return sum, err
}

func orBuiltIn(r policy.Rules) string {
	if r.Source == "" {
		return builtIn
	}
	return r.Source
}

// judge answers a question again that was answered.
func (sum *PolicyDiff) judge(d decision, a policy.Action, rules policy.Rules, fn func(PolicyChange) error) error {
	sum.Decisions++
	a.Rules = rules
	now := policy.Authorize(a)
	if now.Decision == d.Answer.Decision {
		sum.Same++
		return nil
	}
	sum.Changed++
	was := d.Facts.action("", d.Policy).Demands()
	demands := a.Demands()
	return fn(PolicyChange{Kind: KindDecision, Ticket: d.Ticket, Class: a.Class, Agent: a.Agent, Channel: a.Channel, At: a.Now, Then: d.Answer.Decision,
		Now: now.Decision, Rule: now.Rule, Reasons: now.Reasons, Rules: demands.Rules, Adds: demands.More(was), Drops: was.More(demands)})
}

// compare tells what an open ticket would be asked otherwise.
func (sum *PolicyDiff) compare(t Ticket, was, now policy.Demand, fn func(PolicyChange) error) error {
	sum.Open++
	c := PolicyChange{Kind: KindOpen, Ticket: t.ID, Class: t.Class, Rules: now.Rules, Adds: now.More(was), Drops: was.More(now)}
	if len(c.Adds) > 0 {
		sum.More++
	}
	if len(c.Drops) > 0 {
		sum.Less++
	}
	if len(c.Adds)+len(c.Drops) == 0 {
		return nil
	}
	return fn(c)
}

// paged looks at every key under prefix that is not before from, a page at a time, so
// that no transaction is open while what look gives is run and few records are in
// memory.
func (s *Store) paged(prefix, from string, look func(v kv.View, key string) (func() error, error)) error {
	for more := true; more; {
		var todo []func() error
		looked := 0
		err := s.kv.View(func(v kv.View) error {
			return v.Scan(prefix, from, func(key string, _ []byte) error {
				if looked == diffPage {
					return kv.ErrStop
				}
				looked, from = looked+1, key+"\x00"
				do, err := look(v, key)
				if do != nil && err == nil {
					todo = append(todo, do)
				}
				if err != nil {
					return fmt.Errorf("%s: %w", key, err)
				}
				return nil
			})
		})
		for _, do := range todo {
			if err == nil {
				err = do()
			}
		}
		if err != nil {
			return err
		}
		more = looked == diffPage
	}
	return nil
}
