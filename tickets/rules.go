package tickets

import (
	"cmp"
	"strings"
	"time"
	"unicode/utf8"

	"countersign/clients"
	"countersign/internal/kv"
	"countersign/policy"
)

// SetRules puts other rules in force, from the next decision on.
func (s *Store) SetRules(r policy.Rules) { s.ruled.Store(&r) }

// rules are those in force.
func (s *Store) rules() policy.Rules { return *s.ruled.Load() }

// demand gives what the rules ask for before the ticket's class is done.
func (s *Store) demand(r kv.Reader, t Ticket) (policy.Demand, error) {
	m, err := matterOf(r, t)
	return s.rules().Demand(t.Class, m), err
}

// standsIn reports whether the proof token stands in for reply on the ticket.
func (s *Store) standsIn(r kv.Reader, t Ticket) (bool, error) {
	d, err := s.demand(r, t)
	return d.StandsIn(t.Class, s.opt.TokenClasses), err
}

// matterOf gathers what rules look at of a ticket.
func matterOf(r kv.Reader, t Ticket) (policy.Matter, error) {
	c, _, err := clients.Get(r, t.Contact)
	return policy.Matter{Client: t.Client, Contact: t.Contact, Addresses: c.Addresses, Text: t.words()}, err
}

// words is all that the ticket asks, in its words.
func (t Ticket) words() string {
	words := strings.TrimSpace(t.Subject + "\n" + t.Request)
	if strings.HasSuffix(t.Subject, "…") && utf8.RuneCountInString(t.Subject) == maxSubject { // a mail's, see oneLine
		words += "\n" + policy.Cut
	}
	return words
}

// life is how long a question of the ticket can be answered.
func (s *Store) life(t Ticket) time.Duration {
	return cmp.Or(s.rules().Demand(t.Class, policy.Matter{}).Life, s.opt.TokenLife)
}
